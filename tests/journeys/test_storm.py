"""A fifth of all calls fail in every way that Telegram knows, and everybody is told everything once."""

from __future__ import annotations

import asyncio
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cases.messages import Address, Outgoing
from cases.notices import Priority
from handlers.delivery import Delivery
from handlers.pacing import Rate
from storage.database import Database
from storage.outbox_store import DeliveryState, Promise
from storage.receipts import Receipts
from storage.vault import Vault
from tests.bot_api import BotApi, FaultKind
from tests.bot_api.harness import Inbox, eventually, telegram
from tests.handlers.test_delivery import at_work

PEOPLE = 60
LONGEST = 40.0


class Running:
    """Calendar time that runs on by itself, so that what failed is tried again."""

    def __init__(self) -> None:
        self._start = asyncio.get_running_loop().time()

    def __call__(self) -> datetime:
        passed = asyncio.get_running_loop().time() - self._start
        return datetime(2026, 11, 23, 2, tzinfo=UTC) + timedelta(seconds=passed)


async def promise_to_all(database: Database, *, now: datetime) -> None:
    async with database.begin() as tx:
        for chat_id in range(PEOPLE):
            priority = Priority.BROADCAST if chat_id % 2 else Priority.NOTICE
            outgoing = Outgoing(address=Address(channel="telegram", value=str(chat_id + 1)), text="notice")
            tx.outbox.promise(Promise(outgoing=outgoing, priority=priority, at=now))


async def owed(database: Database) -> int:
    async with database.read() as tx:
        return await tx.outbox.depth()


async def test_in_a_storm_everybody_is_told_once_and_the_limits_are_kept(migrated_url: str, tmp_path: Path) -> None:
    now, database = Running(), Database(migrated_url, vault=Vault({1: b"key"}, current=1))
    limited = BotApi(enforce_limits=True, any_chat=True, seed=1)
    async with limited as server, telegram(server, Inbox().receive) as channel:
        channel.rate = Rate(per_second=30)
        server.faults.storm(0.2)
        await promise_to_all(database, now=now())
        delivery = Delivery(
            database=database, channels={channel.name: channel}, now=now, receipts=Receipts(tmp_path / "receipts")
        )
        async with at_work(delivery), asyncio.timeout(LONGEST):
            await eventually(lambda: len(server.chat_ids) == PEOPLE, timeout=LONGEST)
            while await owed(database):  # noqa: ASYNC110  the loops owe us no event
                await asyncio.sleep(0.05)
        assert Counter(chat_id for chat_id in server.chat_ids for _ in server.sent(chat_id)) == Counter(server.chat_ids)
        assert server.refusals == {}, "what is planned is no refusal"
        assert {kind for _, kind in server.faults.hits} >= {FaultKind.FLOOD, FaultKind.HANG}
        async with database.read() as tx:
            states = (await tx.execute(database.schema.outbox.select())).all()
    assert {row.state for row in states} == {DeliveryState.SENT.value}
    await database.close()
