"""Which days count: China's working days with makeup days, and the date of an instant there.

Sources: the State Council's yearly notices (data under ``rulebook/calendars``); Order 121, Art. 45.
"""

from __future__ import annotations

import hashlib
import json
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, timezone
from enum import StrEnum
from functools import cached_property
from itertools import accumulate

CHINA = timezone(timedelta(hours=8), "CST")
"""China has kept one zone without summer time since 1992."""

ONE_DAY = timedelta(days=1)
SATURDAY = 5
WEEK, WORKWEEK = 7, 5
FINGERPRINT = 16
EARLIEST = date(1970, 1, 1)


class DayKind(StrEnum):
    WORKDAY = "workday"
    MAKEUP = "makeup_day"
    WEEKEND = "weekend"
    HOLIDAY = "holiday"


@dataclass(frozen=True, kw_only=True)
class CalendarYear:
    """One year's arrangement. ``published`` False: only the statutory days are known, the rest is an estimate."""

    year: int
    basis: str
    off: frozenset[date]
    work: frozenset[date]
    statutory: frozenset[date]
    published: bool


def china_date(instant: datetime) -> date:
    """The calendar date in China at an aware instant; before 08:00 there, the UTC date is still yesterday."""
    if instant.tzinfo is None:
        raise ValueError("an instant needs its zone")
    return instant.astimezone(CHINA).date()


def china_instant(day: date, at: time) -> datetime:
    """The aware instant of a wall-clock time in China."""
    return datetime.combine(day, at, tzinfo=CHINA)


@dataclass(frozen=True, kw_only=True)
class Days:
    """A span of dates in China, both ends included. ValueError when it ends before it starts."""

    first: date
    last: date

    def __post_init__(self) -> None:
        if self.last < self.first:
            raise ValueError("a span ends after it starts")

    @property
    def instants(self) -> tuple[datetime, datetime]:
        """The first and the last instant of the span, aware."""
        return china_instant(self.first, time.min), china_instant(self.last, time.max)


def iso_day(text: str) -> date:
    """A date written like 2026-11-23; ValueError for anything else, and for days that no case can be from."""
    day = date.fromisoformat(text)
    if day.isoformat() != text or day < EARLIEST:
        raise ValueError(f"{text} is no such date")
    return day


class WorkCalendar:
    """Answers about single days and sums of working days. A year without data falls back to plain weekends.

    Plain weeks are counted by a formula, and only the days that differ from them are kept: no answer walks from day to
    day, however far apart the days are. OverflowError when a day would lie outside the years 1 to 9999.
    """

    def __init__(self, years: Iterable[CalendarYear]) -> None:
        self._years: Mapping[int, CalendarYear] = {year.year: year for year in years}
        shifts = sorted((day.toordinal(), shift) for year in self._years.values() for day, shift in _shifts(year))
        self._changed = [ordinal for ordinal, _ in shifts]
        # Behind the first n changed days there are so many more working days than in plain weeks.
        self._surplus = [0, *accumulate(shift for _, shift in shifts)]
        self._ranks = [_plain_rank(day) + extra for day, extra in zip(self._changed, self._surplus[1:], strict=True)]

    @cached_property
    def fingerprint(self) -> str:
        """The same 16 hexadecimal digits for the same years, wherever and whenever; others when anything differs."""
        content = json.dumps([_plain(self._years[number]) for number in sorted(self._years)], ensure_ascii=False)
        return hashlib.sha256(content.encode()).hexdigest()[:FINGERPRINT]

    def with_years(self, years: Iterable[CalendarYear]) -> WorkCalendar:
        """A new calendar in which these years stand in place of those of the same number; this one stays as it is."""
        return WorkCalendar([*self._years.values(), *years])

    @property
    def years(self) -> tuple[CalendarYear, ...]:
        """The years that are known, published or estimated, in order."""
        return tuple(self._years[number] for number in sorted(self._years))

    def published(self, year: int) -> bool:
        """Whether the State Council's arrangement for ``year`` is in the data."""
        return year in self._years and self._years[year].published

    def kind(self, day: date) -> DayKind:
        year = self._years.get(day.year)
        if year and day in year.off:
            return DayKind.HOLIDAY
        if year and day in year.work:
            return DayKind.MAKEUP
        return DayKind.WEEKEND if day.weekday() >= SATURDAY else DayKind.WORKDAY

    def is_working(self, day: date) -> bool:
        return self.kind(day) in (DayKind.WORKDAY, DayKind.MAKEUP)

    def add_working_days(self, start: date, count: int) -> date:
        """The ``count``-th working day after ``start`` (before it when negative); ``start`` itself never counts."""
        if count == 0:
            return start
        ordinal = start.toordinal()
        return self._working_day(self._rank(ordinal) + count if count > 0 else self._rank(ordinal - 1) + 1 + count)

    def roll_forward(self, day: date) -> date:
        """``day``, or the first working day after it when it is none (Art. 45)."""
        return day if self.is_working(day) else self.add_working_days(day, 1)

    def working_days_between(self, start: date, end: date) -> int:
        """How many working days lie after ``start`` up to and including ``end``; negative when ``end`` is earlier."""
        return self._rank(end.toordinal()) - self._rank(start.toordinal())

    def _rank(self, ordinal: int) -> int:
        """How many working days there are from the first day of the first year up to and including this one."""
        return _plain_rank(ordinal) + self._surplus[bisect_right(self._changed, ordinal)]

    def _working_day(self, rank: int) -> date:
        """The working day of this rank: between two changed days by plain weeks, or the later of them, a makeup day."""
        behind = bisect_left(self._ranks, rank)
        weeks, days = divmod(rank - self._surplus[behind] - 1, WORKWEEK)
        ordinal = weeks * WEEK + days + 1
        if behind < len(self._changed):
            ordinal = min(ordinal, self._changed[behind])
        try:
            return date.fromordinal(ordinal)
        except ValueError as error:
            raise OverflowError("the day lies outside the years 1 to 9999") from error


def _plain_rank(ordinal: int) -> int:
    """Days from Monday to Friday up to and including this one; day 1, the first of the first year, is a Monday."""
    weeks, days = divmod(ordinal, WEEK)
    return weeks * WORKWEEK + min(days, WORKWEEK)


def _shifts(year: CalendarYear) -> Iterator[tuple[date, int]]:
    """The days of the year that differ from plain weeks: 1 for a weekend worked, -1 for a weekday off."""
    for day in year.off | year.work:
        worked, plain = day not in year.off, day.weekday() < SATURDAY
        if day.year == year.year and worked != plain:
            yield day, 1 if worked else -1


def _plain(year: CalendarYear) -> list[object]:
    days = [sorted(day.isoformat() for day in days) for days in (year.off, year.work, year.statutory)]
    return [year.year, year.basis, year.published, *days]
