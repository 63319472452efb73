"""Reads the answer to the question that was asked: a fact for its slot, or the text that explains what is needed."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from cases.deciding import candidates, decide, open_question
from cases.intake import (
    CONSENTED,
    DEMAND_MARK,
    PLACED,
    SURE,
    Draft,
    Slot,
    among,
    answer,
    between,
    learn,
    skip,
    tell,
    with_fact,
    without_fact,
)
from cases.model import Kind
from cases.transitions import QUESTION
from cases.understanding import Understanding
from handlers.office import Office
from handlers.placing import find_route
from handlers.wording import place_words

LONGEST = {Slot.MERCHANT: 60, Slot.NAME: 30, Slot.ADDRESS: 120, Slot.MERCHANT_ADDRESS: 120, Slot.PRODUCT: 60}
LEAST_ADDRESS = 3
WORD = re.compile(r"[^\W\d_]")
CLAUSE = re.compile(r"[，。！？,!?]")
LONGEST_PHONE = 24
NAMELESS = 20
REMAINDER = 14
"""So many characters beside a name, a number and an address are more than the words that introduce them."""
CHOICE = 20
"""In more characters than this, words that fit one of two choices may mean something else."""
STORY = 8
"""From this many characters on, words that answer no question are kept as part of the story."""


@dataclass(frozen=True, kw_only=True)
class Heard:
    """What an answer came to: the draft after it, or the key of a text that says what is needed instead."""

    draft: Draft
    unclear: str | None = None


@dataclass(frozen=True, kw_only=True)
class Said:
    """An answer as it was given, and as it was understood without knowing the question."""

    text: str
    understand: Callable[[], Understanding]
    office: Office

    @property
    def heard(self) -> Understanding:
        """Most answers are read for their one fact alone; the whole reading is only had where it is needed."""
        return self.understand()


def read_answer(
    draft: Draft, slot: Slot, text: str, *, understand: Callable[[], Understanding], office: Office
) -> Heard:
    """The draft with the answer taken in; nothing that was said is dropped."""
    result = READERS[slot](draft, Said(text=text, understand=understand, office=office))
    if result.unclear is None:
        return result
    if office.reader.phone(text) and len(text) <= LONGEST_PHONE:
        return replace(result, draft=learn(draft, understand()), unclear="intake.noted_phone")
    return _kept_anyway(result.draft, text, understand(), unclear=result)


def give_up(draft: Draft, slot: Slot, text: str, *, office: Office) -> Heard:
    """Asked twice is enough: the words stay in the story, and the office finds out the rest."""
    told = tell(draft, text)
    if slot is Slot.MERCHANT:
        return Heard(draft=answer(told, slot, office.say("word.nameless", words=_bare(text, slot)[:NAMELESS])))
    return Heard(draft=not_known(told, slot, office=office))


def not_known(draft: Draft, slot: Slot, *, office: Office) -> Draft:
    """The draft when the person does not know what was asked for and can go on without it."""
    question = open_question(draft, routing=office.rulebook.routing) if slot is Slot.DECIDE else None
    return decide(draft, question, None) if question else skip(without_fact(draft, slot.value), slot)


def _kept_anyway(draft: Draft, text: str, heard: Understanding, *, unclear: Heard) -> Heard:
    """Not an answer to the question, but perhaps another fact or a piece of the story."""
    learned = learn(draft, heard)
    if learned.facts != draft.facts:
        return replace(unclear, draft=tell(learned, text), unclear="intake.noted")
    if len(text) >= STORY:
        return replace(unclear, draft=tell(draft, text), unclear="intake.noted")
    return unclear


def _bare(text: str, slot: Slot) -> str:
    return " ".join(text.split())[: LONGEST[slot]]


def _kind(draft: Draft, said: Said) -> Heard:
    named = [kind for kind in Kind if said.office.say(f"kind.{kind.value}") in said.text]
    kinds = tuple(named) or said.heard.kinds
    if not kinds:
        return Heard(draft=draft, unclear="again.kind")
    return Heard(draft=replace(draft, kinds=kinds))


def _narrative(draft: Draft, said: Said) -> Heard:
    if not WORD.search(said.text):
        return Heard(draft=draft, unclear="again.narrative")
    told = tell(learn(draft, said.heard), said.text)
    return Heard(draft=replace(told, answered=(*told.answered, Slot.NARRATIVE.value)))


def _merchant(draft: Draft, said: Said) -> Heard:
    name = said.heard.merchant or _bare(said.text, Slot.MERCHANT)
    if not WORD.search(name) or (not said.heard.merchant and _is_no_name(said)):
        return Heard(draft=draft, unclear="again.merchant")
    learned = learn(draft, replace(said.heard, merchant=None))
    if len(said.text) > len(name) + STORY:
        learned = tell(learned, said.text)
    return Heard(draft=answer(learned, Slot.MERCHANT, name))


def _is_no_name(said: Said) -> bool:
    """A clause, or words that say that the name is not known."""
    unknown = (word for word, does in said.office.rulebook.commands.items() if does == "skip" and len(word) > 1)
    return bool(CLAUSE.search(said.text)) or any(word in said.text for word in unknown)


def _region(draft: Draft, said: Said) -> Heard:
    between, found = candidates(draft), said.office.reader.region(said.text)
    if between and not set(found) <= set(between):
        # The city alone, in answer to which county of one name is meant.
        found = said.office.reader.region(said.text + (draft.get("place_word") or "")) or found
    if len(found) == 1:
        return Heard(draft=placed(draft, found[0], text=said.text, office=said.office))
    if not found or found == between:
        return Heard(draft=draft, unclear="again.region")
    word = next(iter(said.heard.because.get("region", ())), "")
    return Heard(draft=among(draft, found, word=word))


def placed(draft: Draft, region: str, *, text: str = "", office: Office) -> Draft:
    """The draft with the county that was asked for, and the township in it that was named here or before."""
    known = place_words(region, office=office) + (draft.get("place_word") or "")
    towns = (office.reader.township(words) for words in (text, known) if words)
    township = next((town for town in towns if town and town.startswith(region)), None)
    draft = without_fact(answer(draft, Slot.REGION, region), "township")
    return with_fact(draft, "township", township) if township else draft


def _merchant_address(draft: Draft, said: Said) -> Heard:
    address = _bare(said.text, Slot.MERCHANT_ADDRESS)
    if len(address) < LEAST_ADDRESS or not WORD.search(address):
        return Heard(draft=draft, unclear="again.merchant_address")
    draft = answer(draft, Slot.MERCHANT_ADDRESS, address)
    found, township = said.office.reader.region(said.text), said.office.reader.township(said.text)
    if len(found) == 1 and not draft.get("region"):
        draft = with_fact(with_fact(draft, "region", found[0]), PLACED, CONSENTED)
    return Heard(draft=with_fact(draft, "township", township) if township else draft)


def _category(draft: Draft, said: Said) -> Heard:
    """One of the categories that were offered, by its name; or whatever a fuller telling makes sure of."""
    plain = said.office.rulebook.plain
    named = [label for label in between(draft) if said.text in (label, plain.get(label)) or label in said.text]
    heard = said.heard
    sure = heard.category if heard.category and heard.confidence >= SURE else None
    label = named[0] if named else sure
    if label is None:
        return Heard(draft=draft, unclear="again.category")
    return Heard(draft=categorised(draft, label, office=said.office))


def categorised(draft: Draft, label: str, *, office: Office) -> Draft:
    """The draft of this category, and of the object that goes with it."""
    return with_fact(answer(draft, Slot.CATEGORY, label), "object", office.rulebook.objects.get(label, ""))


def undoubted(draft: Draft, *, office: Office) -> Draft:
    """The draft with the likeliest category where all that may be meant go the same way: then nothing hangs on it."""
    labels = between(draft)
    claims = [kind for kind in draft.kinds if kind in (Kind.COMPLAINT, Kind.TIPOFF)]
    if not labels or not claims:
        return draft
    tried = [find_route(with_fact(draft, "category", label), claims[0], office=office) for label in labels]
    if len({(found.department, found.bureau) for found in tried}) > 1:
        return draft
    facts = {"category": labels[0], "object": office.rulebook.objects.get(labels[0], "")}
    return replace(draft, facts={**draft.facts, **facts})


def _decide(draft: Draft, said: Said) -> Heard:
    """The answer to the deciding question that is open."""
    question = open_question(draft, routing=said.office.rulebook.routing)
    chosen = question.heard(said.text) if question else None
    if question is None or chosen is None:
        return Heard(draft=draft, unclear="again.decide")
    return Heard(draft=decide(draft, question, chosen))


def _happened_on(draft: Draft, said: Said) -> Heard:
    day = said.office.reader.day(said.text, today=said.office.today())
    if day is None:
        return Heard(draft=draft, unclear="again.happened_on")
    return Heard(draft=answer(draft, Slot.HAPPENED_ON, day.isoformat()))


def _amount(draft: Draft, said: Said) -> Heard:
    amount = said.office.reader.amount(said.text, bare=True)
    if amount is None:
        return Heard(draft=draft, unclear="again.amount")
    return Heard(draft=answer(draft, Slot.AMOUNT, format(amount, "f")))


def _demands(draft: Draft, said: Said) -> Heard:
    rulebook = said.office.rulebook
    labels = rulebook.labels["demand"]
    named = tuple(label for label in labels if label in said.text or rulebook.plain.get(label, label) in said.text)
    demands = named or said.heard.demands
    if not demands:
        return Heard(draft=draft, unclear="again.demands")
    return Heard(draft=answer(draft, Slot.DEMANDS, DEMAND_MARK.join(demands)))


def _identity(slot: Slot) -> Callable[[Draft, Said], Heard]:
    def read(draft: Draft, said: Said) -> Heard:
        who = said.office.reader.identity(said.text)
        found = {Slot.NAME: who.name, Slot.PHONE: who.phone, Slot.ADDRESS: who.address}
        if slot is Slot.ADDRESS and not found[slot] and len(said.text) >= LEAST_ADDRESS and WORD.search(said.text):
            found[slot] = said.text
        if not found[slot]:
            return Heard(draft=draft, unclear=f"again.{slot.value}")
        for other in (Slot.NAME, Slot.PHONE, Slot.ADDRESS):
            value = found[other]
            if value and (other is slot or not draft.get(other.value)):
                draft = answer(draft, other, _bare(value, other) if other in LONGEST else value)
        spoken = sum(len(value) for value in found.values() if value)
        return Heard(draft=tell(draft, said.text) if len(said.text) > spoken + REMAINDER else draft)

    return read


def _named(draft: Draft, said: Said) -> Heard:
    for value in ("no", "yes"):
        if said.office.say(f"choice.named_{value}") in said.text:
            return Heard(draft=answer(draft, Slot.NAMED, value))
    return Heard(draft=draft, unclear="again.named")


def _product(draft: Draft, said: Said) -> Heard:
    if not WORD.search(said.text):
        return Heard(draft=draft, unclear="again.merchant")
    return Heard(draft=answer(draft, Slot.PRODUCT, _bare(said.text, Slot.PRODUCT)))


def _enterprise(draft: Draft, said: Said) -> Heard:
    """Only a plain yes tells the business: anything else goes to the office, and the question is not asked again."""
    chosen = _settling(said)
    if chosen:
        return Heard(draft=answer(draft, Slot.ENTERPRISE, CONSENTED))
    kept = draft if chosen is False else learn(draft, said.heard)
    return Heard(
        draft=skip(tell(kept, said.text) if chosen is None and len(said.text) >= STORY else kept, Slot.ENTERPRISE)
    )


def _settling(said: Said) -> bool | None:
    """Whether the person would settle it with the business first; None when the words say neither."""
    for choice, means in (("odr_no", False), ("odr_yes", True)):
        words = said.office.say(f"said.{choice}").split()
        if any(word in said.text for word in words):
            return means
    return None


def _confirm(draft: Draft, said: Said) -> Heard:
    """Who was offered to settle with the business may still choose otherwise."""
    offered = draft.get(Slot.ENTERPRISE.value) or Slot.ENTERPRISE.value in draft.skipped
    chosen = _settling(said) if offered and len(said.text) <= CHOICE else None
    return (
        Heard(draft=draft, unclear="again.confirm")
        if chosen is None
        else _enterprise(without_fact(draft, "enterprise"), said)
    )


def _unclear(key: str) -> Callable[[Draft, Said], Heard]:
    def read(draft: Draft, said: Said) -> Heard:
        return Heard(draft=draft, unclear=key)

    return read


READERS: Mapping[Slot, Callable[[Draft, Said], Heard]] = {
    Slot.KIND: _kind,
    Slot.CATEGORY: _category,
    Slot.ELSEWHERE: _unclear("again.elsewhere"),
    Slot.DUPLICATE: _unclear("again.duplicate"),
    Slot.NARRATIVE: _narrative,
    Slot.MERCHANT: _merchant,
    Slot.DECIDE: _decide,
    Slot.REGION: _region,
    Slot.MERCHANT_ADDRESS: _merchant_address,
    Slot.PRODUCT: _product,
    Slot.HAPPENED_ON: _happened_on,
    Slot.AMOUNT: _amount,
    Slot.DEMANDS: _demands,
    Slot.NAMED: _named,
    Slot.NAME: _identity(Slot.NAME),
    Slot.PHONE: _identity(Slot.PHONE),
    Slot.ADDRESS: _identity(Slot.ADDRESS),
    Slot.ENTERPRISE: _enterprise,
    Slot.CONFIRM: _confirm,
}


def upgraded(draft: Draft, slot: Slot, heard: Understanding) -> Draft:
    """Who began with a question and now tells of an own loss has a complaint."""
    asks = set(draft.kinds) <= QUESTION and slot in (Slot.CONFIRM, Slot.NARRATIVE)
    if draft.kinds and asks and Kind.COMPLAINT in heard.kinds:
        return replace(draft, kinds=heard.kinds)
    return draft


def taken(draft: Draft, slot: Slot, value: str, *, office: Office) -> Draft:
    if slot is Slot.REGION:
        return placed(draft, value, office=office)
    if slot is Slot.CATEGORY:
        return categorised(draft, value, office=office)
    code, _, given = value.partition("/")
    question = office.rulebook.routing.question(code) if slot is Slot.DECIDE else None
    return decide(draft, question, question.answer(given)) if question else answer(draft, slot, value)
