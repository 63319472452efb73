"""A whole Lianxin behind Telegram's server in one test: the real loops, the real network, one clock of the test's."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

from bot.serving import serving, working
from bot.settings import Settings
from bot.telegram import Telegram, Webhook
from bot.web.app import make_app
from bot.web.channel import WebChannel
from cases.model import Role
from handlers import staffing
from handlers.delivery import Channel
from handlers.house import House
from main import build
from tests.bot_api import BotApi
from tests.bot_api.harness import FAST, SECRET, eventually
from tests.clock import Clock
from tests.house import SHORT, Street, rulebook
from tests.processes import free_port

LONGEST = 20.0
"""Seconds of real time that a test waits for everything to be worked and sent."""


class Chat:
    """One person's chat with the bot. Every deed returns the texts that it brought."""

    def __init__(self, town: TelegramTown, chat_id: int) -> None:
        self._town = town
        self.id = chat_id
        self._read = 0

    async def reads(self) -> list[str]:
        """Let everything be worked and sent; what is new."""
        await self._town.settle()
        texts = self._town.server.texts(self.id)
        new, self._read = texts[self._read :], len(texts)
        return new

    async def says(self, text: str) -> list[str]:
        self._town.server.says(self.id, text)
        return await self.reads()

    async def presses(self, button: str) -> list[str]:
        self._town.server.presses(self.id, button)
        return await self.reads()

    def hears(self, *parts: str) -> None:
        """The chat holds each of these parts."""
        texts = "\n".join(self._town.server.texts(self.id))
        for part in parts:
            assert part in texts, f"{part!r} not in:\n{texts}"


class TelegramTown:
    """A house whose people write to the bot."""

    def __init__(self, house: House, telegram: Telegram, *, server: BotApi, phones: Street) -> None:
        self.house, self.server, self.phones = house, server, phones
        self.duties = house.duties({telegram.name: telegram})

    def chat(self, chat_id: int) -> Chat:
        return Chat(self, chat_id)

    async def code(self, name: str, *, bureau: str, role: Role = Role.OFFICER) -> str:
        """An invitation for a member of staff."""
        async with self.house.database.begin() as tx:
            made = await staffing.invite(
                tx, bureau=bureau, role=role, name=name, deputy_for=None, office=self.house.office
            )
        return made.code

    async def settle(self) -> None:
        """Returns when every update is acknowledged and worked and every text is sent."""
        async with asyncio.timeout(LONGEST):
            await eventually(lambda: self.server.pending == [], timeout=LONGEST)
            while await self._owes():  # noqa: ASYNC110  the loops owe us no event
                await asyncio.sleep(0.005)

    async def _owes(self) -> bool:
        async with self.house.database.read() as tx:
            return bool(await tx.inbox.waiting(["telegram", SHORT], limit=1) or await tx.outbox.depth())


@asynccontextmanager
async def telegram_town(url: str, clock: Clock, folder: Path, *, hooked: bool = False) -> AsyncIterator[TelegramTown]:
    """A town over a migrated database, reached by long polling or by a webhook."""
    settings = Settings(data_dir=folder, database_url=url, _env_file=None)  # type: ignore[call-arg]
    channels: dict[str, Channel] = {}
    house = build(settings, rulebook(), channels=channels, now=clock)
    async with AsyncExitStack() as parts:
        server = await parts.enter_async_context(BotApi(clock=lambda: clock().timestamp()))
        parts.push_async_callback(house.database.close)
        port = free_port()
        webhook = Webhook(url=f"http://127.0.0.1:{port}/telegram/webhook", secret=SECRET) if hooked else None
        telegram = _telegram(house, server, webhook=webhook)
        phones = Street(SHORT)
        channels |= {telegram.name: telegram, SHORT: phones}
        await telegram.start()
        parts.push_async_callback(telegram.stop)
        await parts.enter_async_context(working([house.delivery.run()]))
        await house.delivery.started.wait()
        await parts.enter_async_context(working([telegram.run(), house.conversation([telegram.name, SHORT]).run()]))
        if hooked:
            await parts.enter_async_context(_listening(house, telegram, port=port))
            await eventually(lambda: server.hook is not None)
        yield TelegramTown(house, telegram, server=server, phones=phones)


def _telegram(house: House, server: BotApi, *, webhook: Webhook | None) -> Telegram:
    return Telegram(
        token=server.token,
        api_url=server.url,
        receive=house.reception.receive,
        now=house.office.now,
        webhook=webhook,
        pace=FAST,
        read_picture=house.files.read,
        rate=None,
    )


@asynccontextmanager
async def _listening(house: House, telegram: Telegram, *, port: int) -> AsyncIterator[None]:
    app = make_app(
        pages=house.pages,
        web=WebChannel(),
        telegram_webhook=telegram.handle_webhook,
        ready=house.pages.ready,
        now=house.office.now,
    )
    async with serving(app, host="127.0.0.1", port=port):
        yield
