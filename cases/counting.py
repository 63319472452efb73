"""The due date of a limit alone, without the proof of its days: for whoever needs many, or needs them at once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from cases.calendar import ONE_DAY, WorkCalendar
from cases.clocks import Pause, Unit

COUNTED_IN_DAYS = (Unit.WORKING_DAYS, Unit.DAYS)


def due_date(unit: Unit, start: date, length: int, *, calendar: WorkCalendar, pauses: Sequence[Pause] = ()) -> date:
    """The day on which ``length`` working or natural days after ``start`` have counted; the same as ``prove`` gives.

    ``start`` is a date in China and does not count (Order 121, Art. 45); days in a pause do not either. Natural days
    that end on no working day move to the next one. ValueError while a pause has no end, and for a unit not in days.
    """
    if unit not in COUNTED_IN_DAYS:
        raise ValueError(f"{unit.value} are not counted in days")
    if pauses:
        length += _paused(unit, start, length, calendar=calendar, pauses=pauses)
    due = _after(unit, start, length, calendar=calendar)
    return calendar.roll_forward(due) if unit is Unit.DAYS else due


def _paused(unit: Unit, start: date, length: int, *, calendar: WorkCalendar, pauses: Sequence[Pause]) -> int:
    """How many days of the unit pauses take out before the limit is reached; no day twice when pauses overlap."""
    spans = sorted((pause.start, _end(pause)) for pause in pauses)
    taken, passed = 0, start
    for since, end in spans:
        first = max(since, passed)
        if first >= _after(unit, start, length + taken, calendar=calendar):
            break  # the limit ends before this pause and all later ones
        if end > first:
            taken += _between(unit, first, end, calendar=calendar)
            passed = end
    return taken


def _end(pause: Pause) -> date:
    if pause.end is None:
        raise ValueError("a limit that is paused has no due date yet")
    return pause.end


def _after(unit: Unit, start: date, length: int, *, calendar: WorkCalendar) -> date:
    return start + ONE_DAY * length if unit is Unit.DAYS else calendar.add_working_days(start, length)


def _between(unit: Unit, start: date, end: date, *, calendar: WorkCalendar) -> int:
    """Days of the unit after ``start`` up to and including ``end``."""
    return (end - start).days if unit is Unit.DAYS else calendar.working_days_between(start, end)
