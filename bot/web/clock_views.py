"""How the desk shows time limits: the date, how far off it is, and day by day why it is that one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from cases.clocks import Clock
from cases.model import Case
from handlers.dates import rule_of
from handlers.office import Office
from handlers.proof_words import Spans, spans_of
from handlers.wording import due_words as words_of_due
from handlers.wording import is_provisional

SOON = 2
"""Days before a date from which it is shown as near."""


@dataclass(frozen=True, kw_only=True)
class Due:
    """A date with its word and the name of its colour."""

    on: str
    note: str
    tone: str


@dataclass(frozen=True, kw_only=True)
class Timer:
    """A running clock of a case. ``proof`` tells day by day, in spans of days alike, why it is due then."""

    name: str
    basis: str
    due: Due
    provisional: bool
    paused: bool
    extended: str
    proof: Spans


def due_words(clock: Clock, *, office: Office) -> Due:
    """How far off a date is, in words: colour alone tells nothing to many."""
    on = words_of_due(clock, office=office)
    if clock.paused:
        return Due(on="", note=office.say("page.due.paused"), tone="calm")
    if clock.due_at is not None:
        return _due_in_hours(clock.due_at, on, office=office)
    days = (clock.due_on - office.today()).days
    if days < 0:
        return Due(on=on, note=office.say("page.due.late", days=-days), tone="late")
    if days == 0:
        return Due(on=on, note=office.say("page.due.today"), tone="now")
    return Due(on=on, note=office.say("page.due.left", days=days), tone="soon" if days <= SOON else "calm")


def _due_in_hours(due_at: datetime, on: str, *, office: Office) -> Due:
    left = due_at - office.now()
    minutes = abs(int(left.total_seconds())) // 60
    span = office.say("page.due.span", hours=minutes // 60 or "", minutes=minutes % 60)
    if left < timedelta(0):
        return Due(on=on, note=office.say("page.due.late_by", span=span), tone="late")
    return Due(on=on, note=office.say("page.due.left_for", span=span), tone="now")


def timers(case: Case, clocks: Sequence[Clock], *, office: Office) -> Iterator[Timer]:
    """The clocks of a case, save those whose rule was taken out of the data."""
    for clock in clocks:
        rule = rule_of(clock, case, office=office)
        if rule is None:
            continue
        yield Timer(
            name=rule.name,
            basis=rule.basis,
            due=due_words(clock, office=office),
            provisional=is_provisional(clock),
            paused=clock.paused,
            extended=rule.extension.basis if clock.extensions and rule.extension else "",
            proof=spans_of(clock, rule, office=office),
        )
