"""A year entered: checked, seen by every process, every clock counted anew, and those told another date told again."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest

from bot.settings import Settings
from cases.calendar import CalendarYear
from cases.clocks import Clock as CaseClock
from cases.clocks import Pause
from cases.errors import CaseError, RulebookFault
from cases.events import EventName
from cases.model import CaseNo, Role
from cases.rulebook_calendars import year_from, year_of, year_text
from handlers import calendars
from handlers.recounting import Recounter, recount_all
from main import announce, build
from tests.clock import Clock
from tests.house import MILK, Person, Town, files_complaint, rulebook

HUALONG, DESK = "410902", "410900-12315"
BASIS = "国办发明电〔2026〕9号"
LINE = f"录入放假 2027 放假 1-1至1-4,2-5至2-11 上班 1-31,2-14 依据 {BASIS}"


def year(off: str = "1-1/4", work: str = "") -> CalendarYear:
    return year_of(2027, off=off, work=work, basis=BASIS)


def as_estimated() -> CalendarYear:
    known = next(year for year in rulebook().calendar.years if year.year == 2027)
    days = ",".join(f"{day.month}-{day.day}" for day in sorted(known.off))
    return year_of(2027, off=days, work="", basis=BASIS)


async def entered(town: Town, entry: CalendarYear) -> int:
    """Enter the year and do what the scheduler does; returns how many clocks got another date."""
    async with town.house.database.begin() as tx:
        await calendars.enter(tx, entry, by=calendars.OPERATOR, office=town.house.office)
    moved = await town.duties.recount()
    await town.settle()
    return moved


async def clocks(town: Town, no: str) -> dict[str, CaseClock]:
    async with town.house.database.read() as tx:
        found = await tx.clocks.of([CaseNo(no)], running=False)
    return {clock.rule: clock for clock in found.get(CaseNo(no), [])}


def told(person: Person, part: str) -> list[str]:
    return [outgoing.text for outgoing in person.told if part in outgoing.text]


async def december(town: Town) -> tuple[str, Person, Person]:
    """A complaint filed on 24 December 2026: its time for acceptance ends in a year that is only estimated."""
    town.clock.at("2026-12-24 10:00")
    li = await town.staff("李明", bureau=HUALONG)
    await town.duties.recount()
    wang = town.person("wang")
    return await files_complaint(wang, MILK), wang, li


async def test_a_date_in_a_year_not_yet_published_is_provisional_and_is_counted_and_told_anew(puyang: Town) -> None:
    no, wang, li = await december(puyang)
    before = (await clocks(puyang, no))["accept"]
    assert (before.due_on, before.provisional) == (date(2027, 1, 5), True)
    assert await entered(puyang, year()) > 0
    after = (await clocks(puyang, no))["accept"]
    assert (after.due_on, after.provisional) == (date(2027, 1, 6), False)
    assert told(wang, "因放假安排公布") == [f"【濮阳市场监管】{no}的受理期限因放假安排公布,改为2027年1月6日。"]
    assert len(told(li, "因放假安排公布")) == 1
    assert "2027年1月6日" in told(li, "因放假安排公布")[0]


async def test_the_ladder_of_a_moved_date_stands_at_its_first_step_ahead(puyang: Town) -> None:
    no, _, li = await december(puyang)
    await puyang.passes(days=6)
    assert len(told(li, "受理2027年1月5日到期")) == 1
    before = (await clocks(puyang, no))["accept"]
    await entered(puyang, year())
    after = (await clocks(puyang, no))["accept"]
    assert before.next_warning is not None
    assert after == before.evolve(
        due_on=date(2027, 1, 6), provisional=False, next_warning=before.next_warning + timedelta(days=1)
    )


async def test_the_journal_says_once_which_limit_moved_from_when_to_when(puyang: Town) -> None:
    no, _, _ = await december(puyang)
    await entered(puyang, year())
    async with puyang.house.database.read() as tx:
        found = [event for event in await tx.cases.journal(CaseNo(no)) if event.name is EventName.RECOUNTED]
    assert [(e.facts["rule"], e.facts["from"], e.facts["to"]) for e in found] == [
        ("accept", "2027-01-05", "2027-01-06")
    ]


async def test_counted_again_after_a_crash_nobody_is_told_twice(puyang: Town) -> None:
    _, wang, li = await december(puyang)
    async with puyang.house.database.begin() as tx:
        await calendars.enter(tx, year(), by=calendars.OPERATOR, office=puyang.house.office)
    await recount_all(puyang.house.database, office=puyang.house.office)  # and it ends before its mark is written
    assert await Recounter(puyang.house.database, puyang.house.office).work() == 0
    await puyang.settle()
    assert len(told(wang, "因放假安排公布")) == 1
    assert len(told(li, "因放假安排公布")) == 1


async def test_a_date_that_stays_is_no_longer_provisional_and_nobody_is_told(puyang: Town) -> None:
    no, wang, li = await december(puyang)
    assert await entered(puyang, as_estimated()) == 0
    clock = (await clocks(puyang, no))["accept"]
    assert (clock.due_on, clock.provisional) == (date(2027, 1, 5), False)
    assert told(wang, "因放假安排公布") + told(li, "因放假安排公布") == []


async def test_a_warning_that_is_owed_is_still_told_when_the_date_stays(puyang: Town) -> None:
    no, _, li = await december(puyang)
    warned = (await clocks(puyang, no))["accept"].next_warning
    assert warned is not None
    puyang.clock.advance(seconds=(warned - puyang.clock()).total_seconds() + 60)
    await entered(puyang, as_estimated())
    await puyang.passes(minutes=1)
    assert len(told(li, "受理2027年1月5日到期")) == 1


async def test_a_house_limit_that_moved_is_told_to_the_officer_only(puyang: Town) -> None:
    puyang.clock.at("2026-12-30 10:00")
    li, wang = await puyang.staff("李明", bureau=HUALONG), puyang.person("wang")
    no = await files_complaint(wang, MILK)
    await puyang.duties.recount()
    async with puyang.house.database.begin() as tx:
        await tx.clocks.stop(CaseNo(no), ["accept", "finish"], at=puyang.clock())
        sign = (await tx.clocks.of([CaseNo(no)]))[CaseNo(no)][0]
        await tx.clocks.change(sign.evolve(due_on=date(2027, 1, 4), provisional=True))
    await entered(puyang, as_estimated())
    assert told(wang, "因放假安排公布") == []
    assert len(told(li, "签收时限因放假安排公布")) == 1


async def test_paused_chosen_and_hour_clocks_stay_as_they_are(puyang: Town) -> None:
    no, wang, _ = await december(puyang)
    async with puyang.house.database.begin() as tx:
        accept = next(c for c in (await tx.clocks.of([CaseNo(no)]))[CaseNo(no)] if c.rule == "accept")
        await tx.clocks.stop(CaseNo(no), None, at=puyang.clock())
        kept = [
            accept.evolve(rule="mediate", pauses=(Pause(start=date(2026, 12, 25)),), next_warning=None),
            accept.evolve(rule="supplement", fixed=True),
            accept.evolve(rule="finish", due_at=puyang.clock()),
        ]
        for clock in kept:
            tx.clocks.add(clock)
    assert await entered(puyang, year()) == 0
    found = await clocks(puyang, no)
    assert [found[clock.rule] for clock in kept] == kept
    assert told(wang, "因放假安排公布") == []


async def test_another_process_sees_the_year_at_its_next_look(puyang: Town, migrated_url: str, tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path, database_url=migrated_url, _env_file=None)  # type: ignore[call-arg]
    other = build(settings, rulebook(), channels={}, now=puyang.clock, reader=puyang.house.office.reader)
    assert await other.duties({}).look_at_calendar() == 0
    await entered(puyang, year())
    assert not other.office.calendar.published(2027)
    assert await other.duties({}).look_at_calendar() == 1
    assert await other.duties({}).look_at_calendar() == 0
    assert other.office.calendar.fingerprint == puyang.house.office.calendar.fingerprint
    assert await other.duties({}).recount() == 0
    await other.database.close()


async def test_a_clock_that_another_process_started_by_the_old_year_is_counted_two_minutes_later(puyang: Town) -> None:
    no, _, _ = await december(puyang)
    await entered(puyang, year())
    async with puyang.house.database.begin() as tx:
        accept = next(c for c in (await tx.clocks.of([CaseNo(no)]))[CaseNo(no)] if c.rule == "accept")
        await tx.clocks.change(accept.evolve(due_on=date(2027, 1, 5), provisional=True))
    assert await puyang.duties.recount() == 0
    puyang.clock.advance(minutes=2)
    assert await puyang.duties.recount() == 1
    assert await puyang.duties.recount() == 0


async def test_two_processes_with_different_files_do_not_move_the_dates_to_and_fro(puyang: Town) -> None:
    await december(puyang)
    office = puyang.house.office
    old, new = Recounter(puyang.house.database, office), Recounter(puyang.house.database, office)
    files = office.calendars.current
    await old.work()
    office.calendars.current = files.with_years([year()])
    assert await new.work() > 0
    office.calendars.current = files
    assert await old.work() == 0


async def test_entering_again_replaces_the_year(puyang: Town) -> None:
    no, wang, _ = await december(puyang)
    await entered(puyang, year())
    puyang.clock.advance(minutes=5)
    await entered(puyang, year(off="1-1/3"))
    assert (await clocks(puyang, no))["accept"].due_on == date(2027, 1, 5)
    assert len(told(wang, "因放假安排公布")) == 2


async def test_a_year_that_a_file_has_published_is_not_entered_with_other_days(puyang: Town) -> None:
    other = year_of(2026, off="1-1", work="", basis=BASIS)
    with pytest.raises(CaseError, match="calendar_file"):
        await entered(puyang, other)
    same = next(known for known in rulebook().calendar.years if known.year == 2026)
    assert await entered(puyang, same) == 0


async def test_the_administrator_enters_a_year_in_one_line_after_a_look_at_it(puyang: Town) -> None:
    no, wang, _ = await december(puyang)
    admin = await puyang.staff("管理员", bureau=DESK, role=Role.ADMIN)
    await admin.says(LINE)
    admin.hears("放假11天：1月1日至4日、2月5日至11日", "上班2天：1月31日、2月14日", BASIS, "个时限会改变日期")
    assert not puyang.house.office.calendar.published(2027)
    assert await admin.presses("确认录入2027年") == [
        "2027年的放假安排已经录入。在办的时限一分钟内重算，日期变了的会重新告知。"
    ]
    await puyang.duties.recount()
    await puyang.settle()
    assert (await clocks(puyang, no))["accept"].due_on == date(2027, 1, 6)
    assert len(told(wang, "改为2027年1月6日")) == 1


async def test_a_line_that_was_not_confirmed_or_is_confirmed_twice_enters_nothing(puyang: Town) -> None:
    admin = await puyang.staff("管理员", bureau=DESK, role=Role.ADMIN)
    await admin.says(LINE)
    sure = admin.button("确认录入2027年").value
    await admin.presses("不录入")
    await admin.sends(admin.message(pressed=sure))
    assert not puyang.house.office.calendar.published(2027)


async def test_only_the_administrator_enters_years_in_chat(puyang: Town) -> None:
    li = await puyang.staff("李明", bureau=HUALONG)
    assert await li.says(LINE) == ["只有管理员可以这样做。"]


@pytest.mark.parametrize(
    ("line", "part"),
    [
        ("录入放假 2027 放假 1-1,2-5 上班 2-5 依据 x", "calendar: off: found '2027-02-05'"),
        ("录入放假 2027 放假 1-1至1-3、二月五日 上班 1-31 依据 x", "calendar: off[1]: found '二月五日'"),
        ("录入放假 2027 放假 2-30 上班 依据 x", "calendar: off[0]: found '2027-02-30/2027-02-30'"),
        ("录入放假 2026 放假 1-1 上班 依据 x", "数据文件里已经公布"),
        ("录入放假 2027", "请这样发"),
        ("录入放假 2027 放假 1-1", "请这样发"),
    ],
)
async def test_every_fault_of_a_line_is_named(puyang: Town, line: str, part: str) -> None:
    admin = await puyang.staff("管理员", bureau=DESK, role=Role.ADMIN)
    assert part in "".join(await admin.says(line))


@pytest.mark.parametrize(
    ("typed", "days"),
    [
        ("1-1至1-3", ["2027-01-01/2027-01-03"]),
        ("1月1日至3日", ["2027-01-01/2027-01-03"]),
        ("2027-10-01/2027-10-07，12.31", ["2027-10-01/2027-10-07", "2027-12-31"]),
    ],
)
def test_days_are_typed_as_people_write_them(typed: str, days: list[str]) -> None:
    written = year_text(year(off=typed))
    assert f"off = {days}".replace("'", '"') in written
    assert year_from(written) == year(off=typed)


def test_a_year_without_a_day_off_or_too_long_to_keep_is_refused() -> None:
    with pytest.raises(RulebookFault, match="off: found nothing; allowed: at least one day"):
        year(off="")
    with pytest.raises(RulebookFault, match="basis: found 5000"):
        year_of(2027, off="1-1", work="", basis="x" * 5000)


async def test_a_start_says_that_next_year_is_missing_until_it_was_entered(
    puyang: Town, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    settings = Settings(data_dir=tmp_path, _env_file=None)  # type: ignore[call-arg]
    puyang.clock.at("2026-10-31 10:00")
    await announce(puyang.house, settings, serving_pages=False)
    assert "还没有录入" not in caplog.text
    puyang.clock.at("2026-11-01 10:00")
    await announce(puyang.house, settings, serving_pages=False)
    assert "2027年的放假安排还没有录入" in caplog.text
    caplog.clear()
    await entered(puyang, year())
    await announce(puyang.house, settings, serving_pages=False)
    assert "还没有录入" not in caplog.text


async def test_the_consumer_reads_that_a_date_may_still_change(puyang: Town) -> None:
    _, wang, _ = await december(puyang)
    assert "2027年1月5日（暂定）" in "".join(await wang.says("进度"))


async def test_staff_see_in_chat_why_a_date_is_what_it_is(puyang: Town) -> None:
    no, _, li = await december(puyang)
    await li.says(no)
    li.hears("受理2027年1月5日（暂定）")
    text = "".join(await li.presses("为什么"))
    assert f"{no}的时限是这样算的" in text
    assert "受理：12月24日起，2027年1月5日到期（暂定）" in text
    assert "12月24日 开始当天不算\n12月25日 工作日，算1天\n12月26日至27日 周末，不算" in text
    assert "合计 7个工作日" in text


async def test_a_stranger_learns_nothing_of_a_date(puyang: Town, clock: Clock) -> None:
    no, _, _ = await december(puyang)
    other = await puyang.staff("赵敏", bureau="410922")
    assert await other.sends(other.message(pressed=f"st:why:{no}:1")) == [f"没有找到{no}，请核对编号。"]
