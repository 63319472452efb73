"""How a person wants to be told, where they were lost, and who wants no more broadcasts."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import delete, select
from sqlalchemy.dialects import postgresql, sqlite

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

    async def refuse(self, person: Address, *, at: datetime) -> None:
        """The person wants no more broadcasts."""
        dialect = sqlite if self._tx.dialect == "sqlite" else postgresql
        statement = dialect.insert(self._refusals).on_conflict_do_nothing(index_elements=["person"])
        await self._tx.execute(statement, {"person": str(person), "at": at})

    async def forgive(self, person: Address) -> None:
        """The person wants broadcasts again, by their own will."""
        await self._tx.execute(delete(self._refusals).where(self._refusals.c.person == str(person)))
