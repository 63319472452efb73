"""Through which channel a person wants to be told: by short message, or where they write."""

from __future__ import annotations

from handlers.dialogues.turn import HOME, Turn
from handlers.reaching import known_mobile
from handlers.short_messages import masked_number, mobile, sms_address

NAME = "reach"
LEAVING = frozenset({"cancel", "back"})
HEARD = LEAVING | {None}
"""What is no command of something else while the number is asked for."""


async def by_sms(turn: Turn) -> None:
    """Tell this person by short message from now on; the number is asked for where none is known."""
    short = turn.office.ways.short
    if short is None or turn.person.channel == short:
        turn.say("reach.no_sms" if short is None else "reach.by_sms_already")
        return
    number = await known_mobile(turn.tx, turn.person)
    if number is None:
        turn.say("reach.which_number")
        waiting = turn.session.dialogue not in ("", HOME, NAME)
        aside = {"dialogue": turn.session.dialogue, "data": turn.session.data} if waiting else None
        turn.go(NAME, {"aside": aside})
        return
    await _ask(turn, number)


async def _ask(turn: Turn, number: str) -> None:
    address = await sms_address(turn.tx, number, office=turn.office)
    assert address is not None, "a mobile, and something sends there"
    at = turn.office.now()
    await turn.tx.reaches.ask_for(turn.person, address.channel, number_index=address.value, at=at)
    turn.say("reach.asked", number=masked_number(number))


async def by_chat(turn: Turn) -> None:
    """Tell this person where they write."""
    if turn.person.channel == turn.office.ways.short:
        turn.say("reach.by_sms_already")
        return
    await turn.tx.reaches.ask_for(turn.person, None, at=turn.office.now())
    turn.say("reach.here")


async def hear(turn: Turn) -> None:
    """The number that was asked for."""
    if turn.command() in LEAVING:
        turn.say("reach.left")
        _leave(turn)
        return
    number = mobile(turn.office.reader.phone(turn.text) or _own_card(turn))
    if number is None:
        turn.say("reach.number_bad")
        return
    await _ask(turn, number)
    _leave(turn)


def _own_card(turn: Turn) -> str:
    return next((card.phone for card in turn.message.attachments if card.own and card.phone), "")


def _leave(turn: Turn) -> None:
    """Back to what waited meanwhile."""
    aside = turn.session.data.get("aside")
    if aside:
        turn.go(aside["dialogue"], aside["data"])
        turn.say("progress.draft_waits")
    else:
        turn.go(HOME)
