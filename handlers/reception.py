"""Where messages come in: nothing is acknowledged to a channel before it is committed."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Sequence

from cases.messages import Incoming
from handlers.batching import Batcher
from storage.database import Database

LONGEST_TEXT = 8000
"""Characters of one message that are kept; a 100 kB paste tells its story in the first few."""

REMEMBERED = 1000
"""Messages held in memory until they are worked; the inbox has them all."""


class Reception:
    """Takes messages from every channel into the inbox. ``arrived`` is set when there is something to work."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._batcher: Batcher[Incoming] = Batcher(self._write)
        self.arrived = asyncio.Event()
        self.recent: OrderedDict[tuple[str, str], Incoming] = OrderedDict()
        """The latest messages, so that those which are worked at once need not be read and opened again."""

    async def receive(self, messages: Sequence[Incoming]) -> None:
        """Returns when the messages are committed; one that came before (same channel and key) is not taken twice."""
        if not messages:
            return
        await self._batcher.put([_bounded(message) for message in messages])
        self.arrived.set()

    async def _write(self, messages: list[Incoming]) -> None:
        async with self._database.begin() as tx:
            await tx.inbox.put(messages)
        self.recent.update({(message.address.channel, message.key): message for message in messages})
        while len(self.recent) > REMEMBERED:
            self.recent.popitem(last=False)


def _bounded(message: Incoming) -> Incoming:
    if message.text.isprintable() and len(message.text) <= LONGEST_TEXT:
        return message
    readable = message.text[:LONGEST_TEXT].encode(errors="replace").decode()  # half a surrogate pair is valid JSON
    clean = "".join(c for c in readable if c >= " " or c in "\n\t")
    values = {**message.__dict__, "text": clean}
    return Incoming(**values)
