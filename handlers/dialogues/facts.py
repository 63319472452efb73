"""A draft in words: the facts that were understood, line by line, and the summary before confirming."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from cases.intake import Draft, Slot
from cases.model import Kind
from cases.routing import Place
from cases.routing_rules import Look
from cases.transitions import QUESTION
from handlers.office import Office
from handlers.placing import department_of, door, find_route, why
from handlers.settlers import answer_due
from handlers.wording import bureau_words, day_words, list_words, masked_phone, place_words, slot_words, sum_words

SHOWN = (
    Slot.MERCHANT,
    Slot.REGION,
    Slot.MERCHANT_ADDRESS,
    Slot.PRODUCT,
    Slot.HAPPENED_ON,
    Slot.AMOUNT,
    Slot.DEMANDS,
    Slot.NAME,
    Slot.PHONE,
    Slot.ADDRESS,
)


def fact_words(draft: Draft, slot: Slot, *, office: Office) -> str:
    """The fact of a slot as a person reads it; empty when it is not known."""
    value = draft.get(slot.value)
    if not value:
        return ""
    match slot:
        case Slot.REGION:
            return place_words(value, office=office)
        case Slot.AMOUNT:
            return sum_words(Decimal(value), office=office)
        case Slot.HAPPENED_ON:
            return day_words(date.fromisoformat(value), office=office)
        case Slot.DEMANDS:
            return list_words(tuple(office.rulebook.plain.get(label, label) for label in draft.demands), office=office)
        case _:
            return value


def fact_line(draft: Draft, *, office: Office) -> str:
    """What was understood, on one line."""
    merchant_side = SHOWN[: SHOWN.index(Slot.NAME)]
    shown = (draft.get("platform"), *(fact_words(draft, slot, office=office) for slot in merchant_side))
    return list_words(tuple(words for words in shown if words), office=office)


def summary(draft: Draft, *, office: Office) -> str:
    """The whole draft with the office that will have it and why, for confirming."""
    lines = [
        office.say("summary.line", name=slot_words(slot, office=office), value=words)
        for slot in SHOWN
        if (words := _shown(draft, slot, office=office))
    ]
    return office.say(
        "summary.card",
        kinds=list_words(tuple(office.say(f"kind.{kind.value}") for kind in draft.kinds), office=office),
        lines="\n".join(lines),
        narrative=draft.get("narrative") or "",
        label=list_words(tuple(label for name in ("category", "problem") if (label := draft.get(name))), office=office),
        evidence=str(len(draft.evidence)) if draft.evidence else "",
        anonymous=office.say("summary.anonymous") if _unnamed(draft) else "",
        split=office.say("summary.split") if len(draft.kinds) > 1 else "",
        urgent=office.say("summary.urgent") if draft.urgent else "",
        who=who_will_act(draft, office=office),
    )


def _shown(draft: Draft, slot: Slot, *, office: Office) -> str:
    if slot is Slot.DEMANDS and set(draft.kinds) <= QUESTION:
        return ""
    words = fact_words(draft, slot, office=office)
    return masked_phone(words) if slot is Slot.PHONE and words else words


def _unnamed(draft: Draft) -> bool:
    return draft.kinds == (Kind.TIPOFF,) and draft.anonymous


def who_will_act(draft: Draft, *, office: Office) -> str:
    """The responsible office and the reason, one line a kind where they differ."""
    lines = []
    for kind in draft.kinds:
        found = find_route(draft, kind, office=office)
        bureau = bureau_words(found.bureau, office=office)
        if kind is Kind.COMPLAINT and draft.get("enterprise"):
            due = day_words(answer_due(office), office=office)
            lines.append(office.say("summary.odr", due=due, bureau=bureau))
            continue
        lines.append(office.say("summary.who", bureau=bureau, why=why(found, office=office)))
    return "\n".join(dict.fromkeys(lines))


def is_seated(draft: Draft, *, office: Office) -> bool:
    """Whether the place that counts is known without the person's telling it: the seat of the platform's company."""
    claims = [kind for kind in draft.kinds if kind in (Kind.COMPLAINT, Kind.TIPOFF)]
    found = find_route(draft, claims[0], office=office) if claims else None
    counts = found.place_rule if found else None
    return counts is not None and found is not None and counts.looks[0] is Look.PLATFORM is found.look


@dataclass(frozen=True, kw_only=True)
class Door:
    """Where to go instead, in words; ``by_place``: the department is ours, but the place that counts is not here."""

    text: str
    by_place: bool = False


def other_door(draft: Draft, *, office: Office) -> Door | None:
    """Where the person should rather go, with its number when a source for it is known; None when it is here.

    Another department's business, or a merchant in another city, whose own office handles it (Order 121, Art. 13).
    Where the site is the one window for it, it is here.
    """
    claims = [kind for kind in draft.kinds if kind in (Kind.COMPLAINT, Kind.TIPOFF)]
    found = find_route(draft, claims[0], office=office) if claims else None
    if found is None or found.window or found.place in (Place.HERE, Place.UNKNOWN):
        return None
    if found.place is Place.PLATFORM:
        seat = office.rulebook.routing.seat(found.matter.platform)
        asked = Slot.REGION.value in draft.skipped
        return Door(text=door(found, office=office), by_place=True) if seat and asked else None
    if found.place is Place.OUTSIDE:
        return Door(text=door(found, office=office), by_place=True)
    known = department_of(found, office=office)
    text = office.say(
        "door.now" if known.at_once else "door.other",
        department=known.name,
        because=found.because,
        hotline=known.hotline or "",
        first_step=known.first_step or "",
        general=office.rulebook.site.phones.get("government", ""),
    )
    return Door(text=text)
