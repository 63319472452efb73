"""The facts of Art. 17 are for officers who may know who brought a case: stated as facts, never as a verdict."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from cases.model import Case, CaseNo, Kind, Merchant, Role
from tests.clock import Clock
from tests.handlers.cast import signed
from tests.handlers.test_similar import card, filed_long_ago
from tests.house import Person, Town, town

HUALONG, QINGFENG = "410902", "410922"
HEAD = "供判断的事实（令121第十七条），不是结论："
PHONE, NAME = "13912345679", "欧阳娜娜"


@pytest.fixture
async def puyang(migrated_url: str, clock: Clock, tmp_path: Path) -> AsyncIterator[Town]:
    async with town(migrated_url, clock, tmp_path) as here:
        yield here


async def has(here: Town, n: int, *, chat: str = "ou", phone: str = PHONE, name: str = NAME, **more: Any) -> Case:
    """A case of somebody, of a business of its own."""
    facts: dict[str, Any] = {"merchant": Merchant(name=f"商家{n}超市"), "product": "燕窝", **more}
    case = signed(n, None, **facts)
    await filed_long_ago(here, case, chat=chat, phone=phone, name=name)
    await here.duties.read_unread()
    return case


async def officer(here: Town) -> Person:
    return await here.staff("李明", bureau=HUALONG)


@pytest.mark.parametrize(("cases", "told"), [(4, False), (5, True)])
async def test_many_cases_of_one_person_within_the_days_are_told_from_the_sites_number_on(
    puyang: Town, cases: int, *, told: bool
) -> None:
    li = await officer(puyang)
    found = [await has(puyang, n, product=f"商品{n}") for n in range(cases)]
    text = await card(li, found[0].no)
    assert (f"· 同一人近90天投诉举报{cases}件，涉及{cases}家经营者" in text) is told
    assert (HEAD in text) is told


async def test_one_thing_bought_again_and_again_is_told_with_the_cases(puyang: Town) -> None:
    li = await officer(puyang)
    one, two, three = [await has(puyang, n, bureau=HUALONG) for n in range(3)]
    text = await card(li, one.no)
    assert f"· 同一人近90天就「燕窝」投诉举报3件（{three.no}、{two.no}）" in text


async def test_another_person_with_the_same_telephone_is_told_and_the_same_person_is_not(puyang: Town) -> None:
    li = await officer(puyang)
    case = await has(puyang, 1)
    await has(puyang, 2, chat="web")
    assert "留同一电话" not in await card(li, case.no)
    other = await has(puyang, 3, chat="friend", name="赵敏")
    assert f"· 近365天另有1名投诉举报人留同一电话（{other.no}）" in await card(li, case.no)


async def test_other_people_of_the_same_house_number_are_told(puyang: Town) -> None:
    li = await officer(puyang)
    case = await has(puyang, 1)
    for n, name in enumerate(("赵敏", "钱多"), start=2):
        await has(puyang, n, chat=name, name=name, phone=f"1370000000{n}")
    assert "· 近365天另有2名投诉举报人写同一门牌地址" in await card(li, case.no)


async def test_a_case_that_the_officer_may_not_open_counts_and_is_not_named(puyang: Town) -> None:
    li = await officer(puyang)
    case = await has(puyang, 1)
    away = [await has(puyang, n, bureau=QINGFENG) for n in (2, 3)]
    text = await card(li, case.no)
    assert "就「燕窝」投诉举报3件" in text
    assert not [other.no for other in away if other.no in text]


TIP: dict[str, Any] = {"kind": Kind.TIPOFF, "no": CaseNo("410900J261120099"), "bureau": HUALONG}


async def test_a_tip_off_counts_and_tells_only_where_its_informant_may_be_known(puyang: Town) -> None:
    """A complaint's officer must not learn from a number that the complainant is an informant as well."""
    li, lead = await officer(puyang), await puyang.staff("周敏", bureau=HUALONG, role=Role.LEAD)
    complaints = [await has(puyang, n) for n in (1, 2)]
    tipoff = await has(puyang, 3, **TIP)
    for case in (complaints[0], tipoff):
        assert "就「燕窝」投诉举报3件" in await card(lead, case.no)
        told = await card(li, case.no)
        assert HEAD not in told
        assert "燕窝" in told


async def test_of_an_informant_without_a_name_nothing_is_set_beside_anything(puyang: Town) -> None:
    lead = await puyang.staff("周敏", bureau=HUALONG, role=Role.LEAD)
    complaints = [await has(puyang, n) for n in (1, 2)]
    anonymous = await has(puyang, 3, name="", **TIP)
    for no in (anonymous.no, complaints[0].no):
        assert HEAD not in await card(lead, no)


async def test_nothing_of_it_stands_in_a_log(puyang: Town, caplog: pytest.LogCaptureFixture) -> None:
    li = await officer(puyang)
    with caplog.at_level(logging.DEBUG, logger="lianxin"):
        found = [await has(puyang, n) for n in range(5)]
        assert HEAD in await card(li, found[0].no)
    assert not [record for record in caplog.records if PHONE in str(vars(record)) or NAME in str(vars(record))]
