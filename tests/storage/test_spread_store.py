"""The texts of broadcasts in the outbox: what stands ready is counted by the index of what is owed."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import event

from cases.messages import Address
from cases.notices import Priority
from storage.database import Database, Transaction
from storage.outbox_store import Delivered, DeliveryState
from storage.spread_store import key_of
from tests.storage.cast import NOW, SOON, WANG, promise
from tests.storage.conftest import VAULT


def owes(tx: Transaction, count: int, *, channel: str = "street", priority: Priority = Priority.BROADCAST) -> None:
    for n in range(count):
        tx.outbox.promise(promise(person=Address(channel=channel, value=f"{n}"), priority=priority))


async def test_what_is_owed_now_and_what_is_on_the_wire_stand_ready_and_what_waits_for_later_does_not(
    database: Database,
) -> None:
    later = NOW + timedelta(hours=1)
    async with database.begin() as tx:
        owes(tx, 5)
        owes(tx, 1, channel="pigeon")
        owes(tx, 2, priority=Priority.NOTICE)
    async with database.begin() as tx:
        assert await tx.spread.head(now=NOW) == {"street": 5, "pigeon": 1}
        notices = await tx.outbox.claim(["street"], now=NOW, lease=later, limit=2)
        taken = await tx.outbox.claim(["street"], now=NOW, lease=later, limit=3)
        assert {parcel.broadcast for parcel in notices} == {False}
        ends = (DeliveryState.QUEUED, DeliveryState.SENT)
        done = [Delivered(id=p.id, state=s, at=NOW, not_before=later) for p, s in zip(taken, ends, strict=False)]
        await tx.outbox.settle(done)
        assert await tx.spread.head(now=NOW + SOON) == {"street": 3, "pigeon": 1}
        assert await tx.spread.head(now=later) == {"street": 4, "pigeon": 1}


async def test_what_was_taken_back_is_marked_once_and_no_more_than_asked_at_a_time(database: Database) -> None:
    async with database.begin() as tx:
        await was_sent(tx, "b", "b/1", people=5)
        counts = [await tx.spread.taken_back("b", by="b/1", limit=2) for _ in range(5)]
        assert counts == [2, 2, 1, 0, 0]
        [tally], [change] = await tx.spread.tallies("b"), await tx.spread.tallies("b/1")
    assert (tally.state, tally.count, change.state, change.count) == ("recalled", 5, "recalled", 5)


async def test_only_what_was_promised_until_a_change_was_made_is_to_be_changed(database: Database) -> None:
    async with database.begin() as tx:
        await was_sent(tx, "b", people=2)
        await was_sent(tx, "b", people=3, at=NOW + SOON)
        for until, count in ((NOW, 2), (NOW + SOON, 3), (None, 3)):
            assert len(await tx.spread.told("b", after=0, limit=9, until=until)) == count
            [tally] = await tx.spread.tallies("b", until=until)
            assert tally.count == (2 if until == NOW else 3)


@pytest.mark.parametrize(
    ("outcome", "state"),
    [(DeliveryState.QUEUED, "stopped"), (DeliveryState.FAILED, "stopped"), (DeliveryState.SENT, "sent")],
)
async def test_what_is_on_the_wire_when_its_person_refuses_is_not_tried_again(
    database: Database, outcome: DeliveryState, state: str
) -> None:
    async with database.begin() as tx:
        made = promise(key_of("b", WANG), priority=Priority.BROADCAST)
        await tx.outbox.promise_once([replace(made, broadcast="b")])
        [parcel] = await tx.outbox.claim(["street"], now=NOW, lease=NOW + SOON, limit=9)
        await tx.spread.spare(WANG)
        ended = Delivered(id=parcel.id, state=outcome, at=NOW, not_before=NOW)
        await tx.outbox.settle([ended])
        assert [tally.state for tally in await tx.spread.tallies("b")] == [state]


async def was_sent(tx: Transaction, *marks: str, people: int, at: datetime = NOW) -> None:
    """So many people have the texts under each mark; who has one already has it no second time."""
    everybody = [Address(channel="street", value=f"{n}") for n in range(people)]
    for mark in marks:
        promises = [promise(key_of(mark, one), person=one, priority=Priority.BROADCAST) for one in everybody]
        await tx.outbox.promise_once([replace(made, broadcast=mark, at=at) for made in promises])
    table = tx.schema.outbox
    await tx.execute(table.update().values(state=DeliveryState.SENT.value))


async def test_the_outbox_is_not_read_through_to_count_what_stands_ready(sqlite_url: str) -> None:
    database = Database(sqlite_url, vault=VAULT)
    asked: list[tuple[str, object]] = []
    event.listen(
        database.engine.sync_engine,
        "before_cursor_execute",
        lambda c, k, statement, values, x, m: asked.append((statement, values)),
    )
    async with database.read() as tx:
        await tx.spread.head(now=NOW)
        statement, values = asked[-1]
    async with database.engine.connect() as connection:
        rows = await connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values)  # type: ignore[arg-type]
        assert "ix_outbox_owing" in str(rows.all())
    await database.close()
