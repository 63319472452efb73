"""Updates that wait for the bot: fetched by long polling, or posted to its webhook."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import aiohttp

from tests.bot_api.records import Json, Refused, bad_request

POLLED_AWAY = "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running"
HOOKED = "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first"
SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"


@dataclass(kw_only=True)
class Hook:
    """A set webhook and how it fares."""

    url: str
    secret: str = ""
    connections: int = 40
    last_error: str = ""
    delivered: int = 0
    refused: int = 0


class Updates:
    """The queue of one bot. An update leaves it when a higher offset is asked for, or the webhook answers 2xx."""

    def __init__(self, *, first_id: int, first_pause: float, longest_pause: float) -> None:
        self.waiting: dict[int, Json] = {}  # in the order of their numbers
        self.allowed: frozenset[str] = frozenset()
        self.hook: Hook | None = None
        self._next = first_id
        self._pauses = (first_pause, longest_pause)
        self._news = asyncio.Event()
        self._poller: asyncio.Future[None] | None = None
        self._lanes: dict[int, list[int]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._gate = asyncio.Semaphore(40)
        self._http: aiohttp.ClientSession | None = None

    def push(self, kind: str, body: Any, *, chat_id: int) -> int:
        """Queues one update; its id. Kinds that the bot did not ask for are dropped, as Telegram does."""
        number = self._next
        self._next += 1
        if self.allowed and kind not in self.allowed:
            return number
        self.waiting[number] = {"update_id": number, kind: body}
        self._news.set()
        if self.hook is not None:
            self._line_up(number, chat_id=chat_id)
        return number

    async def fetch(self, *, offset: int, limit: int, timeout: float) -> list[Json]:
        """getUpdates. Refused with 409 when a webhook is set, or as soon as another poller comes."""
        self._refuse_beside_hook()
        mine = self._take_over()
        self._forget(offset)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(timeout):
                await self._something_or(mine, wait=timeout > 0)
        if mine.done():
            self._refuse_beside_hook()
            raise Refused(409, POLLED_AWAY)
        return list(itertools.islice(self.waiting.values(), limit))

    def _refuse_beside_hook(self) -> None:
        if self.hook is not None:
            raise Refused(409, HOOKED)

    def _take_over(self) -> asyncio.Future[None]:
        if self._poller is not None and not self._poller.done():
            self._poller.set_result(None)
        self._poller = asyncio.get_running_loop().create_future()
        return self._poller

    def _forget(self, offset: int) -> None:
        if offset < 0:
            offset = (sorted(self.waiting)[offset:] or [0])[0]
        for number in list(itertools.takewhile(lambda number: number < offset, self.waiting)):
            del self.waiting[number]

    async def _something_or(self, mine: asyncio.Future[None], *, wait: bool) -> None:
        while wait and not self.waiting and not mine.done():
            self._news.clear()
            news = asyncio.ensure_future(self._news.wait())
            try:
                await asyncio.wait((news, mine), return_when=asyncio.FIRST_COMPLETED)
            finally:
                news.cancel()

    def set_hook(self, hook: Hook) -> None:
        """From now on updates are posted; those that wait already, first."""
        if hook.url and not hook.url.startswith(("https://", "http://127.0.0.1", "http://localhost")):
            raise bad_request("bad webhook: An HTTPS URL must be provided for webhook")
        self.remove_hook()
        self.hook = hook
        self._gate = asyncio.Semaphore(hook.connections)
        if self._poller is not None and not self._poller.done():
            self._poller.set_result(None)
        for number in sorted(self.waiting):
            self._line_up(number, chat_id=_chat_of(self.waiting[number]))

    def remove_hook(self, *, drop: bool = False) -> None:
        """Back to polling; ``drop`` forgets what waits."""
        self.hook = None
        self._lanes.clear()
        for task in self._tasks:
            task.cancel()
        if drop:
            self.waiting.clear()

    async def close(self) -> None:
        """Stops posting."""
        self.remove_hook()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._http is not None:
            await self._http.close()

    def _line_up(self, number: int, *, chat_id: int) -> None:
        """One lane a chat: in order within it, side by side between them."""
        lane = self._lanes.get(chat_id)
        if lane is not None:
            lane.append(number)
            return
        self._lanes[chat_id] = [number]
        task = asyncio.create_task(self._drive(chat_id))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _drive(self, chat_id: int) -> None:
        lane = self._lanes[chat_id]
        failures = 0
        while lane and self.hook is not None:
            if await self._post(self.hook, lane[0]):
                self.waiting.pop(lane.pop(0), None)
                failures = 0
                continue
            failures += 1
            await asyncio.sleep(min(self._pauses[1], self._pauses[0] * 2.0 ** (failures - 1)))
        if self._lanes.get(chat_id) is lane:
            del self._lanes[chat_id]

    async def _post(self, hook: Hook, number: int) -> bool:
        if number not in self.waiting:
            return True
        headers = {SECRET_HEADER: hook.secret} if hook.secret else {}
        self._http = self._http or aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=60))
        try:
            async with (
                self._gate,
                self._http.post(hook.url, json=self.waiting[number], headers=headers) as response,
            ):
                accepted = 200 <= response.status < 300
                hook.last_error = "" if accepted else f"Wrong response from the webhook: {response.status}"
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            accepted, hook.last_error = False, f"Connection failed: {type(error).__name__}"
        hook.delivered += accepted
        hook.refused += not accepted
        return accepted


def _chat_of(update: Json) -> int:
    for kind, body in update.items():
        if kind != "update_id" and isinstance(body, dict):
            message: Json = body.get("message", body)
            return int(message.get("chat", {}).get("id", 0))
    return 0


def kinds(names: Sequence[str]) -> frozenset[str]:
    """What to let through; the empty set is Telegram's default, which is all that we ever send."""
    return frozenset(names)
