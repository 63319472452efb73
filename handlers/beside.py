"""What stands beside a case for an officer: what else there is against the business, and the facts of Art. 17."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from cases.model import CaseNo, Staff
from handlers.guests import GUESTS
from handlers.office import Office
from handlers.similar import Crowd, Window, crowd
from handlers.traces import Seen, traces
from handlers.wording import list_words
from handlers.worklist import Dossier
from storage.database import Transaction


@dataclass(frozen=True, kw_only=True)
class Beside:
    """In words: ``counts`` of cases against the business, ``linked`` similar ones, ``facts`` each with its cases."""

    counts: tuple[str, ...] = ()
    linked: tuple[CaseNo, ...] = ()
    more: int = 0
    facts: tuple[tuple[str, tuple[CaseNo, ...]], ...] = ()


async def beside(tx: Transaction, staff: Staff, found: Dossier, *, office: Office) -> Beside:
    """What this member may know beside the case; nothing for a business or a mediating body."""
    if found.guest or staff.role in GUESTS:
        return Beside()
    known = await crowd(tx, staff, found.case, office=office)
    seen = await traces(tx, staff, found.case, office=office)
    return Beside(
        counts=tuple(_count_words(window, known, office=office) for window in known.windows),
        linked=tuple(case.no for case in known.linked),
        more=known.more,
        facts=tuple((_fact_words(fact, office=office), fact.cases) for fact in seen),
    )


def card_lines(known: Beside, *, office: Office) -> str:
    """The same as lines at the end of a card; empty when there is nothing."""
    return "\n".join(_lines(known, office=office))


def _lines(known: Beside, *, office: Office) -> Iterable[str]:
    yield from known.counts
    if known.linked:
        more = known.more or ""
        yield office.say("beside.linked", numbers=list_words(known.linked, office=office), more=more)
    if known.facts:
        yield office.say("beside.head")
        for words, numbers in known.facts:
            yield office.say("beside.fact", words=words, numbers=list_words(numbers, office=office))


def _count_words(window: Window, known: Crowd, *, office: Office) -> str:
    named = known.branch if known.branch and window.branch < window.complaints else None
    return office.say(
        "beside.count",
        days=window.days,
        cases=window.complaints,
        people=window.people,
        tipoffs=window.tipoffs or "",
        branch=named or "",
        here=window.branch if named else "",
    )


def _fact_words(fact: Seen, *, office: Office) -> str:
    return office.say(
        f"beside.{fact.rule.trace.value}",
        days=fact.rule.days,
        times=fact.times,
        businesses=fact.businesses or "",
        of=fact.of,
    )
