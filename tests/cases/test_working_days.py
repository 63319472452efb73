"""Sums of working days against counting on the fingers: in years with a notice, with statutory days only, without."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from cases.calendar import ONE_DAY, CalendarYear, WorkCalendar, china_instant
from cases.clocks import Pause, Unit
from cases.counting import due_date
from cases.proofs import prove
from tests.cases.counted import rule
from tests.house import rulebook

KNOWN = rulebook().calendar
CALM = settings(deadline=None)  # a busy machine is no fault of the code
COUNTS = st.integers(-400, 400)
BORDERS = [date(year, month, day) for year in (2019, 2027, 2031) for month, day in ((1, 1), (1, 2), (12, 31))]
NEAR = st.builds(lambda day, days: day + timedelta(days=days), st.sampled_from(BORDERS), st.integers(-400, 400))
ANYWHERE = NEAR | st.dates(date(2000, 1, 1), date(2060, 1, 1))


def of(number: int, *, off: Sequence[date] = (), work: Sequence[date] = (), published: bool = True) -> CalendarYear:
    return CalendarYear(
        year=number,
        basis="any",
        off=frozenset(off),
        work=frozenset(work),
        statutory=frozenset(off),
        published=published,
    )


@st.composite
def calendars(draw: st.DrawFn) -> WorkCalendar:
    """Two or three years in any arrangement, even one that names a day twice or a day of another year."""
    days = st.dates(date(2023, 12, 20), date(2027, 1, 10))
    numbers = draw(st.sets(st.sampled_from([2024, 2025, 2026]), min_size=1))
    return WorkCalendar([of(n, off=draw(st.lists(days)), work=draw(st.lists(days))) for n in numbers])


# ---- counting on the fingers ----------------------------------------------------------------------------------------


def added(calendar: WorkCalendar, start: date, count: int) -> date:
    day, left = start, abs(count)
    while left:
        day += ONE_DAY if count > 0 else -ONE_DAY
        left -= calendar.is_working(day)
    return day


def between(calendar: WorkCalendar, start: date, end: date) -> int:
    if end < start:
        return -between(calendar, end, start)
    return sum(calendar.is_working(start + timedelta(days=n)) for n in range(1, (end - start).days + 1))


def agrees(calendar: WorkCalendar, start: date, count: int) -> None:
    there = added(calendar, start, count)
    assert calendar.add_working_days(start, count) == there
    assert calendar.working_days_between(start, there) == between(calendar, start, there)
    rolled = start if calendar.is_working(start) else added(calendar, start, 1)
    assert calendar.roll_forward(start) == rolled


@CALM
@given(start=ANYWHERE, count=COUNTS)
def test_a_sum_of_working_days_is_what_one_gets_day_by_day(start: date, count: int) -> None:
    agrees(KNOWN, start, count)


@CALM
@given(calendar=calendars(), start=st.dates(date(2023, 12, 1), date(2027, 2, 1)), count=st.integers(-80, 80))
def test_so_it_is_in_any_arrangement_of_the_years(calendar: WorkCalendar, start: date, count: int) -> None:
    agrees(calendar, start, count)


@CALM
@given(start=ANYWHERE, count=COUNTS)
def test_so_it_is_without_any_year(start: date, count: int) -> None:
    agrees(WorkCalendar([]), start, count)


@CALM
@given(start=ANYWHERE, end=ANYWHERE)
def test_the_days_between_two_dates_are_what_one_gets_day_by_day(start: date, end: date) -> None:
    assert KNOWN.working_days_between(start, end) == between(KNOWN, start, end)


def test_every_day_of_the_known_years_and_around_them_agrees_for_short_counts() -> None:
    day = date(2018, 12, 1)
    while day < date(2031, 2, 1):
        for count in (-7, -1, 0, 1, 7, 15):
            assert KNOWN.add_working_days(day, count) == added(KNOWN, day, count), (day, count)
        day += ONE_DAY


def test_a_day_outside_the_years_of_the_calendar_overflows_and_the_last_ones_do_not() -> None:
    assert KNOWN.add_working_days(date(9999, 12, 30), 1) == date.max
    assert KNOWN.add_working_days(date(1, 1, 2), -1) == date.min
    for start, count in ((date.max, 1), (date.min, -1), (date(2026, 1, 1), 10**7)):
        with pytest.raises(OverflowError):
            KNOWN.add_working_days(start, count)


# ---- years that change ----------------------------------------------------------------------------------------------


def test_a_year_is_replaced_in_a_new_calendar_and_the_old_one_stays() -> None:
    monday = date(2027, 10, 4)
    newer = KNOWN.with_years([of(2027, off=[monday], work=[monday - ONE_DAY])])
    assert [calendar.published(2027) for calendar in (KNOWN, newer)] == [False, True]
    assert [calendar.is_working(monday) for calendar in (KNOWN, newer)] == [True, False]
    assert [calendar.is_working(date(2027, 10, 1)) for calendar in (KNOWN, newer)] == [False, True]
    assert newer.add_working_days(date(2027, 10, 2), 1) == monday - ONE_DAY
    assert newer.add_working_days(date(2026, 9, 23), 7) == date(2026, 10, 10)


def test_a_fingerprint_is_the_same_for_the_same_years_in_any_order_and_process() -> None:
    years = [of(2026, off=[date(2026, 1, 1), date(2026, 10, 1)], work=[date(2026, 1, 4)]), of(2027, published=False)]
    assert WorkCalendar(years).fingerprint == WorkCalendar(reversed(years)).fingerprint
    assert KNOWN.with_years([]).fingerprint == KNOWN.fingerprint
    elsewhere = "from cases.rulebook import load_rulebook; print(load_rulebook('puyang').calendar.fingerprint)"
    told = subprocess.run([sys.executable, "-c", elsewhere], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == KNOWN.fingerprint
    assert int(KNOWN.fingerprint, 16)


@pytest.mark.parametrize(
    "change",
    [
        {"off": frozenset({date(2026, 10, 2)})},
        {"work": frozenset({date(2026, 10, 10)})},
        {"statutory": frozenset({date(2026, 10, 1)})},
        {"published": False},
        {"basis": "another"},
        {"year": 2025},
    ],
    ids=lambda change: next(iter(change)),
)
def test_a_fingerprint_tells_of_any_change(change: dict[str, object]) -> None:
    before = of(2026)
    after = replace(before, **change)  # type: ignore[arg-type]
    assert WorkCalendar([after]).fingerprint != WorkCalendar([before]).fingerprint


# ---- due dates without a proof --------------------------------------------------------------------------------------


def at(day: date) -> datetime:
    return china_instant(day, datetime.min.time()).astimezone(UTC)


PAUSES = st.lists(st.tuples(st.integers(-20, 60), st.integers(0, 30)), max_size=4)


@CALM
@given(unit=st.sampled_from([Unit.WORKING_DAYS, Unit.DAYS]), start=NEAR, length=st.integers(0, 90), spans=PAUSES)
@example(unit=Unit.DAYS, start=date(2026, 5, 6), length=60, spans=[(5, 10), (5, 10), (8, 1)])
@example(unit=Unit.WORKING_DAYS, start=date(2026, 9, 23), length=1, spans=[(0, 1), (0, 30)])
def test_a_due_date_alone_is_the_one_that_the_proof_ends_with(
    unit: Unit, start: date, length: int, spans: list[tuple[int, int]]
) -> None:
    starts = [(start + timedelta(days=after), days) for after, days in spans]
    pauses = [Pause(start=since, end=since + timedelta(days=days)) for since, days in starts]
    proof = prove(rule(length, unit), at(start), KNOWN, pauses=pauses)
    assert due_date(unit, start, length, calendar=KNOWN, pauses=pauses) == proof.due_on


def test_a_limit_that_is_still_paused_has_no_due_date() -> None:
    with pytest.raises(ValueError, match="paused"):
        due_date(Unit.DAYS, date(2026, 5, 6), 60, calendar=KNOWN, pauses=[Pause(start=date(2026, 5, 7))])
