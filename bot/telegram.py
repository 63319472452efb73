"""The Telegram channel: updates in by long polling or webhook, messages out, files fetched.

An update is acknowledged only after ``receive`` has returned, which commits it: what is not acknowledged, Telegram
sends again. Nothing in this file logs a chat, a text, an address or the token.
"""

from __future__ import annotations

import asyncio
import hmac
import json
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from telegram import Bot
from telegram.error import TelegramError

from bot.telegram_errors import delivery_error, plain, seconds_to_wait
from bot.telegram_http import AiohttpRequest
from bot.telegram_parts import Unfinished
from bot.telegram_pictures import Pictures, Read, Upload
from bot.telegram_text import split
from bot.telegram_updates import CHANNEL, KINDS, Json, MalformedUpdate, query_of, to_incoming, update_id
from cases.errors import DeliveryError
from cases.messages import Attachment, Incoming, Outgoing
from handlers.pacing import Rate

log = logging.getLogger("lianxin.telegram")

OFFICIAL = "https://api.telegram.org"
FILE_LIMIT = 20_000_000
"""Bytes: the Bot API hands out no larger files."""

RATE = Rate(per_second=30)
"""Of the Bot API, as Telegram tells it: some 30 in a second, and one to a person."""

# A link in a notice may open only once; a preview would have Telegram open it first.
_NO_PREVIEW = {"is_disabled": True}


@dataclass(frozen=True, kw_only=True)
class Webhook:
    """Where Telegram delivers updates, and the secret that each call must carry."""

    url: str
    secret: str


@dataclass(frozen=True, kw_only=True)
class Pace:
    """How long Telegram is waited for, in seconds, and how many calls run side by side."""

    poll: int = 50
    first_pause: float = 0.5
    longest_pause: float = 30.0
    connect_timeout: float = 5.0
    read_timeout: float = 10.0
    connections: int = 64

    def pause(self, failures: int, *, asked: float = 0.0) -> float:
        """The wait after so many failures in a row: doubling, and never less than the server ``asked`` for."""
        return max(asked, min(self.longest_pause, self.first_pause * 2.0 ** min(failures - 1, 16)))


