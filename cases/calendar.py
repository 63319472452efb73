"""Which days count: China's working days with makeup days, and the date of an instant there.

Sources: the State Council's yearly notices (data under ``rulebook/calendars``); Order 121, Art. 45.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, timezone
from enum import StrEnum

CHINA = timezone(timedelta(hours=8), "CST")
"""China has kept one zone without summer time since 1992."""

ONE_DAY = timedelta(days=1)
SATURDAY = 5


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


class WorkCalendar:
    """Answers about single days and sums of working days. A year without data falls back to plain weekends."""

    def __init__(self, years: Iterable[CalendarYear]) -> None:
        self._years: Mapping[int, CalendarYear] = {year.year: year for year in years}

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
        step = ONE_DAY if count >= 0 else -ONE_DAY
        day, left = start, abs(count)
        while left:
            day += step
            left -= self.is_working(day)
        return day

    def roll_forward(self, day: date) -> date:
        """``day``, or the first working day after it when it is none (Art. 45)."""
        while not self.is_working(day):
            day += ONE_DAY
        return day

    def working_days_between(self, start: date, end: date) -> int:
        """How many working days lie after ``start`` up to and including ``end``; negative when ``end`` is earlier."""
        if end < start:
            return -self.working_days_between(end, start)
        days = (start + ONE_DAY * n for n in range(1, (end - start).days + 1))
        return sum(self.is_working(day) for day in days)
