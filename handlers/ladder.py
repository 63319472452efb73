"""What due clocks owe: which step of the ladder, in which words, to whom; worked out without the database."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from cases.calendar import china_date
from cases.clocks import Clock, ClockRule, Warning
from cases.clockwork import at_step, due_step
from cases.events import Event, EventName
from cases.messages import Address, Wording
from cases.model import SYSTEM, Case, CaseNo
from cases.notices import Recipient
from cases.texts import placeholders
from handlers.notices import facts_from
from handlers.office import Office
from handlers.recipients import Roster
from handlers.reminders import due_of, short_of, what_words
from handlers.wording import day_words, instant_words, kind_words
from storage.clock_store import ClockRow
from storage.warning_store import Content, Due, Warned

log = logging.getLogger("lianxin.deadlines")

PLAIN = frozenset({"no", "kind", "urgent", "merchant", "due", "due_at", "due_name", "left", "late"})
COMMON = frozenset({"signature", "site", "hotline"})
"""Facts that are made without a look at anything but the case and the clock."""


@dataclass(frozen=True, kw_only=True)
class Step:
    """Where clocks that are alike stand now. ``number`` is the step that is owed, None when none is.

    ``after`` and ``next_warning`` are where the ladder goes on; ``facts`` and ``what`` tell of the clock; ``late``:
    it is the first step after the limit has passed; ``more``: its text speaks of more than the plain facts.
    """

    number: int | None
    warning: Warning | None
    after: int
    next_warning: datetime | None
    facts: Mapping[str, str]
    what: str
    due: Due
    late: bool
    more: bool


@dataclass(frozen=True, kw_only=True)
class Owing:
    """A clock that owes a step. Without a warning the case goes on by itself."""

    row: ClockRow
    case: Case
    rule: ClockRule
    step: Step


class Batch:
    """Due clocks with their cases. ``look_at`` each of them, then ``tell`` those that owe a warning."""

    def __init__(self, *, now: datetime, cases: Mapping[CaseNo, Case], roster: Roster, office: Office) -> None:
        self.now = now
        self.office = office
        self.owing: list[Owing] = []
        self.warned: list[Warned] = []
        self.events: list[Event] = []
        self.moved: list[ClockRow] = []
        self.without_rule: list[ClockRow] = []
        self._cases = cases
        self._roster = roster
        self._opening = office.rulebook.site.hours.next_opening(now, office.calendar)
        self._steps: dict[tuple[int, date, datetime | None, int, bool], Step] = {}

    def look_at(self, row: ClockRow) -> None:
        """Which step of its ladder the clock owes, and where it stands after it."""
        case, clock = self._cases[row.clock.case_no], row.clock
        rule = self._rule(case, clock)
        if rule is None:
            # Its rule was taken out of the data: the clock ends, and keeps nobody else's warnings.
            log.error("A clock has no rule any more.", extra={"action": "deadlines", "rule": clock.rule})
            self.without_rule.append(row)
            return
        if self._opening > self.now and not case.urgent and clock.due_at is None:
            self.moved.append(ClockRow(id=row.id, clock=clock.evolve(next_warning=self._opening)))
            return
        step = self._step(case, clock, rule)
        if step.number is not None:
            self.owing.append(Owing(row=row, case=case, rule=rule, step=step))
        moved = clock.evolve(step=step.after, next_warning=step.next_warning)
        self.moved.append(ClockRow(id=row.id, clock=moved))

    def _rule(self, case: Case, clock: Clock) -> ClockRule | None:
        try:
            return self.office.rulebook.clock(clock.rule, china_date(case.received_at))
        except LookupError:
            return None

    def _step(self, case: Case, clock: Clock, rule: ClockRule) -> Step:
        """Worked out once for all that are alike: on a morning, thousands are."""
        alike = (id(rule), clock.due_on, clock.due_at, clock.step, case.urgent)
        if alike not in self._steps:
            self._steps[alike] = self._worked_out(case, clock, rule)
        return self._steps[alike]

    def _worked_out(self, case: Case, clock: Clock, rule: ClockRule) -> Step:
        pace = self.office.pace(case)
        number = due_step(clock, self.now, rule=rule, pace=pace)
        moved = at_step(clock, clock.step if number is None else number + 1, rule=rule, pace=pace)
        warning = rule.warnings[number] if number is not None and number < len(rule.warnings) else None
        return Step(
            number=number,
            warning=warning,
            after=moved.step,
            next_warning=moved.next_warning,
            facts=_facts(clock, rule, now=self.now, office=self.office),
            what=what_words(rule.name, clock, now=self.now, office=self.office),
            due=due_of(clock, urgent=case.urgent),
            late=warning is not None and _is_first_late(warning, clock, rule),
            more=warning is not None and not self._names(warning) <= PLAIN | COMMON,
        )

    def _names(self, warning: Warning) -> frozenset[str]:
        return placeholders(self.office.rulebook.texts.template(warning.text))

    def event(self, owing: Owing) -> Event:
        facts = {"rule": owing.rule.code}
        return Event(name=EventName.OVERDUE, case_no=owing.case.no, at=self.now, by=SYSTEM.label, facts=facts)

    def tell(
        self, owing: Owing, *, clocks: Sequence[Clock], names: Mapping[str, str], consumers: Sequence[Address]
    ) -> None:
        """Warn everybody whom the step names. ``clocks`` and ``names`` are asked only where ``more`` is told."""
        step, case = owing.step, owing.case
        assert step.number is not None, "only steps that are owed"
        assert step.warning is not None, "only steps that are told"
        if step.late:
            self.events.append(self.event(owing))
        facts = {**step.facts, **self._of_case(case)}
        if step.more:
            facts = {**facts_from(case, self.event(owing), clocks=clocks, names=names, office=self.office), **facts}
        short = short_of(case, what=step.what, office=self.office, text=step.warning.text)
        key = step.warning.text
        wording = Wording(
            key=key, facts={name: facts[name] for name in sorted(self._names(step.warning) & facts.keys())}
        )
        content = Content(text=self.office.say(key, **facts), short=short, wording=wording)
        for address, due in self._reached(owing, step.warning, consumers).items():
            warned = Warned(
                clock=owing.row.id, step=step.number, due=due, case_no=case.no, address=address, content=content
            )
            self.warned.append(warned)

    def _of_case(self, case: Case) -> dict[str, str]:
        return {
            "no": case.no,
            "kind": kind_words(case, office=self.office),
            "urgent": self.office.say("card.urgent") if case.urgent else "",
            "merchant": case.merchant.name or "",
        }

    def _reached(self, owing: Owing, warning: Warning, consumers: Sequence[Address]) -> dict[Address, Due]:
        """One warning an address, however many roles stand behind it; a consumer's goes alone."""
        due = owing.step.due
        found = dict.fromkeys(consumers, replace(due, alone=True)) if consumers else {}
        for name in warning.to:
            if name != Recipient.CONSUMER:
                found |= dict.fromkeys(self._roster.reached(Recipient(name), owing.case), due)
        return found


def _is_first_late(warning: Warning, clock: Clock, rule: ClockRule) -> bool:
    """The journal tells once that a limit was passed."""
    return _is_late(warning, clock) and not any(_is_late(told, clock) for told in rule.warnings[: clock.step])


def _is_late(warning: Warning, clock: Clock) -> bool:
    return warning.days > 0 if clock.due_at is None else warning.minutes >= 0


def _facts(clock: Clock, rule: ClockRule, *, now: datetime, office: Office) -> dict[str, str]:
    left = office.calendar.working_days_between(china_date(now), clock.due_on)
    return {
        "due": day_words(clock.due_on, office=office),
        "due_at": instant_words(clock.due_at, office=office) if clock.due_at else "",
        "due_name": rule.name,
        "left": str(left) if left > 0 else "",
        "late": str(-left) if left < 0 else "",
    }
