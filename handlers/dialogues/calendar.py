"""The administrator enters a year of the calendar in chat: one line, a look at what it changes, one button."""

from __future__ import annotations

import re

from cases.calendar import CalendarYear
from cases.errors import CaseError, RulebookFault
from cases.model import Role, Staff
from cases.rulebook_calendars import year_from, year_text
from handlers.calendars import Preview, enter, preview, typed_year
from handlers.dialogues.turn import HOME, Turn, pressed_parts
from handlers.wording import days_words

BUTTON = "year"
"""The verb of its buttons."""
KEPT = "year"
"""Where the session keeps the year until it is confirmed."""
YEAR = re.compile(r"\s*(\d{4})")


async def heard(turn: Turn, staff: Staff) -> bool:
    """Whether the message enters a year; then what it would change is shown, with a button to confirm it."""
    command = turn.office.say("calendar.enter")
    if not turn.text.startswith(command):
        return False
    _administrator(staff)
    try:
        year = _typed(turn, turn.text.removeprefix(command))
        seen = await preview(turn.tx, year, office=turn.office) if year else None
    except RulebookFault as error:
        turn.say("calendar.faults", faults="\n".join(map(str, error.faults)))
        return True
    if seen is None:
        turn.say("calendar.how")
        return True
    _show(turn, seen)
    return True


def _administrator(staff: Staff) -> None:
    if staff.role is not Role.ADMIN:
        raise CaseError("admin_only")


def _typed(turn: Turn, text: str) -> CalendarYear | None:
    """The year as it was typed: its number, then the days off, the days worked and the notice, each after its word."""
    number = YEAR.match(text)
    words = {name: turn.office.say(f"calendar.{name}") for name in ("off", "work", "basis")}
    days, _, basis = text.partition(words["basis"])
    _, off_word, days = days.partition(words["off"])
    if number is None or not off_word or not basis.strip():
        return None
    off, _, work = days.partition(words["work"])
    return typed_year(int(number[1]), off=off, work=work, basis=basis, office=turn.office)


def _show(turn: Turn, seen: Preview) -> None:
    year = seen.year
    turn.go(HOME, {KEPT: year_text(year)})
    sure = turn.choice("calendar.sure", f"st:{BUTTON}:sure", year=year.year)
    turn.say(
        "calendar.preview",
        ((sure, turn.choice("calendar.leave", f"st:{BUTTON}:leave")),),
        year=year.year,
        basis=year.basis,
        off=len(year.off),
        off_days=days_words(year.off, office=turn.office),
        work=len(year.work),
        work_days=days_words(year.work, office=turn.office),
        moved=seen.moved,
    )


async def pressed(turn: Turn, staff: Staff) -> None:
    """Confirmed, or left."""
    _administrator(staff)
    kept = turn.session.data.get(KEPT)
    turn.go(HOME)
    if not kept:
        turn.say("button.old")
        return
    if pressed_parts(turn.message)[-1] != "sure":
        turn.say("staff.left")
        return
    year = year_from(kept)
    await enter(turn.tx, year, by=staff.id, office=turn.office)
    turn.say("calendar.done", year=year.year)
