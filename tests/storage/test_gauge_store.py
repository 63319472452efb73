"""What is counted for those who watch the machine, and that it is counted from indexes alone."""

from __future__ import annotations

from datetime import date, timedelta

from sqlalchemy import event

from cases.clocks import Clock, Pause
from cases.messages import Address
from cases.model import CaseNo
from cases.notices import Priority
from storage.database import Database
from storage.gauge_store import ClockCount, OwedCount
from storage.outbox_wire import Delivered, DeliveryState
from tests.storage.cast import NOW, SOON, case, message, promise
from tests.storage.conftest import VAULT

TODAY = date(2026, 11, 23)
DAY = timedelta(days=1)


def clock(rule: str = "accept", **more: object) -> Clock:
    values = {"case_no": CaseNo("1"), "rule": rule, "started_at": NOW, "due_on": TODAY}
    return Clock(**{**values, **more})  # type: ignore[arg-type]


async def test_texts_are_counted_by_channel_and_state_and_messages_by_the_last_number(database: Database) -> None:
    async with database.begin() as tx:
        assert (await tx.gauges.received(), await tx.gauges.owed(), await tx.gauges.settled()) == (0, [], {})
        await tx.inbox.put([message("1"), message("2")])
        other = promise(person=Address(channel="away", value="li"), priority=Priority.BROADCAST)
        for owed in (promise(), promise(), other):
            tx.outbox.promise(owed)
    async with database.begin() as tx:
        first, _ = await tx.outbox.claim(["street"], now=NOW, lease=NOW + SOON, limit=2)
        await tx.outbox.settle([Delivered(id=first.id, state=DeliveryState.SENT, at=NOW, not_before=NOW)])
    async with database.read() as tx:
        assert await tx.gauges.received() == 2
        assert await tx.gauges.owed() == [
            OwedCount(channel="away", count=1, first=3),
            OwedCount(channel="street", count=1, first=2),
        ]
        assert await tx.gauges.settled() == {("street", "sent"): 1}
        assert await tx.gauges.promised_at([1, 3]) == NOW
        assert await tx.gauges.promised_at([9]) is None


async def test_a_clock_is_due_today_or_overdue_unless_it_is_paused_stopped_or_due_later(database: Database) -> None:
    async with database.begin() as tx:
        tx.cases.add(case())
        counted = [
            clock(),
            clock(due_on=TODAY - DAY),
            clock("food", due_at=NOW - SOON),
            clock("food", due_at=NOW + SOON),
            clock("verify", pauses=(Pause(start=TODAY - DAY, end=TODAY),)),
        ]
        passed_over = [
            clock(due_on=TODAY + DAY),
            clock(due_on=TODAY - DAY, stopped_at=NOW),
            clock(due_on=TODAY - DAY, pauses=(Pause(start=TODAY - DAY * 2),)),
        ]
        for one in (*counted, *passed_over):
            tx.clocks.add(one)
    async with database.read() as tx:
        found = await tx.gauges.due(today=TODAY, now=NOW)
    assert sorted(found, key=lambda count: count.rule) == [
        ClockCount(rule="accept", due=2, overdue=1),
        ClockCount(rule="food", due=2, overdue=1),
        ClockCount(rule="verify", due=1, overdue=0),
    ]


async def test_no_table_is_read_through_to_count(sqlite_url: str) -> None:
    database = Database(sqlite_url, vault=VAULT)
    asked: list[tuple[str, object]] = []
    listener = database.engine.sync_engine
    event.listen(
        listener, "before_cursor_execute", lambda c, k, statement, values, x, m: asked.append((statement, values))
    )
    async with database.read() as tx:
        for counting in (
            tx.gauges.received(),
            tx.gauges.owed(),
            tx.gauges.settled(),
            tx.gauges.promised_at([1, 2]),
            tx.gauges.due(today=TODAY, now=NOW),
        ):
            await counting
    async with database.engine.connect() as connection:
        plans = []
        for statement, values in asked[-5:]:
            rows = await connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values)  # type: ignore[arg-type]
            plans.append(str(rows.all()))
    await database.close()
    assert "SEARCH inbox" in plans[0]
    assert "SCAN outbox USING INDEX ix_outbox_owing" in plans[1]
    assert "SCAN outbox USING COVERING INDEX ix_outbox_settled" in plans[2]
    assert "SEARCH outbox USING INTEGER PRIMARY KEY" in plans[3]
    assert "SEARCH clocks USING INDEX ix_clocks_due" in plans[4]
    assert [plan for plan in plans if "TEMP B-TREE" in plan and "clocks" not in plan] == []
