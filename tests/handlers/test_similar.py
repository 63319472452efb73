"""Cases against one business are counted and linked for officers; nobody outside the office hears of it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from cases.messages import Address
from cases.model import Case, CaseNo, Consumer, Kind, Merchant, Role
from handlers import similar
from handlers.similar import Facets
from storage.case_store import Identity
from tests.handlers.cast import signed, stands
from tests.house import MILK, Person, Town, files_complaint

HUALONG, QINGFENG, CITY, DESK = "410902", "410922", "410900", "410900-12315"
SHOP = Merchant(name="惠万家超市(建设路店)")
FOOD: dict[str, Any] = {"category": "食品", "problem": "食品安全"}
MILKS = {**FOOD, "product": "纯牛奶", "region": HUALONG, "merchant": SHOP}
BRANCH = MILK.replace("建设路店", "胜利路店")
OTHER = MILK.replace("惠万家超市建设路店", "好又多超市人民路店")
ELSEWHERE = MILK.replace("华龙区", "清丰县")
ONE, ALL = "同一经营者近90天：{cases}件，{people}人", "同一经营者近30天"


async def filed_long_ago(town: Town, case: Case, *, chat: str, phone: str, name: str = "某人") -> None:
    """A case from before there were keys."""
    await stands(town, case)
    async with town.house.database.begin() as tx:
        who = Consumer(name=name, phone=phone, postal_address="华龙区中原路88号3号楼2单元501")
        identity = Identity(case_no=case.no, person=Address(channel="street", value=chat), consumer=who)
        tx.cases.add_identity(identity, phone_index=tx.blind_index(phone))


async def files_tipoff(person: Person, story: str) -> str:
    await person.says(story)
    await person.presses("同意")
    await person.presses("匿名")
    return "".join(await person.presses("确认提交")).split("编号")[1][:16]


async def card(reader: Person, no: str) -> str:
    await reader.reads()
    return "".join(await reader.says(no))


async def test_an_officer_reads_how_many_complained_of_the_business_and_which_are_similar(puyang: Town) -> None:
    li = await puyang.staff("李明", bureau=HUALONG)
    numbers = [await files_complaint(puyang.person(name), MILK) for name in ("wang", "zhao", "qian")]
    other_branch = await files_complaint(puyang.person("sun"), BRANCH)
    await files_complaint(puyang.person("zhou"), OTHER)
    told = await card(li, numbers[0])
    assert "同一经营者近30天：4件，4人，其中建设路店3件\n同一经营者近90天：4件，4人，其中建设路店3件" in told
    linked = told.split("相似的件：")[1].splitlines()[0]
    assert linked == "、".join(reversed([*numbers[1:], other_branch]))


async def test_a_business_of_that_name_in_another_county_is_another_one(puyang: Town) -> None:
    desk = await puyang.staff("周敏", bureau=DESK, role=Role.DESK)
    here = await files_complaint(puyang.person("wang"), MILK)
    await files_complaint(puyang.person("zhao"), ELSEWHERE)
    assert "同一经营者" not in await card(desk, here)


async def test_one_person_with_two_complaints_is_one_of_the_people(puyang: Town) -> None:
    li = await puyang.staff("李明", bureau=HUALONG)
    wang = puyang.person("wang")
    no = await files_complaint(wang, MILK)
    await wang.says(MILK.replace("昨天", "11月2日").replace("纯牛奶", "面包"))
    for words in ("王芳", "13812345678", "华龙区中原路某小区"):
        await wang.says(words)
    await wang.presses("确认提交")
    assert ONE.format(cases=2, people=1) in await card(li, no)


async def test_what_is_older_than_the_window_does_not_count(puyang: Town) -> None:
    li = await puyang.staff("李明", bureau=HUALONG)
    await files_complaint(puyang.person("wang"), MILK)
    puyang.clock.advance(days=40)
    await puyang.settle()
    second = await files_complaint(puyang.person("zhao"), MILK)
    told = await card(li, second)
    assert ONE.format(cases=2, people=2) in told
    assert ALL not in told


async def test_cases_from_before_there_were_keys_count_once_the_duty_has_read_them(puyang: Town) -> None:
    li = await puyang.staff("李明", bureau=HUALONG)
    for n in (1, 2):
        await filed_long_ago(puyang, signed(n, None, **MILKS), chat=f"old-{n}", phone=f"1380000000{n}")
    no = await files_complaint(puyang.person("wang"), MILK)
    assert "同一经营者" not in await card(li, no)
    assert await puyang.duties.read_unread() == 4
    assert await puyang.duties.read_unread() == 0
    assert ONE.format(cases=3, people=3) in await card(li, no)


async def test_a_link_leads_only_to_what_the_reader_may_open(puyang: Town) -> None:
    zhang = await puyang.staff("张强", bureau=QINGFENG)
    desk = await puyang.staff("周敏", bureau=DESK, role=Role.DESK)
    nowhere = {**MILKS, "region": None}
    hidden, seen = signed(1, None, **nowhere), signed(2, None, bureau=QINGFENG, **nowhere)
    for n, case in enumerate((hidden, seen)):
        await filed_long_ago(puyang, case, chat=f"old-{n}", phone=f"1380000000{n}")
    await puyang.duties.read_unread()
    told = await card(zhang, seen.no)
    assert ONE.format(cases=2, people=2) in told
    assert hidden.no not in told
    assert f"相似的件：{hidden.no}" in await card(desk, seen.no)


async def test_a_complaint_and_a_tip_off_are_not_linked_for_who_may_not_know_the_informant(puyang: Town) -> None:
    li = await puyang.staff("李明", bureau=HUALONG)
    lead = await puyang.staff("周敏", bureau=HUALONG, role=Role.LEAD)
    await files_complaint(puyang.person("wang"), MILK)
    complaint = await files_complaint(puyang.person("zhao"), MILK)
    tipoff = await files_tipoff(puyang.person("qian"), "我要举报华龙区惠万家超市建设路店卖过期纯牛奶")
    told = await card(li, complaint)
    assert f"{ONE.format(cases=2, people=2)}，另有举报1件" in told
    assert tipoff not in told
    assert tipoff in await card(lead, complaint)


async def test_neither_consumers_nor_a_business_nor_a_mediating_body_are_told(puyang: Town) -> None:
    shop = await puyang.staff("惠万家超市", bureau=HUALONG, role=Role.MERCHANT)
    await files_complaint(puyang.person("zhao"), OTHER)
    await filed_long_ago(puyang, signed(1, None, **MILKS), chat="old-1", phone="13800000001")
    await filed_long_ago(puyang, signed(2, None, **MILKS), chat="old-2", phone="13800000002")
    await puyang.duties.read_unread()
    wang = puyang.person("wang")
    await wang.says(MILK)
    await wang.presses("同意")
    for words in ("王芳", "13812345678", "华龙区中原路88号3号楼2单元501"):
        await wang.says(words)
    await wang.presses("先和商家协商")
    no = "".join(await wang.presses("确认提交")).split("编号")[1][:15]
    await wang.says(no)
    for person, seen in ((shop, await card(shop, no)), (wang, wang.texts)):
        assert no in seen
        for hidden in ("同一经营者", "相似的件", "第十七条", "4109002611200"):
            assert hidden not in seen + person.texts


@pytest.mark.parametrize(
    ("facets", "cases", "people"),
    [
        (Facets(merchant="濮阳市惠万家超市有限公司"), 3, 2),
        (Facets(merchant="惠万家超市", region=HUALONG), 3, 2),
        (Facets(merchant="惠万家超市", product="纯牛奶"), 2, 2),
        (Facets(product="纯牛奶"), 3, 3),
        (Facets(category="食品", problem="食品安全", region=QINGFENG), 1, 1),
        (Facets(problem="食品安全"), 4, 3),
        (Facets(merchant="楼下的超市"), 0, 0),
        (Facets(merchant="没有这家"), 0, 0),
    ],
    ids=str,
)
async def test_cases_are_counted_by_business_product_problem_and_county(
    puyang: Town, facets: Facets, cases: int, people: int
) -> None:
    bread = {**MILKS, "product": "面包"}
    shop = Merchant(name="好又多超市")
    await filed_long_ago(puyang, signed(1, None, **MILKS), chat="a", phone="13800000001")
    await filed_long_ago(puyang, signed(2, None, **MILKS), chat="b", phone="13800000002")
    await filed_long_ago(puyang, signed(3, None, **bread), chat="c", phone="13800000002")
    away = {**MILKS, "region": QINGFENG, "merchant": shop}
    await filed_long_ago(puyang, signed(4, None, **away), chat="d", phone="13800000004")
    await filed_long_ago(puyang, signed(5, None, **{**MILKS, "problem": "价格"}), chat="e", phone="1")
    async with puyang.house.database.begin() as tx:
        late = signed(6, None, **MILKS)
        tx.cases.add(late.evolve(no=CaseNo("410900250101001"), received_at=late.received_at - timedelta(days=400)))
    await puyang.duties.read_unread()
    async with puyang.house.database.read() as tx:
        found = await similar.count(tx, facets, days=(90,), kinds={Kind.COMPLAINT}, office=puyang.house.office)
    extra = 1 if facets.problem is None and cases else 0
    assert (found[90].cases, found[90].people) == (cases + extra, people + extra)
