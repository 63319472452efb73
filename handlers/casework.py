"""What people do with cases: one verb, one transaction; each reads through ``access`` and ends in ``ledger``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from cases import intake, lifecycle
from cases.calendar import CHINA
from cases.errors import CaseError
from cases.intake import Draft
from cases.messages import Address
from cases.model import CONSUMER, SYSTEM, Actor, Case, CaseNo, Kind, Role, Staff, Status
from cases.routing import Place, Route, route
from handlers.access import actor, case_for, case_of
from handlers.ledger import record
from handlers.office import Office
from handlers.wording import bureau_words, place_words
from storage.case_store import Identity
from storage.database import Transaction

RATED = frozenset({"agreed", "settled", "terminated", "answered"})
"""Outcomes after which the consumer is asked how it went."""
KIND_MARKS: Mapping[Kind, str] = {Kind.COMPLAINT: "", Kind.TIPOFF: "J", Kind.INQUIRY: "Z", Kind.SUGGESTION: "Y"}


def find_route(draft: Draft, kind: Kind, *, office: Office) -> Route:
    """Whose business the draft is, by the site's rules."""
    rulebook = office.rulebook
    return route(
        intake.matter(draft, kind), rules=rulebook.routing, directory=rulebook.directory, ours=rulebook.site.ours
    )


def why(found: Route, draft: Draft, *, office: Office) -> str:
    """One sentence for the consumer: why this office."""
    asked = found.place is Place.UNKNOWN and set(draft.kinds) <= lifecycle.QUESTION
    return office.say(
        "why.question" if asked else f"why.{found.place.value}",
        because=found.because,
        place=place_words(draft.get("region"), office=office),
        bureau=bureau_words(found.bureau, office=office),
        department=department_name(found.department, office=office),
        platform=draft.get("platform") or "",
    )


def department_name(label: str, *, office: Office) -> str:
    known = office.rulebook.departments.get(label)
    return known.name if known else label


async def file(tx: Transaction, draft: Draft, *, person: Address, office: Office) -> tuple[Case, ...]:
    """Register the draft: one case a kind (Order 121, Art. 9), each routed at once where the rules are certain."""
    at = office.now()
    numbers = [await _number(tx, kind, at=at, office=office) for kind in draft.kinds]
    cases = []
    for kind, number in zip(draft.kinds, numbers, strict=True):
        sibling = intake.siblings(tuple(numbers), number)
        blank = Case(no=number, kind=kind, status=Status.RECEIVED, received_at=at, narrative="", sibling=sibling)
        cases.append(
            await _register(tx, intake.complete(draft, kind, blank=blank), draft, person=person, office=office)
        )
    return tuple(cases)


async def _number(tx: Transaction, kind: Kind, *, at: datetime, office: Office) -> CaseNo:
    day = at.astimezone(CHINA)
    scope = f"{office.rulebook.site.number_prefix}{KIND_MARKS[kind]}{day:%y%m%d}"
    return CaseNo(f"{scope}{await tx.numbers.next(scope):03d}")


async def _register(tx: Transaction, case: Case, draft: Draft, *, person: Address, office: Office) -> Case:
    found = find_route(draft, case.kind, office=office)
    because = why(found, draft, office=office)
    case = replace(case, department=found.department, because=because)
    who = intake.consumer(draft, case.kind)
    phone_index = tx.blind_index(who.phone) if who.phone else None
    change = lifecycle.received(case, by=CONSUMER, certain=found.certain)
    tx.cases.add_identity(Identity(case_no=case.no, person=person, consumer=who), phone_index=phone_index)
    case = await record(tx, change, office=office, before=None)
    await tx.evidence.link(case.no, draft.evidence)
    if not found.certain:
        return case
    facts = {"bureau": found.bureau or "", "because": because, "rule": found.rule, "basis": found.basis}
    return await _do(tx, case, "route", by=SYSTEM, facts=facts, office=office)


async def _do(
    tx: Transaction, case: Case, verb: str, *, by: Actor, facts: Mapping[str, str] | None = None, office: Office
) -> Case:
    change = lifecycle.move(case, verb, by=by, at=office.now(), facts=facts)
    return await record(tx, change, office=office, before=case)


