"""The lines of a chat as pages show them."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Any

from cases.calendar import china_date
from cases.messages import Attachment, AttachmentKind
from handlers.office import Office
from handlers.pages import Line
from handlers.wording import instant_words

SILENT = frozenset({"/start"})
"""What the page says by itself is not shown as if the person had."""


def shown(lines: Sequence[Line], *, office: Office) -> list[dict[str, Any]]:
    """Lines for templates and scripts, each told line with the value of the button that was pressed under it."""
    visible = [line for line in lines if not (line.mine and line.text in SILENT)]
    chosen = _chosen(visible)
    return [line_facts(line, office=office) | {"chosen": chosen.get(line.id)} for line in visible]


def line_facts(line: Line, *, office: Office) -> dict[str, Any]:
    """One line as plain values. ``at`` is ISO 8601, ``when`` the same in words of China time."""
    rows = line.outgoing.choices if line.outgoing else ()
    return {
        "id": line.id,
        "at": line.at.isoformat(),
        "when": when_words(line, office=office),
        "mine": line.mine,
        "text": line.text,
        "choices": [[{"label": choice.label, "value": choice.value} for choice in row] for row in rows],
        "revises": line.revises,
        "picture": f"/pictures/{line.outgoing.picture}" if line.outgoing and line.outgoing.picture else None,
        "files": [attachment_words(attachment, office=office) for attachment in line.attachments],
        "chosen": None,
    }


def when_words(line: Line, *, office: Office) -> str:
    words = instant_words(line.at, office=office)
    return words.rpartition(" ")[2] if china_date(line.at) == office.today() else words


def attachment_words(attachment: Attachment, *, office: Office) -> str:
    """A file by its name where it has one, else by what it is."""
    kind = office.say(f"page.attachment.{attachment.kind.value}")
    named = attachment.kind not in (AttachmentKind.PHOTO, AttachmentKind.LOCATION) and attachment.file_name
    return attachment.file_name or kind if named else kind


def label_of(lines: Sequence[Line], value: str) -> str:
    """What the newest button with this value says; nothing when the person was never given it."""
    for line in reversed(lines):
        for row in line.outgoing.choices if line.outgoing else ():
            for choice in row:
                if choice.value == value:
                    return choice.label
    return ""


def _chosen(lines: Sequence[Line]) -> dict[str, str]:
    """Which button under which line was pressed: a label that the person said belongs to the nearest one before."""
    found: dict[str, str] = {}
    for n, line in enumerate(lines):
        if not (line.mine and line.text):
            continue
        for told in reversed(lines[:n]):
            value = _value(told, line.text)
            if value is not None and told.id not in found:
                found[told.id] = value
                break
    return found


def _value(told: Line, label: str) -> str | None:
    rows = told.outgoing.choices if told.outgoing else ()
    return next((choice.value for row in rows for choice in row if choice.label == label), None)


def last_number(lines: Sequence[Line]) -> int:
    """The outbox row of the newest told line, 0 when nothing was told."""
    return max((number(line) for line in lines if not line.mine), default=0)


def number(line: Line) -> int:
    return int(line.id.partition(":")[2])


def new_key() -> str:
    """A fresh name for the next message of a page without scripts."""
    return str(uuid.uuid4())
