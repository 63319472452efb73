"""Who is away is stood in for: said in chat, kept by days in China, seen in pings and digests."""

from __future__ import annotations

import pytest

from cases.model import Role
from handlers import absences
from handlers.conversation import error_text
from tests.handlers.cast import due, signed, staff_id, stands, told
from tests.house import MILK, Town, files_complaint

HUALONG, CITY, DESK = "410902", "410900", "410900-12315"


async def opens(town: Town, day: str) -> None:
    town.clock.at(f"{day} 08:30")
    await town.passes()


@pytest.mark.parametrize(
    ("said", "span"),
    [
        ("请假 12月1日到12月5日", "12月1日到12月5日"),
        ("请假12月1日至5日", "12月1日到12月5日"),
        ("请假 今天", "11月23日"),
        ("请假到12月5日", "11月23日到12月5日"),
        ("我要请假 明天到下周一", "11月24日到11月30日"),
        ("请假三天", "11月23日到11月25日"),
    ],
)
async def test_an_officer_says_in_chat_when_they_are_away(said: str, span: str, puyang: Town) -> None:
    li = await puyang.staff("李明", bureau=HUALONG)
    await puyang.staff("陈静", bureau=HUALONG, deputy_for="李明")
    (answer,) = await li.says(said)
    assert answer.startswith(f"已登记：{span}请假。这几天您的提醒发给陈静（B岗）")


@pytest.mark.parametrize(
    ("said", "answer"),
    [
        ("请假 12月5日到12月1日", "最后一天不能早于第一天"),
        ("请假 11月20日到11月30日", "已经过去的日子不用请假"),
        ("请假 2026-12-01到2028-12-01", "一次请假不能超过一年"),
        ("请假 12月4日", "您已登记12月3日到12月8日请假，日子有重叠"),
        ("请假", "请假到哪天？"),
        ("请假 13月1日", "请假到哪天？"),
    ],
)
async def test_what_is_wrong_with_the_days_is_said_in_one_sentence(said: str, answer: str, puyang: Town) -> None:
    li = await puyang.staff("李明", bureau=HUALONG)
    await li.says("请假 12月3日到12月8日")
    (heard,) = await li.says(said)
    assert answer in heard


async def test_being_back_ends_an_absence_or_takes_back_one_to_come(puyang: Town) -> None:
    li = await puyang.staff("李明", bureau=HUALONG)
    assert "没有登记请假" in (await li.says("销假"))[0]
    await li.says("请假到12月5日")
    await li.says("请假 12月14日")
    assert await li.says("销假") == ["已销假，提醒又发给您。"]
    assert await li.says("销假") == ["已取消12月14日的请假。"]
    await li.says("请假 12月1日到12月5日")
    puyang.clock.at("2026-12-03 09:00")
    assert await li.says("销假") == ["已销假，提醒又发给您。"]
    assert "没有登记请假" in (await li.says("销假"))[0]


async def test_a_consumer_or_a_business_who_says_so_is_not_understood_as_staff(puyang: Town) -> None:
    shop = await puyang.staff("惠万家", bureau=HUALONG, role=Role.MERCHANT)
    assert "已登记" not in (await shop.says("请假 今天"))[0]
    li = await puyang.staff("李明", bureau=HUALONG)
    assert "已登记" not in (await li.says("请假条被商家骗走了"))[0]


async def test_while_an_officer_is_away_the_deputy_gets_every_ping_and_holds_the_cases_in_the_digest(
    puyang: Town,
) -> None:
    li = await puyang.staff("李明", bureau=HUALONG)
    deputy = await puyang.staff("陈静", bureau=HUALONG, deputy_for="李明")
    case = signed(1, await staff_id(puyang, "李明", bureau=HUALONG))
    await stands(puyang, case, due(case, "2026-11-25", warned="2026-11-25", step=2))
    await li.says("请假 11月25日到11月26日")
    await opens(puyang, "2026-11-24")
    assert (len(told(li, "早报")), len(told(deputy, "早报"))) == (1, 0)
    await opens(puyang, "2026-11-25")
    assert (len(told(li, "早报】11月25日")), len(told(deputy, "早报】11月25日", "受理今天到期", case.no))) == (0, 1)
    before = len(li.told)
    await opens(puyang, "2026-11-26")
    assert len(told(deputy, "早报】11月26日", "受理超期1个工作日", case.no)) == 1
    assert len(li.told) == before
    await opens(puyang, "2026-11-27")
    assert len(told(li, "早报】11月27日", "【催办】受理超期2个工作日")) == 1
    assert len(told(deputy, "早报】11月27日")) == 0


