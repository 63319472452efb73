"""What a draft is to the rules of routing, and the one question whose answer decides where they are not sure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from cases.intake import DEMAND_MARK, PLACED, Draft, Slot, with_fact, without_fact
from cases.model import Kind
from cases.routing_rules import Answer, Matter, Question, Routing, Trader

UNDECIDED = "-"
"""The answer to a deciding question of who does not know it."""


def matter(draft: Draft, kind: Kind, *, routing: Routing) -> Matter:
    """What routing needs to know of the draft, with what its answers settle."""
    names = ("category", "problem", "department", "sales_mode", "platform", "region", "township")
    said = {name: draft.get(name) for name in names}
    trader = routing.trader(platform=said["platform"], merchant=draft.get("merchant"), sales_mode=said["sales_mode"])
    given = list(_given(draft, routing))
    settled = {key: value for _, answer in given for key, value in answer.sets.items()}
    answers = tuple(f"{question.id}/{answer.value}" for question, answer in given)
    return Matter(kind=kind, **{**said, "trader": trader, **settled}, answers=answers)


def _given(draft: Draft, routing: Routing) -> Iterator[tuple[Question, Answer]]:
    for question in routing.questions:
        answer = question.answer(draft.get(decided(question.id)) or "")
        if answer:
            yield question, answer


def decided(question: str) -> str:
    """The name of the fact that holds the answer to a deciding question."""
    return f"{Slot.DECIDE.value}.{question}"


def open_question(draft: Draft, *, routing: Routing) -> Question | None:
    """The first deciding question that one of the draft's kinds still needs; each is put once."""
    claims = [kind for kind in draft.kinds if kind in (Kind.COMPLAINT, Kind.TIPOFF)]
    matters = [matter(draft, kind, routing=routing) for kind in claims]
    fresh = (question for question in routing.questions if not draft.get(decided(question.id)))
    return next((question for question in fresh if any(question.open(one) for one in matters)), None)


def decide(draft: Draft, question: Question, answer: Answer | None) -> Draft:
    """The draft with a deciding question answered, or (None) with its answer not known."""
    name = decided(question.id)
    draft = with_fact(draft, name, answer.value if answer else UNDECIDED)
    for key in ("sales_mode", "region", "township"):
        if answer and answer.sets.get(key):
            draft = with_fact(draft, key, answer.sets[key])
    for forgotten in answer.forgets if answer else ():
        draft = without_fact(draft, forgotten)
    return replace(draft, answered=(*draft.answered, name))


def candidates(draft: Draft) -> tuple[str, ...]:
    """The counties of one name between which nothing was chosen yet."""
    return () if draft.get("region") else tuple(filter(None, (draft.get("regions") or "").split(DEMAND_MARK)))


def without_hearsay(draft: Draft, *, routing: Routing) -> Draft:
    """The draft without a place that a buyer on a platform only mentioned: it is rather the buyer's than the shop's.

    Where one buys from shops round the corner, and where the person was asked for the shop's place, it stays.
    """
    known = routing.platforms.get(draft.get("platform") or "")
    remote = known is not None and not known.local and known.trader is not Trader.OWN_SITE
    if not remote or draft.get(PLACED) or not (draft.get("region") or draft.get("regions")):
        return draft
    kept = {key: value for key, value in draft.facts.items() if key not in ("region", "township", "regions")}
    return replace(draft, facts=kept)
