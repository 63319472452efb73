"""Where a conversation rests between matters: greets, asks for consent, and finds out what a message is for."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from cases.messages import Choice, Incoming
from cases.model import Kind
from handlers.access import case_told
from handlers.broadcast_pings import PREFIX as BROADCAST
from handlers.cards import rows_of
from handlers.consumer_cards import RATE
from handlers.dialogues import (
    broadcasts,
    desk,
    duplicate,
    intake,
    progress,
    questions,
    reach,
    subscription,
    texted,
)
from handlers.dialogues.turn import HOME, Turn, pressed_parts
from handlers.evidence import LARGEST, keep_attachments, refuse_attachments, unfit
from handlers.staffing import redeem
from storage.inbox_store import dump_incoming, load_incoming

CONSENT = "cs"
HELD = 20
"""Messages kept for a person who has not yet consented; refused or not answered, they are wiped."""
MATTER = 8
"""From this many characters on, a text is taken for a story even when nothing in it was understood."""
CASE_NO = re.compile(r"\d{6}[JZY]?\d{9,10}")
KINDS = {kind.value: kind for kind in Kind}


async def answer(turn: Turn) -> None:
    """Answer one message, wherever the conversation stands."""
    if await _joined(turn) or _only_unfit(turn):
        return
    if subscription.is_stop(turn):
        await subscription.refuse(turn)
        return
    if await texted.heard(turn):
        return
    if turn.staff is None and turn.session.consented_at is None:
        await _before_consent(turn)
        return
    if turn.message.pressed:
        await _pressed(turn)
    elif turn.staff and await desk.heard(turn):
        return
    else:
        await _spoken(turn)


def _only_unfit(turn: Turn) -> bool:
    """Say which files cannot be kept and leave them out; True when nothing else is left of the message."""
    message = turn.message
    faults = [(attachment, unfit(attachment)) for attachment in message.attachments]
    for attachment, fault in faults:
        if fault:
            turn.say(fault, name=attachment.file_name or "", megabytes=LARGEST // 1_000_000)
    kept = tuple(attachment for attachment, fault in faults if not fault)
    turn.message = replace(message, attachments=kept)
    return bool(message.attachments) and not kept and not message.text


async def _joined(turn: Turn) -> bool:
    """An invitation, of staff or to a group, typed or followed as a link."""
    parts = turn.text.split()
    if len(parts) != 2 or parts[0] not in ("/join", "/start"):
        return False
    staff = await redeem(turn.tx, parts[1], person=turn.person, office=turn.office)
    if staff is None and await subscription.joined(turn, parts[1]):
        return True
    if staff is None and parts[0] == "/start":
        return False
    if staff is None:
        turn.say("staff.invite_bad")
        return True
    turn.session = replace(turn.session, staff=staff)
    desk.welcome(turn, staff)
    return True


async def _before_consent(turn: Turn) -> None:
    """No fact of a person is kept before they know who keeps it, why and how long, and agree (PIPL 13, 17)."""
    prefix, answered, *_ = [*pressed_parts(turn.message), "", ""]
    if prefix == CONSENT and answered == "no":
        await _refused(turn)
        return
    if prefix == CONSENT or (turn.command() == "confirm" and turn.session.data.get("shown")):
        await _consented(turn)
        return
    if turn.command() == "human":
        turn.say("help.human")
        return
    held = list(turn.session.data.get("held", []))
    if turn.command() not in ("start", "help", "privacy") and not turn.message.pressed:
        held = [*held, dump_incoming(turn.message)][:HELD]
    shown = bool(turn.session.data.get("shown"))
    key = "consent.again" if shown and held else "consent.first_heard" if held else "consent.first"
    if not (shown and turn.message.album and len(held) > 1):
        turn.say(
            key,
            ((turn.choice("choice.agree", f"{CONSENT}:yes"), turn.choice("choice.refuse", f"{CONSENT}:no")),),
            **_privacy(turn),
        )
    turn.go(HOME, {"held": held, "shown": True})


def _privacy(turn: Turn) -> dict[str, Any]:
    site = turn.office.rulebook.site
    return {**site.privacy, "days": site.draft_days}


async def _consented(turn: Turn) -> None:
    held = [load_incoming(payload) for payload in turn.session.data.get("held", [])]
    turn.session = replace(turn.session, consented_at=turn.office.now())
    turn.go(HOME)
    if not held:
        turn.say("consent.thanks", _menu(turn))
        return
    await _take_up(turn, held)


async def _take_up(turn: Turn, held: list[Incoming]) -> None:
    """What was said before consenting is taken up now, so that nobody types it twice."""
    text = "\n".join(message.text for message in held if message.text)
    evidence = [i for message in held for i in keep_attachments(turn.tx, message, office=turn.office)]
    turn.message = replace(turn.message, text=text, pressed="", attachments=())
    if evidence:
        await intake.begin(turn, text=text, evidence=evidence)
    else:
        await _spoken(turn)


async def _refused(turn: Turn) -> None:
    for payload in turn.session.data.get("held", []):
        refuse_attachments(turn.tx, load_incoming(payload), office=turn.office)
    await _forget_words(turn)
    turn.go(HOME)
    turn.say("consent.refused")


async def _forget_words(turn: Turn) -> None:
    """Wipe what was said and answered outside of any case up to this message."""
    await turn.tx.inbox.wipe(turn.person, until=turn.message.at)
    await turn.tx.outbox.wipe(turn.person, before=turn.message.at)


async def _pressed(turn: Turn) -> None:
    prefix, *rest = pressed_parts(turn.message)
    if prefix == subscription.PREFIX:
        await subscription.pressed(turn)
        return
    subscription.put_back(turn)
    if prefix == questions.PREFIX and turn.session.dialogue == intake.NAME:
        await intake.hear(turn)
    elif prefix == questions.PREFIX:
        _old_draft_button(turn, rest[0] if rest else "")
    elif prefix == progress.PREFIX:
        await progress.pressed(turn)
    elif prefix == RATE:
        await progress.rated(turn)
    elif prefix == desk.PREFIX and turn.staff:
        await desk.pressed(turn)
    elif prefix == BROADCAST and turn.staff:
        await broadcasts.pressed(turn, turn.staff)
    elif prefix == HOME and rest:
        await _menu_pressed(turn, rest[0])
    elif prefix == CONSENT:
        turn.say("consent.already", _menu(turn))
    else:
        turn.say("button.old")


def _old_draft_button(turn: Turn, nonce: str) -> None:
    filed = turn.session.data.get("filed", {}).get(nonce)
    if filed:
        turn.say("intake.filed_already", numbers=filed)
    else:
        turn.say("button.old")


async def _menu_pressed(turn: Turn, act: str) -> None:
    if act == "new":
        held = list(turn.session.data.get("evidence", []))
        await intake.begin(turn, kinds=(Kind.COMPLAINT,), evidence=held)
    elif act in COMMANDS:
        await COMMANDS[act](turn)
    else:
        turn.say("button.old")


async def _spoken(turn: Turn) -> None:
    if turn.session.dialogue == subscription.NAME and await subscription.heard(turn):
        return
    command = turn.command()
    inside = turn.session.dialogue
    if inside == intake.NAME and duplicate.meant(turn) is not None:
        await intake.hear(turn)
        return
    if inside == reach.NAME and command in reach.HEARD:
        await reach.hear(turn)
    elif command in EVERYWHERE or (command in COMMANDS and inside != intake.NAME):
        await COMMANDS[command](turn)
        if inside == intake.NAME == turn.session.dialogue:
            turn.say("progress.draft_waits")
    elif inside == intake.NAME:
        await intake.hear(turn)
    elif inside == progress.NAME:
        await progress.hear(turn)
    else:
        await _something_new(turn)


async def _something_new(turn: Turn) -> None:
    found = CASE_NO.search(turn.text)
    if found and len(turn.text) <= len(found.group()) + MATTER:
        await progress.show_case(turn, await case_told(turn.tx, turn.person, found.group(), office=turn.office))
    elif turn.text in progress.RATINGS and await progress.rated_last(turn, turn.text):
        return
    elif turn.message.attachments:
        await _attached(turn)
    elif await subscription.meant(turn):
        return
    elif _tells_something(turn):
        await intake.begin(turn, text=turn.text)
    else:
        turn.say("home.not_understood", _menu(turn))


def _tells_something(turn: Turn) -> bool:
    heard = turn.heard
    return bool(heard.kinds or heard.category or heard.merchant or heard.problem) or _is_story(turn.text)


def _is_story(text: str) -> bool:
    return sum(character.isalpha() for character in text) >= MATTER


async def _attached(turn: Turn) -> None:
    """Files out of the blue: with words they start a matter; alone, ask what they belong to."""
    ids = keep_attachments(turn.tx, turn.message, office=turn.office)
    if turn.text and _tells_something(turn):
        await intake.begin(turn, text=turn.text, evidence=ids)
        return
    held = [*turn.session.data.get("evidence", []), *ids]
    same_album = bool(turn.message.album) and turn.message.album == turn.session.data.get("album")
    turn.go(HOME, {"evidence": held, "album": turn.message.album})
    if same_album or not ids:
        return
    cases = await turn.tx.cases.of_person(turn.person, limit=progress.SHOWN)
    choices = [
        Choice(label=case.no, value=f"{progress.PREFIX}:add:{case.no}") for case in cases if progress.is_open(case)
    ]
    new = turn.choice("choice.new_case", f"{HOME}:new")
    turn.say("home.what_are_these", (*rows_of(choices, 2), (new,)), count=len(held))


def _menu(turn: Turn) -> tuple[tuple[Choice, ...], ...]:
    names = ("complaint", "tipoff", "progress", "inquiry", "suggestion", "subscribe", "help")
    return rows_of([turn.choice(f"menu.{name}", f"{HOME}:{name}") for name in names], 3)


async def _start(turn: Turn) -> None:
    turn.say("home.welcome", _menu(turn))


async def _help(turn: Turn) -> None:
    turn.say("help.home", _menu(turn))


async def _human(turn: Turn) -> None:
    turn.say("help.human")


async def _thanks(turn: Turn) -> None:
    turn.say("help.thanks")


async def _privacy_shown(turn: Turn) -> None:
    turn.say("consent.notice", **_privacy(turn))


async def _forget(turn: Turn) -> None:
    """Forget what was said outside cases; cases are kept as the law requires."""
    await _forget_words(turn)
    await turn.tx.subscriptions.end(turn.person)
    await turn.tx.reaches.forget(turn.person)
    turn.go(HOME)
    turn.session = replace(turn.session, consented_at=None)
    turn.say("consent.forgotten")


async def _nothing_open(turn: Turn) -> None:
    filed = list(turn.session.data.get("filed", {}).values())
    if filed and turn.command() == "confirm":
        turn.say("intake.filed_already", numbers=filed[-1])
        return
    turn.say("home.nothing_open", _menu(turn))


def _new(kind: Kind) -> Any:
    async def start(turn: Turn) -> None:
        await intake.begin(turn, kinds=(kind,))

    return start


def _on_case(verb: str) -> Any:
    async def choose(turn: Turn) -> None:
        await progress.choose(turn, verb)

    return choose


COMMANDS: dict[str | None, Any] = {
    "start": _start,
    "help": _help,
    "human": _human,
    "privacy": _privacy_shown,
    "thanks": _thanks,
    "forget": _forget,
    "progress": progress.show,
    "subscribe": subscription.begin,
    "subscription": subscription.show,
    "by_sms": reach.by_sms,
    "by_chat": reach.by_chat,
    **{verb: _on_case(verb) for verb in ("withdraw", "add", "chase")},
    **{name: _new(kind) for name, kind in KINDS.items()},
    **dict.fromkeys(("back", "cancel", "pause", "resume", "skip", "confirm", "edit"), _nothing_open),
}
EVERYWHERE = frozenset(
    {"thanks", "progress", "withdraw", "add", "chase", "privacy", "forget"}
    | {"by_sms", "by_chat", "subscribe", "subscription"}
)
"""Commands that work in the middle of a draft as well; the draft waits."""
