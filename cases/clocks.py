"""Statutory and house clocks: when each starts and stops, by which date it is due, and the proof of that date."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from enum import StrEnum

from cases.calendar import CHINA, ONE_DAY, DayKind, WorkCalendar, china_date, china_instant
from cases.errors import CaseError
from cases.events import EventName
from cases.model import CaseNo, Kind


class Unit(StrEnum):
    WORKING_DAYS = "working_days"
    DAYS = "days"


@dataclass(frozen=True, kw_only=True)
class Warning:
    """One step of the ladder: ``days`` working days before (negative) or after (positive) the due date, and to whom."""

    days: int
    to: tuple[str, ...]
    text: str


@dataclass(frozen=True, kw_only=True)
class Extension:
    """By how much a limit may be extended (in the rule's unit), and on what it rests; once, with approval."""

    length: int
    basis: str


@dataclass(frozen=True, kw_only=True)
class Pause:
    """Days that do not count: those after ``start`` up to and including ``end``; still going on while ``end`` is None.

    The day on which an appraisal is ordered is counted as Art. 45 counts the first day of a period: not at all.
    """

    start: date
    end: date | None = None

    def covers(self, day: date) -> bool:
        return self.start < day and (self.end is None or day <= self.end)


@dataclass(frozen=True, kw_only=True)
class ClockRule:
    """One time limit: its length, the article it rests on, the events that start and stop it, and its ladder."""

    code: str
    name: str
    length: int
    unit: Unit
    basis: str
    effective_from: date
    effective_to: date | None
    kinds: frozenset[Kind]
    started_by: frozenset[EventName]
    stopped_by: frozenset[EventName]
    pausable: bool = False
    extension: Extension | None = None
    restarts: bool = False
    headline: bool = False
    then: str | None = None
    warnings: tuple[Warning, ...] = ()

    @property
    def ladder(self) -> tuple[Warning, ...]:
        """The warnings, and after them the day on which ``then`` is done when nothing else ended the clock."""
        return self.warnings if self.then is None else (*self.warnings, Warning(days=1, to=(), text=""))

    def covers(self, day: date) -> bool:
        """Whether the rule was in force on ``day``, the day on which the case was received."""
        return self.effective_from <= day and (self.effective_to is None or day <= self.effective_to)


@dataclass(frozen=True, kw_only=True)
class Step:
    """One day of a proof: whether it counted, and why."""

    day: date
    counted: bool
    why: str


@dataclass(frozen=True, kw_only=True)
class Proof:
    """A due date and the days that led to it. ``provisional``: a day fell into a year not yet published."""

    due_on: date
    provisional: bool
    steps: tuple[Step, ...]


@dataclass(frozen=True, kw_only=True)
class Clock:
    """A running or stopped clock of one case. ``next_warning`` is when step ``step`` of the ladder is owed (aware)."""

    case_no: CaseNo
    rule: str
    started_at: datetime
    due_on: date
    provisional: bool = False
    step: int = 0
    next_warning: datetime | None = None
    stopped_at: datetime | None = None

    @property
    def running(self) -> bool:
        return self.stopped_at is None


@dataclass(frozen=True, kw_only=True)
class OfficeHours:
    """When staff may be pinged, in China time on working days."""

    start: time
    end: time

    def open_at(self, instant: datetime, calendar: WorkCalendar) -> bool:
        here = instant.astimezone(CHINA)
        return calendar.is_working(here.date()) and self.start <= here.time() < self.end

    def next_opening(self, instant: datetime, calendar: WorkCalendar) -> datetime:
        """``instant`` when the office is open then, else the next moment at which it opens."""
        if self.open_at(instant, calendar):
            return instant
        day = china_date(instant)
        opening = china_instant(day, self.start)
        if calendar.is_working(day) and instant < opening:
            return opening
        return china_instant(calendar.add_working_days(day, 1), self.start)


def prove(
    rule: ClockRule,
    started_at: datetime,
    calendar: WorkCalendar,
    *,
    pauses: Sequence[Pause] = (),
    extended: bool = False,
) -> Proof:
    """The due date of ``rule`` from ``started_at``: the first day is not counted (Art. 45), each has its reason.

    ``pauses`` must have ended: a limit that is still paused has no due date (ValueError). CaseError ``not_pausable`` or
    ``not_extendable`` when the law knows neither for this rule.
    """
    if any(pause.end is None for pause in pauses):
        raise ValueError("a limit that is paused has no due date yet")
    if pauses and not rule.pausable:
        raise CaseError("not_pausable", clock=rule.name)
    if extended and rule.extension is None:
        raise CaseError("not_extendable", clock=rule.name)
    length = rule.length + (rule.extension.length if extended and rule.extension else 0)
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


COUNTED = frozenset({DayKind.WORKDAY.value, DayKind.MAKEUP.value, "day"})


def _why(unit: Unit, day: date, *, calendar: WorkCalendar, pauses: Sequence[Pause]) -> str:
    if any(pause.covers(day) for pause in pauses):
        return "paused"
    return "day" if unit is Unit.DAYS else calendar.kind(day).value


def _rolled(last: date, calendar: WorkCalendar) -> Iterator[Step]:
    """A last day that is no working day is moved to the first one after it."""
    while not calendar.is_working(last):
        last += ONE_DAY
        yield Step(day=last, counted=False, why="rolled")


def start_clock(
    rule: ClockRule, case_no: CaseNo, *, at: datetime, calendar: WorkCalendar, hours: OfficeHours, urgent: bool
) -> Clock:
    """A running clock with its due date and the instant of its first warning that still lies ahead."""
    proof = prove(rule, at, calendar)
    clock = Clock(case_no=case_no, rule=rule.code, started_at=at, due_on=proof.due_on, provisional=proof.provisional)
    first = next(
        (
            n
            for n, w in enumerate(rule.ladder)
            if warning_at(w, clock.due_on, calendar=calendar, hours=hours, urgent=urgent) > at
        ),
        len(rule.ladder),
    )
    return at_step(clock, first, rule=rule, calendar=calendar, hours=hours, urgent=urgent)


def at_step(
    clock: Clock, step: int, *, rule: ClockRule, calendar: WorkCalendar, hours: OfficeHours, urgent: bool
) -> Clock:
    """The clock with its ladder moved to ``step``; past the last step nothing is owed any more."""
    owed = None
    if step < len(rule.ladder):
        owed = warning_at(rule.ladder[step], clock.due_on, calendar=calendar, hours=hours, urgent=urgent)
    return Clock(**{**clock.__dict__, "step": step, "next_warning": owed})


def warning_at(warning: Warning, due_on: date, *, calendar: WorkCalendar, hours: OfficeHours, urgent: bool) -> datetime:
    """When a step is owed: at the opening of its working day; an urgent case's overdue step as the due day ends."""
    if urgent and warning.days > 0:
        return china_instant(due_on + ONE_DAY * warning.days, time(0, 0))
    base = due_on if warning.days >= 0 else calendar.add_working_days(calendar.roll_forward(due_on), warning.days)
    day = calendar.add_working_days(due_on, warning.days) if warning.days > 0 else calendar.roll_forward(base)
    return china_instant(day, hours.start)


def due_step(
    clock: Clock, now: datetime, *, rule: ClockRule, calendar: WorkCalendar, hours: OfficeHours, urgent: bool
) -> int | None:
    """The latest step of the ladder owed at ``now``; earlier ones missed in a downtime are not told any more."""
    passed = [
        n
        for n in range(clock.step, len(rule.ladder))
        if warning_at(rule.ladder[n], clock.due_on, calendar=calendar, hours=hours, urgent=urgent) <= now
    ]
    return passed[-1] if passed else None
