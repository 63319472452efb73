"""What a member of staff has to do: the cases in hand by due date, and one case with everything said about it."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from cases.clocks import Clock
from cases.events import Event
from cases.messages import AttachmentKind
from cases.model import Case, CaseNo, Consumer, Kind, Role, Staff, Status
from cases.transitions import OPEN
from handlers.access import actor, case_for, is_above, may_know, may_see
from handlers.calling import calls_of, may_call
from handlers.cards import actions
from handlers.forms import BY_PHONE, Field, fields
from handlers.guests import AT_WORK, CLOCKS, GUESTS, guest_case, guest_consumer, guest_journal
from handlers.masking import masked, masked_event, traces_of
from handlers.office import Office
from storage.database import Transaction
from storage.evidence_store import Evidence
from storage.told_store import Told

log = logging.getLogger("lianxin.worklist")

MOST = 500


@dataclass(frozen=True, kw_only=True)
class Item:
    """A case on the list with its running clocks, soonest first.

    ``call_on``: since which day its person waits for a telephone call, as what the law owes could not be sent.
    """

    case: Case
    clocks: tuple[Clock, ...]
    call_on: date | None = None

    @property
    def due_on(self) -> date | None:
        days = (self.clocks[0].due_on if self.clocks else None, self.call_on)
        return min((day for day in days if day), default=None)


@dataclass(frozen=True, kw_only=True)
class Dossier:
    """Everything about one case that this member of staff may see, and what they may do now.

    ``hidden``: who brought it is kept from them (Art. 37). ``guest``: they are a business or a mediating body, and are
    shown what they need for that. ``parts`` are the cases handled with it.
    """

    case: Case
    consumer: Consumer | None
    hidden: bool
    guest: bool
    sibling: CaseNo | None
    parts: tuple[Case, ...]
    clocks: tuple[Clock, ...]
    evidence: tuple[Evidence, ...]
    journal: tuple[Event, ...]
    sent: tuple[Told, ...]
    actions: tuple[str, ...]
    forms: Mapping[str, tuple[Field, ...]]
    names: dict[str, str]
    roles: frozenset[Role]


async def todo(tx: Transaction, staff: Staff, *, office: Office) -> list[Item]:
    """The open cases of this member of staff, most pressing first: one's own, then the bureau's unsigned ones."""
    found = await _in_hand(tx, staff, office=office)
    calls = await calls_of(tx, staff, office=office)
    found = list({case.no: case for case in (*found, *(case for case, _ in calls))}.values())
    since = {case.no: day for case, day in calls}
    clocks = await tx.clocks.of([case.no for case in found]) if found else {}
    items = [_item(staff, case, clocks.get(case.no, ()), call_on=since.get(case.no)) for case in found]
    return sorted(items, key=lambda item: _pressing(item, office=office))


def _item(staff: Staff, case: Case, clocks: Sequence[Clock], *, call_on: date | None) -> Item:
    running = tuple(clock for clock in clocks if not clock.paused)
    if staff.role not in GUESTS:
        return Item(case=case.evolve(sibling=None), clocks=running, call_on=call_on)
    theirs = tuple(clock for clock in running if clock.rule in CLOCKS[staff.role])
    return Item(case=guest_case(case, staff.role), clocks=theirs)


def _pressing(item: Item, *, office: Office) -> tuple[bool, date, int, str]:
    return not item.case.urgent, item.due_on or date.max, _rank(item.case, office=office), item.case.no


def _rank(case: Case, *, office: Office) -> int:
    """Where a call-back stands among those of one day: the site names the matters that come first."""
    samples = office.rulebook.site.samples if case.sampled else ()
    return next((n for n, sample in enumerate(samples) if sample.fits(case)), len(samples))


async def _in_hand(tx: Transaction, staff: Staff, *, office: Office) -> list[Case]:
    if staff.role in GUESTS:
        return await tx.cases.entrusted_to(staff.id, statuses={AT_WORK[staff.role]}, limit=MOST)
    found = [*await _without_bureau(tx, staff, office=office), *await _closed(tx, staff, office=office)]
    if staff.role is not Role.DESK:
        found += await _placed(tx, staff, office=office)
    return list({case.no: case for case in found}.values())


async def _without_bureau(tx: Transaction, staff: Staff, *, office: Office) -> list[Case]:
    """What waits for the intake desk; for the leads at the top, the disputes that they decide.

    What a business is settling itself waits for nobody in the office.
    """
    if staff.role in (Role.DESK, Role.ADMIN):
        return await tx.cases.open_in(None, statuses=OPEN - {Status.NEGOTIATING}, limit=MOST)
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
    calling = may_call(roles) and case.no in await tx.calls.owed([case.no])
    allowed = (*((BY_PHONE,) if calling else ()), *actions(case, roles))
    whole = Dossier(
        case=case,
        consumer=identity.consumer if identity else None,
        hidden=False,
        guest=False,
        sibling=await _sibling(tx, staff, case),
        parts=tuple(part for part in await tx.cases.parts_of(case.no) if may_see(staff, part, office=office)),
        clocks=tuple((await tx.clocks.of([case.no])).get(case.no, ())),
        evidence=tuple(await tx.evidence.of(case.no)),
        journal=tuple(journal),
        sent=tuple(await tx.told.of_case(case.no)),
        actions=allowed,
        forms={verb: await fields(tx, case, verb, roles=roles, office=office) for verb in allowed},
        names=await tx.staff.names(_mentioned(journal)),
        roles=roles,
    )
    return _for_eyes_of(staff, whole, office=office)


def _mentioned(journal: list[Event]) -> set[str]:
    """The members of staff, bodies and businesses that the journal speaks of."""
    named = {event.facts.get(name, "") for event in journal for name in ("officer", "mediator", "enterprise")}
    return {event.by for event in journal} | named


async def _sibling(tx: Transaction, staff: Staff, case: Case) -> CaseNo | None:
    """The other case of the message: it tells who the informant is, and is named to those only who may know."""
    other = await tx.cases.get(case.sibling) if case.sibling else None
    return other.no if other and may_know(staff, other) and may_know(staff, case) else None


async def evidence(tx: Transaction, staff: Staff, no: str, *, office: Office) -> tuple[Evidence, ...]:
    """The evidence of a case that this member of staff may look at; CaseError ``case_unknown`` as for the case."""
    case = await case_for(tx, staff, no, office=office)
    return _evidence_for(staff, case, tuple(await tx.evidence.of(case.no)))


def _evidence_for(staff: Staff, case: Case, pieces: tuple[Evidence, ...]) -> tuple[Evidence, ...]:
    """A business is shown none; who need not know the informant, no card of a person (Art. 37)."""
    if staff.role is Role.MERCHANT:
        return ()
    if may_know(staff, case):
        return pieces
    return tuple(piece for piece in pieces if piece.attachment.kind is not AttachmentKind.CONTACT)


def _for_eyes_of(staff: Staff, whole: Dossier, *, office: Office) -> Dossier:
    """What this member need not know is left out, never only hidden by the page (Order 121, Art. 37)."""
    case = whole.case
    whole = replace(whole, evidence=_evidence_for(staff, case, whole.evidence))
    if staff.role in GUESTS:
        return _for_guest(whole, staff.role)
    whole = replace(whole, case=case.evolve(sibling=whole.sibling))
    if not may_know(staff, case):
        return _masked(whole, office=office)
    if case.kind is Kind.TIPOFF and whole.consumer and not whole.consumer.anonymous:
        log.info("An informant's name was read.", extra={"action": "identity", "case_no": case.no, "staff": staff.id})
    return whole


def _masked(whole: Dossier, *, office: Office) -> Dossier:
    """Without the informant, also where the story or a supplement names one."""
    case = whole.case
    told = (*traces_of(whole.consumer), *office.reader.own_traces(case.narrative))
    traces = tuple(word for word in told if word)
    result = masked(case.result, traces) if case.result else case.result
    return replace(
        whole,
        case=case.evolve(narrative=masked(case.narrative, traces), result=result),
        consumer=None,
        hidden=whole.consumer is not None and not whole.consumer.anonymous,
        journal=tuple(masked_event(event, traces) for event in whole.journal),
        sent=tuple(replace(told, text=masked(told.text, traces)) for told in whole.sent),
    )


def _for_guest(whole: Dossier, role: Role) -> Dossier:
    """The claim, whom to call, and how the negotiation or the mediation went; nothing that was said to the office."""
    return replace(
        whole,
        case=guest_case(whole.case, role),
        consumer=guest_consumer(whole.consumer),
        guest=True,
        sibling=None,
        parts=whole.parts if role is Role.MEDIATOR else (),
        clocks=tuple(clock for clock in whole.clocks if clock.rule in CLOCKS[role]),
        sent=(),
        journal=guest_journal(whole.journal, role),
    )
