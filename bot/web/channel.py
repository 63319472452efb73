"""The channel of web pages: what is told to a browser stands in the outbox already, its open pages only look again."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Iterator
from contextlib import contextmanager

from cases.messages import Address, Outgoing


class WebChannel:
    """Wakes the open pages of a person. A text to a browser that is shut is read when its page is opened again."""

    name = "web"
    rate = None

    def __init__(self) -> None:
        self._listening: dict[Address, set[asyncio.Event]] = {}
        self.closed = False

    async def send(self, outgoing: Outgoing) -> str:
        """Wake the person's open pages. Never fails: the page reads the text from the outbox.

        The reference names the line, so that a later text can say which one it comes in the place of; that keeps it.
        """
        self.wake(outgoing.address)
        return outgoing.revises or f"page:{uuid.uuid4()}"

    def wake(self, person: Address) -> None:
        """Have the person's open pages look now."""
        for listener in self._listening.get(person, ()):
            listener.set()

    @contextmanager
    def listen(self, person: Address) -> Iterator[asyncio.Event]:
        """An event that is set whenever something was told to the person, and when the channel closes."""
        listener = asyncio.Event()
        self._listening.setdefault(person, set()).add(listener)
        try:
            yield listener
        finally:
            listeners = self._listening[person]
            listeners.discard(listener)
            if not listeners:
                del self._listening[person]

    def close(self) -> None:
        """End every open stream; pages connect again by themselves."""
        self.closed = True
        for listeners in self._listening.values():
            for listener in listeners:
                listener.set()


async def woken(listener: asyncio.Event, *, within: float) -> bool:
    """Whether the listener was set within so many seconds; it is cleared for the next time."""
    try:
        async with asyncio.timeout(within):
            await listener.wait()
    except TimeoutError:
        return False
    listener.clear()
    return True
