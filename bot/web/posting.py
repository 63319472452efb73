"""What a page sends: one message in JSON or as a form, its files kept while they arrive."""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

from aiohttp import BodyPartReader, web

from bot.web.context import clean, context
from bot.web.filetypes import HEAD, recognise
from cases.messages import CHOICE_BYTES, Attachment, AttachmentKind

MOST_FILES = 10
FIELD_BYTES = 64_000
"""A text field beyond this is cut: the reception keeps 8000 characters anyway."""
PIECE = 1 << 16
FIELDS = frozenset({"key", "text", "pressed", "latitude", "longitude"})
UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
NAME_SHOWN = 80


@dataclass(kw_only=True)
class Posted:
    """What arrived, with one sentence for each file that was not taken."""

    fields: dict[str, str] = field(default_factory=dict)
    attachments: list[Attachment] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    too_large: bool = False

    @property
    def text(self) -> str:
        return self.fields.get("text", "")

    @property
    def pressed(self) -> str:
        return self.fields.get("pressed", "")

    @property
    def empty(self) -> bool:
        return not (self.text or self.pressed or self.attachments)

    def key(self, *, form: bool) -> str:
        """The message's own name. HTTP 400 when there is none or a button's value cannot be one of ours.

        A page without scripts carries one key for whatever it will send: the words make it the message's own, so that
        going back and writing something else is not taken for a repetition.
        """
        key = self.fields.get("key", "")
        if not UUID.fullmatch(key) or len(self.pressed.encode()) > CHOICE_BYTES:
            raise web.HTTPBadRequest
        return str(uuid.uuid5(uuid.UUID(key), f"{self.text}\n{self.pressed}")) if form else key.lower()


async def read_posted(request: web.Request) -> Posted:
    """Read a message; HTTP 400 for what is neither JSON nor a form, 413 when it is over every limit together."""
    posted = Posted()
    most = context(request).upload_limit * MOST_FILES + FIELD_BYTES * len(FIELDS)
    if (request.content_length or 0) > most:
        raise web.HTTPRequestEntityTooLarge(max_size=most, actual_size=request.content_length or 0)
    if request.content_type == "application/json":
        posted.fields = await _json_fields(request)
    elif request.content_type == "application/x-www-form-urlencoded":
        posted.fields = {name: str(value) for name, value in (await request.post()).items() if name in FIELDS}
    elif request.content_type == "multipart/form-data":
        await _read_parts(request, posted)
    else:
        raise web.HTTPBadRequest
    posted.fields = {name: clean(value, longest=FIELD_BYTES) for name, value in posted.fields.items()}
    _add_place(posted)
    return posted


async def _json_fields(request: web.Request) -> dict[str, str]:
    try:
        values: Any = await request.json()
    except (json.JSONDecodeError, UnicodeDecodeError):
        raise web.HTTPBadRequest from None
    if not isinstance(values, dict):
        raise web.HTTPBadRequest
    return {name: str(value) for name, value in values.items() if name in FIELDS and value is not None}


async def _read_parts(request: web.Request, posted: Posted) -> None:
    try:
        async for part in await request.multipart():
            if not isinstance(part, BodyPartReader):
                continue
            if part.name == "files" and part.filename:
                await _take_file(request, part, posted)
            elif part.name in FIELDS:
                posted.fields[part.name] = await _field(part)
    except (ValueError, AssertionError, web.RequestPayloadError):  # no multipart, or the sender has gone
        raise web.HTTPBadRequest from None


async def _field(part: BodyPartReader) -> str:
    found = bytearray()
    while len(found) < FIELD_BYTES and (piece := await part.read_chunk(PIECE)):
        found += piece
    return bytes(found[:FIELD_BYTES]).decode("utf-8", "replace").replace("\r\n", "\n")


async def _take_file(request: web.Request, part: BodyPartReader, posted: Posted) -> None:
    parts = context(request)
    name = _clean_name(part.filename or "")
    head = await _head(part)
    if not head:
        return
    known = recognise(head, name=name)
    if len(posted.attachments) >= MOST_FILES:
        _refuse(posted, parts.say("page.upload.too_many", name=name, most=MOST_FILES))
    elif known is None:
        _refuse(posted, parts.say("page.upload.wrong_type", name=name))
    else:
        try:
            sha256, size = await parts.pages.keep_file(_rest(head, part), limit=parts.upload_limit)
        except ValueError:
            posted.too_large = True
            _refuse(posted, parts.say("page.upload.too_large", name=name, megabytes=parts.upload_limit // 1_000_000))
            return
        posted.attachments.append(
            Attachment(kind=known.kind, sha256=sha256, size=size, file_name=name, media_type=known.media_type)
        )


def _refuse(posted: Posted, sentence: str) -> None:
    if sentence not in posted.problems:
        posted.problems.append(sentence)


async def _head(part: BodyPartReader) -> bytes:
    found = b""
    while len(found) < HEAD and (piece := await part.read_chunk(PIECE)):
        found += piece
    return found


async def _rest(head: bytes, part: BodyPartReader) -> AsyncIterator[bytes]:
    yield head
    while piece := await part.read_chunk(PIECE):
        yield piece


def _clean_name(name: str) -> str:
    """A name to show: no folders, nothing that cannot be seen, and not too long."""
    last = re.split(r"[\\/]", name)[-1]
    return "".join(c for c in last if c.isprintable())[-NAME_SHOWN:]


def _add_place(posted: Posted) -> None:
    try:
        latitude, longitude = float(posted.fields["latitude"]), float(posted.fields["longitude"])
    except (KeyError, ValueError):
        return
    if abs(latitude) <= 90 and abs(longitude) <= 180:
        posted.attachments.append(Attachment(kind=AttachmentKind.LOCATION, latitude=latitude, longitude=longitude))
