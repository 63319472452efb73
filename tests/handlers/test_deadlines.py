"""Warnings of clocks: to whom, when, once a step; one text an address; and what ends by itself."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import LargeBinary, literal, type_coerce, update

from cases.clocks import Clock as CaseClock
from cases.model import CaseNo, Kind, Role, StaffId, Status
from handlers import deadlines
from tests.clock import Clock
from tests.handlers.cast import due, signed, staff_id, stands, told
from tests.house import MILK, Town, files_complaint, town

HUALONG, CITY, DESK = "410902", "410900", "410900-12315"
TIPOFF = "举报华龙区建设路的惠万家超市卖过期牛奶,匿名"
URGENT = "昨天在华龙区惠万家超市建设路店买的纯牛奶58块,孩子喝了上吐下泻正在住院,要求赔偿"


async def clocks(town: Town, no: str) -> dict[str, CaseClock]:
    async with town.house.database.read() as tx:
        return {clock.rule: clock for clock in (await tx.clocks.of([CaseNo(no)])).get(CaseNo(no), [])}


async def status(town: Town, no: str) -> Status:
    async with town.house.database.read() as tx:
        case = await tx.cases.get(no)
    assert case is not None
    return case.status


async def morning(town: Town, day: str) -> None:
    """The office opens."""
    town.clock.at(f"{day} 08:30")
    await town.passes()


async def test_the_ladder_climbs_from_the_officer_to_the_deputy_the_lead_those_above_and_the_centre(
    puyang: Town,
) -> None:
    li = await puyang.staff("李明", bureau=HUALONG)
    deputy = await puyang.staff("陈静", bureau=HUALONG, deputy_for="李明")
    lead = await puyang.staff("周局", bureau=HUALONG, role=Role.LEAD)
    above = await puyang.staff("市局", bureau=CITY, role=Role.LEAD)
    desk = await puyang.staff("赵台", bureau=DESK, role=Role.DESK)
    no = await files_complaint(puyang.person("wang"), MILK)
    await li.reads()
    await li.presses("签收")
    before = {person: len(person.told) for person in (deputy, desk)}
    puyang.clock.at("2026-11-27 08:29")
    await puyang.passes()
    assert told(li, "早报") == []
    await morning(puyang, "2026-11-27")
    assert [len(told(who, "11月27日", "七天内到期", f"受理12月2日到期 投诉{no}")) for who in (li, lead)] == [1, 1]
    await morning(puyang, "2026-12-02")
    assert len(told(li, "今天到期 1件", "受理今天到期")) == 1
    assert {person: len(person.told) for person in (deputy, desk)} == before
    await morning(puyang, "2026-12-03")
    for who in (li, lead, above):
        assert len(told(who, "12月3日", "已超期 1件", f"· 受理超期1个工作日 投诉{no} 惠万家超市")) == 1
    assert told(deputy, f"投诉{no}已超受理时限(12月2日)1个工作日,请立即办理")[0].choices
    assert len(desk.told) == before[desk]
    await morning(puyang, "2026-12-04")
    assert told(li, f"· 【催办】受理超期2个工作日 投诉{no}")
    for who in (deputy, desk):
        assert len(told(who, "【12315催办】", no, "2个工作日,请今日内办理并反馈")) == 1
    await morning(puyang, "2026-12-10")
    assert told(lead, "【督办】受理超期6个工作日")
    assert len(told(desk, "【12315督办】", no, "列入督办,请说明原因")) == 1
    assert len(told(deputy, "督办")) == 0


async def test_a_step_is_told_once_however_often_and_by_however_many_it_is_looked_for(puyang: Town) -> None:
    desk = await puyang.staff("赵台", bureau=DESK, role=Role.DESK)
    li = await puyang.staff("李明", bureau=HUALONG)
    await files_complaint(puyang.person("wang"), MILK)
    await morning(puyang, "2026-11-26")
    for _ in range(5):
        await asyncio.gather(*(deadlines.warn_all(puyang.house.database, office=puyang.house.office) for _ in range(2)))
        await puyang.passes(minutes=1)
    assert (len(told(desk, "【12315催办】")), len(told(li, "11月26日"))) == (1, 1)


async def test_after_ten_days_of_downtime_there_is_one_ping_a_case_and_not_one_a_missed_step(puyang: Town) -> None:
    await puyang.staff("李明", bureau=HUALONG)
    desk = await puyang.staff("赵台", bureau=DESK, role=Role.DESK)
    no = await files_complaint(puyang.person("wang"), MILK)
    await morning(puyang, "2026-12-07")
    await puyang.passes(hours=1)
    assert [out.text.splitlines() for out in told(desk, no, "时限")] == [
        [
            f"【12315督办】投诉{no}已超签收时限(11月24日)9个工作日,列入督办,请说明原因。",
            f"【12315催办】投诉{no}已超受理时限(12月2日)3个工作日,请今日内办理并反馈。",
        ]
    ]


async def test_nobody_is_woken_at_night_at_the_weekend_or_on_a_holiday(puyang: Town) -> None:
    li = await puyang.staff("李明", bureau=HUALONG)
    puyang.clock.at("2026-11-27 16:00")
    await files_complaint(puyang.person("wang"), MILK)
    await puyang.passes()
    before = len(li.told)
    for _ in range(36):
        await puyang.passes(hours=1)  # to Sunday 04:00
    assert len(li.told) - before == 0
    await morning(puyang, "2026-12-01")
    assert len(told(li, "12月1日", "签收超期1个工作日")) == 1


async def test_a_step_missed_until_after_hours_waits_for_the_morning(puyang: Town) -> None:
    li = await puyang.staff("李明", bureau=HUALONG)
    await files_complaint(puyang.person("wang"), MILK)
    puyang.clock.at("2026-11-25 19:00")
    await puyang.passes()
    assert told(li, "签收超期") == []
    await morning(puyang, "2026-11-26")
    assert len(told(li, "签收超期2个工作日")) == 1


async def test_an_urgent_case_does_not_wait_for_office_hours_and_is_told_by_itself(puyang: Town) -> None:
    li = await puyang.staff("李明", bureau=HUALONG)
    numbers = [await files_complaint(puyang.person(name), URGENT) for name in ("wang", "zhao")]
    puyang.clock.at("2026-11-25 00:01")
    await puyang.passes()
    assert len(told(li, "已超签收时限")) == 2
    for no in numbers:
        (ping,) = told(li, "【急】", no, "已超签收时限")
        assert "签收" in [choice.label for row in ping.choices for choice in row]


async def test_a_limit_in_hours_is_told_by_night(migrated_url: str, clock: Clock, tmp_path: Path) -> None:
    async with town(migrated_url, clock, tmp_path, site="chongxin") as here:
        bureau = here.house.office.rulebook.directory.line(here.house.office.rulebook.site.desk)[-1]
        li = await here.staff("李明", bureau=bureau)
        await morning(here, "2026-11-24")
        case = signed(1, await staff_id(here, "李明", bureau=bureau), bureau=bureau)
        at = datetime(2026, 11, 24, 20, 0, tzinfo=UTC)
        timed = due(case, "2026-11-25", rule="fast_response", due_at=at, step=1, next_warning=at - timedelta(hours=4))
        await stands(here, case, timed)
        clock.at("2026-11-25 00:01")
        await here.passes()
        assert len(told(li, case.no, "须在11月25日 04:00前处置")) == 1
        clock.at("2026-11-25 04:01")
        await here.passes()
        assert len(told(li, case.no, "已超过11月25日 04:00的处置时限")) == 1


async def standing_overdue(town: Town, count: int, *, officer: StaffId, first: int = 1) -> None:
    for n in range(first, first + count):
        case = signed(n, officer)
        await stands(town, case, due(case, "2026-11-24" if n % 2 else "2026-11-23", warned="2026-11-25", step=3))


async def test_many_warnings_to_one_person_are_one_text_a_line_a_case_most_pressing_first(puyang: Town) -> None:
    await puyang.staff("李明", bureau=HUALONG)
    deputy = await puyang.staff("陈静", bureau=HUALONG, deputy_for="李明")
    before = len(deputy.told)
    await standing_overdue(puyang, 30, officer=await staff_id(puyang, "李明", bureau=HUALONG))
    soon = signed(31, await staff_id(puyang, "李明", bureau=HUALONG))
    await stands(puyang, soon, due(soon, "2026-12-02", warned="2026-11-25", rule="supplement", step=0))
    await morning(puyang, "2026-11-25")
    (text,) = deputy.told[before:]
    head, section, first, *rest, last = text.text.splitlines()
    assert (head, section) == ("【12315提醒】30件请抓紧办：", "已超期 30件")
    assert first == "· 【催办】受理超期2个工作日 投诉410900261120002 商家002"
    assert (len(rest), last) == (24, "还有5件，请在工作台查看。")
    assert [choice.value for row in text.choices for choice in row][:2] == [
        "st:card:410900261120002:0",
        "st:card:410900261120004:0",
    ]
    assert sum(len(row) for row in text.choices) == 8
    await deputy.presses("410900261120002")
    deputy.hears("投诉 410900261120002 · 初查中")


async def test_what_was_written_down_before_a_crash_is_told_by_the_next_run_but_not_after_hours(puyang: Town) -> None:
    await puyang.staff("李明", bureau=HUALONG)
    deputy = await puyang.staff("陈静", bureau=HUALONG, deputy_for="李明")
    await standing_overdue(puyang, 2, officer=await staff_id(puyang, "李明", bureau=HUALONG))
    await morning(puyang, "2026-11-25")
    warnings, outbox = puyang.house.database.schema.warnings, puyang.house.database.schema.outbox
    async with puyang.house.database.begin() as tx:  # as if it had not come to the gathering
        await tx.execute(update(warnings).values(gathered_at=None))
        await tx.execute(outbox.delete())
    puyang.clock.at("2026-11-25 19:00")
    await puyang.passes()
    assert len(told(deputy, "【12315提醒】2件")) == 1
    await morning(puyang, "2026-11-26")
    assert len(told(deputy, "【12315提醒】2件")) == 2


async def test_a_case_that_cannot_be_read_keeps_nobody_else_from_being_warned(puyang: Town) -> None:
    await puyang.staff("李明", bureau=HUALONG)
    deputy = await puyang.staff("陈静", bureau=HUALONG, deputy_for="李明")
    await standing_overdue(puyang, 3, officer=await staff_id(puyang, "李明", bureau=HUALONG))
    cases = puyang.house.database.schema.cases
    torn = type_coerce(literal(b"\x01torn torn torn torn", LargeBinary()), LargeBinary())
    async with puyang.house.database.begin() as tx:
        await tx.execute(update(cases).where(cases.c.no == "410900261120001").values({"narrative": torn}))
    await morning(puyang, "2026-11-25")
    assert len(told(deputy, "商家002", "商家003")) == 1
    assert told(deputy, "商家001") == []


@pytest.mark.parametrize(
    ("bureau", "role"),
    [(HUALONG, Role.LEAD), (CITY, Role.OFFICER), (CITY, Role.LEAD), (DESK, Role.DESK), (DESK, Role.ADMIN)],
)
async def test_where_nobody_is_bound_below_a_ping_goes_up_to_who_can_act(puyang: Town, bureau: str, role: Role) -> None:
    someone = await puyang.staff("某某", bureau=bureau, role=role)
    no = await files_complaint(puyang.person("wang"), MILK)
    await someone.reads()
    assert told(someone, no, "请及时签收")
    await morning(puyang, "2026-12-03")
    assert len(told(someone, no, "受理")) == 2


async def test_nobody_at_all_to_be_told_stops_nothing(puyang: Town) -> None:
    no = await files_complaint(puyang.person("wang"), MILK)
    await morning(puyang, "2026-12-14")
    assert (await clocks(puyang, no))["accept"].next_warning is None


async def test_an_invited_officer_who_has_not_come_does_not_swallow_the_pings(puyang: Town) -> None:
    from handlers import staffing

    async with puyang.house.database.begin() as tx:
        await staffing.invite(tx, bureau=HUALONG, role=Role.OFFICER, name="未到", office=puyang.house.office)
    lead = await puyang.staff("市局", bureau=CITY, role=Role.LEAD)
    no = await files_complaint(puyang.person("wang"), MILK)
    await lead.reads()
    assert told(lead, no)


async def test_a_case_sent_back_starts_the_clock_of_the_desk_again(puyang: Town) -> None:
    li = await puyang.staff("李明", bureau=HUALONG)
    desk = await puyang.staff("赵台", bureau=DESK, role=Role.DESK)
    no = await files_complaint(puyang.person("wang"), MILK)
    await li.reads()
    await li.presses("退回")
    await li.says("经营地在清丰县")
    assert set(await clocks(puyang, no)) == {"dispatch", "accept"}
    await morning(puyang, "2026-11-25")
    assert len(told(desk, no, "分流超期1个工作日")) == 1


async def test_routing_a_case_again_does_not_give_more_time_to_accept_it(puyang: Town) -> None:
    li = await puyang.staff("李明", bureau=HUALONG)
    desk = await puyang.staff("赵台", bureau=DESK, role=Role.DESK)
    no = await files_complaint(puyang.person("wang"), MILK)
    due_on = (await clocks(puyang, no))["accept"].due_on
    puyang.clock.advance(days=1)
    await li.reads()
    await li.presses("退回")
    await li.says("经营地在清丰县")
    await desk.reads()
    await desk.presses("分派")
    await desk.presses("清丰县市场监管局")
    running = await clocks(puyang, no)
    assert running["accept"].due_on == due_on
    assert running["sign"].started_at == puyang.clock()


async def test_a_case_that_nobody_rates_is_archived_by_itself(puyang: Town) -> None:
    case = signed(1, None, status=Status.FOLLOWING_UP, outcome="settled")
    await stands(puyang, case, due(case, "2026-11-25", rule="follow_up", warned="2026-11-26"))
    await morning(puyang, "2026-11-25")
    assert await status(puyang, case.no) is Status.FOLLOWING_UP
    await morning(puyang, "2026-11-26")
    assert await status(puyang, case.no) is Status.ARCHIVED
    assert await clocks(puyang, case.no) == {}


async def test_a_warning_about_a_tipoff_names_nobody_who_brought_it(puyang: Town) -> None:
    lead = await puyang.staff("周局", bureau=HUALONG, role=Role.LEAD)
    wang = puyang.person("wang")
    await wang.says(TIPOFF)
    await wang.presses("同意")
    await wang.presses("匿名")
    await wang.presses("确认提交")
    await morning(puyang, "2026-12-15")
    assert len(told(lead, "举报", "核查超期1个工作日")) == 1
    assert "street:wang" not in lead.texts


async def test_the_journal_tells_once_that_a_limit_was_passed(puyang: Town) -> None:
    no = await files_complaint(puyang.person("wang"), MILK)
    for day in ("2026-12-03", "2026-12-04", "2026-12-10"):
        await morning(puyang, day)
    async with puyang.house.database.read() as tx:
        late = [event for event in await tx.cases.journal(CaseNo(no)) if event.name == "overdue"]
    assert sorted(event.facts["rule"] for event in late) == ["accept", "sign"]
    assert {event.by for event in late} == {"system"}


async def test_a_clock_whose_rule_was_taken_out_of_the_data_keeps_nobody_else_from_being_warned(puyang: Town) -> None:
    li = await puyang.staff("李明", bureau=HUALONG)
    case = signed(1, await staff_id(puyang, "李明", bureau=HUALONG), kind=Kind.COMPLAINT)
    gone = due(case, "2026-11-24", rule="gone", warned="2026-11-25")
    await stands(puyang, case, gone, due(case, "2026-11-24", warned="2026-11-25", step=3))
    await morning(puyang, "2026-11-25")
    assert len(told(li, "受理超期1个工作日", case.no)) == 1
    assert set(await clocks(puyang, case.no)) == {"accept"}
