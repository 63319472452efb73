"""Checks the facts of a staff verb before anything is written, and adds those that follow from them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Protocol

from cases.clockwork import extend_clock
from cases.errors import CaseError
from cases.lifecycle import find, missing_on_the_way, outcomes_for, steps_to
from cases.model import LABELS, Actor, Case, Kind, Role, StaffId
from cases.site import Ground, Grounds
from handlers.filing import leaving
from handlers.following import clue_number, last_told, since
from handlers.forms import CONSENT, CONSENTED, GROUNDED, field_names
from handlers.joint import BINDING, check_joinable, members_of
from handlers.office import Office
from handlers.timekeeping import running_clock
from handlers.wording import bureau_words, day_words, sum_words
from storage.case_store import Identity
from storage.database import Transaction

BINDING_OUTCOMES = frozenset({"agreed", "settled"})
MOST_DAYS = 365
LARGEST_SUM = Decimal(10) ** 12
Facts = Mapping[str, str]


class Check(Protocol):
    """Looks at the facts of a verb; returns those that follow from them."""

    async def __call__(self, tx: Transaction, case: Case, facts: Facts, *, office: Office) -> Facts: ...


async def checked(tx: Transaction, case: Case, verb: str, *, facts: Facts, by: Actor, office: Office) -> Facts:
    """The facts as the verb needs them.

    Raises CaseError ``not_now``, ``not_yours`` or ``fact_missing`` as the table says, or what is wrong with a fact:
    ``bureau_unknown``, ``choice_unknown``, ``staff_unknown``, ``other_unknown``, ``not_joinable``, ``until_range``,
    ``days_range``, ``amount_bad``, ``not_consented``, ``nothing_corrected``,
    ``not_extendable``, ``extended_already``, ``extend_first``, ``informant_unnamed``.
    """
    asked_for = {CONSENT, *(name for name, _ in field_names(case, verb))}  # what was not asked for is not taken
    given = {key: value for key, value in facts.items() if value and key in asked_for}
    if verb == "close_with":
        _check_way(case, given, by=by)
    else:
        _check_allowed(case, verb, given, by=by)
    await _check_consent(tx, case, given, verb=given.get("outcome", verb))
    for name in given:
        check = FACTS.get(name)
        if check:
            given = {**given, **await check(tx, case, given, office=office)}
    more = VERBS.get(verb)
    return {**given, **await more(tx, case, given, office=office)} if more else given


async def _check_consent(tx: Transaction, case: Case, given: Facts, *, verb: str) -> None:
    """Nobody is bound by what another agreed to: CaseError ``not_consented`` (Order 121, Art. 12)."""
    binds = verb in BINDING or verb in BINDING_OUTCOMES
    if binds and given.get(CONSENT) != CONSENTED and await members_of(tx, case):
        raise CaseError("not_consented", no=case.no)


def _check_way(case: Case, given: Facts, *, by: Actor) -> None:
    """Every step to the outcome is known to be possible before the first one is taken."""
    outcome = given.get("outcome", "")
    steps_to(case, outcome)
    if outcome not in outcomes_for(case, by.roles):
        raise CaseError("not_yours", no=case.no, verb="close")
    missing = missing_on_the_way(case, outcome, given)
    if missing:
        raise CaseError("fact_missing", verb=missing[0], fact=missing[1])


def _check_allowed(case: Case, verb: str, given: Facts, *, by: Actor) -> None:
    """As the table will say; said before anything is looked up for the verb."""
    row = find(case, verb)
    if row is None:
        raise CaseError("not_now", no=case.no, status=case.status.value, verb=verb)
    if not by.roles & row.roles:
        raise CaseError("not_yours", no=case.no, verb=verb)
    missing = next((need for need in row.needs if need not in given), None)
    if missing:
        raise CaseError("fact_missing", verb=verb, fact=missing)


async def _bureau(tx: Transaction, case: Case, facts: Facts, *, office: Office) -> Facts:
    if facts["bureau"] not in office.rulebook.directory:
        raise CaseError("bureau_unknown", no=case.no)
    return {"because": office.say("why.desk", bureau=bureau_words(facts["bureau"], office=office))}


def _one_of(name: str, choices: Callable[[Grounds], Sequence[Ground]]) -> Check:
    async def check(tx: Transaction, case: Case, facts: Facts, *, office: Office) -> Facts:
        if facts.get(name) not in {ground.code for ground in choices(office.rulebook.grounds)}:
            raise CaseError("choice_unknown", no=case.no)
        return {}

    return check


async def _level(tx: Transaction, case: Case, facts: Facts, *, office: Office) -> Facts:
    if office.rulebook.grounds.reward(facts["level"]) is None:
        raise CaseError("choice_unknown", no=case.no)
    return {}


async def _kind(tx: Transaction, case: Case, facts: Facts, *, office: Office) -> Facts:
    if facts["kind"] not in set(Kind) - {case.kind}:
        raise CaseError("choice_unknown", no=case.no)
    return {}


def _label(name: str) -> Check:
    async def check(tx: Transaction, case: Case, facts: Facts, *, office: Office) -> Facts:
        if facts[name] not in set(office.rulebook.labels[name]) - {case.trait(name)}:
            raise CaseError("choice_unknown", no=case.no)
        return {}

    return check


async def _officer(tx: Transaction, case: Case, facts: Facts, *, office: Office) -> Facts:
    member = await tx.staff.get(StaffId(facts["officer"]))
    if member is None or not member.active or member.bureau != case.bureau or member.role not in INSIDE:
        raise CaseError("staff_unknown", name=facts["officer"])
    return {}


async def _mediator(tx: Transaction, case: Case, facts: Facts, *, office: Office) -> Facts:
    member = await tx.staff.get(StaffId(facts["mediator"]))
    if member is None or not member.active or member.role is not Role.MEDIATOR:
        raise CaseError("staff_unknown", name=facts["mediator"])
    return {}


async def _until(tx: Transaction, case: Case, facts: Facts, *, office: Office) -> Facts:
    """A date for the consumer: after today, and within the time in which the office must decide (form 4)."""
    inside = await running_clock(tx, case, "accept")
    latest = inside.due_on if inside else None
    try:
        until = date.fromisoformat(facts["until"])
    except ValueError:
        until = date.min
    if until <= office.today() or (latest and until > latest):
        raise CaseError("until_range", latest=day_words(latest, office=office) if latest else "")
    return {}


async def _days(tx: Transaction, case: Case, facts: Facts, *, office: Office) -> Facts:
    days = facts["days"]
    if not (days.isascii() and days.isdigit() and 1 <= int(days) <= MOST_DAYS):
        raise CaseError("days_range", most=str(MOST_DAYS))
    return {}


async def _amount(tx: Transaction, case: Case, facts: Facts, *, office: Office) -> Facts:
    amount = office.reader.amount(facts["amount"], bare=True)
    if amount is None or not 0 < amount < LARGEST_SUM:
        raise CaseError("amount_bad")
    return {"amount": format(amount, "f")}


INSIDE = frozenset({Role.OFFICER, Role.LEAD})
FACTS: Mapping[str, Check] = {
    "bureau": _bureau,
    "law": _one_of("law", lambda grounds: grounds.tell),
    "why": _one_of("why", lambda grounds: grounds.suspend),
    "adoption": _one_of("adoption", lambda grounds: grounds.adoption),
    "level": _level,
    "kind": _kind,
    "officer": _officer,
    "mediator": _mediator,
    "until": _until,
    "days": _days,
    "amount": _amount,
    **{name: _label(name) for name in LABELS},
}


async def _close_with(tx: Transaction, case: Case, facts: Facts, *, office: Office) -> Facts:
    return await _terminate(tx, case, facts, office=office) if facts["outcome"] in GROUNDED else {}


async def _send_back(tx: Transaction, case: Case, facts: Facts, *, office: Office) -> Facts:
    return {"from_bureau": case.bureau or ""}


async def _correct(tx: Transaction, case: Case, facts: Facts, *, office: Office) -> Facts:
    """What the labels were, so that the journal tells both, and what follows from the new ones."""
    told = {name: facts[name] for name in LABELS if facts.get(name)}
    if not told:
        raise CaseError("nothing_corrected", no=case.no)
    after = case.evolve(**told)
    return {
        **{f"from_{name}": case.trait(name) or "" for name in told},
        "object": office.rulebook.objects.get(told.get("category", ""), ""),
        "hurried": "yes" if office.rulebook.hurried(after) and not case.urgent else "",
    }


async def _go_on(tx: Transaction, case: Case, facts: Facts, *, office: Office) -> Facts:
    return await leaving(tx, case, office=office)


async def _extend(tx: Transaction, case: Case, facts: Facts, *, office: Office) -> Facts:
    """Whether the law allows it is known from the clock, before anything is written."""
    for code in ("verify", "docketed"):
        clock = await running_clock(tx, case, code)
        if clock:
            rule = next(rule for rule in office.rulebook.clocks if rule.code == code and rule.fits(case))
            days = int(facts["days"]) if facts.get("days") else None
            extend_clock(clock, at=office.now(), rule=rule, pace=office.pace(case), days=days)
    return {}


async def _find_clue(tx: Transaction, case: Case, facts: Facts, *, office: Office) -> Facts:
    return {"clue": await clue_number(tx, office=office)}


async def _ask_join(tx: Transaction, case: Case, facts: Facts, *, office: Office) -> Facts:
    await check_joinable(tx, case, facts["other"].strip(), office=office)
    return {}


async def _mark_duplicate(tx: Transaction, case: Case, facts: Facts, *, office: Office) -> Facts:
    await _same_informant(tx, case, facts["other"])
    return {}


async def _merge(tx: Transaction, case: Case, facts: Facts, *, office: Office) -> Facts:
    """From when the time counts anew: the receipt of the other tip-off, or of what was added last (Art. 35)."""
    if not facts.get("other"):
        return since(await last_told(tx, case) or office.now())
    other = await _same_informant(tx, case, facts["other"])
    if find(other, "absorb") is None:
        raise CaseError("not_now", no=other.no, status=other.status.value, verb="merge")
    return since(other.received_at)


async def _same_informant(tx: Transaction, case: Case, no: str) -> Case:
    """Another tip-off of the same person; only such ones are merged or taken for the same again (Art. 35)."""
    other = await tx.cases.get(no, lock=True)
    if other is None or other.no == case.no or other.kind is not Kind.TIPOFF:
        raise CaseError("other_unknown", no=no)
    one, two = await tx.cases.identity(case.no), await tx.cases.identity(other.no)
    same = (
        one and two and (one.person == two.person or (one.consumer.phone and one.consumer.phone == two.consumer.phone))
    )
    if not same:
        raise CaseError("other_unknown", no=no)
    return other


def _same_person(one: Identity, two: Identity) -> bool:
    phones = (one.consumer.phone, two.consumer.phone)
    return one.person == two.person or (phones[0] is not None and phones[0] == phones[1])


async def _reward(tx: Transaction, case: Case, facts: Facts, *, office: Office) -> Facts:
    """Rewards go to informants who gave their name, by the level's share of what the business paid."""
    identity = await tx.cases.identity(case.no)
    if identity is None or identity.consumer.anonymous:
        raise CaseError("informant_unnamed", no=case.no)
    level = office.rulebook.grounds.reward(facts["level"])
    assert level is not None, "checked before"
    return {"reward": sum_words(level.of(Decimal(facts["amount"])), office=office)}


_terminate = _one_of("ground", lambda grounds: grounds.terminate)
VERBS: Mapping[str, Check] = {
    "decline": _one_of("ground", lambda grounds: grounds.decline),
    "terminate": _terminate,
    "close_with": _close_with,
    "send_back": _send_back,
    "correct": _correct,
    "go_on": _go_on,
    "extend": _extend,
    "extend_further": _extend,
    "find_clue": _find_clue,
    "ask_join": _ask_join,
    "mark_duplicate": _mark_duplicate,
    "merge": _merge,
    "reward": _reward,
}
