"""A category of which the reading is not sure is asked for, once, and never taken."""

from __future__ import annotations

from cases.intake import BETWEEN, Draft, Slot, answer, between, learn, next_slot, skip
from cases.model import Kind
from cases.understanding import Understanding


def heard(*, confidence: float, kind: Kind = Kind.COMPLAINT) -> Understanding:
    return Understanding(
        kinds=(kind,),
        object="goods",
        category="食品",
        problem="质量",
        department="市场监管局",
        confidence=confidence,
        alternatives=(("餐饮住宿", 0.2), ("日用百货", 0.1), ("其他商品", 0.1)),
    )


def test_a_sure_category_is_taken_and_not_asked_for() -> None:
    draft = learn(Draft(), heard(confidence=0.8))
    assert draft.get("category") == "食品"
    assert next_slot(draft) is not Slot.CATEGORY


def test_a_doubtful_category_is_asked_for_with_what_may_be_meant() -> None:
    draft = learn(Draft(), heard(confidence=0.3))
    assert (draft.get("category"), draft.get("department"), draft.get("problem")) == (None, None, "质量")
    assert between(draft) == ("食品", "餐饮住宿", "日用百货")
    assert next_slot(draft) is Slot.CATEGORY


def test_an_answer_or_a_clearer_word_ends_the_doubt() -> None:
    doubtful = learn(Draft(), heard(confidence=0.3))
    assert next_slot(answer(doubtful, Slot.CATEGORY, "餐饮住宿")) is not Slot.CATEGORY
    assert learn(doubtful, heard(confidence=0.9)).get("category") == "食品"
    skipped = skip(doubtful, Slot.CATEGORY)
    assert next_slot(skipped) is not Slot.CATEGORY
    assert skipped.get("category") is None


def test_who_only_asks_a_question_is_not_asked_back() -> None:
    draft = learn(Draft(), heard(confidence=0.3, kind=Kind.INQUIRY))
    assert draft.get(BETWEEN)
    assert next_slot(draft) is not Slot.CATEGORY
