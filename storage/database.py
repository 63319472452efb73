"""Opens a database and hands out transactions, on SQLite and on PostgreSQL alike."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import CursorResult, Executable, Table, event, func, insert, inspect, select, text
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.pool import ConnectionPoolEntry

from cases.errors import DatabaseAway, StorageFault
from storage.absence_store import AbsenceStore
from storage.broadcast_store import BroadcastStore
from storage.calendar_store import CalendarStore
from storage.call_store import CallStore
from storage.case_store import CaseStore
from storage.clock_store import ClockStore
from storage.conversation_store import ConversationStore
from storage.evidence_store import EvidenceStore
from storage.gauge_store import GaugeStore
from storage.inbox_store import InboxStore
from storage.mark_store import MarkStore
from storage.migrating import HEAD
from storage.number_store import NumberStore
from storage.outbox_store import OutboxStore
from storage.reach_store import ReachStore
from storage.signal_store import SignalStore
from storage.similar_store import SimilarStore
from storage.sms_store import SmsStore
from storage.spread_store import SpreadStore
from storage.sqlite_driver import Driver
from storage.sqlite_driver import connect as connect_sqlite
from storage.staff_store import StaffStore
from storage.subscription_store import SubscriptionStore
from storage.tables import Schema
from storage.taught_store import TaughtStore
from storage.told_store import ToldStore
from storage.vault import Vault
from storage.warning_store import WarningStore
from storage.web_session_store import WebSessionStore

SQLITE_PRAGMAS = ("busy_timeout=10000", "journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON")
"""FULL: a confirmed message must survive a power cut; group commits pay for it (limits measured: 450 against 620/s)."""
POOL = 10
AWAY = (OperationalError, InterfaceError)
"""What the drivers raise when the server, its file or a lock cannot be had; the fault is not in what was asked."""


class Transaction:
    """One unit of work: the stores over one connection. New rows are gathered and written together."""

    def __init__(self, connection: AsyncConnection, schema: Schema, vault: Vault) -> None:
        self._connection = connection
        self._vault = vault
        self._pending: dict[Table, list[dict[str, Any]]] = {}
        self.schema = schema
        self.dialect = connection.dialect.name
        self.people = 0
        """Grows whenever this transaction changes who works here, where they are reached, or who is away."""
        self.inbox = InboxStore(self)
        self.conversations = ConversationStore(self)
        self.outbox = OutboxStore(self)
        self.cases = CaseStore(self)
        self.similar = SimilarStore(self)
        self.clocks = ClockStore(self)
        self.calendar = CalendarStore(self)
        self.evidence = EvidenceStore(self)
        self.numbers = NumberStore(self)
        self.staff = StaffStore(self)
        self.web_sessions = WebSessionStore(self)
        self.warnings = WarningStore(self)
        self.absences = AbsenceStore(self)
        self.marks = MarkStore(self)
        self.taught = TaughtStore(self)
        self.sms = SmsStore(self)
        self.reaches = ReachStore(self)
        self.told = ToldStore(self)
        self.calls = CallStore(self)
        self.subscriptions = SubscriptionStore(self)
        self.broadcasts = BroadcastStore(self)
        self.spread = SpreadStore(self)
        self.signals = SignalStore(self)
        self.gauges = GaugeStore(self)

    def blind_index(self, value: str) -> str:
        """The searchable form of a sealed value."""
        return self._vault.blind_index(value)

    def add(self, table: Table, row: dict[str, Any]) -> None:
        """Insert a row no later than the next statement; rows of one table go in one round trip."""
        self._pending.setdefault(table, []).append(row)

    def pending(self, table: Table, key: str, value: object) -> list[dict[str, Any]]:
        """The rows with this value that were added and are not yet written: they can be read and changed in place."""
        return [row for row in self._pending.get(table, ()) if row[key] == value]

    async def execute(
        self, statement: Executable, rows: Sequence[Mapping[str, Any]] | Mapping[str, Any] | None = None
    ) -> CursorResult[Any]:
        """Run a statement after everything added so far."""
        await self.flush()
        return await self._connection.execute(statement, rows)

    async def look(self, statement: Executable, values: Mapping[str, Any] | None = None) -> CursorResult[Any]:
        """Run a statement that has nothing to do with what was added so far, which stays in memory."""
        return await self._connection.execute(statement, values)

    async def insert_numbered(self, table: Table, rows: Sequence[Mapping[str, Any]]) -> Sequence[int]:
        """Insert rows and return their numbers in the same order, in as few round trips as the database allows."""
        if self.dialect == "postgresql":
            statement = insert(table).returning(table.c.id, sort_by_parameter_order=True)
            return (await self.execute(statement, rows)).scalars().all()
        # SQLite would return them row by row; but the write lock is ours, so they can be foretold.
        first = 1 + int((await self.execute(select(func.coalesce(func.max(table.c.id), 0)))).scalar_one())
        numbers = range(first, first + len(rows))
        await self._connection.execute(insert(table), [{**row, "id": n} for n, row in zip(numbers, rows, strict=True)])
        return numbers

    async def tables(self) -> Sequence[str]:
        """The names of the tables that there are."""
        return await self._connection.run_sync(lambda connection: inspect(connection).get_table_names())

    async def finish(self) -> None:
        """Write everything that waits for the end."""
        await self.numbers.keep()
        self.outbox.keep()
        await self.flush()

    async def flush(self) -> None:
        """Write what was added, parents before children."""
        if not self._pending:
            return
        pending, self._pending = self._pending, {}
        for table in self.schema.metadata.sorted_tables:
            rows = pending.get(table)
            if rows:
                await self._connection.execute(insert(table), rows)


class Database:
    """A migrated database. ``begin`` opens a transaction that writes, ``read`` one that only looks.

    Both commit at the end, roll back when an error leaves the block, and raise DatabaseAway when the database cannot be
    reached. On SQLite a writing transaction takes the write lock at once (BEGIN IMMEDIATE): a plain BEGIN loses updates
    without an error.
    """

    def __init__(self, url: str, *, vault: Vault) -> None:
        self.schema = Schema(vault)
        self.vault = vault
        self.engine = open_engine(url)
        self.on_sqlite = self.engine.dialect.name == "sqlite"
        # One writer at a time is all SQLite has; waiting here is fair and costs no busy loop.
        self._writer: asyncio.Lock | None = asyncio.Lock() if self.on_sqlite else None

    @asynccontextmanager
    async def begin(self, *, bulk: bool = False) -> AsyncIterator[Transaction]:
        """``bulk``: its statements go through many rows, so that on SQLite others work on meanwhile."""
        if self._writer is None:
            async with self._transaction("BEGIN") as tx:
                yield tx
            return
        async with self._writer, self._transaction("BEGIN IMMEDIATE", at_once=not bulk) as tx:
            yield tx

    @asynccontextmanager
    async def read(self) -> AsyncIterator[Transaction]:
        async with self._transaction("BEGIN") as tx:
            yield tx

    @asynccontextmanager
    async def _transaction(self, how: str, *, at_once: bool = False) -> AsyncIterator[Transaction]:
        try:
            async with self._connected(how, at_once=at_once) as tx:
                yield tx
        except AWAY as error:
            raise DatabaseAway("the database does not answer") from error

    @asynccontextmanager
    async def _connected(self, how: str, *, at_once: bool) -> AsyncIterator[Transaction]:
        async with self.engine.connect() as connection:
            raw = connection.sync_connection
            assert raw is not None, "just connected"
            raw.info["begin"] = how
            driver = raw.connection.driver_connection
            if isinstance(driver, Driver):
                driver.at_once = at_once
            async with connection.begin():
                tx = Transaction(connection, self.schema, self.vault)
                yield tx
                await tx.finish()

    async def ping(self) -> None:
        """StorageFault when the database does not answer or is not at this version of the program."""
        try:
            async with self.read() as tx:
                revision = (await tx.execute(text("SELECT version_num FROM alembic_version"))).scalar_one_or_none()
        except (DBAPIError, DatabaseAway, OSError) as error:
            raise StorageFault("the database does not answer") from error
        if revision != HEAD:
            raise StorageFault(f"the database is at revision {revision}, this program needs {HEAD}")

    async def is_blank(self) -> bool:
        """Whether nothing was ever kept in it: there is no table, and on SQLite perhaps no file."""
        if self.on_sqlite and not self._has_file():
            return True
        async with self.read() as tx:
            return not await tx.tables()

    def _has_file(self) -> bool:
        return Path(self.engine.url.database or "").exists()

    async def try_key(self) -> None:
        """StorageFault when what was sealed last does not open: the SECRET_KEY is another one than before."""
        table = self.schema.outbox
        async with self.read() as tx:
            (await tx.execute(select(table.c.payload).order_by(table.c.id.desc()).limit(1))).all()

    async def close(self) -> None:
        await self.engine.dispose()


def open_engine(url: str) -> AsyncEngine:
    """An engine with the settings that each database needs to keep what it was told."""
    if not url.startswith("sqlite"):
        return create_async_engine(url, pool_size=POOL, max_overflow=POOL, pool_pre_ping=True, hide_parameters=True)
    engine = create_async_engine(
        url, pool_size=POOL, hide_parameters=True, connect_args={"async_creator_fn": connect_sqlite}
    )
    event.listen(engine.sync_engine, "connect", _prepare_sqlite)
    event.listen(engine.sync_engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
    connection.isolation_level = None  # stops the driver's own late BEGIN
    cursor = connection.cursor()
    for pragma in SQLITE_PRAGMAS:
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: Any) -> None:
    connection.exec_driver_sql(connection.info.pop("begin", "BEGIN IMMEDIATE"))
