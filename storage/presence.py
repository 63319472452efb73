"""Tells a starting process whether what a channel's rows call under way can still be under way.

A row that is being sent has a lease, so that a living process is not disturbed in it. A dead one's leases need not be
waited for: every process that delivers on a channel holds a shared lock for as long as it lives (the operating system
or the server frees it, however the process ends), and one that finds nobody there has it alone for a moment. On SQLite
it is a lock file beside the database, on PostgreSQL an advisory lock in a session of its own.

Those present share their channels' rates, so they are counted. Holders of a shared file lock cannot be: on SQLite each
also holds a seat alone, the lowest that is free, and the taken seats are counted. A session that the server dropped
has lost its locks with it: whoever counts takes them again in a new one first.
"""

from __future__ import annotations

import asyncio
import fcntl
import logging
import zlib
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Iterator, Sequence
from contextlib import ExitStack, asynccontextmanager, contextmanager, suppress
from pathlib import Path
from typing import IO, Protocol

from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.database import Database

log = logging.getLogger("lianxin.presence")

PATIENCE = 5.0
"""Seconds after which a session that does not answer is given up for a new one."""
AGAIN = 0.02
"""Seconds between two looks at a lock that another process holds alone, which it does for one transaction."""
LOCK_CLASS = 12315
"""The first half of our advisory locks' keys, apart from those of other programs in the database."""
HOLDERS = text(
    "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND mode = 'ShareLock' AND granted AND objsubid = 2 "
    "AND database = (SELECT oid FROM pg_database WHERE datname = current_database()) "
    "AND classid::bigint = :class AND objid::bigint = :key"
)
SEATS = 32
"""More processes than this on one file are not told apart."""
Alone = Callable[[Sequence[str]], Awaitable[None]]


class Attendance(Protocol):
    async def count(self, name: str) -> int:
        """How many processes are present under the name, this one among them. Asked now and then, it also sees to it
        that this one still is."""


@asynccontextmanager
async def attending(database: Database, names: Collection[str], *, alone: Alone) -> AsyncIterator[Attendance]:
    """Be known as present under ``names`` while the block runs.

    Before it, ``alone`` is awaited with those names under which no other process is present; none can come meanwhile.
    """
    wanted = sorted(names)
    if database.on_sqlite:
        with ExitStack() as files:
            await _by_files(_lock_files(database, wanted, files=files), alone=alone)
            seats = _Seats(Path(database.engine.url.database or ""))
            for name in wanted:
                files.enter_context(seats.taken(name))
            yield seats
    else:
        sessions = _Sessions(database, wanted)
        try:
            await _by_session(await sessions.open(), wanted, alone=alone)
            yield sessions
        finally:
            await sessions.leave()


class _Seats:
    """The files beside a database of which each one present holds one."""

    def __init__(self, database: Path) -> None:
        self._database = database
        self._last = 1

    def _path(self, name: str, seat: int) -> Path:
        return self._database.with_suffix(f".{name}.{seat}.lock")

    @contextmanager
    def taken(self, name: str) -> Iterator[None]:
        for seat in range(SEATS):
            with self._path(name, seat).open("ab") as file:
                if _locked(file, fcntl.LOCK_EX):
                    yield
                    return
        yield

    async def count(self, name: str) -> int:
        """Whoever comes at this very moment may find a seat taken that is not, and takes the next."""
        with suppress(OSError):  # as many as before
            self._last = max(1, sum(self._is_taken(self._path(name, seat)) for seat in range(SEATS)))
        return self._last

    @staticmethod
    def _is_taken(path: Path) -> bool:
        if not path.exists():
            return False
        with path.open("ab") as file:
            return not _locked(file, fcntl.LOCK_SH)


class _Sessions:
    """The sessions of a PostgreSQL server, one of which is ours."""

    def __init__(self, database: Database, names: Sequence[str]) -> None:
        self._database = database
        self._names = names
        self._last = dict.fromkeys(names, 1)
        self._session: AsyncConnection | None = None
        self._turn = asyncio.Lock()

    async def open(self) -> AsyncConnection:
        """A session of our own, which holds nothing yet."""
        plain = await self._database.engine.connect()
        self._session = await plain.execution_options(isolation_level="AUTOCOMMIT")
        return self._session

    async def count(self, name: str) -> int:
        """While the server is away, as many as before. In our own session: that it answers shows that its locks are
        held."""
        for _ in range(2):  # that the session is lost shows when it is asked: then once more, in a new one
            with suppress(TimeoutError, SQLAlchemyError, OSError):
                async with self._turn, asyncio.timeout(PATIENCE):
                    self._last[name] = await self._counted(name)
                    break
        return self._last[name]

    async def _counted(self, name: str) -> int:
        try:
            session = self._session or await self._return()
            found = await session.execute(HOLDERS, {"class": LOCK_CLASS, "key": _key(name) % 2**32})
            return max(1, int(found.scalar_one()))
        except BaseException:
            await self._drop()
            raise

    async def _return(self) -> AsyncConnection:
        """A new session with the locks of the old one."""
        session = await self.open()
        for name in self._names:
            await _call(session, "pg_advisory_lock_shared", name)
        log.warning("The session that shows our presence was lost and is made anew.", extra={"action": "presence"})
        return session

    async def leave(self) -> None:
        """Give back the locks and the session."""
        if self._session is not None:
            with suppress(TimeoutError, SQLAlchemyError, OSError):  # a server that is away has freed them already
                async with asyncio.timeout(PATIENCE):
                    await self._session.execute(text("SELECT pg_advisory_unlock_all()"))
            await self._drop()

    async def _drop(self) -> None:
        """The locks are the session's: it must not go back to the pool with them."""
        session, self._session = self._session, None
        if session is not None:
            with suppress(SQLAlchemyError, OSError):
                await session.invalidate()
            with suppress(SQLAlchemyError, OSError):
                await session.close()


def _lock_files(database: Database, names: Sequence[str], *, files: ExitStack) -> dict[str, IO[bytes]]:
    path = Path(database.engine.url.database or "")
    return {name: files.enter_context(path.with_suffix(f".{name}.lock").open("ab")) for name in names}


async def _by_files(files: dict[str, IO[bytes]], *, alone: Alone) -> None:
    first = [name for name, file in files.items() if _locked(file, fcntl.LOCK_EX)]
    await alone(first)
    # Those held alone first: who waits for another must hold up nobody.
    for name in sorted(files, key=lambda name: name not in first):
        while not _locked(files[name], fcntl.LOCK_SH):  # noqa: ASYNC110  another process tells us nothing
            await asyncio.sleep(AGAIN)


def _locked(file: IO[bytes], how: int) -> bool:
    try:
        fcntl.flock(file, how | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


async def _by_session(session: AsyncConnection, names: Sequence[str], *, alone: Alone) -> None:
    first = [name for name in names if await _call(session, "pg_try_advisory_lock", name)]
    await alone(first)
    for name in first:
        await _call(session, "pg_advisory_lock_shared", name)
        await _call(session, "pg_advisory_unlock", name)
    for name in set(names) - set(first):
        await _call(session, "pg_advisory_lock_shared", name)


async def _call(session: AsyncConnection, function: str, name: str) -> object:
    statement = text(f"SELECT {function}(:class, :key)")
    return (await session.execute(statement, {"class": LOCK_CLASS, "key": _key(name)})).scalar_one()


def _key(name: str) -> int:
    return zlib.crc32(name.encode()) - 2**31
