"""Warnings of clocks: to whom, when, once a step; and what ends by itself."""

from __future__ import annotations

import pytest

from cases.clocks import Clock as CaseClock
from cases.messages import Outgoing
from cases.model import CaseNo, Role, Status
from tests.house import MILK, Person, Town, files_complaint

HUALONG, CITY, DESK = "410902", "410900", "410900-12315"
TIPOFF = "举报华龙区建设路的惠万家超市卖过期牛奶,匿名"


def pings(person: Person, *parts: str) -> list[Outgoing]:
    return [told for told in person.told if all(part in told.text for part in parts)]


async def clocks(town: Town, no: str) -> dict[str, CaseClock]:
    async with town.house.database.read() as tx:
        return {clock.rule: clock for clock in (await tx.clocks.of([CaseNo(no)])).get(CaseNo(no), [])}


async def status(town: Town, no: str) -> Status:
    async with town.house.database.read() as tx:
        case = await tx.cases.get(no)
    assert case is not None
    return case.status


async def test_the_officer_is_warned_before_a_clock_is_due_and_all_three_when_it_is_overdue(puyang: Town) -> None:
    li = await puyang.staff("李明", bureau=HUALONG)
    deputy = await puyang.staff("陈静", bureau=HUALONG, deputy_for="李明")
    lead = await puyang.staff("周局", bureau=HUALONG, role=Role.LEAD)
    no = await files_complaint(puyang.person("wang"), MILK)
    await li.reads()
    await li.presses("签收")
    puyang.clock.at("2026-11-27 08:29")
    await puyang.passes()
    assert [len(pings(who, "距受理时限")) for who in (li, deputy, lead)] == [0, 0, 0]
    await puyang.passes(minutes=1)
    assert [len(pings(who, "距受理时限还有3个工作日(12月2日)")) for who in (li, deputy, lead)] == [1, 0, 0]
    await puyang.days_pass(4)
    assert [len(pings(who, "距受理时限还有1个工作日")) for who in (li, deputy, lead)] == [1, 0, 1]
    await puyang.days_pass(1)
    assert [len(pings(who, "今天(12月2日)到期")) for who in (li, deputy, lead)] == [1, 0, 0]
    await puyang.days_pass(3)
    for who in (li, deputy, lead):
        assert len(pings(who, f"投诉{no}已超受理时限(12月2日)1个工作日")) == 1
        assert pings(who, "已超受理时限")[0].choices


async def test_a_step_is_told_once_however_often_and_by_however_many_it_is_looked_for(puyang: Town) -> None:
    li = await puyang.staff("李明", bureau=HUALONG)
    await files_complaint(puyang.person("wang"), MILK)
    puyang.clock.at("2026-11-27 09:00")
    for _ in range(5):
        await puyang.passes(minutes=1)
    assert len(pings(li, "距受理时限")) == 1


async def test_after_ten_days_of_downtime_there_is_one_ping_a_clock_and_not_one_a_missed_step(puyang: Town) -> None:
    li = await puyang.staff("李明", bureau=HUALONG)
    no = await files_complaint(puyang.person("wang"), MILK)
    await li.reads()
    await li.presses("签收")
    puyang.clock.at("2026-12-07 09:00")
    await puyang.passes()
    await puyang.passes(hours=1)
    assert [told.text for told in pings(li, "受理时限(12月2日)")] == [
        f"【12315工单】投诉{no}已超受理时限(12月2日)3个工作日,请立即办理。"
    ]
    assert pings(li, "距受理时限") == pings(li, "今天") == []


async def test_nobody_is_woken_at_night_at_the_weekend_or_on_a_holiday(puyang: Town) -> None:
    li = await puyang.staff("李明", bureau=HUALONG)
    puyang.clock.at("2026-11-27 16:00")
    await files_complaint(puyang.person("wang"), MILK)
    before = len(li.told)
    assert pings(li, "请及时签收")
    for _ in range(36):
        await puyang.passes(hours=1)  # to Sunday 04:00
    assert len(li.told) == before
    puyang.clock.at("2026-12-01 08:31")
    await puyang.passes()
    assert len(pings(li, "已超签收时限")) == 1


async def test_a_step_missed_until_after_hours_waits_for_the_morning(puyang: Town) -> None:
    li = await puyang.staff("李明", bureau=HUALONG)
    await files_complaint(puyang.person("wang"), MILK)
    puyang.clock.at("2026-11-25 19:00")
    await puyang.passes()
    assert pings(li, "已超签收时限") == []
    puyang.clock.at("2026-11-26 08:30")
    await puyang.passes()
    assert len(pings(li, "已超签收时限")) == 1


async def test_an_urgent_case_does_not_wait_for_office_hours(puyang: Town) -> None:
    li = await puyang.staff("李明", bureau=HUALONG)
    story = "昨天在华龙区惠万家超市建设路店买的纯牛奶58块,孩子喝了上吐下泻正在住院,要求赔偿"
    no = await files_complaint(puyang.person("wang"), story)
    puyang.clock.at("2026-11-25 00:01")
    await puyang.passes()
    assert pings(li, "【急】", no, "已超签收时限")


