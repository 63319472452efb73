"""The bots that are compared: ours, and three that others would write. Each takes the bytes of an update."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any, cast

from aiogram import Bot as AiogramBot
from aiogram import Dispatcher, F
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.filters import StateFilter
from aiogram.fsm.context import FSMContext
from aiogram.fsm.state import State, StatesGroup
from aiogram.fsm.storage.memory import MemoryStorage
from aiogram.methods import TelegramMethod
from aiogram.types import CallbackQuery, Message
from sqlalchemy import Column, DateTime, Integer, MetaData, String, Table, insert
from sqlalchemy.ext.asyncio import AsyncEngine
from telegram import Update
from telegram.ext import Application, ApplicationBuilder, ContextTypes, TypeHandler
from telegram.request import BaseRequest, RequestData

from bench.crowd import TOKEN, FarEnd, Take
from bot.settings import Settings
from bot.telegram import Telegram, Webhook
from bot.telegram_http import AiohttpRequest
from cases.rulebook import load_rulebook
from handlers.delivery import Channel
from main import build
from storage.database import open_engine
from storage.migrating import migrate

SECRET = "sesame"


# ---- ours -----------------------------------------------------------------------------------------------------------


class StubbedRequest(AiohttpRequest):
    """Ours down to the bytes of the body; nothing is sent."""

    __slots__ = ("_far",)

    def __init__(self, far: FarEnd) -> None:
        super().__init__(connections=1)
        self._far = far

    async def do_request(self, url: str, method: str, request_data: Any = None, **_: Any) -> tuple[int, bytes]:  # type: ignore[override]
        parameters = request_data.parameters if request_data else {}
        json.dumps(parameters, ensure_ascii=False).encode()
        return 200, self._far.call(url.rpartition("/")[2], parameters)


class StubbedTelegram(Telegram):
    def __init__(self, far: FarEnd, **options: Any) -> None:
        self._far = far
        super().__init__(token=TOKEN, api_url="http://stub", **options)

    def _request(self, connections: int) -> AiohttpRequest:
        return StubbedRequest(self._far)


@asynccontextmanager
async def ours(far: FarEnd, *, url: str, folder: Path) -> AsyncIterator[Take]:
    """The whole program but the network: webhook, inbox, dialogue, case, outbox, delivery."""
    settings = Settings(data_dir=folder, database_url=url, _env_file=None)  # type: ignore[call-arg]
    migrate(settings.database)
    channels: dict[str, Channel] = {}
    house = build(settings, load_rulebook(settings.site), channels=channels)
    telegram = StubbedTelegram(
        far,
        receive=house.reception.receive,
        now=house.office.now,
        webhook=Webhook(url="http://stub", secret=SECRET),
        rate=None,
    )
    channels[telegram.name] = telegram
    await telegram.start()

    async def take(body: bytes) -> None:
        assert await telegram.handle_webhook(body, SECRET) == 200

    loops = [asyncio.create_task(loop) for loop in (house.delivery.run(), house.conversation([telegram.name]).run())]
    try:
        yield take
    finally:
        for loop in loops:
            loop.cancel()
        await asyncio.gather(*loops, return_exceptions=True)
        await telegram.stop()
        await house.database.close()


# ---- python-telegram-bot --------------------------------------------------------------------------------------------


class PtbStub(BaseRequest):
    """The library down to its request object."""

    def __init__(self, far: FarEnd) -> None:
        self._far = far

    @property
    def read_timeout(self) -> float:
        return 5.0

    async def initialize(self) -> None:
        """There is nothing to open."""

    async def shutdown(self) -> None:
        """There is nothing to close."""

    async def do_request(  # type: ignore[override]
        self, url: str, method: str, request_data: RequestData | None = None, **_: Any
    ) -> tuple[int, bytes]:
        parameters = request_data.json_parameters if request_data else {}
        return 200, self._far.call(url.rpartition("/")[2], parameters)


async def _echo(update: Update, _context: ContextTypes.DEFAULT_TYPE) -> None:
    assert update.effective_chat
    text = update.message.text if update.message else "?"
    await update.effective_chat.send_message(text or "?")


@asynccontextmanager
async def echo(far: FarEnd) -> AsyncIterator[Take]:
    """A bare bot that sends every text back."""
    application = ApplicationBuilder().token(TOKEN).request(PtbStub(far)).get_updates_request(PtbStub(far)).build()
    application.add_handler(TypeHandler(Update, _echo))
    async with _taking(application) as take:
        yield take


@asynccontextmanager
async def _taking(application: Application[Any, Any, Any, Any, Any, Any]) -> AsyncIterator[Take]:
    async def take(body: bytes) -> None:
        await application.process_update(Update.de_json(json.loads(body), application.bot))

    async with application:
        yield take


@asynccontextmanager
async def committing_echo(far: FarEnd, *, url: str) -> AsyncIterator[Take]:
    """The same bot with one row committed for every update before it is answered, through our driver and pragmas."""
    engine = open_engine(url)
    table = Table("bench_rows", MetaData(), Column("id", Integer, primary_key=True), *_columns())
    async with engine.begin() as connection:
        await connection.run_sync(lambda sync: table.create(sync, checkfirst=True))
    async with echo(far) as answer:

        async def take(body: bytes) -> None:
            await _commit(engine, table, body, lock=lock)
            await answer(body)

        lock = asyncio.Lock() if engine.dialect.name == "sqlite" else asyncio.Semaphore(20)
        yield take
    await engine.dispose()


def _columns() -> list[Column[Any]]:
    return [Column("at", DateTime(timezone=True)), Column("payload", String(2000))]


async def _commit(engine: AsyncEngine, table: Table, body: bytes, *, lock: asyncio.Lock | asyncio.Semaphore) -> None:
    async with lock, engine.begin() as connection:
        await connection.execute(insert(table), {"at": datetime(2026, 11, 23, tzinfo=UTC), "payload": body.decode()})


# ---- aiogram --------------------------------------------------------------------------------------------------------


class AiogramStub(AiohttpSession):
    """The library down to its form; nothing is sent."""

    def __init__(self, far: FarEnd) -> None:
        super().__init__()
        self._far = far

    async def make_request(self, bot: AiogramBot, method: TelegramMethod[Any], timeout: int | None = None) -> Any:
        form = self.build_form_data(bot, method)
        parameters = {options["name"]: value for options, _, value in form._fields}
        content = self._far.call(method.__api_method__, parameters)
        return self.check_response(bot=bot, method=method, status_code=200, content=content.decode()).result

    async def stream_content(self, *_: Any, **__: Any) -> AsyncGenerator[bytes, None]:
        yield b""


class Form(StatesGroup):
    consent = State()
    story = State()
    name = State()
    phone = State()
    address = State()
    check = State()
    confirm = State()


NEXT = (None, Form.consent, Form.story, Form.name, Form.phone, Form.address, Form.check, Form.confirm, None)


@asynccontextmanager
async def form(far: FarEnd) -> AsyncIterator[Take]:
    """Eight questions kept in memory; nothing is understood, checked or kept."""
    bot = AiogramBot(TOKEN, session=AiogramStub(far))
    dispatcher = Dispatcher(storage=MemoryStorage())
    for now, after in pairwise(NEXT):
        _add_step(dispatcher, now, after)

    async def take(body: bytes) -> None:
        await dispatcher.feed_raw_update(bot, json.loads(body))

    yield take
    await bot.session.close()


def _add_step(dispatcher: Dispatcher, now: State | None, after: State | None) -> None:
    async def answer(message: Message, state: FSMContext) -> None:
        await state.update_data({str(now and now.state): message.text})
        await state.set_state(after)
        if after is None:
            await state.clear()
        await message.answer("Thank you. What comes next?")

    async def answer_press(query: CallbackQuery, state: FSMContext) -> None:
        await answer(cast(Message, query.message), state)

    dispatcher.message.register(answer, StateFilter(now), F.text)
    dispatcher.callback_query.register(answer_press, StateFilter(now))
