"""The columns of the ledger: what each kind of case shows, and how a cell is made from what is known of the case."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import partial

from cases.calendar import CHINA, Days, china_date
from cases.clocks import Clock, ClockRule
from cases.events import EventName
from cases.model import Case, Consumer, Kind
from cases.transitions import OPEN
from handlers.office import Office
from handlers.wording import (
    bureau_words,
    clock_words,
    kind_words,
    list_words,
    masked_name,
    masked_phone,
    status_words,
)

Value = str | int | Decimal | date | datetime | None
"""What stands in a cell. Instants are in China time."""


@dataclass(frozen=True, kw_only=True)
class Record:
    """A case with everything that its row is made from; ``events`` are those of ``EVENTS``, in their order."""

    case: Case
    consumer: Consumer | None
    clocks: tuple[Clock, ...]
    events: tuple[tuple[EventName, datetime], ...]
    officer: str


@dataclass(frozen=True, kw_only=True)
class Column:
    heading: str
    cell: Callable[[Record], Value]


Cell = Callable[[Record, Office], Value]


def _received(record: Record, office: Office) -> Value:
    """Of a tip-off only the day: to the minute it would be found again among the complaints (Art. 9, 37)."""
    at = record.case.received_at.astimezone(CHINA)
    return at.date() if record.case.kind is Kind.TIPOFF else at.replace(second=0, microsecond=0)


def _consumer(record: Record, office: Office) -> Value:
    return masked_name(record.consumer.name) if record.consumer and record.consumer.name else ""


def _phone(record: Record, office: Office) -> Value:
    return masked_phone(record.consumer.phone) if record.consumer and record.consumer.phone else ""


def _leading(record: Record, office: Office) -> Clock | None:
    """The date that an open case is worked towards: one that was told to the consumer, before those of the house."""
    running = [clock for clock in record.clocks if clock.running and record.case.status in OPEN]
    told = [clock for clock in running if _rule(clock, record, office).headline]
    return min(told or running, key=lambda clock: (clock.paused, clock.due_on), default=None)


def _rule(clock: Clock, record: Record, office: Office) -> ClockRule:
    return office.rulebook.clock(clock.rule, china_date(record.case.received_at))


def _limit(record: Record, office: Office) -> Value:
    clock = _leading(record, office)
    if clock is None:
        return ""
    name = clock_words(clock, office=office, received_on=china_date(record.case.received_at))
    return office.say("card.clock_paused", name=name) if clock.paused else name


def _due(record: Record, office: Office) -> Value:
    clock = _leading(record, office)
    if clock is None or clock.paused:
        return None
    return clock.due_at.astimezone(CHINA) if clock.due_at else clock.due_on


def _outcome(record: Record, office: Office) -> Value:
    return office.say(f"outcome.{record.case.outcome}") if record.case.outcome else ""


def _rating(record: Record, office: Office) -> Value:
    return office.say(f"rating.{record.case.rating}") if record.case.rating else ""


def _closed_on(record: Record, office: Office) -> Value:
    return None if record.case.status in OPEN else _last(record, EventName.CLOSED)


def _last(record: Record, event: EventName) -> date | None:
    return next((china_date(at) for name, at in reversed(record.events) if name is event), None)


def _kept(record: Record, office: Office, *, rule: str) -> Value:
    """Whether every date of this limit was kept; nothing where the case never had it."""
    clocks = [clock for clock in record.clocks if clock.rule == rule]
    if not clocks:
        return ""
    if any(clock.late(office.now()) for clock in clocks):
        return office.say("ledger.no")
    return office.say("ledger.running" if any(clock.running for clock in clocks) else "ledger.yes")


CELLS: Mapping[str, Cell] = {
    "no": lambda record, office: record.case.no,
    "kind": lambda record, office: kind_words(record.case, office=office),
    "received": _received,
    "consumer": _consumer,
    "phone": _phone,
    "category": lambda record, office: record.case.category,
    "problem": lambda record, office: record.case.problem,
    "merchant": lambda record, office: record.case.merchant.name,
    "merchant_address": lambda record, office: record.case.merchant.address,
    "product": lambda record, office: record.case.product,
    "amount": lambda record, office: record.case.amount,
    "demands": lambda record, office: list_words(record.case.demands, office=office),
    "bureau": lambda record, office: bureau_words(record.case.bureau, office=office),
    "officer": lambda record, office: record.officer,
    "status": lambda record, office: status_words(record.case, office=office),
    "limit": _limit,
    "due": _due,
    "outcome": _outcome,
    "result": lambda record, office: record.case.result,
    "closed_on": _closed_on,
    "rating": _rating,
    "sent_back": lambda record, office: sum(name is EventName.SENT_BACK for name, _ in record.events),
    "rehandled": lambda record, office: record.case.rehandled,
    "part_of": lambda record, office: record.case.part_of,
    "origin": lambda record, office: record.case.origin,
    "urgent": lambda record, office: office.say("ledger.yes") if record.case.urgent else "",
}
"""Every column beside the dates of events and the limits, in the order in which they stand."""
DATES: Mapping[Kind, tuple[EventName, ...]] = {
    Kind.COMPLAINT: (EventName.ACCEPTED, EventName.DECLINED),
    Kind.TIPOFF: (EventName.DOCKETED, EventName.DISMISSED),
    Kind.INQUIRY: (EventName.ANSWERED,),
    Kind.SUGGESTION: (EventName.ANSWERED,),
}
"""The events whose dates stand after the state: what the office decided first."""
EVENTS = frozenset({EventName.CLOSED, EventName.SENT_BACK}.union(*DATES.values()))
ABOUT_INFORMANT = frozenset({"consumer", "phone", "amount", "demands", "result", "part_of"})
"""What tells of an informant: who it is, what they paid and want, what they were told, and what else they told of."""
LEFT_OUT: Mapping[Kind, frozenset[str]] = {
    Kind.COMPLAINT: frozenset({"origin"}),
    Kind.TIPOFF: ABOUT_INFORMANT,
    Kind.INQUIRY: frozenset({"origin", "part_of"}),
    Kind.SUGGESTION: frozenset({"origin", "part_of"}),
}


def columns(kind: Kind, *, days: Days, office: Office) -> tuple[Column, ...]:
    """The columns of a kind of case. The limits are those in force on a day of the span."""
    found: list[Column] = []
    for name, cell in CELLS.items():
        if name not in LEFT_OUT[kind]:
            found.append(Column(heading=office.say(f"ledger.column.{name}"), cell=partial(_call, cell, office)))
        if name == "status":
            found += _dates(kind, office=office)
        if name == "due":
            found += _limits(kind, days=days, office=office)
    return tuple(found)


def _call(cell: Cell, office: Office, record: Record) -> Value:
    return cell(record, office)


def _dates(kind: Kind, *, office: Office) -> Iterator[Column]:
    for event in DATES[kind]:
        heading = office.say("ledger.date", event=office.say(f"event.{event.value}"))
        yield Column(heading=heading, cell=partial(_last, event=event))


def _limits(kind: Kind, *, days: Days, office: Office) -> Iterator[Column]:
    """The limits that the law sets, and those of the office whose date was told to the person."""
    rules = [rule for rule in office.rulebook.clocks if kind in rule.kinds and (rule.headline or not rule.house)]
    in_force = [r for r in rules if r.effective_from <= days.last and (r.effective_to or days.first) >= days.first]
    for code, name in {rule.code: rule.name for rule in in_force}.items():
        heading = office.say("ledger.kept", clock=name)
        yield Column(heading=heading, cell=partial(_kept, office=office, rule=code))
