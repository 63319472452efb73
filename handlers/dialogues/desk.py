"""Staff at work in a chat: the list by due date, the card of a case, and every verb by taps and short answers."""

from __future__ import annotations

import re
from collections.abc import Mapping

from cases.errors import CaseError
from cases.messages import Choice
from cases.model import Staff
from handlers import casework
from handlers.access import case_for
from handlers.cards import STAFF, Buttons, case_line, rows_of, staff_buttons, staff_card
from handlers.dialogues.turn import HOME, Turn, pressed_parts
from handlers.staffing import LOGIN_VALID, issue
from handlers.wording import bureau_words
from handlers.worklist import dossier, todo

NAME = "desk"
PREFIX = STAFF
LISTED = 15
CASE_NO = re.compile(r"^\s*\d{6}[JZY]?\d{9,10}\s*$")
TELLS = frozenset({"decline", "send_back", "reply", "answer", "redirect", "ask_supplement", "close_with"})
"""Verbs that need a sentence from the officer."""


def welcome(turn: Turn, staff: Staff) -> None:
    """Right after an invitation was used."""
    bureau = bureau_words(staff.bureau, office=turn.office)
    turn.go(HOME)
    turn.say("staff.welcome", name=staff.name, bureau=bureau, role=turn.office.say(f"role.{staff.role.value}"))


async def heard(turn: Turn) -> bool:
    """Whether the message was for the staff side of the bot; then it is answered."""
    command = turn.command()
    if command == "todo":
        await _todo(turn)
    elif command == "login":
        _login(turn)
    elif CASE_NO.match(turn.text):
        _leave(turn)  # the number of a case is no sentence for a consumer
        await show(turn, turn.text)
    elif turn.session.dialogue == NAME:
        await _told(turn)
    elif turn.session.dialogue in ("", HOME) and command in ("cancel", "back"):
        turn.say("staff.left")
    elif turn.session.dialogue in ("", HOME) and command in (None, "start") and _is_idle_talk(turn):
        turn.say("staff.what", (tuple(turn.choice(f"menu.{name}", f"{PREFIX}:{name}") for name in ("todo", "login")),))
    else:
        return False
    return True


def _is_idle_talk(turn: Turn) -> bool:
    """Words that are neither a rating nor sent with a file: at work, nobody is taken for a complainant unasked."""
    return bool(turn.text) and not turn.text.isdigit() and not turn.message.attachments


def _leave(turn: Turn) -> None:
    if turn.session.dialogue == NAME:
        turn.go(HOME)


async def _todo(turn: Turn) -> None:
    staff = _staff(turn)
    items = await todo(turn.tx, staff, office=turn.office)
    if not items:
        turn.say("staff.nothing")
        return
    lines = [case_line(item.case, item.clocks, office=turn.office) for item in items[:LISTED]]
    choices = [Choice(label=item.case.no, value=f"{PREFIX}:card:{item.case.no}:0") for item in items[:LISTED]]
    more = len(items) - LISTED
    turn.say("staff.todo", rows_of(choices, 2), lines="\n".join(lines), count=len(items), more=more if more > 0 else "")


def _login(turn: Turn) -> None:
    link = issue(turn.tx, _staff(turn), valid=LOGIN_VALID, office=turn.office).desk_link
    turn.say("staff.login", link=link)


def _staff(turn: Turn) -> Staff:
    assert turn.staff is not None, "only called for staff"
    return turn.staff


async def show(turn: Turn, no: str) -> None:
    """The card of a case with its buttons."""
    staff = _staff(turn)
    found = await dossier(turn.tx, staff, no.strip(), office=turn.office)
    text = staff_card(
        found.case, consumer=found.consumer, clocks=found.clocks, evidence=len(found.evidence), office=turn.office
    )
    turn.tell(text, staff_buttons(found.case, staff.role, office=turn.office))


