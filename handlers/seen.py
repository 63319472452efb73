"""Notes what people have read on a page."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence

from cases.messages import Address
from handlers.office import Now
from storage.database import Database

KEPT = 200
"""Texts of one person that are remembered: more than a page ever asks for."""
REMEMBERED = 2000
"""People whose last texts are held in memory, so that an open page that looks every second writes nothing."""


class Seen:
    """Marks what was read as delivered, each text once; one statement, and only when there is something new."""

    def __init__(self, database: Database, *, now: Now) -> None:
        self._database = database
        self._now = now
        self._noted: OrderedDict[Address, frozenset[int]] = OrderedDict()

    async def note(self, person: Address, ids: Sequence[int]) -> None:
        """The person has read the promised texts of these numbers."""
        noted = self._noted.get(person, frozenset())
        new = frozenset(ids) - noted
        if not new:
            return
        async with self._database.begin() as tx:
            await tx.told.seen(person, new, at=self._now())
        self._noted[person] = frozenset(sorted(noted | new)[-KEPT:])
        self._noted.move_to_end(person)
        while len(self._noted) > REMEMBERED:
            self._noted.popitem(last=False)
