"""Staff at work in a chat: the list by due date, the card of a case, and every verb by taps and short answers."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from cases.errors import CaseError
from cases.messages import Choice
from cases.model import Staff
from handlers import casework
from handlers.beside import beside, card_lines
from handlers.cards import STAFF, WORKING, Buttons, case_line, rows_of, staff_buttons, staff_card
from handlers.checks import BINDING_OUTCOMES
from handlers.dialogues import away, broadcasts, calendar
from handlers.dialogues.turn import HOME, Turn, pressed_parts
from handlers.forms import ANY_OF, CONSENT, GROUNDED, Field
from handlers.proof_words import proof_text
from handlers.route_words import route_text
from handlers.staffing import LOGIN_VALID, issue
from handlers.telling import lines_of
from handlers.wording import bureau_words
from handlers.worklist import Dossier, dossier, todo

NAME = "desk"
PREFIX = STAFF
LISTED = 15
LONG = 9
"""Characters of a button from which on it stands on a line of its own."""
CASE_NO = re.compile(r"^\s*\d{6}[JZY]?\d{9,10}\s*$")


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
    elif CASE_NO.match(turn.text) and not _wants_number(turn):
        _leave(turn)  # the number of a case is no sentence for a consumer
        await show(turn, turn.text)
    elif turn.session.dialogue == NAME:
        await _told(turn)
    elif await _sideline(turn):
        return True
    elif turn.session.dialogue in ("", HOME) and command in ("cancel", "back"):
        turn.say("staff.left")
    elif turn.session.dialogue in ("", HOME) and command in (None, "start") and _is_idle_talk(turn):
        turn.say("staff.what", (tuple(turn.choice(f"menu.{name}", f"{PREFIX}:{name}") for name in ("todo", "login")),))
    else:
        return False
    return True


async def _sideline(turn: Turn) -> bool:
    """Whether it was about no case: broadcasts, the calendar, being away."""
    staff = _staff(turn)
    return await broadcasts.heard(turn, staff) or await calendar.heard(turn, staff) or await away.heard(turn)


def _is_idle_talk(turn: Turn) -> bool:
    """Words that are neither a rating nor sent with a file: at work, nobody is taken for a complainant unasked."""
    return bool(turn.text) and not turn.text.isdigit() and not turn.message.attachments


def _wants_number(turn: Turn) -> bool:
    """Whether the number of a case is the answer to what was asked."""
    left = turn.session.data.get("left", []) if turn.session.dialogue == NAME else []
    return left[:1] == ["other"]


def _leave(turn: Turn) -> None:
    if turn.session.dialogue == NAME:
        turn.go(HOME)


async def _todo(turn: Turn) -> None:
    staff = _staff(turn)
    items = await todo(turn.tx, staff, office=turn.office)
    if not items:
        turn.say("staff.nothing")
        return
    lines = [
        case_line(item.case, item.clocks, call=item.call_on is not None, office=turn.office) for item in items[:LISTED]
    ]
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
        found.case,
        consumer=found.consumer,
        hidden=found.hidden,
        guest=found.guest,
        clocks=found.clocks,
        evidence=len(found.evidence),
        parts=found.parts,
        beside=card_lines(await beside(turn.tx, staff, found, office=turn.office), office=turn.office),
        told=lines_of(found.sent, office=turn.office),
        office=turn.office,
    )
    turn.tell(text, staff_buttons(found.case, found.roles, office=turn.office, verbs=found.actions))


async def pressed(turn: Turn) -> None:
    """A button of a staff card: does the verb, or asks for what it needs."""
    _, verb, no, version, *rest = [*pressed_parts(turn.message), "", "", ""]
    chosen = [part for part in rest if part]
    if verb == calendar.BUTTON:
        await calendar.pressed(turn, _staff(turn))
        return
    _leave(turn)
    if verb in MENU:
        await MENU[verb](turn)
        return
    if verb in ABOUT:
        await ABOUT[verb](turn, no)
        return
    found = await dossier(turn.tx, _staff(turn), no, office=turn.office)
    if verb not in found.forms:
        await _refused(turn, found, verb, version=version)
        return
    facts = _facts_or_ask(turn, found, verb, version=version, chosen=chosen)
    if facts is not None:
        left = [name for name in _typed(found.forms[verb]) if name not in facts]
        await _tell_or_do(turn, found, verb, version=version, facts=facts, left=left)


async def _more(turn: Turn, no: str) -> None:
    """What else can be done to a case."""
    found = await dossier(turn.tx, _staff(turn), no, office=turn.office)
    buttons = staff_buttons(found.case, found.roles, office=turn.office, more=True, verbs=found.actions)
    turn.say("staff.more", buttons, no=no)


async def _why(turn: Turn, no: str) -> None:
    """Why a case is here, and why each date of it is what it is."""
    found = await dossier(turn.tx, _staff(turn), no, office=turn.office)
    proofs = [proof_text(clock, found.case, office=turn.office) for clock in found.clocks]
    if WORKING & found.roles:
        turn.tell(route_text(found.case, found.journal, office=turn.office))
    if not any(proofs):
        turn.say("proof.none", no=no)
        return
    turn.say("proof.case", no=no, proofs="\n\n".join(filter(None, proofs)))


async def _refused(turn: Turn, found: Dossier, verb: str, *, version: str) -> None:
    """A verb that cannot be done: the use case says why in a sentence."""
    if f"verb.{verb}" not in turn.office.rulebook.texts:
        turn.say("button.old")
        return
    await _do(turn, verb, found.case.no, version=version, facts={})


def _facts_or_ask(turn: Turn, found: Dossier, verb: str, *, version: str, chosen: list[str]) -> dict[str, str] | None:
    """The facts chosen by buttons so far, or None after asking for the next one."""
    no = found.case.no
    facts: dict[str, str] = {}
    form, values = found.forms[verb], iter(chosen)
    if verb in ANY_OF:
        form = _picked(form, next(values, ""))
        if not form:
            _ask_which_one(turn, found, verb, version=version)
            return None
    for field in form:
        if not (field.chosen or field.options) or not _wanted(field, facts):
            continue
        value = next(values, None)
        if value is None and not field.chosen:
            break  # it may be typed as well: asked for with its buttons
        if value is None:
            taken = ":".join([PREFIX, verb, no, version, *chosen])
            choices = [Choice(label=o.label, value=f"{taken}:{o.value}") for o in field.options]
            key = f"staff.which_{field.name}" if choices else f"staff.none_{field.name}"
            turn.say(key, _in_rows(choices), no=no)
            return None
        facts[field.name] = value
    return facts


def _picked(form: Sequence[Field], place: str) -> tuple[Field, ...]:
    """The one field of a form that stands in this place, to be answered; buttons have no room for long names."""
    return tuple(replace(field, needed=True) for n, field in enumerate(form) if place == str(n))


def _ask_which_one(turn: Turn, found: Dossier, verb: str, *, version: str) -> None:
    """Ask which fact of the case is to be put right, by what it is now."""
    say, case = turn.office.say, found.case
    choices = [
        Choice(
            label=say("staff.one", name=say(f"page.fact.{field.name}"), value=case.trait(field.name) or ""),
            value=f"{PREFIX}:{verb}:{case.no}:{version}:{n}",
        )
        for n, field in enumerate(found.forms[verb])
    ]
    turn.say("staff.which_one", rows_of(choices, 1), no=case.no)


def _in_rows(choices: Sequence[Choice]) -> Buttons:
    """Long labels stand on a line of their own."""
    return rows_of(choices, 1 if any(len(choice.label) > LONG for choice in choices) else 2)


def _wanted(field: Field, facts: Mapping[str, str]) -> bool:
    """In chat only what is needed is asked for; a ground or a consent, when the chosen outcome wants one."""
    outcome = facts.get("outcome")
    wants = (field.name == "ground" and outcome in GROUNDED) or (field.name == CONSENT and outcome in BINDING_OUTCOMES)
    return field.needed or wants


def _typed(form: Sequence[Field]) -> list[str]:
    return [field.name for field in form if field.needed and not field.chosen]


async def _tell_or_do(
    turn: Turn, found: Dossier, verb: str, *, version: str, facts: Mapping[str, str], left: Sequence[str]
) -> None:
    """Ask for the next thing to be typed, or do the verb when nothing is left to ask."""
    no = found.case.no
    if left:
        turn.go(NAME, {"verb": verb, "no": no, "version": version, "facts": dict(facts), "left": list(left)})
        _ask_typed(turn, found, verb, name=left[0])
        return
    turn.go(HOME)
    await _do(turn, verb, no, version=version, facts=facts)


def _ask_typed(turn: Turn, found: Dossier, verb: str, *, name: str) -> None:
    """Ask for words; where there is something to choose as well, its lines and buttons come along."""
    office, no = turn.office, found.case.no
    options = next((field.options for field in found.forms.get(verb, ()) if field.name == name), ())
    choices = [Choice(label=o.label, value=f"{PREFIX}:{verb}:{no}:{found.case.version}:{o.value}") for o in options]
    turn.say(
        "staff.tell",
        rows_of(choices[:LISTED], 2),
        no=no,
        verb=office.say(f"verb.{verb}"),
        ask=office.say(f"page.ask.{verb if name == 'reason' else name}"),
        lines="\n".join(f"{option.label} {option.title}" for option in options[:LISTED]),
    )


async def _told(turn: Turn) -> None:
    """The officer's words for the verb that was chosen."""
    data = turn.session.data
    if turn.command() in ("cancel", "back"):
        turn.go(HOME)
        turn.say("staff.left")
        return
    name, *left = data["left"]
    found = await dossier(turn.tx, _staff(turn), data["no"], office=turn.office)
    if not turn.text:
        _ask_typed(turn, found, data["verb"], name=name)
        return
    facts = {**data["facts"], name: turn.text}
    await _tell_or_do(turn, found, data["verb"], version=data["version"], facts=facts, left=left)


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


async def _log_in(turn: Turn) -> None:
    _login(turn)


MENU = {"todo": _todo, "login": _log_in}
"""Buttons that are about no case."""
ABOUT = {"card": show, "more": _more, "why": _why}
"""Buttons that only show something of a case."""
