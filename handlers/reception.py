"""Where messages come in: nothing is acknowledged to a channel before it is committed."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from cases.messages import Incoming
from handlers.batching import Batcher
from storage.database import Database

LONGEST_TEXT = 8000
"""Characters of one message that are kept; a 100 kB paste tells its story in the first few."""


class Reception:
    """Takes messages from every channel into the inbox. ``arrived`` is set when there is something to work."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._batcher: Batcher[Incoming] = Batcher(self._write)
        self.arrived = asyncio.Event()

    async def receive(self, messages: Sequence[Incoming]) -> None:
        """Returns when the messages are committed; one that came before (same channel and key) is not taken twice."""
        if not messages:
            return
        await self._batcher.put([_bounded(message) for message in messages])
        self.arrived.set()

    async def _write(self, messages: list[Incoming]) -> None:
        async with self._database.begin() as tx:
            await tx.inbox.put(messages)


def _bounded(message: Incoming) -> Incoming:
    clean = "".join(c for c in message.text[:LONGEST_TEXT] if c >= " " or c in "\n\t")
    if clean == message.text:
        return message
    values = {**message.__dict__, "text": clean}
    return Incoming(**values)
