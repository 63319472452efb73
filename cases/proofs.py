"""The due date of a time limit and the proof of it: each day counted or skipped, and why (Order 121, Art. 45)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from cases.calendar import ONE_DAY, DayKind, WorkCalendar, china_date
from cases.clocks import Clock, ClockRule, Pause, Unit
from cases.errors import CaseError

COUNTED = frozenset({DayKind.WORKDAY.value, DayKind.MAKEUP.value, "day"})


@dataclass(frozen=True, kw_only=True)
class Step:
    """One day of a proof: whether it counted, and why."""

    day: date
    counted: bool
    why: str


@dataclass(frozen=True, kw_only=True)
class Proof:
    """A due date and the days that led to it. ``provisional``: a day fell into a year not yet published.

    ``due_at`` is the instant of a limit in hours or minutes, whose days are all one span.
    """

    due_on: date
    provisional: bool
    steps: tuple[Step, ...]
    due_at: datetime | None = None


def prove(
    rule: ClockRule,
    started_at: datetime,
    calendar: WorkCalendar,
    *,
    pauses: Sequence[Pause] = (),
    extended: bool = False,
    extra: int = 0,
) -> Proof:
    """The due date of ``rule`` from ``started_at``: the first day is not counted (Art. 45), each has its reason.

    ``extended`` adds the rule's extension, ``extra`` so many more. ``pauses`` must have ended: a limit that is still
    paused has no due date (ValueError). CaseError ``not_pausable`` or ``not_extendable`` when the law knows neither for
    this rule.
    """
    if any(pause.end is None for pause in pauses):
        raise ValueError("a limit that is paused has no due date yet")
    if pauses and not rule.pausable:
        raise CaseError("not_pausable", clock=rule.name)
    if (extended or extra) and rule.extension is None:
        raise CaseError("not_extendable", clock=rule.name)
    length = rule.length + extra + (rule.extension.length if extended and rule.extension else 0)
    if rule.unit.span:
        return _spanned(started_at, length, rule.unit)
    start = china_date(started_at)
    steps = [
        Step(day=start, counted=False, why="first_day"),
        *_counted(rule.unit, start, length, calendar=calendar, pauses=pauses),
    ]
    if rule.unit is Unit.DAYS:
        steps += _rolled(steps[-1].day, calendar)
    due_on = steps[-1].day
    provisional = any(not calendar.published(year) for year in range(start.year, due_on.year + 1))
    return Proof(due_on=due_on, provisional=provisional, steps=tuple(steps))


def proof_of(clock: Clock, rule: ClockRule, calendar: WorkCalendar) -> Proof | None:
    """Why a clock of a case is due when it is; None while it is paused."""
    if clock.paused:
        return None
    if clock.fixed:
        chosen = (
            Step(day=china_date(clock.started_at), counted=False, why="first_day"),
            Step(day=clock.due_on, counted=True, why="chosen"),
        )
        return Proof(due_on=clock.due_on, provisional=False, steps=chosen)
    return prove(rule, clock.started_at, calendar, pauses=clock.pauses, extra=clock.extra)


def _spanned(started_at: datetime, length: int, unit: Unit) -> Proof:
    assert unit.span is not None, "a unit of hours or minutes"
    due_at = started_at + length * unit.span
    start, end = china_date(started_at), china_date(due_at)
    days = (start + ONE_DAY * n for n in range((end - start).days + 1))
    steps = tuple(Step(day=day, counted=True, why=unit.value) for day in days)
    return Proof(due_on=end, provisional=False, steps=steps, due_at=due_at)


def _counted(
    unit: Unit, start: date, length: int, *, calendar: WorkCalendar, pauses: Sequence[Pause]
) -> Iterator[Step]:
    """The days after ``start`` until ``length`` of them have counted."""
    day, left = start, length
    while left:
        day += ONE_DAY
        why = _why(unit, day, calendar=calendar, pauses=pauses)
        counted = why in COUNTED
        left -= counted
        yield Step(day=day, counted=counted, why=why)


def _why(unit: Unit, day: date, *, calendar: WorkCalendar, pauses: Sequence[Pause]) -> str:
    if any(pause.covers(day) for pause in pauses):
        return "paused"
    return "day" if unit is Unit.DAYS else calendar.kind(day).value


def _rolled(last: date, calendar: WorkCalendar) -> Iterator[Step]:
    """A last day that is no working day is moved to the first one after it."""
    while not calendar.is_working(last):
        last += ONE_DAY
        yield Step(day=last, counted=False, why="rolled")
