"""A Telegram channel in front of a test server, with waits short enough for tests."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime

from aiohttp import web

from bot.telegram import Pace, Telegram, Webhook
from cases.messages import Incoming
from tests.bot_api.server import BotApi

NOW = datetime(2026, 11, 20, 1, 30, tzinfo=UTC)
SECRET = "sesame-0"
FAST = Pace(poll=1, first_pause=0.005, longest_pause=0.02, connect_timeout=1.0, read_timeout=2.0)

Receive = Callable[[Sequence[Incoming]], Awaitable[None]]


class Inbox:
    """Keeps what it is given, unless told to fail first; one can wait for it to fill."""

    def __init__(self, *, failures: int = 0) -> None:
        self.batches: list[tuple[Incoming, ...]] = []
        self.failures = failures
        self.refused: list[tuple[Incoming, ...]] = []
        self._news = asyncio.Condition()

    async def receive(self, batch: Sequence[Incoming]) -> None:
        """What the bot's entry does: keep it, then return."""
        if self.failures:
            self.failures -= 1
            self.refused.append(tuple(batch))
            raise OSError("the disk is full")
        async with self._news:
            self.batches.append(tuple(batch))
            self._news.notify_all()

    @property
    def kept(self) -> list[Incoming]:
        """All that was kept, in order."""
        return [incoming for batch in self.batches for incoming in batch]

    async def wait_for(self, count: int, *, timeout: float = 3.0) -> list[Incoming]:
        """Returns once so many are kept."""
        async with asyncio.timeout(timeout), self._news:
            await self._news.wait_for(lambda: len(self.kept) >= count)
        return self.kept


@asynccontextmanager
async def telegram(
    server: BotApi,
    receive: Receive,
    *,
    token: str | None = None,
    webhook: Webhook | None = None,
    pace: Pace = FAST,
    polls: bool = False,
) -> AsyncIterator[Telegram]:
    """A started channel; with ``polls`` its loop runs as well."""
    channel = Telegram(
        token=token or server.token,
        api_url=server.url,
        receive=receive,
        now=lambda: NOW,
        webhook=webhook,
        pace=pace,
        rate=None,
    )
    await channel.start()
    loop = asyncio.create_task(channel.run()) if polls else None
    try:
        yield channel
    finally:
        if loop is not None:
            loop.cancel()
        await channel.stop()


@asynccontextmanager
async def hooked(server: BotApi, receive: Receive, *, secret: str = SECRET) -> AsyncIterator[Telegram]:
    """A channel behind a web server at which the Bot API server delivers."""
    channels: list[Telegram] = []

    async def handle(request: web.Request) -> web.Response:
        given = request.headers.get("X-Telegram-Bot-Api-Secret-Token")
        return web.Response(status=await channels[0].handle_webhook(await request.read(), given))

    app = web.Application()
    app.router.add_post("/telegram/webhook", handle)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.05)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    url = f"http://127.0.0.1:{runner.addresses[0][1]}/telegram/webhook"
    async with telegram(server, receive, webhook=Webhook(url=url, secret=secret)) as channel:
        channels.append(channel)
        yield channel
    await runner.cleanup()


async def eventually(condition: Callable[[], bool], *, timeout: float = 3.0) -> None:
    """Returns as soon as the condition holds; TimeoutError when it never does."""
    async with asyncio.timeout(timeout):
        while not condition():  # noqa: ASYNC110  what is waited for is in another task's hands
            await asyncio.sleep(0.002)
