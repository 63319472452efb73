"""The questions of the intake: their wording for what is known already, and their buttons."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from cases.deciding import candidates, open_question
from cases.intake import CONSENTED, OPTIONAL, Draft, Slot, between
from cases.messages import Choice
from cases.model import Kind
from cases.routing import Level
from handlers.cards import Buttons
from handlers.dialogues.turn import Turn, choices_in_rows
from handlers.office import Office
from handlers.placing import find_route
from handlers.settlers import answer_due, settler
from handlers.wording import day_words, place_words

PREFIX = "in"
"""Of the buttons of a draft."""
MOST_BUTTONS = 20
MOST_ALIKE = 6
"""Counties of one name for which there are buttons; of more, the person says the city."""
EITHER_OR: Mapping[Slot, Sequence[tuple[str, str]]] = {
    Slot.ELSEWHERE: (("leave", "leave"), ("stay", "stay")),
    Slot.NAMED: (("named_no", "no"), ("named_yes", "yes")),
    Slot.ENTERPRISE: (("odr_yes", CONSENTED), ("odr_no", "")),
}
"""Questions with two answers, each the key of its words and its value; an empty value skips the question."""


def question(draft: Draft, slot: Slot, *, office: Office) -> str:
    """The question, worded for what is known already."""
    if slot is Slot.NARRATIVE and draft.kinds:
        return office.say(f"ask.narrative_{draft.kinds[0]}")
    if slot is Slot.DECIDE:
        deciding = open_question(draft, routing=office.rulebook.routing)
        return office.say("ask.decide", ask=deciding.ask if deciding else "")
    if slot is Slot.REGION:
        return _which_place(draft, office=office)
    return office.say(f"ask.{slot.value}")


def _which_place(draft: Draft, *, office: Office) -> str:
    """Which of the counties of one name; else the place that counts for this matter."""
    alike = candidates(draft)
    if alike:
        known = office.rulebook.routing.choosing(alike)
        key = "ask.region_which" if len(alike) <= MOST_ALIKE else "ask.region_city"
        return known.ask if known else office.say(key, word=draft.get("place_word") or "", count=len(alike))
    claims = [kind for kind in draft.kinds if kind in (Kind.COMPLAINT, Kind.TIPOFF)]
    counts = find_route(draft, claims[0], office=office).place_rule if claims else None
    key = f"ask.region_{counts.words}" if counts else "ask.region"
    return office.say(key if key in office.rulebook.texts else "ask.region", platform=draft.get("platform") or "")


def choices(turn: Turn, slot: Slot, draft: Draft) -> Buttons:
    """The buttons under the question of a slot."""
    nonce = turn.session.data["n"]

    def pick(label: str, value: str) -> Choice:
        return Choice(label=label, value=f"{PREFIX}:{nonce}:s:{slot.value}:{value}")

    def do(key: str, act: str) -> Choice:
        return turn.choice(key, f"{PREFIX}:{nonce}:{act}")

    office = turn.office
    match slot:
        case Slot.KIND:
            kinds = [pick(office.say(f"kind.{kind.value}"), kind.value) for kind in Kind]
            return choices_in_rows([*kinds, pick(office.say("choice.both"), "both")], 2)
        case Slot.REGION:
            named = [pick(label, code) for code, label in _places(draft, office=office)]
            return (*choices_in_rows(named), (pick(office.say("choice.unknown"), ""),))
        case Slot.CATEGORY | Slot.DECIDE:
            named = [pick(label, value) for label, value in _answers(draft, slot, office=office)]
            return (*((choice,) for choice in named), (pick(office.say("choice.unknown"), ""),))
        case Slot.DEMANDS:
            labels = office.rulebook.labels["demand"]
            return choices_in_rows([pick(office.rulebook.plain.get(label, label), label) for label in labels], 3)
        case _ if slot in EITHER_OR:
            return tuple((pick(office.say(f"choice.{key}"), value),) for key, value in EITHER_OR[slot])
        case Slot.CONFIRM:
            return ((do("choice.confirm", "confirm"),), (do("choice.edit", "edit"), do("choice.later", "pause")))
        case _ if slot in OPTIONAL:
            return ((pick(office.say("choice.unknown"), ""),),)
        case _:
            return ()


def _answers(draft: Draft, slot: Slot, *, office: Office) -> list[tuple[str, str]]:
    """The answers to choose from when one word decides, with their labels."""
    if slot is Slot.CATEGORY:
        return [(office.rulebook.plain.get(label, label), label) for label in between(draft)]
    deciding = open_question(draft, routing=office.rulebook.routing)
    return [(answer.label, f"{deciding.id}/{answer.value}") for answer in deciding.answers] if deciding else []


def _places(draft: Draft, *, office: Office) -> list[tuple[str, str]]:
    """The counties to choose from with their labels, where they are few enough for buttons; else one types the name."""
    alike = candidates(draft)
    known = office.rulebook.routing.choosing(alike) if alike else None
    if known:
        return [(answer.sets["region"], answer.label) for answer in known.answers]
    codes = alike if len(alike) <= MOST_ALIKE else ()
    if not alike:
        counties = [bureau for bureau in office.rulebook.directory if bureau.level is Level.COUNTY and bureau.regions]
        codes = tuple(bureau.regions[0] for bureau in counties) if len(counties) <= MOST_BUTTONS else ()
    return [(code, place_words(code, office=office)) for code in codes]


def is_offered(slot: Slot, value: str, *, office: Office) -> bool:
    """Whether a value is one that a button of the slot may carry: a forged one sets nothing."""
    match slot:
        case Slot.REGION:
            return place_words(value, office=office) != value
        case Slot.DECIDE:
            code, _, given = value.partition("/")
            deciding = office.rulebook.routing.question(code)
            return deciding is not None and deciding.answer(given) is not None
        case Slot.CATEGORY:
            return value in office.rulebook.labels["category"]
        case Slot.DEMANDS:
            return value in office.rulebook.labels["demand"]
        case Slot.NAMED:
            return value in ("yes", "no")
        case Slot.ENTERPRISE:
            return value == CONSENTED
        case _:
            return False


def offer_settling(turn: Turn, draft: Draft) -> None:
    """Ask whether the business may be told, by its name, what, and what for (PIPL, Art. 23)."""
    found = settler(draft, turn.settlers, office=turn.office)
    if found is None:
        turn.say("button.old")
        return
    due = day_words(answer_due(turn.office), office=turn.office)
    turn.say("ask.enterprise", choices(turn, Slot.ENTERPRISE, draft), business=found.name, due=due)
