"""Working days and time limits against the printed calendar, the law's own vectors and a second opinion."""

from __future__ import annotations

import tomllib
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import chinese_calendar
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cases.calendar import CHINA, DayKind, Days, china_date, china_instant, iso_day
from cases.clocks import Unit
from cases.proofs import prove
from tests.cases.counted import rule
from tests.house import rulebook

ROWS: list[dict[str, Any]] = tomllib.loads((Path(__file__).parents[1] / "truth" / "due_dates.toml").read_text("utf-8"))[
    "row"
]
CALENDAR = rulebook().calendar
CALM = settings(deadline=None)  # a busy machine is no fault of the code
DAYS = st.dates(date(2019, 1, 1), date(2026, 10, 1))


def at(day: date, clock: time = time(10, 0)) -> datetime:
    return china_instant(day, clock).astimezone(UTC)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: str(row["start"]))
def test_a_due_date_is_the_one_that_the_law_and_the_printed_calendar_give(row: dict[str, Any]) -> None:
    for length, due in row["working"].items():
        assert prove(rule(int(length)), at(row["start"]), CALENDAR).due_on == due, row["why"]
    if "sixty" in row:
        proof = prove(rule(60, Unit.DAYS), at(row["start"]), CALENDAR)
        assert proof.due_on == row["sixty"]["due"]
        assert proof.steps[60].day == row["sixty"]["raw"]


@pytest.mark.parametrize("length", [7, 10, 15])
def test_every_start_since_2019_agrees_with_a_second_opinion_on_the_calendar(length: int) -> None:
    day, last, working = date(2019, 1, 1), date(2026, 12, 31), []
    while day <= last:
        if chinese_calendar.is_workday(day):
            working.append(day)
        day += timedelta(days=1)
    start = date(2019, 1, 1)
    position = 0
    while start <= last:
        while position < len(working) and working[position] <= start:
            position += 1
        if position + length > len(working):
            break
        assert CALENDAR.add_working_days(start, length) == working[position + length - 1], start
        start += timedelta(days=1)
    assert start > date(2026, 11, 30)


@pytest.mark.parametrize(
    ("said_at", "due"),
    [("2026-11-23T23:59:59+08:00", date(2026, 12, 2)), ("2026-11-24T00:01:00+08:00", date(2026, 12, 3))],
)
def test_the_day_of_receipt_is_the_day_in_china_not_in_utc(said_at: str, due: date) -> None:
    instant = datetime.fromisoformat(said_at).astimezone(UTC)
    assert china_date(instant) == datetime.fromisoformat(said_at).date()
    assert prove(rule(7), instant, CALENDAR).due_on == due


def test_an_instant_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="zone"):
        china_date(datetime(2026, 11, 23, 10, 0))  # noqa: DTZ001 - the point of the test


def test_a_limit_that_reaches_a_year_without_a_notice_is_provisional_and_one_that_does_not_is_not() -> None:
    assert not prove(rule(7), at(date(2026, 12, 18)), CALENDAR).provisional
    crossing = prove(rule(7), at(date(2026, 12, 28)), CALENDAR)
    assert crossing.provisional
    assert crossing.due_on == date(2027, 1, 7)  # 1 January is statutory; the rest of 2027 is plain weekends
    assert prove(rule(60, Unit.DAYS), at(date(2026, 11, 23)), CALENDAR).provisional


def test_a_natural_limit_that_ends_in_a_long_holiday_moves_behind_it() -> None:
    proof = prove(rule(60, Unit.DAYS), at(date(2026, 8, 4)), CALENDAR)
    assert proof.steps[60].day == date(2026, 10, 3)
    assert proof.due_on == date(2026, 10, 8)
    assert {step.why for step in proof.steps[61:]} == {"rolled"}


@CALM
@given(start=DAYS, length=st.integers(1, 60))
def test_a_proof_counts_exactly_the_working_days_and_ends_on_one(start: date, length: int) -> None:
    proof = prove(rule(length), at(start), CALENDAR)
    counted = [step.day for step in proof.steps if step.counted]
    assert len(counted) == length
    assert counted[-1] == proof.due_on
    assert all(CALENDAR.is_working(day) for day in counted)
    assert [step.day for step in proof.steps] == [start + timedelta(days=n) for n in range(len(proof.steps))]
    assert CALENDAR.working_days_between(start, proof.due_on) == length
    assert CALENDAR.add_working_days(start, length) == proof.due_on


@CALM
@given(start=DAYS, count=st.integers(1, 40))
def test_going_back_as_many_working_days_as_forth_ends_where_it_began(start: date, count: int) -> None:
    there = CALENDAR.roll_forward(start)
    assert CALENDAR.add_working_days(CALENDAR.add_working_days(there, count), -count) == there
    assert CALENDAR.working_days_between(CALENDAR.add_working_days(there, count), there) == -count


@CALM
@given(st.datetimes(datetime(2019, 1, 1), datetime(2030, 12, 31), timezones=st.just(UTC)))  # noqa: DTZ001
def test_a_date_in_china_is_eight_hours_ahead(instant: datetime) -> None:
    assert china_date(instant) == (instant + timedelta(hours=8)).date()
    assert china_date(instant.astimezone(CHINA)) == china_date(instant)


def test_each_kind_of_day_is_told_apart() -> None:
    kinds = {
        date(2026, 11, 23): DayKind.WORKDAY,
        date(2026, 10, 10): DayKind.MAKEUP,
        date(2026, 11, 22): DayKind.WEEKEND,
        date(2026, 10, 5): DayKind.HOLIDAY,
        date(2027, 10, 1): DayKind.HOLIDAY,
        date(2035, 10, 1): DayKind.WORKDAY,
    }
    assert {day: CALENDAR.kind(day) for day in kinds} == kinds


def test_only_a_year_with_a_notice_counts_as_published() -> None:
    assert [year for year in range(2018, 2032) if CALENDAR.published(year)] == list(range(2019, 2027))


def test_a_span_of_days_lasts_from_midnight_to_midnight_in_china() -> None:
    first, last = Days(first=date(2026, 11, 23), last=date(2026, 11, 24)).instants
    assert first.astimezone(UTC) == datetime(2026, 11, 22, 16, tzinfo=UTC)
    assert timedelta(0) < datetime(2026, 11, 24, 16, tzinfo=UTC) - last < timedelta(seconds=1)
    with pytest.raises(ValueError, match="ends after it starts"):
        Days(first=date(2026, 11, 24), last=date(2026, 11, 23))


@pytest.mark.parametrize("text", ["", "x", "20261123", "2026-W48-1", "2026-2-01", "2026-02-30", "0001-01-01"])
def test_a_day_is_written_in_one_way_only(text: str) -> None:
    assert iso_day("2026-11-23") == date(2026, 11, 23)
    with pytest.raises(ValueError):  # noqa: PT011 - its words are Python's own
        iso_day(text)
