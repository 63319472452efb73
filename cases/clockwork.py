"""Moves the clocks of a case: starts, pauses, resumes, extends and recounts them, and climbs their ladders."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from cases.calendar import ONE_DAY, WorkCalendar, china_date, china_instant
from cases.clocks import Clock, ClockRule, OfficeHours, Pause, Warning
from cases.errors import CaseError
from cases.model import CaseNo
from cases.proofs import proof_of, prove


@dataclass(frozen=True, kw_only=True)
class Pace:
    """By what a clock is read: the working days, the office's hours, and whether its case is urgent."""

    calendar: WorkCalendar
    hours: OfficeHours
    urgent: bool


def start_clock(
    rule: ClockRule, case_no: CaseNo, *, at: datetime, pace: Pace, until: date | None = None, latest: date | None = None
) -> Clock:
    """A running clock with its due date and the instant of its first warning that still lies ahead.

    ``until`` is the date that the office set, ``latest`` the last one that it may be.
    """
    proof = prove(rule, at, pace.calendar)
    due_on = min(filter(None, (until or proof.due_on, latest)))
    clock = Clock(
        case_no=case_no,
        rule=rule.code,
        started_at=at,
        due_on=max(due_on, china_date(at)),
        due_at=proof.due_at,
        provisional=proof.provisional,
        fixed=due_on != proof.due_on,
    )
    return ahead(clock, at, rule=rule, pace=pace)


def pause_clock(clock: Clock, *, at: datetime) -> Clock:
    """From tomorrow on no day counts (Art. 22), and nobody is warned."""
    return clock.evolve(pauses=(*clock.pauses, Pause(start=china_date(at))), next_warning=None)


def resume_clock(clock: Clock, *, at: datetime, rule: ClockRule, pace: Pace) -> Clock:
    """The days since the pause are left out, and the new date is warned of."""
    *before, last = clock.pauses
    ended = (*before, Pause(start=last.start, end=china_date(at)))
    return recount(clock.evolve(pauses=ended), at=at, rule=rule, pace=pace)


def extend_clock(clock: Clock, *, at: datetime, rule: ClockRule, pace: Pace, days: int | None = None) -> Clock:
    """The clock with its extension, or with ``days`` more by a collective decision.

    Raises CaseError ``not_extendable``, ``extended_already`` or, for more days before the first extension,
    ``extend_first``.
    """
    if rule.extension is None or (days is not None and not rule.extension.further):
        raise CaseError("not_extendable", clock=rule.name)
    if days is None and clock.extensions:
        raise CaseError("extended_already", clock=rule.name)
    if days is not None and not clock.extensions:
        raise CaseError("extend_first", clock=rule.name)
    extra = clock.extra + (rule.extension.length if days is None else days)
    return recount(clock.evolve(extra=extra, extensions=clock.extensions + 1), at=at, rule=rule, pace=pace)


def recount(clock: Clock, *, at: datetime, rule: ClockRule, pace: Pace) -> Clock:
    """The clock with its date counted anew, and its ladder at the first step that lies ahead of ``at``.

    A clock that is paused has no date yet and stays as it is.
    """
    proof = proof_of(clock, rule, pace.calendar)
    if proof is None:
        return clock
    moved = clock.evolve(due_on=proof.due_on, due_at=proof.due_at, provisional=proof.provisional)
    return ahead(moved, at, rule=rule, pace=pace)


def ahead(clock: Clock, at: datetime, *, rule: ClockRule, pace: Pace) -> Clock:
    """The clock at the first step of its ladder that is owed after ``at``."""
    times = (warning_at(warning, clock, pace=pace) for warning in rule.ladder)
    first = next((n for n, owed in enumerate(times) if owed > at), len(rule.ladder))
    return at_step(clock, first, rule=rule, pace=pace)


def at_step(clock: Clock, step: int, *, rule: ClockRule, pace: Pace) -> Clock:
    """The clock with its ladder moved to ``step``; past the last step nothing is owed any more."""
    owed = warning_at(rule.ladder[step], clock, pace=pace) if step < len(rule.ladder) else None
    return clock.evolve(step=step, next_warning=owed)


def warning_at(warning: Warning, clock: Clock, *, pace: Pace) -> datetime:
    """When a step is owed: at the opening of its working day; an urgent case's overdue step as the due day ends.

    Of a limit in hours, so many minutes before or after its instant, by day and by night.
    """
    if clock.due_at is not None:
        return clock.due_at + timedelta(minutes=warning.minutes)
    if pace.urgent and warning.days > 0:
        return china_instant(clock.due_on + ONE_DAY * warning.days, time(0, 0))
    return china_instant(_warning_day(warning.days, clock.due_on, calendar=pace.calendar), pace.hours.start)


def _warning_day(days: int, due_on: date, *, calendar: WorkCalendar) -> date:
    if days > 0:
        return calendar.add_working_days(due_on, days)
    last = calendar.roll_forward(due_on)
    return calendar.add_working_days(last, days) if days else last


def due_step(clock: Clock, now: datetime, *, rule: ClockRule, pace: Pace) -> int | None:
    """The latest step of the ladder owed at ``now``; earlier ones missed in a downtime are not told any more."""
    steps = range(clock.step, len(rule.ladder))
    passed = [n for n in steps if warning_at(rule.ladder[n], clock, pace=pace) <= now]
    return passed[-1] if passed else None
