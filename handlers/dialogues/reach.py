"""Through which channel a person wants to be told: by short message, or where they write."""

from __future__ import annotations

from handlers.dialogues.turn import HOME, Turn
from handlers.reaching import MOST, known_mobile
from handlers.short_messages import masked_number, mobile, sms_address

NAME = "reach"
LEAVING = frozenset({"cancel", "back"})
HEARD = LEAVING | {None}
"""What is no command of something else while the number is asked for."""


async def by_sms(turn: Turn) -> None:
    """Tell this person by short message from now on; the number is asked for where none is known."""
    if turn.office.ways.short is None or not turn.office.ways.sends or turn.short:
        turn.say("reach.by_sms_already" if turn.short else "reach.no_sms")
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
    if turn.short:
        await _back(turn)
        return
    await turn.tx.reaches.ask_for(turn.person, None, at=turn.office.now())
    turn.say("reach.here")


async def _back(turn: Turn) -> None:
    """Who says it by short message is told in the chats again from which they brought their cases."""
    found = await turn.tx.cases.of_phone(turn.person.value, limit=MOST)
    chats = {who.person for _, who in found} - {turn.person}
    for chat in sorted(chats):
        await turn.tx.reaches.ask_for(chat, None, at=turn.office.now())
    turn.say("reach.back_in_chat" if chats else "reach.by_sms_already")


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
