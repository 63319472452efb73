"""Broadcasts in the chats of staff: written in four short steps, put before a second officer, approved by a tap."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from cases.broadcasts import Audience, Broadcast, BroadcastKind, may
from cases.errors import CaseError
from cases.messages import AttachmentKind, Choice
from cases.model import Staff
from handlers import broadcasts
from handlers.broadcast_pings import PREFIX, button
from handlers.broadcast_progress import preview, progress
from handlers.broadcast_texts import chat_text
from handlers.broadcast_words import line_of, preview_lines, progress_lines
from handlers.cards import rows_of
from handlers.dialogues.turn import HOME, Turn, pressed_parts
from handlers.office import Office

NAME = "broadcast"
COMMAND = "broadcast"
ALL = "all"
DONE = "done"
LISTED = 5
ON_CARD = ("submit", "approve", "give_back", "send", "stop", "resume")
"""What a tap does; corrections and recalls are for the desk, where the whole text is seen."""


async def heard(turn: Turn, staff: Staff) -> bool:
    """Whether the message was about a broadcast; then it is answered."""
    if turn.session.dialogue == NAME:
        await _told(turn, staff)
        return True
    if turn.command() != COMMAND or turn.session.dialogue not in ("", HOME):
        return False
    if not may(staff, "edit"):
        raise CaseError("broadcast_not_yours")
    recent = await broadcasts.recent(turn.tx, by=staff, limit=LISTED)
    cards = [Choice(label=one.id, value=f"{PREFIX}:card:{one.id}:{one.version}") for one in recent]
    lines = "\n".join(line_of(one, office=turn.office) for one in recent)
    _go(turn, {"step": "kind"})
    turn.say("broadcast.ask_kind", (_kinds(turn), *rows_of(cards, 2)), lines=lines)
    return True


def _kinds(turn: Turn) -> tuple[Choice, ...]:
    return tuple(_choice(turn, f"broadcast.kind_{kind.value}", step="kind", value=kind.value) for kind in BroadcastKind)


def _ask_kind(turn: Turn, _data: dict[str, Any]) -> None:
    turn.say("broadcast.ask_kind", (_kinds(turn),), lines="")


def _choice(turn: Turn, key: str, *, step: str, value: str) -> Choice:
    return Choice(label=turn.office.say(key), value=f"{PREFIX}:{step}:{value}")


def _go(turn: Turn, data: dict[str, Any]) -> None:
    turn.go(NAME, data)


async def _told(turn: Turn, staff: Staff) -> None:
    """What was typed for the step at which the draft stands."""
    data = dict(turn.session.data)
    if turn.command() in ("cancel", "back"):
        turn.go(HOME)
        turn.say("staff.left")
        return
    if any(attachment.kind is AttachmentKind.PHOTO for attachment in turn.message.attachments):
        turn.say("broadcast.picture_on_desk")
    step = data.get("step", "")
    if step in TYPED and turn.text:
        await TYPED[step](turn, staff, data)
    elif step in ASKED:
        ASKED[step](turn, data)
    else:
        turn.go(HOME)
        turn.say("button.old")


async def pressed(turn: Turn, staff: Staff) -> None:
    """A button about a broadcast: a step of the draft, or a verb."""
    _, what, value, version, *_ = [*pressed_parts(turn.message), "", "", ""]
    if what == "card":
        turn.go(HOME)
        await _card(turn, staff, value)
    elif what == "give_back":
        _go(turn, {"step": "reason", "id": value})
        turn.say("broadcast.ask_reason", no=value)
    elif what in broadcasts.VERBS:
        turn.go(HOME)
        await _do(turn, staff, value, verb=what, version=version)
    elif turn.session.dialogue == NAME and what in CHOSEN:
        await CHOSEN[what](turn, staff, value)
    else:
        turn.say("button.old")


async def _do(turn: Turn, staff: Staff, broadcast_id: str, *, verb: str, version: str = "", **facts: str) -> None:
    given: dict[str, Any] = dict(facts)
    if verb == "approve" and version.isdecimal():
        given["version"] = int(version)
    await broadcasts.VERBS[verb](turn.tx, broadcast_id, by=staff, office=turn.office, **given)
    await _card(turn, staff, broadcast_id)


async def _card(turn: Turn, staff: Staff, broadcast_id: str) -> None:
    """How it stands, and what may be done to it now."""
    found = await broadcasts.get(turn.tx, broadcast_id, by=staff)
    turn.tell("\n".join(await _card_lines(turn, found)), rows_of(_buttons(found, staff, office=turn.office)))


async def _card_lines(turn: Turn, found: Broadcast) -> list[str]:
    head = line_of(found, office=turn.office)
    if found.people:
        return [head, *progress_lines(await progress(turn.tx, found, office=turn.office), office=turn.office)]
    seen = await preview(turn.tx, found, office=turn.office)
    return [head, "", chat_text(found, office=turn.office), "", *preview_lines(found, seen, office=turn.office)]


def _buttons(found: Broadcast, staff: Staff, *, office: Office) -> list[Choice]:
    verbs = [verb for verb in ON_CARD if found.allows(verb) and may(staff, verb, found)]
    card = Choice(label=office.say("broadcast.look"), value=f"{PREFIX}:card:{found.id}:{found.version}")
    return [*(button(verb, found, office=office) for verb in verbs), card]


async def _kind(turn: Turn, _staff: Staff, value: str) -> None:
    kind = BroadcastKind(value) if value in set(BroadcastKind) else BroadcastKind.TIP
    data = {"step": "title", "kind": kind.value}
    _go(turn, data)
    _ask_title(turn, data)


def _ask_title(turn: Turn, _data: dict[str, Any]) -> None:
    turn.say("broadcast.ask_title", most=turn.office.rulebook.broadcasting.title)


async def _title(turn: Turn, _staff: Staff, data: dict[str, Any]) -> None:
    most = turn.office.rulebook.broadcasting.title
    if len(turn.text) > most:
        raise CaseError("broadcast_title_long", most=str(most), length=str(len(turn.text)))
    data |= {"step": "body", "title": turn.text}
    _go(turn, data)
    _ask_body(turn, data)


def _ask_body(turn: Turn, _data: dict[str, Any]) -> None:
    turn.say("broadcast.ask_body", most=turn.office.rulebook.broadcasting.body)


async def _body(turn: Turn, _staff: Staff, data: dict[str, Any]) -> None:
    most = turn.office.rulebook.broadcasting.body
    if len(turn.text) > most:
        raise CaseError("broadcast_body_long", most=str(most), length=str(len(turn.text)))
    data |= {"step": "topic", "body": turn.text, "topics": []}
    _go(turn, data)
    _ask_topics(turn, data)


def _ask_topics(turn: Turn, data: dict[str, Any]) -> None:
    """Topics are tapped one after the other; those that were, are named."""
    taken = data.get("topics", [])
    topics = turn.office.rulebook.topics
    left = [Choice(label=t.label, value=f"{PREFIX}:topic:{t.code}") for t in topics if t.code not in taken]
    end = _choice(turn, "broadcast.topics_done", step="topic", value=DONE) if taken else None
    last = (end or _choice(turn, "broadcast.topics_all", step="topic", value=ALL),)
    labels = [topic.label for topic in topics if topic.code in taken]
    chosen = turn.office.say("word.comma").join(labels)
    turn.say("broadcast.ask_topics", (*rows_of(left, 2), last), chosen=chosen)


async def _topic(turn: Turn, _staff: Staff, value: str) -> None:
    data = dict(turn.session.data)
    if data.get("step") != "topic":
        turn.say("button.old")
        return
    known = {topic.code for topic in turn.office.rulebook.topics}
    if value in known and value not in data["topics"]:
        data["topics"] = [*data["topics"], value]
    if value in known:
        _go(turn, data)
        _ask_topics(turn, data)
        return
    data |= {"step": "region"}
    _go(turn, data)
    _ask_region(turn, data)


def _ask_region(turn: Turn, _data: dict[str, Any]) -> None:
    places = [place for place in turn.office.rulebook.places if len(place.code) == 6]
    choices = [Choice(label=place.name, value=f"{PREFIX}:region:{place.code}") for place in places]
    everywhere = _choice(turn, "page.broadcast.region_all", step="region", value=ALL)
    turn.say("broadcast.ask_region", (*rows_of(choices, 3), (everywhere,)))


async def _region(turn: Turn, staff: Staff, value: str) -> None:
    """The last step: the draft is kept, shown as people will see it, and can be put before the second officer."""
    data = turn.session.data
    if data.get("step") != "region":
        turn.say("button.old")
        return
    places = {place.code for place in turn.office.rulebook.places}
    topics = tuple(data["topics"])
    made = await broadcasts.draft(
        turn.tx,
        kind=BroadcastKind(data["kind"]),
        title=data["title"],
        body=data["body"],
        audience=Audience(everyone=not topics, topics=topics, region=value if value in places else None),
        by=staff,
        office=turn.office,
    )
    turn.go(HOME)
    await _card(turn, staff, made.id)


async def _reason(turn: Turn, staff: Staff, data: dict[str, Any]) -> None:
    turn.go(HOME)
    await _do(turn, staff, data["id"], verb="give_back", reason=turn.text)


Typed = Callable[[Turn, Staff, dict[str, Any]], Awaitable[None]]
TYPED: dict[str, Typed] = {"title": _title, "body": _body, "reason": _reason}
"""Steps that are answered in words."""
Asked = Callable[[Turn, dict[str, Any]], None]
ASKED: dict[str, Asked] = {
    "kind": _ask_kind,
    "title": _ask_title,
    "body": _ask_body,
    "topic": _ask_topics,
    "region": _ask_region,
}
CHOSEN: dict[str, Callable[[Turn, Staff, str], Awaitable[None]]] = {"kind": _kind, "topic": _topic, "region": _region}
"""Steps that are answered by a tap."""
