"""On SQLite short statements run at once, and nothing that may wait holds up the others."""

from __future__ import annotations

import asyncio
import sqlite3
import threading
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from storage.database import Database
from storage.sqlite_driver import connect
from storage.vault import Vault

LONG = text("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 300000) SELECT count(*) FROM n")
SHORT = text("SELECT count(*) FROM staff")


@pytest.fixture
async def database(sqlite_url: str) -> AsyncIterator[Database]:
    database = Database(sqlite_url, vault=Vault({1: b"key"}, current=1))
    yield database
    await database.close()


@pytest.mark.parametrize("bulk", [True, False])
async def test_a_long_statement_of_a_reader_or_of_bulk_work_lets_the_others_work_on(
    database: Database, bulk: bool
) -> None:
    async with database.begin(bulk=True) if bulk else database.read() as tx:
        working = asyncio.ensure_future(tx.execute(LONG))
        turns = 0
        while not working.done():
            await asyncio.sleep(0)
            turns += 1
        assert (await working).scalar_one() == 300000
    assert turns > 20


async def test_a_short_statement_of_a_writer_takes_no_hop_to_a_thread(database: Database) -> None:
    async with database.begin() as tx:
        await tx.execute(SHORT)
        before = threading.active_count()
        working = asyncio.ensure_future(tx.execute(SHORT))
        await asyncio.sleep(0)
        assert working.done()
        assert threading.active_count() == before


async def test_waiting_for_another_process_to_write_lets_the_others_work_on(
    database: Database, sqlite_url: str
) -> None:
    other = sqlite3.connect(Path(sqlite_url.partition(":///")[2]), isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    wrote = asyncio.Event()

    async def write() -> None:
        async with database.begin():
            wrote.set()

    writing = asyncio.create_task(write())
    for _ in range(200):
        await asyncio.sleep(0)
    assert not wrote.is_set()
    other.execute("COMMIT")
    other.close()
    await writing
    assert wrote.is_set()


def test_an_opening_that_is_called_off_has_ended_before_the_loop_does() -> None:
    class Slow(sqlite3.Connection):
        """A file on a disk that takes its time."""

        def __init__(self, *parts: Any, **more: Any) -> None:
            threading.Event().wait(0.2)
            super().__init__(*parts, **more)

    driver = connect(":memory:", factory=Slow)

    async def called_off() -> None:
        opening = asyncio.ensure_future(driver)
        await asyncio.sleep(0)
        opening.cancel()
        await asyncio.wait([opening])

    asyncio.run(called_off())
    assert not driver._thread.is_alive()
