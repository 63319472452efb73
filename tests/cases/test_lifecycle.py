"""The one table of what may happen to a case: every row can be walked, everything else is refused by name."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import combinations, product

import pytest

from cases.errors import CaseError
from cases.events import EventName
from cases.lifecycle import find, move, outcomes_for, received, replay, steps_to, verbs_for
from cases.model import CONSUMER, Actor, Case, CaseNo, Kind, Role, Staff, StaffId, Status
from cases.transitions import CONDITIONS, HANDLED, OPEN, OUTCOME_PATHS, TABLE, Transition
from tests.cases.states import FAILING, FITTING

NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
VERBS = sorted({row.verb for row in TABLE})
FACTS = {
    "bureau": "410902",
    "reason": "r",
    "ground": "16-1",
    "outcome": "settled",
    "rating": "1",
    "officer": "o",
    "mediator": "m",
    "enterprise": "e",
    "other": "2",
    "days": "10",
    "why": "halted",
    "law": "ad-53",
    "level": "1",
    "amount": "5000",
    "adoption": "noted",
    "kind": "complaint",
    "category": "食品",
    "problem": "质量",
    "department": "市场监管局",
}
FIRST = Status.RECEIVED


def case(kind: Kind, status: Status, *, only: str = "") -> Case:
    blank = Case(no=CaseNo("1"), kind=kind, status=status, received_at=NOW, narrative="n", bureau="410902")
    return blank.evolve(**FITTING[only])


def by(role: Role) -> Actor:
    return Actor(role=role, staff=Staff(id=StaffId("s"), bureau="410902", role=role, name="n"))


def squares() -> list[tuple[Transition, Kind, Status]]:
    """Every row in each of its kinds and states."""
    return [(row, kind, status) for row in TABLE for kind, status in product(sorted(row.kinds), sorted(row.sources))]


def test_every_row_can_be_reached_from_a_received_case() -> None:
    reached = {(kind, FIRST) for kind in Kind}
    walked: set[int] = set()
    while True:
        grown = set(reached)
        for n, row in enumerate(TABLE):
            for kind, status in reached:
                if kind in row.kinds and status in row.sources:
                    walked.add(n)
                    grown.add((kind, row.target or status))
        if grown == reached:
            break
        reached = grown
    assert [row.verb for n, row in enumerate(TABLE) if n not in walked] == []
    assert {status for _, status in reached} == set(Status)


def test_no_two_rows_answer_the_same_question() -> None:
    for one, other in combinations(TABLE, 2):
        assert one.verb != other.verb or not (one.kinds & other.kinds and one.sources & other.sources), one.verb


def test_a_row_with_a_condition_is_closed_to_a_case_that_does_not_meet_it() -> None:
    assert set(FITTING) == {"", *CONDITIONS}
    for row, kind, status in squares():
        if row.only:
            bare = case(kind, status).evolve(**FAILING.get(row.only, {}))
            assert row.allows(case(kind, status, only=row.only))
            assert not row.allows(bare)


def test_the_journal_alone_leads_to_the_same_case() -> None:
    for row, kind, status in squares():
        before = case(kind, status, only=row.only)
        change = move(before, row.verb, by=by(min(row.roles)), at=NOW, facts=FACTS)
        assert replay(before, change.events) == change.case
    told = received(case(Kind.TIPOFF, FIRST), by=CONSUMER)
    assert replay(told.case, told.events) == told.case


def test_a_journal_that_the_table_forbids_is_not_replayed() -> None:
    signed = move(case(Kind.TIPOFF, Status.ROUTED), "sign", by=by(Role.OFFICER), at=NOW)
    with pytest.raises(ValueError, match="sign"):
        replay(case(Kind.TIPOFF, Status.CLOSED), signed.events)


def test_a_row_takes_each_of_its_states_to_its_target_and_tells_its_event() -> None:
    for row, kind, status in squares():
        before = case(kind, status, only=row.only)
        for role in row.roles:
            change = move(before, row.verb, by=by(role), at=NOW, facts=FACTS)
            assert change.case.status is (row.target or status)
            assert change.case.version == before.version + 1
            assert [event.name for event in change.events] == [row.event]
            assert change.events[0].at == NOW


def test_what_the_table_does_not_hold_is_refused_in_every_kind_and_state() -> None:
    for kind, status, verb in product(Kind, Status, VERBS):
        before = case(kind, status)
        if find(before, verb) is None:
            with pytest.raises(CaseError) as refused:
                move(before, verb, by=by(Role.ADMIN), at=NOW, facts=FACTS)
            assert refused.value.key == "not_now"
            assert refused.value.facts == {"no": "1", "status": status.value, "verb": verb}


def test_a_role_that_a_row_does_not_name_is_refused() -> None:
    for row, kind, status in squares():
        for role in set(Role) - row.roles:
            with pytest.raises(CaseError, match="not_yours"):
                move(case(kind, status, only=row.only), row.verb, by=by(role), at=NOW, facts=FACTS)
            assert row.verb not in verbs_for(case(kind, status, only=row.only), role)


def test_a_needed_fact_that_is_missing_or_empty_is_named() -> None:
    for row, kind, status in squares():
        for need, given in product(row.needs, ({}, {"": ""})):
            facts = {**{key: value for key, value in FACTS.items() if key != need}, **given}
            with pytest.raises(CaseError, match="fact_missing") as refused:
                move(
                    case(kind, status, only=row.only),
                    row.verb,
                    by=by(min(row.roles)),
                    at=NOW,
                    facts={**facts, need: ""},
                )
            assert refused.value.facts == {"verb": row.verb, "fact": need}


@pytest.mark.parametrize("kind", Kind)
def test_nothing_but_the_end_can_happen_after_a_case_is_archived(kind: Kind) -> None:
    archived = case(kind, Status.ARCHIVED)
    assert [role for role in Role if verbs_for(archived, role)] == []
    assert OPEN.isdisjoint(HANDLED)
    assert set(Status) == OPEN | HANDLED


@pytest.mark.parametrize("outcome", OUTCOME_PATHS)
def test_every_outcome_walks_allowed_steps_to_a_closed_case(outcome: str) -> None:
    *_, last = OUTCOME_PATHS[outcome]
    assert last == "close"
    starts = [case(k, s) for k, s in product(Kind, Status) if outcome in outcomes_for(case(k, s), Role.LEAD)]
    assert starts, outcome
    for start in starts:
        now = start
        for verb in steps_to(start, outcome):
            now = move(now, verb, by=by(Role.LEAD), at=NOW, facts={**FACTS, "outcome": outcome}).case
        assert now.status is Status.CLOSED
        assert now.outcome == outcome


def test_an_outcome_that_is_not_offered_cannot_be_walked_either() -> None:
    for kind, status in product(Kind, Status):
        for outcome in set(OUTCOME_PATHS) - set(outcomes_for(case(kind, status), Role.ADMIN)):
            steps = OUTCOME_PATHS[outcome]
            if any(find(case(kind, status), verb) for verb in steps):
                assert steps_to(case(kind, status), outcome) == ("close",)
            else:
                with pytest.raises(CaseError, match="not_now"):
                    steps_to(case(kind, status), outcome)
    with pytest.raises(CaseError, match="not_now"):
        steps_to(case(Kind.COMPLAINT, Status.ACCEPTED), "invented")


@pytest.mark.parametrize("verb", ["docket", "dismiss", "transfer", "decide", "extend", "suspend", "reward"])
def test_only_a_lead_or_the_administrator_decides_a_tipoff(verb: str) -> None:
    rows = [row for row in TABLE if row.verb == verb]
    assert {role for row in rows for role in row.roles} == {Role.LEAD, Role.ADMIN}


def test_only_the_intake_desk_or_the_program_routes_so_that_no_bureau_passes_a_case_sideways() -> None:
    assert {role for row in TABLE if row.verb == "route" for role in row.roles} == {
        Role.DESK,
        Role.ADMIN,
        Role.SYSTEM,
    }


def test_routing_clears_the_officer_and_sending_back_clears_the_bureau() -> None:
    held = case(Kind.COMPLAINT, Status.CHECKING).evolve(officer=StaffId("s"))
    back = move(held, "send_back", by=by(Role.OFFICER), at=NOW, facts=FACTS).case
    assert (back.bureau, back.officer) == (None, None)
    routed = move(back, "route", by=by(Role.DESK), at=NOW, facts={"bureau": "410922", "because": "b"}).case
    assert (routed.bureau, routed.officer, routed.because) == ("410922", None, "b")


def test_the_receipt_is_the_first_event_and_stands_at_the_instant_of_receipt() -> None:
    change = received(case(Kind.TIPOFF, FIRST), by=CONSUMER)
    assert [(event.name, event.at, event.by) for event in change.events] == [(EventName.RECEIVED, NOW, "consumer")]
