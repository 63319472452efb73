"""What officers put right is found by its own index, however long the journal is."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sqlalchemy import event

from cases.events import Event, EventName
from cases.model import Case, CaseNo, Kind, Status
from storage.database import Database, Transaction
from storage.vault import Vault

VAULT = Vault({1: b"key"}, current=1)
START = datetime(2026, 11, 23, 2, tzinfo=UTC)


def journals(tx: Transaction, n: int, *names: EventName) -> None:
    no = CaseNo(f"{n:015d}")
    tx.cases.add(Case(no=no, kind=Kind.COMPLAINT, status=Status.ROUTED, received_at=START, narrative="n"))
    at = START + timedelta(hours=n)
    tx.cases.log([Event(name=name, case_no=no, at=at, by="s", facts={"n": str(n)}) for name in names])


async def test_only_what_was_put_right_in_the_span_is_found_both_ends_included(migrated_url: str) -> None:
    database = Database(migrated_url, vault=VAULT)
    async with database.begin() as tx:
        for n in range(5):
            journals(tx, n, EventName.ROUTED, EventName.CORRECTED, EventName.CORRECTED)
        journals(tx, 5, EventName.ROUTED)
    async with database.read() as tx:
        found = await tx.taught.corrected((START + timedelta(hours=1), START + timedelta(hours=3)))
        assert [int(no) for no in found] == [1, 2, 3]
        (told,) = (await tx.taught.journals(found[:1], [EventName.CORRECTED])).values()
    assert [one.facts for one in told] == [{"n": "1"}, {"n": "1"}]
    await database.close()


async def test_the_journal_is_not_read_through_for_it(sqlite_url: str) -> None:
    database = Database(sqlite_url, vault=VAULT)
    asked: list[tuple[str, object]] = []
    listener = database.engine.sync_engine
    event.listen(
        listener, "before_cursor_execute", lambda c, k, statement, values, x, m: asked.append((statement, values))
    )
    async with database.read() as tx:
        await tx.taught.corrected((START, START))
        statement, values = asked[-1]
    async with database.engine.connect() as connection:
        rows = await connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values)  # type: ignore[arg-type]
        assert "ix_journal_taught" in str(rows.all())
    await database.close()
