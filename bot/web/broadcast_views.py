"""The rows of the pages about broadcasts, in words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from cases.broadcasts import NOBODY, Broadcast, Result
from handlers.broadcast_progress import OnChannel
from handlers.broadcast_texts import kind_words, state_words
from handlers.broadcasting import Shown
from handlers.office import Office
from handlers.wording import instant_words, list_words

OWN_WORDS = ("draft", "schedule", "finish")
"""Steps that are no verb of staff."""


def list_rows(broadcasts: Sequence[Broadcast], *, office: Office) -> list[dict[str, Any]]:
    return [
        {
            "id": one.id,
            "kind": kind_words(one, office=office),
            "state": one.state.value,
            "state_words": state_words(one, office=office),
            "title": one.title,
            "people": one.people,
            "at": instant_words(one.send_at or one.started_at or one.created_at, office=office),
        }
        for one in broadcasts
    ]


def form_rows(channels: Sequence[OnChannel], *, office: Office) -> list[dict[str, Any]]:
    """Each text once, with the names of all channels on which it looks so."""
    texts: dict[str, list[OnChannel]] = {}
    for one in channels:
        texts.setdefault(one.text, []).append(one)
    return [
        {
            "labels": list_words(tuple(one.label for one in alike), office=office),
            "text": text,
            "short": alike[0].segments is not None,
        }
        for text, alike in texts.items()
    ]


def result_rows(results: Sequence[Result], *, office: Office) -> list[dict[str, Any]]:
    rules = office.rulebook.broadcasting
    return [
        {
            "n": one.n,
            "channel": rules.channel(one.channel).label,
            "state": office.say(f"broadcast.text_{one.state}"),
            "at": instant_words(one.at, office=office) if one.at else "",
            "reason": one.reason or "",
        }
        for one in results
    ]


def step_rows(shown: Shown, *, office: Office) -> list[dict[str, str]]:
    return [
        {
            "when": instant_words(step.at, office=office),
            "who": office.say("page.broadcast.by_program") if step.by == NOBODY else shown.names.get(step.by, ""),
            "what": _step_words(step.what, office=office),
            "note": step.note,
        }
        for step in shown.steps
    ]


def _step_words(what: str, *, office: Office) -> str:
    return office.say(f"page.broadcast.step_{what}" if what in OWN_WORDS else f"broadcast.do_{what}")
