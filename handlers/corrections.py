"""What officers put right, read from the journal: what the program said of a case, and what they say instead."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from cases.events import Event, EventName
from cases.model import LABELS, SYSTEM, CaseNo
from storage.database import Transaction

KIND, BUREAU = "kind", "bureau"
TOLD = frozenset(
    {
        EventName.CORRECTED,
        EventName.ROUTED,
        EventName.SENT_BACK,
        EventName.DESIGNATED,
        EventName.RECLASSIFY_ASKED,
        EventName.RECLASSIFIED,
    }
)
"""The events that tell of corrections, and of what was corrected."""


@dataclass(frozen=True, kw_only=True)
class Example:
    """One thing about a case that the program took wrongly.

    ``what`` is a label (category, problem, department), the kind, or the bureau. ``said`` is what the program took it
    for, None when it did not know; ``meant`` what officers say it is, None while a returned case waits for its bureau.
    ``by`` is the staff id of who said so last, at the instant ``at`` (aware).
    """

    case_no: CaseNo
    what: str
    said: str | None
    meant: str | None
    at: datetime
    by: str


async def examples(tx: Transaction, span: tuple[datetime, datetime]) -> list[Example]:
    """What was put right in the span, both ends included; once a case and label, by its last word in the span."""
    numbers = await tx.taught.corrected(span)
    first, last = span
    found = [one for told in await examples_of(tx, numbers, until=last) for one in told]
    return [one for one in found if one.at >= first]


async def examples_of(
    tx: Transaction, numbers: Collection[CaseNo], *, until: datetime | None = None
) -> list[Sequence[Example]]:
    """The examples that each of these cases gives, of those that give any."""
    kinds = {no: case.kind.value for no, case in (await tx.cases.some(numbers)).items()}
    journals = await tx.taught.journals(numbers, TOLD)
    found = [told_by(events, kind=kinds[no], until=until) for no, events in journals.items()]
    return [told for told in found if told]


def told_by(journal: Sequence[Event], *, kind: str, until: datetime | None = None) -> list[Example]:
    """The examples in the journal of one case, of which the events in ``TOLD`` are enough."""
    events = [event for event in journal if until is None or event.at <= until]
    later = journal[len(events) :]
    return [*_labels(events), *_kinds(events, kind=kind), *_returns(events, later=later)]


def _labels(events: Iterable[Event]) -> Iterator[Example]:
    """The first word is the program's and the last one counts; one that was taken back was none."""
    told = [event for event in events if event.name is EventName.CORRECTED]
    for name in LABELS:
        about = [event for event in told if event.facts.get(name)]
        if about and about[0].facts.get(f"from_{name}") != about[-1].facts[name]:
            said, last = about[0].facts.get(f"from_{name}"), about[-1]
            yield _example(last, name, said=said, meant=last.facts[name])


def _kinds(events: Iterable[Event], *, kind: str) -> Iterator[Example]:
    """A question that was a complaint or a tip-off in truth: asked by the desk, and its writer agreed."""
    asked: Event | None = None
    for event in events:
        if event.name is EventName.RECLASSIFY_ASKED:
            asked = event
        elif event.name is EventName.RECLASSIFIED and asked:
            yield Example(
                case_no=event.case_no, what=KIND, said=kind, meant=asked.facts["kind"], at=event.at, by=asked.by
            )


def _returns(events: Sequence[Event], *, later: Sequence[Event]) -> Iterator[Example]:
    """Cases that the program gave to a bureau which sent them back; not those that were given to the same again."""
    routed: Event | None = None
    for n, event in enumerate(events):
        if event.name in (EventName.ROUTED, EventName.DESIGNATED):
            routed = event
        elif event.name is EventName.SENT_BACK and routed and routed.by == SYSTEM.label:
            said, meant = event.facts.get("from_bureau"), _next_bureau([*events[n + 1 :], *later])
            if meant != said:
                yield _example(event, BUREAU, said=said, meant=meant)


def _next_bureau(events: Iterable[Event]) -> str | None:
    names = (EventName.ROUTED, EventName.DESIGNATED)
    return next((event.facts.get("bureau") for event in events if event.name in names), None)


def _example(event: Event, what: str, *, said: str | None, meant: str | None) -> Example:
    return Example(case_no=event.case_no, what=what, said=said, meant=meant, at=event.at, by=event.by)