@pytest.mark.parametrize(
    ("bureau", "role"),
    [(HUALONG, Role.LEAD), (CITY, Role.OFFICER), (CITY, Role.LEAD), (DESK, Role.DESK), (DESK, Role.ADMIN)],
)
async def test_where_nobody_is_bound_below_a_ping_goes_up_to_who_can_act(puyang: Town, bureau: str, role: Role) -> None:
    someone = await puyang.staff("某某", bureau=bureau, role=role)
    no = await files_complaint(puyang.person("wang"), MILK)
    await someone.reads()
    assert pings(someone, no, "请及时签收")
    puyang.clock.at("2026-12-03 09:00")
    await puyang.passes()
    assert len(pings(someone, no, "已超受理时限")) == 1


async def test_nobody_at_all_to_be_told_stops_nothing(puyang: Town) -> None:
    no = await files_complaint(puyang.person("wang"), MILK)
    puyang.clock.at("2026-12-03 09:00")
    await puyang.passes()
    assert (await clocks(puyang, no))["accept"].next_warning is None


async def test_an_invited_officer_who_has_not_come_does_not_swallow_the_pings(puyang: Town) -> None:
    from handlers import staffing

    async with puyang.house.database.begin() as tx:
        await staffing.invite(tx, bureau=HUALONG, role=Role.OFFICER, name="未到", office=puyang.house.office)
    lead = await puyang.staff("市局", bureau=CITY, role=Role.LEAD)
    no = await files_complaint(puyang.person("wang"), MILK)
    await lead.reads()
    assert pings(lead, no)


async def test_a_case_sent_back_starts_the_clock_of_the_desk_again(puyang: Town) -> None:
    li = await puyang.staff("李明", bureau=HUALONG)
    desk = await puyang.staff("赵台", bureau=DESK, role=Role.DESK)
    no = await files_complaint(puyang.person("wang"), MILK)
    await li.reads()
    await li.presses("退回")
    await li.says("经营地在清丰县")
    assert set(await clocks(puyang, no)) == {"dispatch", "accept"}
    puyang.clock.at("2026-11-25 09:00")
    await puyang.passes()
    assert len(pings(desk, no, "已超分流时限")) == 1


async def test_routing_a_case_again_does_not_give_more_time_to_accept_it(puyang: Town) -> None:
    li = await puyang.staff("李明", bureau=HUALONG)
    desk = await puyang.staff("赵台", bureau=DESK, role=Role.DESK)
    no = await files_complaint(puyang.person("wang"), MILK)
    due = (await clocks(puyang, no))["accept"].due_on
    puyang.clock.advance(days=1)
    await li.reads()
    await li.presses("退回")
    await li.says("经营地在清丰县")
    await desk.reads()
    await desk.presses("分派")
    await desk.presses("清丰县市场监管局")
    running = await clocks(puyang, no)
    assert running["accept"].due_on == due
    assert running["sign"].started_at == puyang.clock()


async def test_a_case_that_nobody_rates_is_archived_by_itself(puyang: Town) -> None:
    li = await puyang.staff("李明", bureau=HUALONG)
    wang = puyang.person("wang")
    no = await files_complaint(wang, MILK)
    await li.reads()
    for label in ("签收", "受理", "办结", "达成调解"):
        await li.presses(label)
    await li.says("商家退款58元")
    assert await status(puyang, no) is Status.FOLLOWING_UP
    assert set(await clocks(puyang, no)) == {"follow_up"}
    await puyang.days_pass(3)
    assert await status(puyang, no) is Status.FOLLOWING_UP
    await puyang.days_pass(2)
    assert await status(puyang, no) is Status.ARCHIVED
    assert await clocks(puyang, no) == {}
    await wang.says("1")
    assert await status(puyang, no) is Status.ARCHIVED


async def test_a_warning_about_a_tipoff_names_nobody_who_brought_it(puyang: Town) -> None:
    lead = await puyang.staff("周局", bureau=HUALONG, role=Role.LEAD)
    wang = puyang.person("wang")
    await wang.says(TIPOFF)
    await wang.presses("同意")
    await wang.presses("匿名")
    await wang.presses("确认提交")
    puyang.clock.at("2026-12-15 09:00")
    await puyang.passes()
    assert len(pings(lead, "举报", "已超核查时限(12月14日)")) == 1


async def test_the_journal_tells_that_a_limit_was_passed(puyang: Town) -> None:
    no = await files_complaint(puyang.person("wang"), MILK)
    puyang.clock.at("2026-12-03 09:00")
    await puyang.passes()
    async with puyang.house.database.read() as tx:
        late = [event for event in await tx.cases.journal(CaseNo(no)) if event.name == "overdue"]
    assert sorted(event.facts["rule"] for event in late) == ["accept", "sign"]
    assert {event.by for event in late} == {"system"}


async def test_a_clock_whose_rule_was_taken_out_of_the_data_keeps_nobody_else_from_being_warned(puyang: Town) -> None:
    li = await puyang.staff("李明", bureau=HUALONG)
    no = await files_complaint(puyang.person("wang"), MILK)
    async with puyang.house.database.begin() as tx:
        gone = CaseClock(
            case_no=CaseNo(no),
            rule="gone",
            started_at=puyang.clock(),
            due_on=puyang.clock().date(),
            next_warning=puyang.clock(),
        )
        tx.clocks.add(gone)
    puyang.clock.at("2026-11-25 09:00")
    await puyang.passes()
    assert len(pings(li, "已超签收时限")) == 1
    assert "gone" not in await clocks(puyang, no)
