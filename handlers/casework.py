"""What people do with cases: one verb, one transaction; each reads through ``access`` and ends in ``ledger``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from cases import lifecycle
from cases.errors import CaseError
from cases.messages import Address
from cases.model import CONSUMER, SYSTEM, Actor, Case, Consumer, Kind, Role, Staff, Status
from cases.notices import LOWEST_RATING
from cases.transitions import BEFORE_ACCEPTANCE, OPEN
from handlers import joint
from handlers.access import actor, case_for, case_of, case_of_same, case_told
from handlers.calling import told_by_phone
from handlers.checks import checked
from handlers.filing import leaving as _leaving
from handlers.following import close, follow
from handlers.forms import BY_PHONE
from handlers.moving import do
from handlers.office import Office
from storage.database import Transaction

GROUP = "leave_group"
WHOLE_GROUP = frozenset({"recuse"})
"""What one of several consumers asks for all: who mediates is the same for all."""
ALONE = frozenset({"settle"})
"""With what one of several consumers leaves the others: the office ends that case by itself."""


async def act(
    tx: Transaction, staff: Staff, no: str, *, verb: str, facts: Mapping[str, str], version: int | None, office: Office
) -> Case:
    """A member of staff does ``verb`` to a case and to those handled with it; ``version`` is that of the card.

    Raises CaseError: ``case_unknown``, ``stale_card``, ``not_now``, ``not_yours``, ``fact_missing``, ``goes_with``, and
    those of ``checks.checked`` and of ``calling.told_by_phone`` for facts that do not fit.
    """
    if verb == BY_PHONE:
        return await told_by_phone(tx, staff, no, facts=facts, office=office)
    case = await case_for(tx, staff, no, office=office)
    who = actor(staff, case, office=office)
    _check_fresh(case, verb, version=version, actor=who)
    if case.part_of and case.status in OPEN and verb not in joint.SINGLY:
        raise CaseError("goes_with", no=case.no, lead=case.part_of)
    steps = _steps(case, verb, facts)
    facts = await checked(tx, case, verb, facts=facts, by=who, office=office)
    members = await joint.members(tx, case, steps[0])
    done = await _walk(tx, case, steps, by=who, facts=facts, office=office)
    for member in members:
        await _walk(tx, member, steps, by=who, facts=facts, office=office)
    return done


def _check_fresh(case: Case, verb: str, *, version: int | None, actor: Actor) -> None:
    """An old card may still be used for what is allowed now; for anything else it says what the case is by now."""
    if version is None or version == case.version:
        return
    closes = verb == "close_with" and lifecycle.outcomes_for(case, actor.roles)
    if verb not in lifecycle.verbs_for(case, actor.roles) and not closes:
        raise CaseError("stale_card", no=case.no, status=case.status.value)


def _steps(case: Case, verb: str, facts: Mapping[str, str]) -> tuple[str, ...]:
    """To end a case with an outcome, every step of the law's table on the way is done and journalled."""
    return lifecycle.steps_to(case, facts.get("outcome", "")) if verb == "close_with" else (verb,)


async def _walk(
    tx: Transaction, case: Case, steps: Sequence[str], *, by: Actor, facts: Mapping[str, str], office: Office
) -> Case:
    for verb in steps:
        case = await do(tx, case, verb, by=by, facts=facts, office=office)
        case = await follow(tx, case, verb, facts=facts, office=office)
    return case


async def withdraw(tx: Transaction, person: Address, no: str, *, office: Office) -> Case:
    """The consumer takes the complaint back. CaseError ``only_complaints_withdrawn``: a clue is verified anyway.

    Before acceptance nothing is left to do; after it the office still tells both sides (Art. 23).
    """
    case = await case_of(tx, person, no)
    if case.kind is not Kind.COMPLAINT:
        raise CaseError("only_complaints_withdrawn", no=no)
    members = await joint.members_of(tx, case, lock=True)
    withdrawn = await do(
        tx, case, "withdraw", by=CONSUMER, facts=await _leaving(tx, case, office=office), office=office
    )
    await _release(tx, members, office=office)
    if case.status in BEFORE_ACCEPTANCE:
        return await close(tx, withdrawn, by=SYSTEM, facts={}, office=office)
    return withdrawn


async def _release(tx: Transaction, members: Sequence[Case], *, office: Office) -> None:
    """The leading case ends by itself: the others are handled on, each alone."""
    for member in members:
        await do(tx, member, GROUP, by=SYSTEM, office=office)


async def add(
    tx: Transaction,
    person: Address,
    no: str,
    *,
    text: str,
    evidence: Sequence[str],
    who: Consumer | None = None,
    office: Office,
) -> Case:
    """The consumer adds words or evidence; when material was asked for, this answers it.

    ``who``: as whom they are known, by which a complaint that they made in another chat is theirs as well.
    """
    same = await case_of_same(tx, person, no, who=who) if who else None
    case = same[0] if same else await case_told(tx, person, no, office=office)
    await tx.evidence.link(case.no, evidence)
    verb = "supplement" if case.status is Status.SUPPLEMENTING else "add"
    facts = {"reason": text, "count": str(len(evidence)) if evidence else ""}
    return await do(tx, case, verb, by=CONSUMER, facts=facts, office=office)


async def chase(tx: Transaction, person: Address, no: str, *, office: Office) -> Case:
    """The consumer asks for haste; the officer is pinged."""
    case = await case_told(tx, person, no, office=office)
    return await do(tx, case, "chase", by=CONSUMER, office=office)


async def decide(
    tx: Transaction, person: Address, no: str, *, verb: str, facts: Mapping[str, str] | None = None, office: Office
) -> Case:
    """The consumer does a verb of the own case that needs no more than this: an answer to what was asked, a request."""
    case = await case_of(tx, person, no)
    if case.part_of and verb in WHOLE_GROUP:
        raise CaseError("goes_with", no=case.no, lead=case.part_of)
    told = {
        **await _leaving(tx, case, office=office),
        **(facts or {}),
        "asked": (case.asked or "").partition(":")[0] if verb == "refuse" else "",
    }
    if verb == "agree_join":
        await joint.check_joinable(tx, case, (case.asked or "").partition(":")[2], office=office)
    members = await joint.members_of(tx, case, lock=True)
    if case.part_of and verb in ALONE:
        case = await do(tx, case, GROUP, by=SYSTEM, office=office)
    after = await _walk(tx, case, (verb,), by=CONSUMER, facts=told, office=office)
    if verb in WHOLE_GROUP:
        for member in members:
            await _walk(tx, member, (verb,), by=CONSUMER, facts=told, office=office)
    elif after.status is not case.status:
        await _release(tx, members, office=office)
    return after


async def rate(tx: Transaction, person: Address, no: str, *, rating: int, office: Office) -> Case:
    """The consumer says how it went (1 satisfied … 3 not); once. A bad rating waits for the lead to mend it."""
    case = await case_told(tx, person, no, office=office)
    verb = "rate" if rating < LOWEST_RATING else "rate_low"
    return await do(tx, case, verb, by=CONSUMER, facts={"rating": str(rating)}, office=office)


async def run_out(tx: Transaction, case: Case, verb: str, *, office: Office) -> Case:
    """A time limit passed without an answer: the case goes on by itself."""
    if verb not in lifecycle.verbs_for(case, Role.SYSTEM):
        return case
    case = await do(tx, case, verb, by=SYSTEM, facts=await _leaving(tx, case, office=office), office=office)
    return await follow(tx, case, verb, facts={}, office=office)
