"""When two cases tell of the same facts, and how many people stand behind some chats and telephones."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from cases.model import Case, CaseNo, Kind, Status
from cases.similar import people, same_facts, similar
from tests.house import rulebook

RULES = rulebook().likeness
MILK = {"category": "食品", "problem": "食品安全", "product": "纯牛奶", "happened_on": date(2026, 11, 20)}


def case(**facts: object) -> Case:
    blank = Case(
        no=CaseNo("1"),
        kind=Kind.COMPLAINT,
        status=Status.RECEIVED,
        received_at=datetime(2026, 11, 23, tzinfo=UTC),
        narrative="n",
    )
    return blank.evolve(**{**MILK, **facts})


SAME = [
    ({}, 0.0),
    ({"happened_on": date(2026, 11, 23)}, 0.0),
    ({"happened_on": None}, 0.0),
    ({"product": "牛奶"}, 0.0),
    ({"product": None}, 0.0),
    ({"category": None, "problem": None, "product": None}, 0.6),
]
NOT_SAME = [
    ({"happened_on": date(2026, 11, 24)}, 1.0),
    ({"product": "面包"}, 0.1),
    ({"product": None, "problem": "价格"}, 0.59),
    ({"category": None, "problem": None, "product": None}, 0.0),
]


@pytest.mark.parametrize(("facts", "share"), SAME)
def test_the_same_thing_of_about_the_same_day_is_the_same_matter(facts: dict[str, object], share: float) -> None:
    assert same_facts(case(), case(**facts), share=share, rule=RULES.again)


@pytest.mark.parametrize(("facts", "share"), NOT_SAME)
def test_another_day_or_another_thing_is_another_matter(facts: dict[str, object], share: float) -> None:
    assert not same_facts(case(), case(**facts), share=share, rule=RULES.again)


def test_cases_are_similar_by_category_and_problem_or_by_their_stories() -> None:
    assert similar(case(), case(product="面包"), share=lambda: 0, rule=RULES.crowd)
    assert similar(case(), case(problem="价格"), share=lambda: 0.5, rule=RULES.crowd)
    assert not similar(case(), case(problem="价格"), share=lambda: 0.4, rule=RULES.crowd)
    assert not similar(
        case(category=None, problem=None), case(category=None, problem=None), share=lambda: 0, rule=RULES.crowd
    )


def test_who_shares_a_chat_or_a_telephone_is_one_person() -> None:
    assert people([]) == people([(None, None)]) == 0
    assert people([("a", "1"), ("b", "2"), ("c", None), (None, "3")]) == 4
    assert people([("a", "1"), ("b", "1")]) == people([("a", "1"), ("a", "2")]) == 1
    assert people([("a", "1"), ("b", "2"), ("a", "2")]) == 1
