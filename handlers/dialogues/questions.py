"""The questions of the intake: their wording for what is known already, and their buttons."""

from __future__ import annotations

from collections.abc import Sequence

from cases.intake import OPTIONAL, Draft, Slot
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
        case Slot.ELSEWHERE:
            return (
                (pick(office.say("choice.leave"), "leave"),),
                (pick(office.say("choice.stay"), "stay"),),
            )
        case Slot.REGION:
            codes = regions or _own_regions(turn)
            named = [pick(place_words(code, office=office), code) for code in codes]
            return (*choices_in_rows(named), (pick(office.say("choice.unknown"), ""),))
        case Slot.DEMANDS:
            labels = office.rulebook.labels["demand"]
            return choices_in_rows([pick(office.rulebook.plain.get(label, label), label) for label in labels], 3)
        case Slot.NAMED:
            return tuple((pick(office.say(f"choice.named_{value}"), value),) for value in ("no", "yes"))
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
        case _:
            return False
