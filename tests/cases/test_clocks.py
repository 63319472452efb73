"""Clocks of the national data: which rules a case is under, and when each step of a ladder is owed."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cases.calendar import CHINA, china_date
from cases.clocks import Clock, ClockRule, Pause, Unit
from cases.clockwork import Pace, at_step, due_step, start_clock
from cases.events import EventName
from cases.model import CaseNo, Kind
from tests.house import rulebook

BOOK = rulebook()
HOURS = BOOK.site.hours


def pace(*, urgent: bool = False) -> Pace:
    return Pace(calendar=BOOK.calendar, hours=HOURS, urgent=urgent)


def china(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=CHINA)


def started(code: str, at: str, *, urgent: bool = False) -> tuple[Clock, ClockRule]:
    instant = china(at)
    rule = BOOK.clock(code, china_date(instant))
    clock = start_clock(rule, CaseNo("1"), at=instant, pace=pace(urgent=urgent))
    return clock, rule


def ladder(code: str, at: str, *, urgent: bool = False) -> list[str]:
    """When each step of the ladder is owed, from the first that lies ahead."""
    clock, rule = started(code, at, urgent=urgent)
    found = []
    while clock.next_warning:
        found.append(clock.next_warning.astimezone(CHINA).strftime("%m-%d %H:%M"))
        clock = at_step(clock, clock.step + 1, rule=rule, pace=pace(urgent=urgent))
    return found


@pytest.mark.parametrize(
    ("code", "at", "steps"),
    [
        ("accept", "2026-11-23 10:00", "11-27, 12-01, 12-02, 12-03, 12-04, 12-10"),
        # The due day is Saturday 10 October, a makeup day; the day after it that counts is Monday.
        ("accept", "2026-09-23 10:00", "09-30, 10-09, 10-10, 10-12, 10-13, 10-19"),
        ("sign", "2026-11-20 17:00", "11-24, 11-25, 12-01"),
        ("dispatch", "2026-11-21 03:00", "11-23, 11-24, 11-25, 12-01"),
        ("verify", "2026-11-23 10:00", "12-07, 12-10, 12-14, 12-15, 12-16, 12-22"),
        # 60 days end on Sunday 22 November and roll to Monday; the steps before count back from there.
        ("mediate", "2026-09-23 10:00", "11-09, 11-18, 11-23, 11-24, 11-25, 12-01"),
        ("follow_up", "2026-11-23 10:00", "11-27"),
    ],
)
def test_each_step_is_owed_as_the_office_opens_on_its_working_day(code: str, at: str, steps: str) -> None:
    assert ladder(code, at) == [f"{day} 08:30" for day in steps.split(", ")]


def test_an_urgent_case_is_told_to_be_overdue_as_its_last_day_ends() -> None:
    assert ladder("accept", "2026-11-23 10:00", urgent=True)[3] == "12-03 00:00"
    assert ladder("accept", "2026-09-23 10:00", urgent=True)[3] == "10-11 00:00"


def test_a_step_whose_time_had_passed_when_the_clock_started_is_left_out() -> None:
    clock, _ = started("dispatch", "2026-11-20 10:00")
    assert clock.step == 0
    late = BOOK.clock("accept", date(2026, 11, 23))
    short = ClockRule(**{**late.__dict__, "length": 2})
    clock = start_clock(short, CaseNo("1"), at=china("2026-11-23 10:00"), pace=pace())
    assert short.warnings[clock.step].days == -1


def test_after_days_of_downtime_only_the_newest_step_is_owed() -> None:
    clock, rule = started("accept", "2026-11-23 10:00")

    def step(now: str) -> int | None:
        return due_step(clock, china(now), rule=rule, pace=pace())

    instants = ["2026-11-27 08:29", "2026-11-27 08:30", "2026-12-01 12:00", "2026-12-02 09:00", "2027-03-01 09:00"]
    assert [step(now) for now in instants] == [None, 0, 1, 2, 5]


@pytest.mark.parametrize(
    ("now", "opening"),
    [
        ("2026-11-23 10:00", "2026-11-23 10:00"),
        ("2026-11-23 08:29", "2026-11-23 08:30"),
        ("2026-11-23 17:30", "2026-11-24 08:30"),
        ("2026-11-27 18:00", "2026-11-30 08:30"),
        ("2026-11-28 10:00", "2026-11-30 08:30"),
        ("2026-10-10 10:00", "2026-10-10 10:00"),
        ("2026-09-30 20:00", "2026-10-08 08:30"),
    ],
)
def test_the_office_opens_on_working_days_and_makeup_days_only(now: str, opening: str) -> None:
    assert HOURS.next_opening(china(now), BOOK.calendar) == china(opening)


@settings(deadline=None)
@given(st.datetimes(datetime(2026, 1, 1), datetime(2026, 12, 1)), st.integers(0, 60 * 24 * 20))  # noqa: DTZ001
def test_a_ladder_goes_forward_and_each_step_is_owed_exactly_from_its_instant(start: datetime, minutes: int) -> None:
    clock, rule = started("accept", start.isoformat(" ", "minutes"))
    now = clock.started_at + timedelta(minutes=minutes)
    step = due_step(clock, now, rule=rule, pace=pace())
    if step is None:
        assert clock.next_warning is None or now < clock.next_warning
        return
    moved = at_step(clock, step + 1, rule=rule, pace=pace())
    assert moved.next_warning is None or moved.next_warning > now
    assert due_step(moved, now, rule=rule, pace=pace()) is None


@pytest.mark.parametrize(
    ("received", "length", "unit"),
    [("2026-04-14", 45, Unit.WORKING_DAYS), ("2026-04-15", 60, Unit.DAYS), ("2021-05-06", 45, Unit.WORKING_DAYS)],
)
def test_mediation_takes_45_working_days_for_cases_received_before_the_order_and_60_days_since(
    received: str, length: int, unit: Unit
) -> None:
    rule = BOOK.clock("mediate", date.fromisoformat(received))
    assert (rule.length, rule.unit) == (length, unit)
    assert rule.basis


def test_every_day_has_one_rule_of_a_code_or_none() -> None:
    for rule in BOOK.clocks:
        for other in BOOK.clocks:
            same = rule is not other and rule.code == other.code and rule.kinds & other.kinds
            assert not (same and rule.covers(other.effective_from))
    with pytest.raises(LookupError):
        BOOK.clock("mediate", date(2019, 12, 31))


STATUTORY = {"accept": 7, "mediate": 60, "tell_terminated": 7, "verify": 15, "docketed": 90}


def test_the_statutory_lengths_are_those_of_the_law() -> None:
    today = date(2026, 11, 23)
    assert {code: BOOK.clock(code, today).length for code in STATUTORY} == STATUTORY
    days = {code for code in STATUTORY if BOOK.clock(code, today).unit is Unit.DAYS}
    assert days == {"mediate", "docketed"}
    assert all(rule.basis for rule in BOOK.clocks)


@pytest.mark.parametrize("kind", Kind)
def test_every_clock_that_an_event_starts_is_stopped_by_another(kind: Kind) -> None:
    for rule in BOOK.clocks:
        assert rule.started_by, rule.code
        assert rule.stopped_by, rule.code
        assert not rule.started_by & rule.stopped_by, rule.code
    names = {rule.code for rule in BOOK.clocks_started_by(EventName.ROUTED, kind=kind, received_on=date(2026, 11, 23))}
    wanted = {Kind.COMPLAINT: {"sign", "accept"}, Kind.TIPOFF: {"sign", "verify", "advertising"}}
    assert names == wanted.get(kind, set())


@pytest.mark.parametrize(
    ("changes", "now", "late"),
    [
        ({}, "2026-12-02 23:59", False),
        ({}, "2026-12-03 00:00", True),
        ({"stopped_at": china("2026-12-02 23:59")}, "2026-12-24 10:00", False),
        ({"stopped_at": china("2026-12-03 00:00")}, "2026-12-03 00:00", True),
        # While it is paused no day counts, however long it takes; what was late before stays so.
        ({"pauses": (Pause(start=date(2026, 12, 1)),)}, "2026-12-24 10:00", False),
        ({"pauses": (Pause(start=date(2026, 12, 1)),), "stopped_at": china("2026-12-24 10:00")}, "2026-12-25", False),
        ({"pauses": (Pause(start=date(2026, 12, 3)),)}, "2026-12-24 10:00", True),
        ({"pauses": (Pause(start=date(2026, 11, 25), end=date(2026, 11, 26)),)}, "2026-12-03 00:00", True),
        ({"due_at": china("2026-12-02 10:00")}, "2026-12-02 10:00", False),
        ({"due_at": china("2026-12-02 10:00")}, "2026-12-02 10:01", True),
    ],
)
def test_a_date_is_kept_until_its_day_in_china_is_over(changes: dict[str, object], now: str, late: bool) -> None:
    clock, _ = started("accept", "2026-11-23 10:00")
    assert clock.due_on == date(2026, 12, 2)
    assert clock.evolve(**changes).late(china(now)) is late
