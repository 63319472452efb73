"""Photos of one album, or messages forwarded in one go, are one thing to say: they are worked and answered together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from cases.messages import Address, Incoming
from storage.inbox_store import Waiting


def joined(rows: Sequence[Waiting]) -> list[Waiting]:
    """The rows in their order, each person's bursts as one row under the number of its last part."""
    result: list[Waiting] = []
    last: dict[Address, int] = {}
    for row in rows:
        person = row.message.address
        before = last.get(person)
        if before is not None and _goes_on(result[before].message, row.message):
            result[before] = Waiting(id=row.id, message=_together(result[before].message, row.message))
        else:
            last[person] = len(result)
            result.append(row)
    return result


def _goes_on(before: Incoming, after: Incoming) -> bool:
    same_album = bool(before.album) and before.album == after.album
    opened = before.forwarded or (bool(before.attachments) and (same_album or not before.text))
    return opened and bool(after.forwarded or after.attachments)


def _together(before: Incoming, after: Incoming) -> Incoming:
    return replace(
        after,
        text="\n".join(filter(None, (before.text, after.text))),
        forwarded=before.forwarded or after.forwarded,
        attachments=before.attachments + after.attachments,
    )
