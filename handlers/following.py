"""What the program does by itself after a verb: closes what is decided, asks how it went, opens what was found."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Protocol

from cases import lifecycle
from cases.events import EventName
from cases.model import SYSTEM, Actor, Case, CaseNo, Kind, Status
from handlers.filing import case_number, route_by_rules
from handlers.ledger import record
from handlers.moving import do
from handlers.office import Office
from handlers.timekeeping import SINCE
from storage.database import Transaction

ASKED = frozenset({"agreed", "settled", "terminated", "answered"})
"""Outcomes after which the consumer is asked how it went."""
CLOSING = frozenset({"decline", "redirect", "answer", "mark_duplicate", "absorb", "agree_reclassify", "take_offer"})
"""Verbs after which nothing is left to do but to close."""


class Follow(Protocol):
    """Does what a verb entails; returns the case as it is then."""

    async def __call__(self, tx: Transaction, case: Case, facts: Mapping[str, str], *, office: Office) -> Case: ...


async def follow(tx: Transaction, case: Case, verb: str, *, facts: Mapping[str, str], office: Office) -> Case:
    """Do what ``verb`` entails; returns the case as it is then."""
    if verb in CLOSING:
        return await close(tx, case, by=SYSTEM, facts={"reason": case.result or ""}, office=office)
    after = AFTER.get(verb)
    return await after(tx, case, facts, office=office) if after else case


async def close(tx: Transaction, case: Case, *, by: Actor, facts: Mapping[str, str], office: Office) -> Case:
    """Close the case with its outcome."""
    case = await do(tx, case, "close", by=by, facts=facts, office=office)
    return await _closed(tx, case, facts, office=office)


async def _closed(tx: Transaction, case: Case, facts: Mapping[str, str], *, office: Office) -> Case:
    """Ask the consumer how it went, and draw the case for a call-back with the site's chance (Art. 26)."""
    if case.outcome not in ASKED:
        return case
    case = await do(tx, case, "open_follow_up", by=SYSTEM, office=office)
    if drawn(tx, case) < office.rulebook.site.called_back(case):
        return await do(tx, case, "sample", by=SYSTEM, office=office)
    return case


def drawn(tx: Transaction, case: Case) -> float:
    """A number from 0 up to 100 that nobody can foretell without the key, and that is the same however often drawn."""
    return int(tx.blind_index(f"call-back/{case.no}/{case.rehandled}")[:8], 16) / 0x1_0000_0000 * 100


async def _gone_on(tx: Transaction, case: Case, facts: Mapping[str, str], *, office: Office) -> Case:
    return await route_by_rules(tx, case, office=office)


async def _merged(tx: Transaction, case: Case, facts: Mapping[str, str], *, office: Office) -> Case:
    """The later tip-off of the same informant goes into this one, which is verified on (Art. 35)."""
    other = await tx.cases.get(facts["other"]) if facts.get("other") else None
    if other:
        other = await do(tx, other, "absorb", by=SYSTEM, facts={"other": case.no}, office=office)
        await follow(tx, other, "absorb", facts={}, office=office)
    return await do(tx, case, "continue", by=SYSTEM, office=office)


async def _clue_found(tx: Transaction, case: Case, facts: Mapping[str, str], *, office: Office) -> Case:
    """A violation found in a mediation is verified as a case of its own, while the mediation goes on (Art. 27)."""
    clue = Case(
        no=CaseNo(facts["clue"]),
        kind=Kind.TIPOFF,
        status=Status.RECEIVED,
        received_at=office.now(),
        narrative=facts["reason"],
        department=case.department,
        because=office.say("why.clue", no=case.no),
        region=case.region,
        township=case.township,
        object=case.object,
        category=case.category,
        problem=case.problem,
        sales_mode=case.sales_mode,
        product=case.product,
        merchant=case.merchant,
        urgent=case.urgent,
        origin=case.no,
    )
    clue = await record(tx, lifecycle.received(clue, by=SYSTEM, certain=True), office=office, before=None)
    facts = {"bureau": case.bureau or "", "because": clue.because, "rule": "clue"}
    await do(tx, clue, "route", by=SYSTEM, facts=facts, office=office)
    return case


AFTER: Mapping[str, Follow] = {
    "close": _closed,
    "go_on": _gone_on,
    "merge": _merged,
    "find_clue": _clue_found,
}


async def clue_number(tx: Transaction, *, office: Office) -> CaseNo:
    """The number that a clue will have."""
    return await case_number(tx, Kind.TIPOFF, at=office.now(), office=office)


async def last_told(tx: Transaction, case: Case) -> datetime | None:
    """When the informant added something last: from then a merged tip-off counts anew (Art. 35)."""
    added = [event.at for event in await tx.cases.journal(case.no) if event.name is EventName.ADDED]
    return added[-1] if added else None


def since(at: datetime) -> Mapping[str, str]:
    """The fact that a clock counts from ``at``."""
    return {SINCE: at.isoformat()}