async def test_what_happens_to_a_case_is_told_the_deputy_too_and_it_stays_the_officers(puyang: Town) -> None:
    li = await puyang.staff("李明", bureau=HUALONG)
    colleague = await puyang.staff("王同事", bureau=HUALONG)
    deputy = await puyang.staff("陈静", bureau=HUALONG, deputy_for="李明")
    wang = puyang.person("wang")
    no = await files_complaint(wang, MILK)
    await li.reads()
    await li.presses("签收")
    await li.says("请假 今天")
    before = {person: len(told(person, "催办")) for person in (li, colleague, deputy)}
    await wang.says("催办")
    after = {person: len(told(person, "催办")) - before[person] for person in before}
    assert after == {li: 0, colleague: 0, deputy: 1}
    async with puyang.house.database.read() as tx:
        case = await tx.cases.get(no)
    assert case is not None
    assert case.officer == await staff_id(puyang, "李明", bureau=HUALONG)


async def test_without_a_deputy_the_lead_gets_the_pings(puyang: Town) -> None:
    li = await puyang.staff("李明", bureau=HUALONG)
    colleague = await puyang.staff("王同事", bureau=HUALONG)
    lead = await puyang.staff("周局", bureau=HUALONG, role=Role.LEAD)
    wang = puyang.person("wang")
    await files_complaint(wang, MILK)
    await li.reads()
    await li.presses("签收")
    assert "提醒发给周局；" in (await li.says("请假到12月5日"))[0]
    await wang.says("催办")
    assert [len(told(who, "消费者催办")) for who in (li, colleague, lead)] == [0, 0, 1]


async def test_a_deputy_who_is_away_too_is_passed_over_and_somebody_is_told_in_any_case(puyang: Town) -> None:
    li = await puyang.staff("李明", bureau=HUALONG)
    deputy = await puyang.staff("陈静", bureau=HUALONG, deputy_for="李明")
    wang = puyang.person("wang")
    await files_complaint(wang, MILK)
    await li.reads()
    await li.presses("签收")
    await deputy.says("请假 今天")
    assert "您没有B岗" in (await li.says("请假 今天"))[0]
    await wang.says("催办")
    assert [len(told(who, "消费者催办")) for who in (li, deputy)] == [1, 0]


async def test_a_day_is_a_day_in_china(puyang: Town) -> None:
    li = await puyang.staff("李明", bureau=HUALONG)
    await li.says("请假 今天")
    day = puyang.house.office.today()
    for time, away in (("2026-11-23 23:59", True), ("2026-11-24 00:01", False)):
        puyang.clock.at(time)
        async with puyang.house.database.read() as tx:
            assert bool(await tx.absences.on(puyang.house.office.today())) is away
    assert day.isoformat() == "2026-11-23"


async def test_a_lead_says_it_for_the_bureau_and_nobody_for_others(puyang: Town) -> None:
    from cases.errors import CaseError

    office = puyang.house.office
    for name, bureau, role in (
        ("李明", HUALONG, Role.OFFICER),
        ("周局", HUALONG, Role.LEAD),
        ("赵", CITY, Role.OFFICER),
    ):
        await puyang.staff(name, bureau=bureau, role=role)
    async with puyang.house.database.begin() as tx:
        li, lead = await tx.staff.named(HUALONG, "李明"), await tx.staff.named(HUALONG, "周局")
        other = await tx.staff.named(CITY, "赵")
        assert li is not None
        assert lead is not None
        assert other is not None
        member = await absences.member_of(tx, lead, li.id)
        await absences.go(tx, member, first=office.today(), last=office.today(), office=office)
        assert [one.staff.name for one in await absences.known(tx, lead, office=office)] == ["李明"]
        assert await absences.known(tx, other, office=office) == []
        for who, whom in ((lead, other), (li, lead)):
            with pytest.raises(CaseError) as refused:
                await absences.member_of(tx, who, whom.id)
            assert "只能登记自己的请假" in error_text(refused.value, office=office)