async def act(
    tx: Transaction, staff: Staff, no: str, *, verb: str, facts: Mapping[str, str], version: int | None, office: Office
) -> Case:
    """A member of staff does ``verb`` to a case; ``version`` is that of the card it was chosen on.

    Raises CaseError: ``case_unknown``, ``stale_card``, ``not_now``, ``not_yours``, ``fact_missing``.
    """
    case = await case_for(tx, staff, no, office=office)
    _check_fresh(case, verb, version=version, role=staff.role)
    if verb == "close_with":
        return await _close_with(tx, case, staff, facts=facts, office=office)
    checked = _checked(case, verb, facts, office=office)
    case = await _do(tx, case, verb, by=actor(staff), facts=checked, office=office)
    return await _follow(tx, case, verb, office=office)


def _check_fresh(case: Case, verb: str, *, version: int | None, role: Role) -> None:
    """An old card may still be used for what is allowed now; for anything else it says what the case is by now."""
    if version is None or version == case.version:
        return
    allowed = verb in lifecycle.verbs_for(case, role) or (verb == "close_with" and lifecycle.outcomes_for(case, role))
    if not allowed:
        raise CaseError("stale_card", no=case.no, status=case.status.value)


def _checked(case: Case, verb: str, facts: Mapping[str, str], *, office: Office) -> Mapping[str, str]:
    if verb == "route":
        if facts.get("bureau", "") not in office.rulebook.directory:
            raise CaseError("bureau_unknown", no=case.no)
        return {**facts, "because": office.say("why.desk", bureau=bureau_words(facts["bureau"], office=office))}
    if verb == "send_back":
        return {**facts, "from_bureau": case.bureau or ""}
    if verb == "decline" and office.rulebook.ground(facts.get("ground", "")) is None:
        raise CaseError("fact_missing", verb=verb, fact="ground")
    return facts


async def _follow(tx: Transaction, case: Case, verb: str, *, office: Office) -> Case:
    """What the program does by itself after a verb."""
    endings = {"decline": "declined", "redirect": "redirected", "answer": "answered"}
    if verb in endings:
        return await _close(tx, case, endings[verb], by=SYSTEM, facts={}, office=office)
    return case


async def _close_with(tx: Transaction, case: Case, staff: Staff, *, facts: Mapping[str, str], office: Office) -> Case:
    """End a case with an outcome: every step of the law's table on the way is done and journalled."""
    outcome = facts.get("outcome", "")
    *steps, last = lifecycle.steps_to(case, outcome)
    for verb in steps:
        case = await _do(tx, case, verb, by=actor(staff), facts=facts, office=office)
    assert last == "close"
    return await _close(tx, case, outcome, by=actor(staff), facts=facts, office=office)


async def _close(
    tx: Transaction, case: Case, outcome: str, *, by: Actor, facts: Mapping[str, str], office: Office
) -> Case:
    case = await _do(tx, case, "close", by=by, facts={**facts, "outcome": outcome}, office=office)
    if outcome in RATED:
        case = await _do(tx, case, "open_follow_up", by=SYSTEM, office=office)
    return case


async def withdraw(tx: Transaction, person: Address, no: str, *, office: Office) -> Case:
    """The consumer takes the complaint back. CaseError ``only_complaints_withdrawn``: a clue is verified anyway."""
    case = await case_of(tx, person, no)
    if case.kind is not Kind.COMPLAINT:
        raise CaseError("only_complaints_withdrawn", no=no)
    case = await _do(tx, case, "withdraw", by=CONSUMER, office=office)
    return await _close(tx, case, "withdrawn", by=SYSTEM, facts={}, office=office)


async def add(tx: Transaction, person: Address, no: str, *, text: str, evidence: Sequence[str], office: Office) -> Case:
    """The consumer adds words or evidence; when material was asked for, this answers it."""
    case = await case_of(tx, person, no)
    await tx.evidence.link(case.no, evidence)
    verb = "supplement" if case.status is Status.SUPPLEMENTING else "add"
    facts = {"reason": text, "count": str(len(evidence)) if evidence else ""}
    return await _do(tx, case, verb, by=CONSUMER, facts=facts, office=office)


async def chase(tx: Transaction, person: Address, no: str, *, office: Office) -> Case:
    """The consumer asks for haste; the officer is pinged."""
    case = await case_of(tx, person, no)
    return await _do(tx, case, "chase", by=CONSUMER, office=office)


async def rate(tx: Transaction, person: Address, no: str, *, rating: int, office: Office) -> Case:
    """The consumer says how it went (1 satisfied … 3 not); once."""
    case = await case_of(tx, person, no)
    return await _do(tx, case, "rate", by=CONSUMER, facts={"rating": str(rating)}, office=office)


async def archive(tx: Transaction, case: Case, *, office: Office) -> Case:
    """Nobody answered: the case ends by itself."""
    return await _do(tx, case, "archive", by=SYSTEM, office=office)
