"""How a person wants to be told, where they were lost, and who wants no more broadcasts."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

from sqlalchemy import select

from cases.messages import Address
from storage.many import among

if TYPE_CHECKING:
    from storage.database import Transaction


class ReachStore:
    def __init__(self, tx: Transaction) -> None:
        self._tx = tx
        self._reaches = tx.schema.reaches
        self._refusals = tx.schema.refusals

    async def refused(self, people: Collection[Address]) -> set[Address]:
        """Those of these who want no more broadcasts."""
        if not people:
            return set()
        table = self._refusals
        theirs = select(table.c.person).where(among(self._tx, table.c.person, [str(person) for person in people]))
        return {Address.parse(person) for person in (await self._tx.execute(theirs)).scalars()}
