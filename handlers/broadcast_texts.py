"""A broadcast in words: as each channel shows it, its kind and state, and for whom it is."""

from __future__ import annotations

from cases.broadcasts import Audience, Broadcast, ChannelRule
from cases.messages import Address, Choice, Outgoing, Wording
from cases.texts import PART
from handlers.dialogues.turn import HOME
from handlers.office import Office
from handlers.wording import list_words, place_words
from storage.broadcast_store import Published

UNSUBSCRIBE = "refuse"
"""The command by which one wants no more of them."""
SEGMENTS = 2
ROOM = PART * SEGMENTS
CUT = "\u2026"
SHORT = "broadcast.short"
PAGE = "/warnings"


def message(
    broadcast: Broadcast, to: Address, *, office: Office, corrected: bool = False, revises: str | None = None
) -> Outgoing:
    """The text for one person, in the form that their channel has."""
    rule = office.rulebook.broadcasting.channel(to.channel)
    if rule.short:
        wording = short_wording(broadcast, office=office)
        return Outgoing(address=to, text=office.say(wording.key, **wording.facts), wording=wording)
    button = Choice(label=office.say("broadcast.unsubscribe"), value=f"{HOME}:{UNSUBSCRIBE}")
    text = chat_text(broadcast, office=office, corrected=corrected)
    return Outgoing(address=to, text=text, choices=((button,),), picture=broadcast.picture, revises=revises)


def text_on(broadcast: Broadcast, rule: ChannelRule, *, office: Office) -> str:
    """The text as a channel shows it."""
    if not rule.short:
        return chat_text(broadcast, office=office)
    wording = short_wording(broadcast, office=office)
    return office.say(wording.key, **wording.facts)


def chat_text(broadcast: Broadcast, *, office: Office, corrected: bool = False) -> str:
    return office.say(
        "broadcast.chat",
        kind=kind_words(broadcast, office=office),
        title=broadcast.title,
        body=broadcast.body,
        corrected=office.say("broadcast.corrected_mark") if corrected else "",
    )


def short_wording(broadcast: Broadcast, *, office: Office) -> Wording:
    """Two segments at most: the title, as much of the text as there is room for, and where the rest is."""
    facts = {"kind": kind_words(broadcast, office=office), "link": page_of(broadcast, office=office)}
    whole = " ".join(broadcast.body.split())
    title, summary = broadcast.title, whole
    over = len(office.say(SHORT, title=title, summary=summary, **facts)) - ROOM
    if over > 0:
        summary = _cut(whole, len(whole) - over)
    if not summary:
        over = len(office.say(SHORT, title=title, summary="", **facts)) - ROOM
        title = _cut(title, len(title) - over) if over > 0 else title
    return Wording(key=SHORT, facts={"title": title, "summary": summary, **facts})


def _cut(text: str, length: int) -> str:
    """The first part of a text, of so many characters with the mark that more follows; nothing below a few."""
    return text if len(text) <= length else text[: length - 1] + CUT if length > 4 else ""


def page_of(broadcast: Broadcast, *, office: Office) -> str:
    """Where everybody can read it whole."""
    return f"{office.public_url}{PAGE}/{broadcast.id}" if office.public_url else ""


def kind_words(broadcast: Broadcast | Published, *, office: Office) -> str:
    return office.say(f"broadcast.kind_{broadcast.kind.value}")


def state_words(broadcast: Broadcast, *, office: Office) -> str:
    return office.say(f"broadcast.state_{broadcast.state.value}")


def audience_words(audience: Audience, *, office: Office) -> str:
    """For whom, in a line."""
    labels = {topic.code: topic.label for topic in office.rulebook.topics}
    rules, groups = office.rulebook.broadcasting, office.rulebook.subscribing.groups
    parts = [
        office.say("broadcast.to_everyone") if audience.everyone else "",
        _part("topics", [labels.get(code, code) for code in audience.topics], office=office),
        _part("groups", [groups[code].label if code in groups else code for code in audience.groups], office=office),
        _part("merchant", [audience.merchant or ""], office=office),
        _part("product", [audience.product or ""], office=office),
        _part("category", [audience.category or ""], office=office),
        _part("region", [place_words(audience.region, office=office)], office=office),
        _part("channels", [rules.channel(name).label for name in audience.channels], office=office),
    ]
    return office.say("broadcast.semicolon").join(filter(None, parts)) or office.say("broadcast.to_nobody")


def _part(name: str, values: list[str] | tuple[str, ...], *, office: Office) -> str:
    given = tuple(filter(None, values))
    return office.say(f"broadcast.to_{name}", what=list_words(given, office=office)) if given else ""
