"""Statutory and house clocks: the rules by which each starts, pauses, stops and warns, and a clock of one case."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Any

from cases.calendar import CHINA, WorkCalendar, china_date, china_instant
from cases.events import EventName
from cases.model import Case, CaseNo, Kind


class Unit(StrEnum):
    WORKING_DAYS = "working_days"
    DAYS = "days"
    HOURS = "hours"
    MINUTES = "minutes"

    @property
    def span(self) -> timedelta | None:
        """How long one of it lasts on the wall clock; None for units of days, which are counted by the calendar."""
        return {Unit.HOURS: timedelta(hours=1), Unit.MINUTES: timedelta(minutes=1)}.get(self)


@dataclass(frozen=True, kw_only=True)
class Warning:
    """One step of the ladder, and to whom.

    ``days`` are working days before (negative) or after (positive) the due date; of a limit in hours or minutes,
    ``minutes`` are minutes before or after the due instant.
    """

    to: tuple[str, ...]
    text: str
    days: int = 0
    minutes: int = 0


@dataclass(frozen=True, kw_only=True)
class Extension:
    """By how much a limit may be extended (in the rule's unit), and on what it rests; once, with approval.

    ``further``: after that, a collective decision may give it more days (punishment procedure, Art. 64).
    """

    length: int
    basis: str
    further: bool = False


@dataclass(frozen=True, kw_only=True)
class Pause:
    """Days that do not count: those after ``start`` up to and including ``end``; still going on while ``end`` is None.

    The day on which an appraisal is ordered is counted as Art. 45 counts the first day of a period: not at all.
    """

    start: date
    end: date | None = None

    def covers(self, day: date) -> bool:
        return self.start < day and (self.end is None or day <= self.end)


Events = frozenset[EventName]
NEVER: Events = frozenset()


@dataclass(frozen=True, kw_only=True)
class ClockRule:
    """One time limit: its length, the article it rests on, the events that move it, and its ladder.

    It starts with ``started_by``, once unless ``restarts``; ``restarted_by`` starts it anew in any case. ``paused_by``
    and ``resumed_by`` take days out of it, ``extended_by`` adds the extension. ``when`` narrows it to some matters.
    ``chosen`` names the fact that holds a date set by the office instead of a length, at the latest that of the clock
    ``within``. ``headline``: its date is told to the consumer. ``house``: no law sets it, and a site may set another.
    ``then``: the verb that the program does the day after.
    """

    code: str
    name: str
    length: int
    unit: Unit
    basis: str
    effective_from: date
    effective_to: date | None
    kinds: frozenset[Kind]
    started_by: Events
    stopped_by: Events
    paused_by: Events = NEVER
    resumed_by: Events = NEVER
    extended_by: Events = NEVER
    restarted_by: Events = NEVER
    when: Mapping[str, frozenset[str]] = field(default_factory=dict)
    pausable: bool = False
    extension: Extension | None = None
    house: bool = False
    restarts: bool = False
    headline: bool = False
    chosen: str | None = None
    within: str | None = None
    then: str | None = None
    warnings: tuple[Warning, ...] = ()

    @property
    def ladder(self) -> tuple[Warning, ...]:
        """The warnings, and after them the day on which ``then`` is done when nothing else ended the clock."""
        return self.warnings if self.then is None else (*self.warnings, Warning(days=1, to=(), text=""))

    @property
    def events(self) -> Events:
        """Every event that moves it."""
        starts = self.started_by | self.restarted_by | self.extended_by
        return starts | self.stopped_by | self.paused_by | self.resumed_by

    def covers(self, day: date) -> bool:
        """Whether the rule was in force on ``day``, the day on which the case was received."""
        return self.effective_from <= day and (self.effective_to is None or day <= self.effective_to)

    def fits(self, case: Case) -> bool:
        """Whether the limit is one of this case's: its kind, its day of receipt and its matter."""
        known = case.kind in self.kinds and self.covers(china_date(case.received_at))
        return known and all(case.trait(key) in values for key, values in self.when.items())


@dataclass(frozen=True, kw_only=True)
class Clock:
    """A running or stopped clock of one case. ``next_warning`` is when step ``step`` of the ladder is owed (aware).

    ``due_at`` is the instant of a limit in hours. ``extra`` is what ``extensions`` approvals have added. While it is
    paused, ``due_on`` is the date as it stood before. ``fixed``: the office set the date.
    """

    case_no: CaseNo
    rule: str
    started_at: datetime
    due_on: date
    due_at: datetime | None = None
    provisional: bool = False
    step: int = 0
    next_warning: datetime | None = None
    stopped_at: datetime | None = None
    pauses: tuple[Pause, ...] = ()
    extra: int = 0
    extensions: int = 0
    fixed: bool = False

    @property
    def running(self) -> bool:
        return self.stopped_at is None

    @property
    def paused(self) -> bool:
        return self.running and bool(self.pauses) and self.pauses[-1].end is None

    def late(self, now: datetime) -> bool:
        """Whether its date was over when it stopped, or is by ``now``; from an open pause on no day counts."""
        until = self.stopped_at or now
        if self.due_at is not None:
            return until > self.due_at
        held = self.pauses[-1] if self.pauses and self.pauses[-1].end is None else None
        return (held.start if held else china_date(until)) > self.due_on

    def evolve(self, **changes: Any) -> Clock:
        return replace(self, **changes)


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
