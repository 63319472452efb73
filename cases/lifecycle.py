"""The one table of what may happen to a case, by whom, and what it is afterwards; and the verbs that walk it.

Law-bound rows cite their article of Order 121 (``shared`` rules of the office carry none).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from cases.errors import CaseError
from cases.events import Change, Event, EventName
from cases.model import Actor, Case, Kind, Role, StaffId, Status

COMPLAINT = frozenset({Kind.COMPLAINT})
TIPOFF = frozenset({Kind.TIPOFF})
QUESTION = frozenset({Kind.INQUIRY, Kind.SUGGESTION})
EVERY = frozenset(Kind)

INTAKE = frozenset({Role.DESK, Role.ADMIN})
OFFICE = frozenset({Role.OFFICER, Role.LEAD, Role.ADMIN})
LEAD = frozenset({Role.LEAD, Role.ADMIN})
PROGRAM = frozenset({Role.SYSTEM})
PERSON = frozenset({Role.CONSUMER})
ANYONE = INTAKE | OFFICE

OPEN = frozenset(Status) - {Status.WITHDRAWN, Status.DECLINED, Status.CLOSED, Status.FOLLOWING_UP, Status.ARCHIVED}
"""States in which the office still owes something."""

HANDLED = frozenset({Status.CLOSED, Status.FOLLOWING_UP, Status.ARCHIVED, Status.WITHDRAWN, Status.DECLINED})


@dataclass(frozen=True, kw_only=True)
class Transition:
    """One row: in these kinds and states, these roles may do ``verb``; the case is then in ``target``.

    ``target`` None leaves the state as it is. ``needs`` names the facts without which the verb is refused.
    """

    verb: str
    kinds: frozenset[Kind]
    sources: frozenset[Status]
    target: Status | None
    event: EventName
    roles: frozenset[Role]
    needs: tuple[str, ...] = ()
    basis: str = ""


S = Status
E = EventName


def _row(  # the table reads best as positional columns
    verb: str,
    kinds: frozenset[Kind],
    sources: frozenset[Status],
    *rest: Status | EventName | frozenset[Role] | str | None,
    needs: tuple[str, ...] = (),
) -> Transition:
    target, event, roles, basis = (*rest, "")[:4]
    assert isinstance(event, EventName)
    assert isinstance(roles, frozenset)
    assert target is None or isinstance(target, Status)
    return Transition(
        verb=verb, kinds=kinds, sources=sources, target=target, event=event, roles=roles, needs=needs, basis=str(basis)
    )


def _at(*statuses: Status) -> frozenset[Status]:
    return frozenset(statuses)


TABLE: tuple[Transition, ...] = (
    # every kind
    _row(
        "route", EVERY, _at(S.RECEIVED, S.RETURNED), S.ROUTED, E.ROUTED, INTAKE | PROGRAM, "Art. 41", needs=("bureau",)
    ),
    _row("send_back", EVERY, _at(S.ROUTED), S.RETURNED, E.SENT_BACK, OFFICE, "Art. 41", needs=("reason",)),
    _row("add", EVERY, OPEN - {S.SUPPLEMENTING}, None, E.ADDED, PERSON),
    _row("chase", EVERY, OPEN, None, E.CHASED, PERSON),
    _row("reply", EVERY, OPEN, None, E.REPLIED, ANYONE, needs=("reason",)),
    # complaints
    _row("sign", COMPLAINT, _at(S.ROUTED), S.CHECKING, E.SIGNED, OFFICE),
    _row("send_back", COMPLAINT, _at(S.CHECKING), S.RETURNED, E.SENT_BACK, OFFICE, "Art. 41", needs=("reason",)),
    _row(
        "ask_supplement",
        COMPLAINT,
        _at(S.CHECKING),
        S.SUPPLEMENTING,
        E.SUPPLEMENT_ASKED,
        OFFICE,
        "Art. 10",
        needs=("reason",),
    ),
    _row("supplement", COMPLAINT, _at(S.SUPPLEMENTING), S.CHECKING, E.SUPPLEMENTED, PERSON | OFFICE, "Art. 10"),
    _row("accept", COMPLAINT, _at(S.CHECKING), S.ACCEPTED, E.ACCEPTED, OFFICE, "Art. 15"),
    _row(
        "decline",
        COMPLAINT,
        _at(S.CHECKING, S.SUPPLEMENTING),
        S.DECLINED,
        E.DECLINED,
        OFFICE,
        "Art. 15, 16",
        needs=("ground", "reason"),
    ),
    _row(
        "decline",
        COMPLAINT,
        _at(S.RECEIVED, S.RETURNED),
        S.DECLINED,
        E.DECLINED,
        INTAKE,
        "Art. 16(1)",
        needs=("ground", "reason"),
    ),
    _row("mediate", COMPLAINT, _at(S.ACCEPTED), S.MEDIATING, E.MEDIATED, OFFICE, "Art. 18"),
    _row("agree", COMPLAINT, _at(S.MEDIATING), S.AGREED, E.AGREED, OFFICE, "Art. 24"),
    _row("settle", COMPLAINT, _at(S.ACCEPTED, S.MEDIATING), S.SETTLED, E.SETTLED, OFFICE, "Art. 23(1)(1)"),
    _row(
        "terminate",
        COMPLAINT,
        _at(S.ACCEPTED, S.MEDIATING),
        S.TERMINATED,
        E.TERMINATED,
        OFFICE,
        "Art. 23",
        needs=("ground",),
    ),
    _row("withdraw", COMPLAINT, OPEN, S.WITHDRAWN, E.WITHDRAWN, PERSON, "Art. 23(1)(1)"),
    _row("close", COMPLAINT, _at(S.AGREED, S.SETTLED, S.TERMINATED), S.CLOSED, E.CLOSED, OFFICE, needs=("outcome",)),
    _row("close", COMPLAINT, _at(S.DECLINED, S.WITHDRAWN), S.CLOSED, E.CLOSED, PROGRAM, needs=("outcome",)),
    # tip-offs
    _row("sign", TIPOFF, _at(S.ROUTED), S.VERIFYING, E.SIGNED, OFFICE),
    _row("send_back", TIPOFF, _at(S.VERIFYING), S.RETURNED, E.SENT_BACK, OFFICE, "Art. 41", needs=("reason",)),
    _row(
        "redirect",
        TIPOFF,
        _at(S.RECEIVED, S.RETURNED),
        S.REDIRECTED,
        E.REDIRECTED,
        INTAKE,
        "Art. 34",
        needs=("reason",),
    ),
    _row("docket", TIPOFF, _at(S.VERIFYING), S.DOCKETED, E.DOCKETED, LEAD, "Art. 35"),
    _row("dismiss", TIPOFF, _at(S.VERIFYING), S.DISMISSED, E.DISMISSED, LEAD, "Art. 35", needs=("reason",)),
    _row("transfer", TIPOFF, _at(S.VERIFYING, S.DOCKETED), S.TRANSFERRED, E.TRANSFERRED, LEAD, needs=("reason",)),
    _row("decide", TIPOFF, _at(S.DOCKETED), S.DECIDED, E.DECIDED, LEAD),
    _row("close", TIPOFF, _at(S.DECIDED, S.DISMISSED, S.TRANSFERRED), S.CLOSED, E.CLOSED, OFFICE, needs=("outcome",)),
    _row("close", TIPOFF, _at(S.REDIRECTED), S.CLOSED, E.CLOSED, PROGRAM, needs=("outcome",)),
    # inquiries and suggestions
    _row("answer", QUESTION, _at(S.RECEIVED, S.ROUTED, S.RETURNED), S.ANSWERED, E.ANSWERED, ANYONE, needs=("reason",)),
    _row("close", QUESTION, _at(S.ANSWERED), S.CLOSED, E.CLOSED, PROGRAM, needs=("outcome",)),
    # after closing
    _row("open_follow_up", EVERY, _at(S.CLOSED), S.FOLLOWING_UP, E.FOLLOW_UP_OPENED, PROGRAM, "Art. 26"),
    _row("rate", EVERY, _at(S.CLOSED, S.FOLLOWING_UP), S.ARCHIVED, E.RATED, PERSON, "Art. 26", needs=("rating",)),
    _row("archive", EVERY, _at(S.CLOSED, S.FOLLOWING_UP), S.ARCHIVED, E.ARCHIVED, PROGRAM),
)

OUTCOME_PATHS: Mapping[str, tuple[str, ...]] = {
    "agreed": ("mediate", "agree", "close"),
    "settled": ("settle", "close"),
    "terminated": ("terminate", "close"),
    "decided": ("decide", "close"),
    "dismissed": ("dismiss", "close"),
    "transferred": ("transfer", "close"),
}
"""How an officer's one action of closing with an outcome walks the table; steps behind the case are left out."""