async def pressed(turn: Turn) -> None:
    """A button of a staff card: does the verb, or asks for what it needs."""
    _, verb, no, version, *rest = [*pressed_parts(turn.message), "", "", ""]
    chosen = [part for part in rest if part]
    _leave(turn)
    if verb == "todo":
        await _todo(turn)
        return
    if verb == "login":
        _login(turn)
        return
    if verb == "card":
        await show(turn, no)
        return
    await case_for(turn.tx, _staff(turn), no, office=turn.office)
    facts = await _facts_or_ask(turn, verb, no, version=version, chosen=chosen)
    if facts is None:
        return
    if verb in TELLS:
        turn.go(NAME, {"verb": verb, "no": no, "version": version, "facts": facts})
        turn.say(f"staff.tell_{verb}", no=no)
        return
    await _do(turn, verb, no, version=version, facts=facts)


async def _facts_or_ask(turn: Turn, verb: str, no: str, *, version: str, chosen: list[str]) -> dict[str, str] | None:
    """The facts chosen by buttons so far, or None after asking for the next one."""

    def value(*parts: str) -> str:
        return ":".join([PREFIX, verb, no, version, *chosen, *parts])

    office = turn.office
    if verb == "decline" and not chosen:
        grounds = office.rulebook.decline_grounds
        turn.say("staff.which_ground", _one_a_row([Choice(label=g.short, value=value(g.code)) for g in grounds]), no=no)
        return None
    if verb == "route" and not chosen:
        turn.say("staff.which_bureau", rows_of(_bureaus(turn, value), 2), no=no)
        return None
    if verb == "close_with" and not chosen:
        found = await dossier(turn.tx, _staff(turn), no, office=office)
        if not found.outcomes:
            raise CaseError("stale_card", no=no, status=found.case.status.value)
        choices = [Choice(label=office.say(f"outcome.{name}"), value=value(name)) for name in found.outcomes]
        turn.say("staff.which_outcome", rows_of(choices, 2), no=no)
        return None
    if verb == "close_with" and chosen[0] == "terminated" and len(chosen) == 1:
        grounds = office.rulebook.terminate_grounds
        turn.say("staff.which_ground", _one_a_row([Choice(label=g.short, value=value(g.code)) for g in grounds]), no=no)
        return None
    return _facts(verb, chosen)


def _facts(verb: str, chosen: list[str]) -> dict[str, str]:
    names: Mapping[str, tuple[str, ...]] = {
        "decline": ("ground",),
        "route": ("bureau",),
        "close_with": ("outcome", "ground"),
    }
    return dict(zip(names.get(verb, ()), chosen, strict=False))


def _one_a_row(choices: list[Choice]) -> Buttons:
    return rows_of(choices, 1)


def _bureaus(turn: Turn, value: object) -> list[Choice]:
    assert callable(value)
    rulebook = turn.office.rulebook
    heads = rulebook.directory.heads(rulebook.site.desk)
    return [Choice(label=bureau.short, value=value(bureau.code)) for bureau in heads]


async def _told(turn: Turn) -> None:
    """The officer's sentence for the verb that was chosen."""
    data = turn.session.data
    if turn.command() in ("cancel", "back"):
        turn.go(HOME)
        turn.say("staff.left")
        return
    if not turn.text:
        turn.say(f"staff.tell_{data['verb']}", no=data["no"])
        return
    facts = {**data["facts"], "reason": turn.text}
    turn.go(HOME)
    await _do(turn, data["verb"], data["no"], version=data["version"], facts=facts)


async def _do(turn: Turn, verb: str, no: str, *, version: str, facts: Mapping[str, str]) -> None:
    staff = _staff(turn)
    known = int(version) if version.isdigit() and version != "0" else None
    case = await casework.act(turn.tx, staff, no, verb=verb, facts=facts, version=known, office=turn.office)
    turn.say("staff.done", verb=turn.office.say(f"verb.{verb}"), no=no)
    try:
        await show(turn, case.no)
    except CaseError:
        # Sent back or routed away: the case is no longer this officer's to see.
        turn.say("staff.gone", no=no)
