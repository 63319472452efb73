"""Due dates held against a second opinion: plain loops over the calendar of another author."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, time, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import chinese_calendar

from cases.calendar import WorkCalendar, china_date, china_instant
from cases.clocks import ClockRule, Unit
from cases.counting import due_date
from cases.proofs import prove
from cases.site import Rulebook

FIRST, LAST = date(2019, 1, 1), date(2026, 12, 31)
DAY = timedelta(days=1)
CODES = ("accept", "mediate", "tell_terminated", "verify", "docketed", "jurisdiction", "odr")
VECTORS = Path(__file__).parent.parent / "tests" / "truth" / "due_dates.toml"
EARLY = time(0, 1)
"""A minute past midnight in China, which is still the day before in UTC."""
FRIDAY = 4
IsWorking = Callable[[date], bool]


@dataclass(frozen=True, kw_only=True)
class Limit:
    """One time limit of the rulebook, as it stands or extended."""

    rule: ClockRule
    extended: bool

    @property
    def length(self) -> int:
        more = self.rule.extension.length if self.extended and self.rule.extension else 0
        return self.rule.length + more


@dataclass(kw_only=True)
class Tally:
    """How many due dates were compared, how many of ours were right, and how many simpler clocks got wrong."""

    compared: int = 0
    right: int = 0
    weekdays_wrong: int = 0
    no_makeup_wrong: int = 0


def limits(rulebook: Rulebook) -> list[Limit]:
    """The national limits in days, old and new; those that may be extended once more, extended."""
    rules = [rule for code in CODES for rule in rulebook.clocks if rule.code == code]
    return [Limit(rule=r, extended=more) for r in rules for more in (False, True) if r.extension or not more]


def compared(rulebook: Rulebook, *, every: int) -> dict[Unit, Tally]:
    """Every ``every``-th start since 2019 under every limit; due dates after 2026 have no second opinion."""
    found = {unit: Tally() for unit in (Unit.WORKING_DAYS, Unit.DAYS)}
    for limit in limits(rulebook):
        for start in _starts(every):
            _compare(limit, start, rulebook.calendar, found[limit.rule.unit])
    return found


def _starts(every: int) -> Iterator[date]:
    for n in range(0, (LAST - FIRST).days + 1, every):
        yield FIRST + DAY * n


def _compare(limit: Limit, start: date, calendar: WorkCalendar, tally: Tally) -> None:
    unit = limit.rule.unit
    truth = _by_hand(unit, start, limit.length, works=_official)
    if truth is None:
        return
    tally.compared += 1
    tally.right += _ours(limit, start, calendar) == {truth}
    tally.weekdays_wrong += _by_hand(unit, start, limit.length, works=_weekday) != truth
    tally.no_makeup_wrong += _by_hand(unit, start, limit.length, works=_without_makeup) != truth


def _ours(limit: Limit, start: date, calendar: WorkCalendar) -> set[date]:
    """What the proof says and what the quick way says."""
    instant = china_instant(start, EARLY)
    proof = prove(limit.rule, instant, calendar, extended=limit.extended)
    return {proof.due_on, due_date(limit.rule.unit, china_date(instant), limit.length, calendar=calendar)}


def _by_hand(unit: Unit, start: date, length: int, *, works: IsWorking) -> date | None:
    """Art. 45 day by day: the first does not count; a last natural day that is none of work moves on."""
    day, left = start, length
    while left and day <= LAST:
        day += DAY
        left -= unit is Unit.DAYS or (day <= LAST and works(day))
    while unit is Unit.DAYS and day <= LAST and not works(day):
        day += DAY
    return day if day <= LAST else None


@cache
def _official(day: date) -> bool:
    return bool(chinese_calendar.is_workday(day))


def _weekday(day: date) -> bool:
    return day.weekday() <= FRIDAY


def _without_makeup(day: date) -> bool:
    return _weekday(day) and _official(day)


def vectors(calendar: WorkCalendar) -> Tally:
    """The dates that were checked by hand against the printed calendar."""
    tally = Tally()
    for row in tomllib.loads(VECTORS.read_text("utf-8"))["row"]:
        for unit, length, due in _expected(row):
            tally.compared += 1
            tally.right += due_date(unit, row["start"], length, calendar=calendar) == due
    return tally


def _expected(row: dict[str, Any]) -> Iterator[tuple[Unit, int, date]]:
    for length, due in row["working"].items():
        yield Unit.WORKING_DAYS, int(length), due
    if "sixty" in row:
        yield Unit.DAYS, 60, row["sixty"]["due"]


def loop_of_the_peer(start: date, count: int) -> date:
    """How one adds working days with ``chinese_calendar``, as its readers do."""
    day = start
    while count:
        day += DAY
        count -= chinese_calendar.is_workday(day)
    return day