def _effects() -> Mapping[str, Callable[[Case, Actor, Mapping[str, str]], dict[str, object]]]:
    def routed(case: Case, actor: Actor, facts: Mapping[str, str]) -> dict[str, object]:
        return {"bureau": facts["bureau"], "because": facts.get("because", case.because), "officer": None}

    def signed(case: Case, actor: Actor, facts: Mapping[str, str]) -> dict[str, object]:
        return {"officer": StaffId(actor.staff.id) if actor.staff else None}

    def sent_back(case: Case, actor: Actor, facts: Mapping[str, str]) -> dict[str, object]:
        return {"bureau": None, "officer": None}

    def closed(case: Case, actor: Actor, facts: Mapping[str, str]) -> dict[str, object]:
        return {"outcome": facts["outcome"], "result": facts.get("reason", case.result)}

    def decided(case: Case, actor: Actor, facts: Mapping[str, str]) -> dict[str, object]:
        return {"result": facts.get("reason", case.result)}

    def rated(case: Case, actor: Actor, facts: Mapping[str, str]) -> dict[str, object]:
        return {"rating": int(facts["rating"])}

    return {
        "route": routed,
        "sign": signed,
        "send_back": sent_back,
        "close": closed,
        "decline": decided,
        "answer": decided,
        "rate": rated,
    }


