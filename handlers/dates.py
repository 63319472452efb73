"""What dates are counted by: the calendar with the years entered over it, and the rule of a clock."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from cases.calendar import WorkCalendar, china_date
from cases.clocks import Clock, ClockRule
from cases.model import Case
from cases.rulebook_calendars import year_from
from handlers.office import Office

NOTICE_MONTH = 11
"""The State Council publishes next year's arrangement of holidays in November."""


def laid_over(files: WorkCalendar, texts: Iterable[str]) -> WorkCalendar:
    """The calendar of the files with the years that were entered.

    A year that a file has published counts as the file says, whatever was entered before.
    """
    return files.with_years([year for year in map(year_from, texts) if not files.published(year.year)])


def counted_by_days(clock: Clock) -> bool:
    """Whether the date follows from the calendar now: not while it is paused, set by the office, or an instant."""
    return not (clock.paused or clock.fixed or clock.due_at)


def rule_of(clock: Clock, case: Case, *, office: Office) -> ClockRule | None:
    """The rule of a case's clock; None when it was taken out of the data."""
    try:
        return office.rulebook.clock(clock.rule, china_date(case.received_at))
    except LookupError:
        return None


def missing_year(calendar: WorkCalendar, today: date) -> int | None:
    """The year whose arrangement should be known by now and is not: from November on, the next one."""
    year = today.year + (today.month >= NOTICE_MONTH)
    return None if calendar.published(year) else year
