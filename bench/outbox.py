"""How many rows of the outbox are claimed, sent to a channel that takes no time, and marked, in a second."""

from __future__ import annotations

import asyncio
import sys
import time
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path

from sqlalchemy import func, select, update

from bench.programs import environment, first_line, program
from bench.telegram_town import TEXTS
from cases.messages import Address, Outgoing
from cases.notices import Priority
from handlers.delivery import Delivery
from main import utc_now
from storage.database import Database
from storage.migrating import migrate
from storage.outbox_store import DeliveryState, Promise
from storage.receipts import Receipts
from storage.vault import Vault

CHANNEL = "street"
VAULT = Vault({1: b"bench"}, current=1)
CHUNK = 500
LOOK = 0.02
"""Seconds between two looks at whether all is done."""


class Instant:
    """Takes everything at once."""

    name = CHANNEL
    rate = None

    async def send(self, outgoing: Outgoing) -> str:
        return outgoing.address.value


async def filled(url: str, *, rows: int) -> Database:
    """A database that owes so many persons a text each."""
    migrate(url)
    database = Database(url, vault=VAULT)
    for first in range(0, rows, CHUNK):
        async with database.begin() as tx:
            for number in range(first, min(rows, first + CHUNK)):
                address = Address(channel=CHANNEL, value=str(number))
                outgoing = Outgoing(address=address, text=TEXTS["notice"])
                tx.outbox.promise(Promise(outgoing=outgoing, priority=Priority.NOTICE, at=utc_now()))
    return database


async def delivered(url: str, folder: Path, *, rows: int, workers: int) -> float:
    """Rows a second by so many processes."""
    database = await filled(url, rows=rows)
    try:
        with ExitStack() as stack:
            command = ("-m", "bench.outbox", url, str(folder / "receipts"))
            processes = [stack.enter_context(program(*command, env=environment(folder))) for _ in range(workers)]
            for process in processes:
                first_line(process)
            start = time.perf_counter()
            for process in processes:
                assert process.stdin
                process.stdin.write(b"go\n")
                process.stdin.flush()
            while await _owed(database):  # noqa: ASYNC110  another process tells us nothing
                await asyncio.sleep(LOOK)
            spent = time.perf_counter() - start
        await _all_sent(database, rows=rows)
        return rows / spent
    finally:
        await _emptied(database)


async def _owed(database: Database) -> int:
    async with database.read() as tx:
        return await tx.outbox.depth()


async def _all_sent(database: Database, *, rows: int) -> None:
    """RuntimeError unless that is what became of every row: one that was given up is owed no more either."""
    state = database.schema.outbox.c.state
    async with database.read() as tx:
        grouped = await tx.execute(select(state, func.count().label("rows")).group_by(state))
        found = {row.state: row.rows for row in grouped}
    if found != {DeliveryState.SENT.value: rows}:
        raise RuntimeError(f"of {rows} rows not all were sent: {found}")


async def _emptied(database: Database) -> None:
    async with database.begin() as tx:
        await tx.execute(database.schema.outbox.delete())
    await database.close()


async def floor(url: str, *, rows: int) -> float:
    """The same rows a second with two bare statements for each hundred: taken, and marked."""
    database = await filled(url, rows=rows)
    table = database.schema.outbox
    start = time.perf_counter()
    while True:
        async with database.begin() as tx:
            now = utc_now()
            parcels = await tx.outbox.claim([CHANNEL], now=now, lease=now + timedelta(seconds=30), limit=100)
        if not parcels:
            break
        async with database.begin() as tx:
            done = update(table).where(table.c.id.in_([parcel.id for parcel in parcels]))
            await tx.execute(done.values(state=DeliveryState.SENT.value, sent_at=now))
    spent = time.perf_counter() - start
    await _all_sent(database, rows=rows)
    await _emptied(database)
    return rows / spent


async def work(url: str, folder: Path) -> None:
    """Deliver until killed, from when a line is read on."""
    database = Database(url, vault=VAULT)
    await database.ping()
    print("ready", flush=True)
    await asyncio.to_thread(sys.stdin.readline)
    delivery = Delivery(database=database, channels={CHANNEL: Instant()}, now=utc_now, receipts=Receipts(folder))
    await delivery.run()


if __name__ == "__main__":
    asyncio.run(work(sys.argv[1], Path(sys.argv[2])))