class Telegram:
    """One bot. ``receive`` must keep what it is given (commit) before it returns; it may be given the same again."""

    name = CHANNEL

    def __init__(
        self,
        *,
        token: str,
        api_url: str | None,
        receive: Callable[[Sequence[Incoming]], Awaitable[None]],
        now: Callable[[], datetime],
        webhook: Webhook | None = None,
        pace: Pace | None = None,
        read_picture: Read | None = None,
        rate: Rate | None = RATE,
    ) -> None:
        self.rate = rate
        self._receive, self._now, self._webhook, self._pace = receive, now, webhook, pace or Pace()
        self._requests = (self._request(self._pace.connections), self._request(2))
        root = (api_url or OFFICIAL).rstrip("/")
        self._bot = Bot(
            token,
            base_url=f"{root}/bot",
            base_file_url=f"{root}/file/bot",
            request=self._requests[0],
            get_updates_request=self._requests[1],
        )
        self._connected = asyncio.Event()
        self._tasks: set[asyncio.Task[None]] = set()
        self._unfinished = Unfinished()
        self._pictures = Pictures(self._call, read=read_picture, paced=rate is not None)

    def _request(self, connections: int) -> AiohttpRequest:
        pace = self._pace
        return AiohttpRequest(
            connections=connections, connect_timeout=pace.connect_timeout, read_timeout=pace.read_timeout
        )

    @property
    def username(self) -> str | None:
        """The bot's name without the @, for links; None until Telegram has told it."""
        return self._bot.username if self._connected.is_set() else None

    async def start(self) -> None:
        """Gets ready to send, and introduces itself in the background until Telegram answers. Never fails."""
        for request in self._requests:
            await request.initialize()
        self._spawn(self._connect())

    async def stop(self) -> None:
        """Ends what runs in the background and closes all connections."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for request in self._requests:
            await request.shutdown()

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _connect(self) -> None:
        failures = 0
        while not self._connected.is_set():
            try:
                await self._introduce()
                self._connected.set()
            except Exception as error:  # whatever stands at that address: the program starts, and goes on asking
                failures += 1
                await self._rest(failures, error=error, action="connect")
        log.info("Telegram knows the bot.", extra={"action": "telegram_connected"})

    async def _introduce(self) -> None:
        await self._bot.initialize()
        if self._webhook is None:
            await self._bot.delete_webhook()
            return
        await self._bot.set_webhook(
            self._webhook.url, secret_token=self._webhook.secret, allowed_updates=KINDS, max_connections=40
        )

    async def _rest(self, failures: int, *, error: Exception, action: str) -> None:
        pause = self._pace.pause(failures, asked=seconds_to_wait(error))
        reason = plain(error)
        log.warning("Telegram: %s; next try in %.1f s.", reason, pause, extra={"action": f"telegram_{action}_failed"})
        await asyncio.sleep(pause)

    async def run(self) -> None:
        """Receives by long polling until cancelled and survives every failure; with a webhook it only waits."""
        await self._connected.wait()
        if self._webhook is not None:
            await asyncio.Event().wait()
        offset: int | None = None
        failures = 0
        while True:
            try:
                offset = await self._poll(offset)
                if failures:
                    log.info("Telegram's updates arrive again.", extra={"action": "telegram_poll_recovered"})
                failures = 0
            except TelegramError as error:
                failures += 1
                await self._rest(failures, error=error, action="poll")
            except Exception:
                failures += 1
                log.exception("Updates were not kept and will be asked for again.", extra={"action": "telegram_poll"})
                await asyncio.sleep(self._pace.pause(failures))

    async def _poll(self, offset: int | None) -> int | None:
        """Takes one batch; the offset for the next call, which is what acknowledges this batch.

        After an empty answer everything before is acknowledged and no offset is needed. Telegram starts its numbers
        anew, anywhere, after a quiet week: an old offset would then hide updates.
        """
        updates = await self._get_updates(offset)
        if not updates:
            return None
        await self._take(updates)
        return max(update_id(update) for update in updates) + 1

    async def _get_updates(self, offset: int | None) -> Sequence[Json]:
        asked: dict[str, Any] = {"timeout": self._pace.poll, "limit": 100, "allowed_updates": KINDS}
        if offset is not None:
            asked["offset"] = offset
        # Not ``Bot.get_updates``, which fails with the first malformed update of a batch.
        answer = await self._requests[1].call(
            f"{self._bot.base_url}/getUpdates", asked, read_timeout=self._pace.read_timeout + self._pace.poll
        )
        if not isinstance(answer, list):
            raise TelegramError("the updates are no list")
        return answer

    async def _take(self, updates: Sequence[Json]) -> None:
        batch = [incoming for update in updates if (incoming := self._incoming(update)) is not None]
        if batch:
            await self._receive(batch)
        for query in filter(None, map(query_of, updates)):
            self._spawn(self._answer(query))

    def _incoming(self, update: Json) -> Incoming | None:
        try:
            return to_incoming(update, now=self._now())
        except MalformedUpdate:
            log.warning("An update has an unknown shape and was dropped.", extra={"action": "telegram_malformed"})
            return None

    async def _answer(self, query: str) -> None:
        """Stops the little clock on the pressed button; nobody misses an answer that fails."""
        try:
            await self._bot.answer_callback_query(query)
        except TelegramError as error:
            log.debug("A button press was not answered: %s.", plain(error), extra={"action": "telegram_answer"})

    async def handle_webhook(self, body: bytes, secret: str | None) -> int:
        """The HTTP status for one webhook call: 200 once the update is kept, 403, 400, or 503 for "send it again"."""
        expected = self._webhook.secret if self._webhook else ""
        if not expected or not hmac.compare_digest((secret or "").encode(), expected.encode()):
            return 403
        try:
            update = json.loads(body)
            update_id(update)
        except ValueError:  # no JSON, or no number
            return 400
        try:
            await self._take([update])
        except Exception:
            log.exception("An update was not kept and will be sent again.", extra={"action": "telegram_webhook"})
            return 503
        return 200

    async def send(self, outgoing: Outgoing) -> str:
        """Sends plain text, in several messages when it is long, with the buttons under the last; its message id.

        With a picture, or as a revision of what was sent, as ``Pictures`` does.
        When only some parts went out, the next call with the same message sends the others; under a rate a call sends
        one part, since every part counts. Raises DeliveryError.
        """
        if self._pictures.wanted(outgoing):
            try:
                return await self._pictures.send(outgoing, markup=_markup(outgoing))
            except DeliveryError:
                raise
            except Exception as error:
                raise delivery_error(error) from None
        parts = split(outgoing.text)
        if not parts:
            raise DeliveryError("there is nothing to read in the message")
        first = self._unfinished.parts_sent(outgoing)
        sent = ""
        for number in range(first, len(parts)):
            last = number == len(parts) - 1
            try:
                sent = await self._send_part(outgoing, text=parts[number], last=last)
            except Exception as error:
                raise delivery_error(error) from None
            self._unfinished.note(outgoing, parts_sent=0 if last else number + 1)
            if self.rate and not last:
                raise DeliveryError("the rest follows", retryable=True, partly=True)
        return sent

    async def _send_part(self, outgoing: Outgoing, *, text: str, last: bool) -> str:
        message: Json = {"chat_id": outgoing.address.value, "text": text, "link_preview_options": _NO_PREVIEW}
        answer = await self._call("sendMessage", {**message, **(_markup(outgoing) if last else {})})
        return str(int(answer["message_id"]))

    async def _call(self, method: str, parameters: Json, *, files: Mapping[str, Upload] | None = None) -> Any:
        return await self._requests[0].call(f"{self._bot.base_url}/{method}", parameters, files=files)

    async def fetch(self, attachment: Attachment) -> AsyncIterator[bytes]:
        """The bytes of a file that somebody sent, in pieces. Raises DeliveryError, also half-way."""
        try:
            url, size = await self._locate(attachment)
            total = 0
            async for piece in self._requests[0].stream(url):
                total += len(piece)
                if total > FILE_LIMIT:
                    raise DeliveryError("the file is larger than Telegram hands out")
                yield piece
        except TelegramError as error:
            raise delivery_error(error) from None
        if size is not None and total != size:
            raise DeliveryError("the file came incomplete", retryable=True)

    async def _locate(self, attachment: Attachment) -> tuple[str, int | None]:
        """Where a file lies, good for an hour, and its size in bytes when the server knows it."""
        if not attachment.reference:
            raise DeliveryError("there is no file to fetch")
        if (attachment.size or 0) > FILE_LIMIT:
            raise DeliveryError("the file is larger than Telegram hands out")
        file = await self._bot.get_file(attachment.reference)
        if not (file.file_path or "").startswith(self._bot.base_file_url):
            raise DeliveryError("the server hands the file out by another way than HTTP")
        return str(file.file_path), file.file_size


def _keyboard(outgoing: Outgoing) -> list[list[dict[str, str]]]:
    rows = ([{"text": choice.label, "callback_data": choice.value} for choice in row] for row in outgoing.choices)
    return [row for row in rows if row]


def _markup(outgoing: Outgoing) -> Json:
    rows = _keyboard(outgoing)
    return {"reply_markup": {"inline_keyboard": rows}} if rows else {}
