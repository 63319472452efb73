"""Pictures and second thoughts: a picture goes up once and is named afterwards; what was sent is changed or deleted.

A reference tells what the message was: ``12`` a text, ``12c`` a picture with its text below, ``12,13`` a picture and a
text after it.
"""

from __future__ import annotations

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from typing import Any

from telegram.error import BadRequest

from bot.telegram_text import LIMIT, split
from cases.errors import DeliveryError
from cases.messages import Outgoing

log = logging.getLogger("lianxin.telegram")

CAPTION = 1024
"""UTF-16 code units of the text below a picture."""
CAPTIONED = "c"
KEPT = 256
"""Pictures that were sent and whose texts are still to follow, at most."""
GONE = ("message to delete not found", "message identifier is not specified")
SAME = "message is not modified"
Call = Callable[..., Awaitable[Any]]
Upload = tuple[str, bytes, str]
Read = Callable[[str], bytes]


class Pictures:
    """Sends what has a picture, and revises. ``call`` calls a method of the API; ``read`` opens a kept picture.

    Under a rate (``paced``) a picture and a long text are two turns. Errors are the library's; the caller translates
    them.
    """

    def __init__(self, call: Call, *, read: Read | None, paced: bool) -> None:
        self._call, self._read, self._paced = call, read, paced
        self._names: dict[str, str] = {}
        self._rising: dict[str, asyncio.Lock] = {}
        self._shown: OrderedDict[tuple[str, str, str], str] = OrderedDict()

    def wanted(self, outgoing: Outgoing) -> bool:
        return bool(outgoing.revises or (outgoing.picture and self._read))

    async def send(self, outgoing: Outgoing, *, markup: Mapping[str, Any]) -> str:
        """The picture with its text below it, or where that is too long, after it; or the revision."""
        if outgoing.revises:
            return await self._revise(outgoing, outgoing.revises, markup=markup)
        parts = split(outgoing.text, limit=CAPTION)
        if len(parts) <= 1:
            return await self._show(outgoing, "".join(parts), markup=markup) + CAPTIONED * bool(parts)
        return await self._show_and_tell(outgoing, markup=markup)

    async def _show_and_tell(self, outgoing: Outgoing, *, markup: Mapping[str, Any]) -> str:
        """When the text fails, the next try goes on with it: nobody gets the picture twice."""
        mark = (outgoing.address.value, str(outgoing.picture), outgoing.text)
        shown = self._shown.get(mark)
        if shown is None:
            shown = self._shown[mark] = await self._show(outgoing, "", markup={})
            while len(self._shown) > KEPT:
                self._shown.popitem(last=False)
            if self._paced:
                raise DeliveryError("the text follows", retryable=True, partly=True)
        told = shown
        parts = split(outgoing.text)
        for part in parts:
            told = await self._tell(outgoing, part, markup=markup if part is parts[-1] else {})
        self._shown.pop(mark, None)
        return f"{shown},{told}"

    async def _tell(self, outgoing: Outgoing, text: str, *, markup: Mapping[str, Any]) -> str:
        message = {"chat_id": outgoing.address.value, "text": text, "link_preview_options": {"is_disabled": True}}
        return _number(await self._call("sendMessage", {**message, **markup}))

    async def _show(self, outgoing: Outgoing, caption: str, *, markup: Mapping[str, Any]) -> str:
        sha256 = str(outgoing.picture)
        message = {"chat_id": outgoing.address.value, **({"caption": caption} if caption else {}), **markup}
        name = self._names.get(sha256)
        if name is None:
            # One goes up while the others wait for its name: a picture for thousands is sent over the line once.
            async with self._rising.setdefault(sha256, asyncio.Lock()):
                name = self._names.get(sha256)
                if name is None:
                    return await self._put_up(sha256, message)
        try:
            return _number(await self._call("sendPhoto", {**message, "photo": name}))
        except BadRequest as error:
            if "file identifier" not in error.message.lower():
                raise
            self._names.pop(sha256, None)  # the server has forgotten it, or is another one
            return await self._put_up(sha256, message)

    async def _put_up(self, sha256: str, message: Mapping[str, Any]) -> str:
        assert self._read is not None, "only called for pictures that can be read"
        try:
            content = await asyncio.to_thread(self._read, sha256)
        except FileNotFoundError:
            raise DeliveryError("the picture is not here") from None
        files: dict[str, Upload] = {"photo": ("picture", content, "application/octet-stream")}
        answer = await self._call("sendPhoto", message, files=files)
        with suppress(KeyError, IndexError, TypeError):
            self._names[sha256] = str(answer["photo"][-1]["file_id"])
        return _number(answer)

    async def _revise(self, outgoing: Outgoing, reference: str, *, markup: Mapping[str, Any]) -> str:
        numbers = reference.removesuffix(CAPTIONED).split(",")
        if not outgoing.text:
            for number in numbers:
                await self._delete(outgoing, number)
            return reference
        captioned = reference.endswith(CAPTIONED)
        fits = len(split(outgoing.text, limit=CAPTION if captioned else LIMIT)) == 1
        if fits:
            await self._edit(outgoing, numbers[-1], captioned=captioned, markup=markup)
            return reference
        for number in numbers:
            await self._delete(outgoing, number)
        return await self._show_and_tell(outgoing, markup=markup)

    async def _edit(self, outgoing: Outgoing, number: str, *, captioned: bool, markup: Mapping[str, Any]) -> None:
        method, field = ("editMessageCaption", "caption") if captioned else ("editMessageText", "text")
        [text] = split(outgoing.text)
        message = {"chat_id": outgoing.address.value, "message_id": number, field: text, **markup}
        if not captioned:
            message["link_preview_options"] = {"is_disabled": True}
        try:
            await self._call(method, message)
        except BadRequest as error:
            if SAME not in error.message.lower():
                raise

    async def _delete(self, outgoing: Outgoing, number: str) -> None:
        try:
            await self._call("deleteMessage", {"chat_id": outgoing.address.value, "message_id": number})
        except BadRequest as error:
            if error.message.lower() not in GONE:  # what the person has deleted is taken back as well
                raise


def _number(answer: Any) -> str:
    return str(int(answer["message_id"]))
