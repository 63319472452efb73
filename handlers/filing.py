"""Registers what people bring: one case a kind, with its number, its route and the sentence that says why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from cases import intake, lifecycle
from cases.calendar import CHINA
from cases.events import Event
from cases.intake import Draft
from cases.messages import Address
from cases.model import CONSUMER, SYSTEM, Case, CaseNo, Kind, Status
from cases.routing import Matter, Place, Route, route
from cases.site import Department
from cases.transitions import QUESTION
from handlers.business_keys import address_index
from handlers.ledger import record
from handlers.masking import masked
from handlers.moving import do
from handlers.office import Office
from handlers.wording import bureau_words, place_words
from storage.case_store import Identity
from storage.database import Transaction

KIND_MARKS: Mapping[Kind, str] = {Kind.COMPLAINT: "", Kind.TIPOFF: "J", Kind.INQUIRY: "Z", Kind.SUGGESTION: "Y"}


def find_route(draft: Draft, kind: Kind, *, office: Office) -> Route:
    """Whose business the draft is, by the site's rules."""
    return _routed(intake.matter(draft, kind), office=office)


def _routed(matter: Matter, *, office: Office) -> Route:
    rulebook = office.rulebook
    return route(matter, rules=rulebook.routing, directory=rulebook.directory, ours=rulebook.site.ours)


def why(found: Route, draft: Draft, *, office: Office) -> str:
    """One sentence for the consumer: why this office."""
    asked = found.place is Place.UNKNOWN and set(draft.kinds) <= QUESTION
    key = "why.question" if asked else f"why.{found.place.value}"
    return _because(key, found, region=draft.get("region"), platform=draft.get("platform"), office=office)


def _because(key: str, found: Route, *, region: str | None, platform: str | None, office: Office) -> str:
    return office.say(
        key,
        because=found.because,
        place=place_words(region, office=office),
        bureau=bureau_words(found.bureau, office=office),
        department=department_of(found, office=office).name,
        platform=platform or "",
    )


def department_of(found: Route, *, office: Office) -> Department:
    """The office that has the matter, by its name at this site."""
    known = office.rulebook.departments.get(found.department)
    return known.of(found.matter) if known else Department(label=found.department, name=found.department)


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
    case = replace(case, department=found.department, because=why(found, draft, office=office), urgent=urgent)
    who = intake.consumer(draft, case.kind)
    if case.kind is Kind.TIPOFF and who.anonymous:
        case = case.evolve(narrative=masked(case.narrative, office.reader.own_traces(case.narrative)))
    phone_index = tx.blind_index(who.phone) if who.phone else None
    change = lifecycle.received(case, by=CONSUMER, certain=found.certain or enterprise is not None)
    if enterprise:
        change = replace(change, events=tuple(_with_fact(event, "enterprise", enterprise) for event in change.events))
    where = address_index(tx, who.postal_address, office=office)
    identity = Identity(case_no=case.no, person=person, consumer=who)
    tx.cases.add_identity(identity, phone_index=phone_index, address_index=where)
    case = await record(tx, change, office=office, before=None)
    await tx.evidence.link(case.no, draft.evidence)
    if enterprise:
        return await do(tx, case, "negotiate", by=CONSUMER, facts={"enterprise": enterprise}, office=office)
    return await route_by_rules(tx, case, found=found, office=office)


def _with_fact(event: Event, name: str, value: str) -> Event:
    return replace(event, facts={**event.facts, name: value})


async def route_by_rules(tx: Transaction, case: Case, *, found: Route | None = None, office: Office) -> Case:
    """Route the case where the rules are certain; else it waits for the intake desk."""
    found = found or _routed(_matter(case), office=office)
    if not found.certain:
        return case
    facts = {"bureau": found.bureau or "", "because": case.because, "rule": found.rule, "basis": found.basis}
    return await do(tx, case, "route", by=SYSTEM, facts=facts, office=office)


def leaving(case: Case, *, office: Office) -> dict[str, str]:
    """Facts of a case that a business or body may be leaving: who it is, so that it can still be told, and whether the
    rules know the bureau that has the case next (else the intake desk is told)."""
    certain = case.status is Status.NEGOTIATING and _routed(_matter(case), office=office).certain
    return {"guest": case.enterprise or case.mediator or "", "certain": "yes" if certain else ""}


def _matter(case: Case) -> Matter:
    return Matter(
        kind=case.kind,
        category=case.category,
        problem=case.problem,
        department=case.department,
        sales_mode=case.sales_mode,
        platform=case.merchant.platform,
        region=case.region,
        township=case.township,
    )
