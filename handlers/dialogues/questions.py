"""The questions of the intake: their wording for what is known already, and their buttons."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from cases.intake import CONSENTED, OPTIONAL, Draft, Slot
from cases.messages import Choice
from cases.model import Kind
from cases.routing import Level
from handlers.cards import Buttons
from handlers.dialogues.turn import Turn, choices_in_rows
from handlers.office import Office
from handlers.wording import place_words

PREFIX = "in"
"""Of the buttons of a draft."""
MOST_BUTTONS = 20
EITHER_OR: Mapping[Slot, Sequence[tuple[str, str]]] = {
    Slot.ELSEWHERE: (("leave", "leave"), ("stay", "stay")),
    Slot.NAMED: (("named_no", "no"), ("named_yes", "yes")),
    Slot.ENTERPRISE: (("odr_yes", CONSENTED), ("odr_no", "")),
}
"""Questions with two answers, each the key of its words and its value; an empty value skips the question."""


def question(draft: Draft, slot: Slot) -> str:
    """The key of the question, worded for what is known already."""
    if slot is Slot.NARRATIVE and draft.kinds:
        return f"ask.narrative_{draft.kinds[0]}"
    if slot is Slot.REGION and draft.get("platform"):
        return "ask.region_platform"
    return f"ask.{slot.value}"


def choices(turn: Turn, slot: Slot, *, regions: Sequence[str] = ()) -> Buttons:
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
            codes = regions or _own_regions(turn)
            named = [pick(place_words(code, office=office), code) for code in codes]
            return (*choices_in_rows(named), (pick(office.say("choice.unknown"), ""),))
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


def _own_regions(turn: Turn) -> list[str]:
    """The counties to choose from, where they are few enough for buttons; else the person types the name."""
    counties = [bureau for bureau in turn.office.rulebook.directory if bureau.level is Level.COUNTY and bureau.regions]
    return [bureau.regions[0] for bureau in counties] if len(counties) <= MOST_BUTTONS else []


def is_offered(slot: Slot, value: str, *, office: Office) -> bool:
    """Whether a value is one that a button of the slot may carry: a forged one sets nothing."""
    match slot:
        case Slot.REGION:
            return place_words(value, office=office) != value
        case Slot.DEMANDS:
            return value in office.rulebook.labels["demand"]
        case Slot.NAMED:
            return value in ("yes", "no")
        case Slot.ENTERPRISE:
            return value == CONSENTED
        case _:
            return False
