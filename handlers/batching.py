"""Many callers, one write: whoever comes while a write is under way shares the next one."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar

Item = TypeVar("Item")


class _Batch(Generic[Item]):
    def __init__(self) -> None:
        self.items: list[Item] = []
        self.led = False
        self.tried = asyncio.Event()
        self.written = False


class Batcher(Generic[Item]):
    """``put`` returns when the items are written; items of many callers go in one call of ``write``, in order.

    When a write fails, the caller that made it gets the error, and the next one of the batch tries it again: ``write``
    must bear being given the same items twice.
    """

    def __init__(self, write: Callable[[list[Item]], Awaitable[None]], *, most: int = 500) -> None:
        self._write = write
        self._most = most
        self._open: _Batch[Item] = _Batch()
        self._lock = asyncio.Lock()

    async def put(self, items: Sequence[Item]) -> None:
        mine = self._open
        mine.items.extend(items)
        if len(mine.items) >= self._most:
            self._open = _Batch()
        if mine.led:
            await mine.tried.wait()
        if not mine.written:
            await self._lead(mine)

    async def _lead(self, batch: _Batch[Item]) -> None:
        """Who comes first writes for all; the others are woken together, not one by one."""
        batch.led = True
        try:
            async with self._lock:
                if self._open is batch:
                    self._open = _Batch()
                if not batch.written:
                    await self._write(batch.items)
                    batch.written = True
        finally:
            batch.tried.set()
