"""Registers what people bring: one case a kind, with its number, its route and the sentence that says why."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime

from cases import intake, lifecycle
from cases.calendar import CHINA
from cases.decisions import FACT, Decision, decision, matter_of
from cases.events import Change, Event
from cases.intake import Draft
from cases.messages import Address
from cases.model import CONSUMER, SYSTEM, Case, CaseNo, Kind, Status
from cases.routing import Route
from handlers.business_keys import address_index
from handlers.ledger import record
from handlers.masking import masked
from handlers.moving import do
from handlers.office import Office
from handlers.placing import find_route, routed, why
from storage.case_store import Identity
from storage.database import Transaction

KIND_MARKS: Mapping[Kind, str] = {Kind.COMPLAINT: "", Kind.TIPOFF: "J", Kind.INQUIRY: "Z", Kind.SUGGESTION: "Y"}


async def file(tx: Transaction, draft: Draft, *, person: Address, office: Office) -> tuple[Case, ...]:
    """Register the draft: one case a kind (Order 121, Art. 9), each routed at once where the rules are certain.

    A complaint that the business is to settle first goes to it instead.
    """
    at = office.now()
    numbers = [await case_number(tx, kind, at=at, office=office) for kind in draft.kinds]
    cases = []
    for kind, number in zip(draft.kinds, numbers, strict=True):
        sibling = intake.siblings(tuple(numbers), number)
        blank = Case(no=number, kind=kind, status=Status.RECEIVED, received_at=at, narrative="", sibling=sibling)
        cases.append(
            await _register(tx, intake.complete(draft, kind, blank=blank), draft, person=person, office=office)
        )
    return tuple(cases)


async def case_number(tx: Transaction, kind: Kind, *, at: datetime, office: Office) -> CaseNo:
    """The next number of the day: the site's prefix, the kind's mark, the date in China and a count."""
    day = at.astimezone(CHINA)
    scope = f"{office.rulebook.site.number_prefix}{KIND_MARKS[kind]}{day:%y%m%d}"
    return CaseNo(f"{scope}{await tx.numbers.next(scope):03d}")


async def _register(tx: Transaction, case: Case, draft: Draft, *, person: Address, office: Office) -> Case:
    found = find_route(draft, case.kind, office=office)
    enterprise = draft.get("enterprise") if case.kind is Kind.COMPLAINT else None
    urgent = case.urgent or office.rulebook.hurried(case)
    case = replace(case, department=found.department, because=why(found, office=office), urgent=urgent)
    who = intake.consumer(draft, case.kind)
    if case.kind is Kind.TIPOFF and who.anonymous:
        case = case.evolve(narrative=masked(case.narrative, office.reader.own_traces(case.narrative)))
    phone_index = tx.blind_index(who.phone) if who.phone else None
    change = lifecycle.received(case, by=CONSUMER, certain=found.certain or enterprise is not None)
    facts = {FACT: decision(found, routing=office.rulebook.routing).dump()}
    change = _with_facts(change, facts | ({"enterprise": enterprise} if enterprise else {}))
    where = address_index(tx, who.postal_address, office=office)
    identity = Identity(case_no=case.no, person=person, consumer=who)
    tx.cases.add_identity(identity, phone_index=phone_index, address_index=where)
    case = await record(tx, change, office=office, before=None)
    await tx.evidence.link(case.no, draft.evidence)
    if enterprise:
        return await do(tx, case, "negotiate", by=CONSUMER, facts={"enterprise": enterprise}, office=office)
    return await route_by_rules(tx, case, found=found, office=office)


def _with_facts(change: Change, facts: Mapping[str, str]) -> Change:
    return replace(change, events=tuple(replace(event, facts={**event.facts, **facts}) for event in change.events))


async def route_by_rules(tx: Transaction, case: Case, *, found: Route | None = None, office: Office) -> Case:
    """Route the case where the rules are certain; else it waits for the intake desk."""
    found = found or await _found_again(tx, case, office=office)
    if not found.certain:
        return case
    facts = {"bureau": found.bureau or "", "because": case.because, "rule": found.rule, "basis": found.basis}
    return await do(tx, case, "route", by=SYSTEM, facts=facts, office=office)


async def _found_again(tx: Transaction, case: Case, *, office: Office) -> Route:
    """Where the rules of now send a case that came earlier, by what was known of it then."""
    kept = decision_of(await tx.cases.journal(case.no))
    return routed(kept.matter if kept else matter_of(case, routing=office.rulebook.routing), office=office)


def decision_of(journal: Iterable[Event]) -> Decision | None:
    """What was decided when the case came; None where the rules were not asked, or it was not kept."""
    found = (event.facts[FACT] for event in journal if FACT in event.facts)
    return next((Decision.load(text) for text in found), None)


async def leaving(tx: Transaction, case: Case, *, office: Office) -> dict[str, str]:
    """Facts of a case that a business or body may be leaving: who it is, so that it can still be told, and whether the
    rules know the bureau that has the case next (else the intake desk is told)."""
    certain = case.status is Status.NEGOTIATING and (await _found_again(tx, case, office=office)).certain
    return {"guest": case.enterprise or case.mediator or "", "certain": "yes" if certain else ""}
