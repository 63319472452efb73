"""What people notice when the database or Telegram is away for a while: that it took longer, nothing else."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

from cases.messages import Address
from storage.database import Database
from tests.bot_api import FaultKind
from tests.bot_api.harness import eventually
from tests.clock import Clock
from tests.telegram_house import TelegramTown, telegram_town

WANG = 1001


@pytest.fixture
async def puyang(migrated_url: str, clock: Clock, tmp_path: Path) -> AsyncIterator[TelegramTown]:
    async with telegram_town(migrated_url, clock, tmp_path) as here:
        yield here


@contextmanager
def away(database: Database) -> Iterator[None]:
    """The database cannot be had while the block runs; whoever was connected is thrown out."""
    url = database.engine.url
    if database.on_sqlite:
        with sqlite3.connect(str(url.database)) as connection:
            connection.execute("ALTER TABLE outbox RENAME TO moved")
        yield
        with sqlite3.connect(str(url.database)) as connection:
            connection.execute("ALTER TABLE moved RENAME TO outbox")
        return
    address = url.set(drivername="postgresql", database="postgres").render_as_string(hide_password=False)
    with psycopg.connect(address, autocommit=True) as server:
        server.execute(f"ALTER DATABASE {url.database} WITH ALLOW_CONNECTIONS false")
        server.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [url.database])
        yield
        server.execute(f"ALTER DATABASE {url.database} WITH ALLOW_CONNECTIONS true")


async def test_a_database_that_does_not_answer_for_a_moment_loses_nothing(puyang: TelegramTown) -> None:
    wang = puyang.chat(WANG)
    await wang.says("你好")
    with away(puyang.house.database):
        puyang.server.says(WANG, "/start")
        await asyncio.sleep(0.1)
    texts = await wang.reads()
    assert len(texts) == 1
    assert "同意" in texts[0]


async def test_texts_that_telegram_puts_off_arrive_in_their_order(puyang: TelegramTown, clock: Clock) -> None:
    wang = puyang.chat(WANG)
    await wang.says("你好")
    await wang.presses("同意")
    for _ in range(2):
        puyang.server.faults.add(FaultKind.FLOOD, method="sendMessage", retry_after=1)
    before = len(puyang.server.texts(WANG))
    puyang.server.says(WANG, "/help")
    await eventually(lambda: bool(puyang.server.faults.hits))
    for command in ("/human", "/progress", "/privacy", "/help"):
        puyang.server.says(WANG, command)
    async with asyncio.timeout(10):
        while len(puyang.server.texts(WANG)) < before + 5:
            clock.advance(seconds=0.4)
            await asyncio.sleep(0.05)
    async with puyang.house.database.read() as tx:
        told = await tx.outbox.since(Address(channel="telegram", value=str(WANG)), after=0, limit=100)
    assert [outgoing.text for _, _, outgoing in told] == puyang.server.texts(WANG)
