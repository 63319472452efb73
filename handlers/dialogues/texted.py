"""What comes as a short message: a rating, an addition to a case, or the end of broadcasts, each with one short answer.

The operator vouches for the sender's number: the cases in which it was given are this person's to rate, to follow and
to add to. Everything else goes the way of every message.
"""

from __future__ import annotations

import unicodedata
from dataclasses import replace

from cases.messages import Outgoing
from cases.model import Case
from handlers import casework
from handlers.access import cases_of
from handlers.dialogues import progress
from handlers.dialogues.turn import HOME, Turn
from handlers.office import Office

ASKING = frozenset({"progress", "chase", "add"})
"""Commands about one's own cases that a number may give."""


async def refuse(turn: Turn) -> None:
    """No more broadcasts, from one word on and for good; notices about one's own cases are none."""
    await turn.tx.reaches.refuse(turn.person, at=turn.office.now())
    turn.say("reach.refused")


async def heard(turn: Turn) -> bool:
    """Whether it was a short message that is answered here."""
    if turn.person.channel != turn.office.ways.short or turn.staff is not None or turn.message.pressed:
        return False
    if turn.command() == "refuse":
        await refuse(turn)
        return True
    resting = turn.session.dialogue in ("", HOME) and not turn.session.data.get("shown")
    cases = await cases_of(turn.tx, turn.person, limit=progress.SHOWN, office=turn.office) if resting else []
    return bool(cases) and await _about(turn, cases)


async def _about(turn: Turn, cases: list[Case]) -> bool:
    """Words of somebody who has cases."""
    rating = rating_in(turn.text, office=turn.office)
    if rating is not None:
        if not await progress.rated_last(turn, rating):
            turn.say("texted.nothing_to_rate")
        return True
    command = turn.command()
    if command == "progress":
        await progress.show(turn)
        return True
    if command in ASKING:
        await progress.choose(turn, command)
        return True
    if command is not None or not turn.text:
        return False
    return await _added(turn, [case for case in cases if progress.is_open(case)])


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
    return replace(outgoing, text=outgoing.text + office.say("texted.choices", choices=labels), choices=())
