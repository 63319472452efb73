"""The SQLite driver with fewer hops: aiosqlite sends every cursor, statement and fetch to a thread and back.

SQLite answers a short statement from memory in microseconds; the hop costs ten times that, four times a statement. In a
unit of work that holds the write lock, statements therefore run at once, and only what may wait for the disk or for
another process (taking the lock, the commit, whatever reads) goes to the thread.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import aiosqlite

CHUNK = 64
WAITING = ("BEGIN", "COMMIT", "PRAGMA")


class Driver(aiosqlite.Connection):
    """A connection whose statements run at once while ``at_once`` is set."""

    at_once = False

    async def _execute(self, fn: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        if self.at_once and not self._waits(fn, args):
            return fn(*args, **kwargs)
        return await super()._execute(fn, *args, **kwargs)  # type: ignore[no-untyped-call]

    def stop(self) -> asyncio.Future[Any] | None:
        """End the thread; the loop does not close before it has ended.

        A thread that is still busy (opening a file, when a start is called off) would answer to a loop that is gone.
        """
        stopped = super().stop()
        with suppress(RuntimeError):  # no loop runs, so none can wait
            asyncio.get_running_loop().run_in_executor(None, self._thread.join)
        return stopped

    def _waits(self, fn: Callable[..., Any], args: tuple[Any, ...]) -> bool:
        name = getattr(fn, "__name__", "")
        return name in ("commit", "rollback") or (name == "execute" and str(args[0]).startswith(WAITING))


def connect(database: str, **options: Any) -> Driver:
    """What ``aiosqlite.connect`` does, with our connection."""
    driver = Driver(lambda: sqlite3.connect(database, **{**options, "check_same_thread": False}), CHUNK)
    driver._thread.daemon = True  # a program that ends does not wait for an idle connection
    return driver
