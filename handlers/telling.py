"""The proof of telling: of each notice to a consumer how far it got, through which channel and when, in words."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from handlers.office import Office
from handlers.wording import instant_words
from storage.outbox_store import DeliveryState
from storage.told_store import Told

LOST = (DeliveryState.FAILED, DeliveryState.UNREACHABLE)
LINES = 5
"""Notices that a card in a chat shows, the newest; all are on the desk."""
SHORT = 18
"""Characters of a notice by which it is known on one line."""


@dataclass(frozen=True, kw_only=True)
class Proof:
    """One notice. ``arrived``: it is not lost; ``details``: the channel, the tries, when it arrived, why not."""

    when: str
    state: str
    arrived: bool
    details: str
    text: str


def proof_of(told: Told, *, office: Office) -> Proof:
    """How far the notice got, in words."""
    state = state_of(told, office=office)
    return Proof(
        when=instant_words(told.at, office=office),
        state=office.say(f"delivery.{state}"),
        arrived=told.state not in LOST or told.phoned_at is not None,
        details=_details(told, office=office),
        text=told.text,
    )


def state_of(told: Told, *, office: Office) -> str:
    """A word for how far it got: a call counts for more than the channel, and being read for more than being sent."""
    if told.phoned_at is not None:
        return "phoned"
    if told.state in LOST:
        return "call" if told.asked_at is not None else "lost"
    if told.delivered_at is not None:
        return "seen" if told.address.channel in office.ways.paged else "delivered"
    return told.state.value


def _details(told: Told, *, office: Office) -> str:
    arrived = told.phoned_at or told.delivered_at
    return office.say(
        "told.phoned" if told.phoned_at else "told.details",
        channel=channel_words(told.address.channel, office=office),
        attempts=told.attempts if told.attempts > 1 else "",
        arrived=instant_words(arrived, office=office) if arrived else "",
        reason=_reason(told, office=office),
    )


def _reason(told: Told, *, office: Office) -> str:
    """Why it did not arrive: that nobody is there any more, else what the channel said."""
    if told.state is DeliveryState.UNREACHABLE:
        return office.say("told.gone")
    return (told.reason or "") if told.state is DeliveryState.FAILED else ""


def channel_words(channel: str, *, office: Office) -> str:
    """A channel by its name in the texts, or by its own."""
    key = f"channel.{channel}"
    return office.say(key) if key in office.rulebook.texts else channel


def lines_of(told: Iterable[Told], *, office: Office) -> str:
    """The newest notices, one a line."""
    proofs = [proof_of(one, office=office) for one in list(told)[-LINES:]]
    return "\n".join(
        office.say("told.line", when=p.when, state=p.state, details=p.details, what=_short(p.text)) for p in proofs
    )


def _short(text: str) -> str:
    """The beginning of a notice, without the signature."""
    bare = text.partition("\u3011")[2] or text
    return bare if len(bare) <= SHORT else f"{bare[:SHORT]}…"
