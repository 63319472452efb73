"""What comes as a short message: a rating, an addition to a case, or the end of broadcasts, each with one short answer.

The operator vouches for the sender's number: the cases in which it was given are this person's to rate, to follow and
to add to. Everything else goes the way of every message.
"""

from __future__ import annotations

import unicodedata
from dataclasses import replace

from cases.messages import Outgoing
from cases.model import Case, Kind
from handlers import casework
from handlers.access import case_told, cases_of
from handlers.consumer_cards import RATE
from handlers.dialogues import progress
from handlers.dialogues.desk import CASE_NO
from handlers.dialogues.reach import by_chat
from handlers.dialogues.turn import HOME, Turn, pressed_parts
from handlers.office import Office

ASKING = ("chase", "add")
"""Commands about one's own cases that a number may give, beside looking at them."""
NEW = frozenset(Kind)
"""Commands that begin another matter."""


async def heard(turn: Turn) -> bool:
    """Whether it was a short message that is answered here."""
    if not turn.short or turn.staff is not None:
        return False
    if turn.message.pressed or turn.session.dialogue == progress.NAME:
        return await _going_on(turn)
    if turn.command() == "by_chat":  # needs no case and no consent
        await by_chat(turn)
        return True
    resting = turn.session.dialogue in ("", HOME) and not turn.session.data.get("shown")
    cases = await cases_of(turn.tx, turn.person, limit=progress.SHOWN, office=turn.office) if resting else []
    return bool(cases) and await _about(turn, cases)


async def _going_on(turn: Turn) -> bool:
    """An answer to what was asked about one's own cases."""
    prefix = [*pressed_parts(turn.message), ""][0]
    if prefix == progress.PREFIX:
        await progress.pressed(turn)
    elif prefix == RATE:
        await progress.rated(turn)
    elif not prefix:
        await progress.hear(turn)
    else:
        return False
    return True


async def _about(turn: Turn, cases: list[Case]) -> bool:
    """Words of somebody who has cases."""
    rating = rating_in(turn.text, office=turn.office)
    if rating is not None:
        if not await progress.rated_last(turn, rating):
            turn.say("texted.nothing_to_rate")
        return True
    command = turn.command()
    if CASE_NO.match(turn.text):
        await progress.show_case(turn, await case_told(turn.tx, turn.person, turn.text, office=turn.office))
    elif command == "progress":
        await progress.show(turn)
    elif command in ASKING:
        await progress.choose(turn, command)
    elif command in NEW or not turn.text or (command and turn.session.consented_at):
        return False
    elif command:
        turn.say("texted.help")
    else:
        return await _added(turn, [case for case in cases if progress.is_open(case)])
    return True


async def _added(turn: Turn, cases: list[Case]) -> bool:
    """The words belong to the open case that was spoken of last."""
    if not cases:
        return False
    last = await turn.tx.told.last_about(turn.person, [case.no for case in cases])
    no = last or cases[0].no
    await casework.add(turn.tx, turn.person, no, text=turn.text, evidence=(), office=turn.office)
    turn.say("texted.added", no=no)
    return True


def rating_in(text: str, *, office: Office) -> str | None:
    """The rating that the whole text is: its digit, its word, or both."""
    bare = "".join(sign for sign in unicodedata.normalize("NFKC", text) if sign.isalnum())
    for value in progress.RATINGS:
        word = office.say(f"rating.{value}")
        if bare in (value, word, value + word, word + value):
            return value
    return None


def in_words(outgoing: Outgoing, *, office: Office) -> Outgoing:
    """An answer as a short message can carry it: its buttons as words that may be sent back."""
    if outgoing.address.channel != office.ways.short or not outgoing.choices:
        return outgoing
    comma = office.say("word.comma")
    labels = comma.join(choice.label for row in outgoing.choices for choice in row)
    words = office.say("texted.choices", choices=labels)
    return replace(outgoing, text=f"{outgoing.text}\n{words}", choices=())
