"""A member of staff says in chat when they will be away, and that they are back."""

from __future__ import annotations

from datetime import date, timedelta

from handlers import absences
from handlers.dialogues.turn import HOME, Turn
from handlers.reminders import span_words
from handlers.wording import day_words

AWAY, BACK = "away", "at_work"
"""The commands."""
PUNCTUATION = " :：,，"
EXAMPLE = timedelta(days=4)


async def heard(turn: Turn) -> bool:
    """Whether the message was about being away; then it is answered."""
    if turn.staff is None or turn.staff.role not in absences.ROLES or turn.session.dialogue not in ("", HOME):
        return False
    if turn.command() == BACK:
        await _back(turn)
        return True
    days = _after_the_word(turn)
    if days is None:
        return False
    span = turn.office.reader.span(days, today=turn.office.today()) if days else None
    if days and span is None and not any(character.isdigit() for character in days):
        return False  # a sentence that only begins like it
    await (_noted(turn, *span) if span else _ask(turn))
    return True


def _after_the_word(turn: Turn) -> str | None:
    """What is said after the word for it; None when there is none."""
    words = (word for word, command in turn.office.rulebook.commands.items() if command == AWAY)
    found = [word for word in words if turn.text.startswith(word)]
    return turn.text.removeprefix(max(found, key=len)).strip(PUNCTUATION) if found else None


async def _noted(turn: Turn, first: date, last: date) -> None:
    office, staff = turn.office, turn.staff
    assert staff is not None, "only called for staff"
    others = await absences.go(turn.tx, staff, first=first, last=last, office=office)
    instead = absences.stand_in_words(staff, others, office=office)
    turn.say(
        "away.noted" if others else "away.noted_alone", span=span_words(first, last, office=office), instead=instead
    )


async def _ask(turn: Turn) -> None:
    office, staff = turn.office, turn.staff
    assert staff is not None, "only called for staff"
    first = office.today() + absences.ONE_DAY
    known = await turn.tx.absences.of([staff.id], since=office.today())
    spans = (span_words(one.first, one.last, office=office) for one in known)
    turn.say(
        "away.ask",
        first=day_words(first, office=office),
        last=day_words(first + EXAMPLE, office=office),
        known=office.say("word.comma").join(spans),
    )


async def _back(turn: Turn) -> None:
    office, staff = turn.office, turn.staff
    assert staff is not None, "only called for staff"
    ended = await absences.come_back(turn.tx, staff, office=office)
    if ended is None:
        turn.say("away.none", last=day_words(office.today() + EXAMPLE, office=office))
    elif ended.covers(office.today()):
        turn.say("away.back")
    else:
        turn.say("away.cancelled", span=span_words(ended.first, ended.last, office=office))