EFFECTS = _effects()


def find(case: Case, verb: str) -> Transition | None:
    """The row that allows ``verb`` in the case's kind and state, whoever acts; None when there is none."""
    return next((t for t in TABLE if t.verb == verb and case.kind in t.kinds and case.status in t.sources), None)


def verbs_for(case: Case, role: Role) -> tuple[str, ...]:
    """What this role may do to the case now, in the order of the table."""
    return tuple(t.verb for t in TABLE if case.kind in t.kinds and case.status in t.sources and role in t.roles)


def move(case: Case, verb: str, *, by: Actor, at: datetime, facts: Mapping[str, str] | None = None) -> Change:
    """Do ``verb`` to ``case``: the table decides whether it may be done now, by this role, with these facts.

    Raises CaseError ``not_now`` (wrong state), ``not_yours`` (wrong role) or ``fact_missing`` (a needed fact is empty).
    """
    given = {key: value for key, value in (facts or {}).items() if value}
    row = find(case, verb)
    if row is None:
        raise CaseError("not_now", no=case.no, status=case.status.value, verb=verb)
    if by.role not in row.roles:
        raise CaseError("not_yours", no=case.no, verb=verb)
    for need in row.needs:
        if need not in given:
            raise CaseError("fact_missing", verb=verb, fact=need)
    return _changed(case, row, by=by, at=at, facts=given)


def _changed(case: Case, row: Transition, *, by: Actor, at: datetime, facts: Mapping[str, str]) -> Change:
    effect = EFFECTS.get(row.verb)
    fields: dict[str, object] = effect(case, by, facts) if effect else {}
    if row.target is not None:
        fields["status"] = row.target
    after = case.evolve(**fields, version=case.version + 1)
    event = Event(name=row.event, case_no=case.no, at=at, by=by.label, facts={**facts, "verb": row.verb})
    return Change(case=after, events=(event,))


def received(case: Case, *, by: Actor, certain: bool = False) -> Change:
    """The first change of every case: it exists. The event stands at the instant of receipt.

    ``certain``: the rules know the bureau, and the case is routed next.
    """
    facts = {"certain": "yes"} if certain else {}
    event = Event(name=E.RECEIVED, case_no=case.no, at=case.received_at, by=by.label, facts=facts)
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


def outcomes_for(case: Case, role: Role) -> tuple[str, ...]:
    """The outcomes with which this role can end the case from where it stands."""
    return tuple(outcome for outcome in OUTCOME_PATHS if _may_walk(case, outcome, role))


def _may_walk(case: Case, outcome: str, role: Role) -> bool:
    try:
        steps = steps_to(case, outcome)
    except CaseError:
        return False
    rows = [[t for t in TABLE if t.verb == verb and case.kind in t.kinds and role in t.roles] for verb in steps]
    return all(rows) and len(steps) > 1
