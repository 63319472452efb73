"""Walks the table of ``transitions``: what may be done to a case now, by whom, each step, and the replay."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime

from cases.effects import EFFECTS
from cases.errors import CaseError
from cases.events import Change, Event, EventName
from cases.model import Actor, Case, Role
from cases.transitions import OUTCOME_PATHS, TABLE, Transition


def find(case: Case, verb: str) -> Transition | None:
    """The row that allows ``verb`` to the case as it stands, whoever acts; None when there is none."""
    return next((row for row in TABLE if row.verb == verb and row.allows(case)), None)


def verbs_for(case: Case, roles: Role | Collection[Role]) -> tuple[str, ...]:
    """What these roles may do to the case now, in the order of the table."""
    who = {roles} if isinstance(roles, Role) else set(roles)
    return tuple(row.verb for row in TABLE if row.roles & who and row.allows(case))


def move(case: Case, verb: str, *, by: Actor, at: datetime, facts: Mapping[str, str] | None = None) -> Change:
    """Do ``verb`` to ``case``: the table decides whether it may be done now, by this role, with these facts.

    Raises CaseError ``not_now`` (wrong state), ``not_yours`` (wrong role) or ``fact_missing`` (a needed fact is empty).
    """
    given = {key: value for key, value in (facts or {}).items() if value}
    row = find(case, verb)
    if row is None:
        raise CaseError("not_now", no=case.no, status=case.status.value, verb=verb)
    if not by.roles & row.roles:
        raise CaseError("not_yours", no=case.no, verb=verb)
    for need in row.needs:
        if need not in given:
            raise CaseError("fact_missing", verb=verb, fact=need)
    event = Event(name=row.event, case_no=case.no, at=at, by=by.label, facts={**given, "verb": row.verb})
    return Change(case=_after(case, row, event), events=(event,))


def _after(case: Case, row: Transition, event: Event) -> Case:
    effect = EFFECTS.get(row.verb)
    fields: dict[str, object] = effect(case, event.by, event.facts) if effect else {}
    if row.target is not None:
        fields["status"] = row.target
    return case.evolve(**fields, version=case.version + 1)


def replay(case: Case, events: Iterable[Event]) -> Case:
    """The case that the journal tells of, from the case as it was received. ValueError when the table forbids a step.

    Events that change nothing (a receipt, a date that passed) carry no verb and are passed over.
    """
    for event in events:
        verb = event.facts.get("verb")
        if verb is None:
            continue
        row = find(case, verb)
        if row is None:
            raise ValueError(f"{verb} is not allowed in {case.status.value}")
        case = _after(case, row, event)
    return case


def received(case: Case, *, by: Actor, certain: bool = False) -> Change:
    """The first change of every case: it exists. The event stands at the instant of receipt.

    ``certain``: the rules know the bureau, and the case is routed next.
    """
    facts = {"certain": "yes"} if certain else {}
    event = Event(name=EventName.RECEIVED, case_no=case.no, at=case.received_at, by=by.label, facts=facts)
    return Change(case=case, events=(event,))


def steps_to(case: Case, outcome: str) -> tuple[str, ...]:
    """The verbs that lead from the case's state to closed with ``outcome`` (a key of ``OUTCOME_PATHS``).

    Raises CaseError ``not_now`` when no tail of the path starts in this state.
    """
    path = OUTCOME_PATHS.get(outcome, ())
    for start in range(len(path)):
        if find(case, path[start]):
            return path[start:]
    raise CaseError("not_now", no=case.no, status=case.status.value, verb="close")


def outcomes_for(case: Case, roles: Role | Collection[Role]) -> tuple[str, ...]:
    """The outcomes with which these roles can end the case from where it stands, in more than one step."""
    who = {roles} if isinstance(roles, Role) else set(roles)
    return tuple(outcome for outcome in OUTCOME_PATHS if _may_walk(case, outcome, who))


def missing_on_the_way(case: Case, outcome: str, given: Collection[str]) -> tuple[str, str] | None:
    """The first verb on the way to the outcome, and the fact that it needs and that is not given."""
    for verb in steps_to(case, outcome):
        needs = {need for row in TABLE if row.verb == verb and case.kind in row.kinds for need in row.needs}
        lacking = sorted(needs - set(given))
        if lacking:
            return verb, lacking[0]
    return None


def _may_walk(case: Case, outcome: str, roles: set[Role]) -> bool:
    try:
        steps = steps_to(case, outcome)
    except CaseError:
        return False
    rows = [
        [row for row in TABLE if row.verb == verb and case.kind in row.kinds and roles & row.roles] for verb in steps
    ]
    return all(rows) and len(steps) > 1
