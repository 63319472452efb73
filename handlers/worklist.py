"""What a member of staff has to do: the cases in hand by due date, and one case with everything said about it."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime

from cases.clocks import Clock
from cases.events import Event, EventName
from cases.model import Case, CaseNo, Consumer, Kind, Role, Staff, Status
from cases.transitions import OPEN
from handlers.access import actor, case_for, is_above, may_know, may_see
from handlers.cards import actions
from handlers.forms import Field, fields
from handlers.office import Office
from storage.database import Transaction
from storage.evidence_store import Evidence

log = logging.getLogger("lianxin.worklist")

MOST = 500
NEGOTIATION = frozenset({EventName.NEGOTIATED, EventName.OFFERED, EventName.REFUSED, EventName.SETTLED})
"""What a business reads in the journal of a claim against it."""
INSIDE = frozenset({EventName.CLUE_FOUND, EventName.ESCALATED, EventName.ASSIGNED})
"""What a body outside of the office does not read in the journal."""


@dataclass(frozen=True, kw_only=True)
class Item:
    """A case on the list with its running clocks, soonest first."""

    case: Case
    clocks: tuple[Clock, ...]

    @property
    def due_on(self) -> date | None:
        return self.clocks[0].due_on if self.clocks else None


@dataclass(frozen=True, kw_only=True)
class Dossier:
    """Everything about one case that this member of staff may see, and what they may do now.

    ``hidden``: who brought it is kept from them (Art. 37). ``parts`` are the cases handled with it.
    """

    case: Case
    consumer: Consumer | None
    hidden: bool
    sibling: CaseNo | None
    parts: tuple[Case, ...]
    clocks: tuple[Clock, ...]
    evidence: tuple[Evidence, ...]
    journal: tuple[Event, ...]
    sent: tuple[tuple[datetime, str, str], ...]
    actions: tuple[str, ...]
    forms: Mapping[str, tuple[Field, ...]]
    names: dict[str, str]
    roles: frozenset[Role]


async def todo(tx: Transaction, staff: Staff, *, office: Office) -> list[Item]:
    """The open cases of this member of staff, most pressing first: one's own, then the bureau's unsigned ones."""
    found = await _in_hand(tx, staff, office=office)
    clocks = await tx.clocks.of([case.no for case in found]) if found else {}
    items = [Item(case=case, clocks=tuple(c for c in clocks.get(case.no, ()) if not c.paused)) for case in found]
    return sorted(items, key=lambda item: _pressing(item, office=office))


def _pressing(item: Item, *, office: Office) -> tuple[bool, date, int, str]:
    return not item.case.urgent, item.due_on or date.max, _rank(item.case, office=office), item.case.no


def _rank(case: Case, *, office: Office) -> int:
    """Where a call-back stands among those of one day: the site names the matters that come first."""
    samples = office.rulebook.site.samples if case.sampled else ()
    return next((n for n, sample in enumerate(samples) if sample.fits(case)), len(samples))


async def _in_hand(tx: Transaction, staff: Staff, *, office: Office) -> list[Case]:
    if staff.role in (Role.MERCHANT, Role.MEDIATOR):
        return await tx.cases.entrusted_to(staff.id, statuses=OPEN, limit=MOST)
    found = [*await _without_bureau(tx, staff, office=office), *await _closed(tx, staff, office=office)]
    if staff.role is not Role.DESK:
        found += await _placed(tx, staff, office=office)
    return list({case.no: case for case in found}.values())


async def _without_bureau(tx: Transaction, staff: Staff, *, office: Office) -> list[Case]:
    """What waits for the intake desk; for the leads at the top, the disputes that they decide."""
    if staff.role in (Role.DESK, Role.ADMIN):
        return await tx.cases.open_in(None, statuses=OPEN, limit=MOST)
    if staff.role is not Role.LEAD:
        return []
    disputed = await tx.cases.open_in(None, statuses={Status.DISPUTED}, limit=MOST)
    return [case for case in disputed if is_above(staff, case, office=office)]


async def _closed(tx: Transaction, staff: Staff, *, office: Office) -> list[Case]:
    """Closed cases that want a call-back or were rated badly: the desk's, and of a bureau its lead's."""
    if staff.role is Role.OFFICER:
        return []
    found = await tx.cases.to_look_after(limit=MOST)
    if staff.role is not Role.LEAD:
        return found
    return [case for case in found if case.rating and may_see(staff, case, office=office)]


async def _placed(tx: Transaction, staff: Staff, *, office: Office) -> list[Case]:
    bureaus = office.rulebook.directory.under(_scope(staff, office=office))
    found = await tx.cases.open_in(bureaus, statuses=OPEN | {Status.WITHDRAWN}, limit=MOST)
    found = [case for case in found if case.part_of is None]  # done with the case that it goes with
    if staff.role is not Role.OFFICER:
        return found
    here = {member.id for member in await tx.staff.of()}
    mine = {staff.id, staff.deputy_for, None}
    # What a colleague who left had signed is everybody's, until somebody takes it up.
    return [case for case in found if case.officer in mine or case.officer not in here]


def _scope(staff: Staff, *, office: Office) -> str:
    """The administrator of the desk looks after the whole site."""
    line = office.rulebook.directory.line(staff.bureau)
    return line[-1] if staff.role is Role.ADMIN else staff.bureau


async def dossier(tx: Transaction, staff: Staff, no: str, *, office: Office) -> Dossier:
    """One case in full; CaseError ``case_unknown`` when this member of staff may not see it."""
    case = await case_for(tx, staff, no, office=office)
    identity = await tx.cases.identity(case.no)
    journal = await tx.cases.journal(case.no)
    roles = actor(staff, case, office=office).roles
    allowed = actions(case, roles)
    whole = Dossier(
        case=case,
        consumer=identity.consumer if identity else None,
        hidden=False,
        sibling=await _sibling(tx, staff, case),
        parts=tuple(await tx.cases.parts_of(case.no)),
        clocks=tuple((await tx.clocks.of([case.no])).get(case.no, ())),
        evidence=tuple(await tx.evidence.of(case.no)),
        journal=tuple(journal),
        sent=tuple(await tx.outbox.of_case(case.no, person=identity.person)) if identity else (),
        actions=allowed,
        forms={verb: await fields(tx, case, verb, roles=roles, office=office) for verb in allowed},
        names=await tx.staff.names(_mentioned(journal)),
        roles=roles,
    )
    return _for_eyes_of(staff, whole)


def _mentioned(journal: list[Event]) -> set[str]:
    """The members of staff, bodies and businesses that the journal speaks of."""
    named = {event.facts.get(name, "") for event in journal for name in ("officer", "mediator", "enterprise")}
    return {event.by for event in journal} | named


async def _sibling(tx: Transaction, staff: Staff, case: Case) -> CaseNo | None:
    """The other case of the message: it tells who the informant is, and is named to those only who may know."""
    other = await tx.cases.get(case.sibling) if case.sibling else None
    return other.no if other and may_know(staff, other) and may_know(staff, case) else None


def _for_eyes_of(staff: Staff, whole: Dossier) -> Dossier:
    """What this member need not know is left out, never only hidden by the page (Order 121, Art. 37)."""
    case = whole.case
    if not may_know(staff, case):
        named = whole.consumer is not None and not whole.consumer.anonymous
        return replace(whole, consumer=None, hidden=named)
    if staff.role is Role.MERCHANT:
        return _for_merchant(whole)
    if staff.role is Role.MEDIATOR:
        return replace(whole, journal=tuple(event for event in whole.journal if event.name not in INSIDE))
    if case.kind is Kind.TIPOFF and whole.consumer and not whole.consumer.anonymous:
        log.info("An informant's name was read.", extra={"action": "identity", "case_no": case.no, "staff": staff.id})
    return whole


def _for_merchant(whole: Dossier) -> Dossier:
    """The claim, whom to call, and how the negotiation went; nothing else that was said to the office."""
    consumer = whole.consumer
    return replace(
        whole,
        case=whole.case.evolve(narrative="", because="", sibling=None),
        consumer=Consumer(name=consumer.name, phone=consumer.phone) if consumer else None,
        sibling=None,
        parts=(),
        evidence=(),
        sent=(),
        journal=tuple(event for event in whole.journal if event.name in NEGOTIATION),
    )
