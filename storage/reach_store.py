"""How a person wants to be told, where they were lost, and who wants no more broadcasts."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, exists, select, update
from sqlalchemy.dialects import postgresql, sqlite

from cases.messages import Address
from storage.many import among

if TYPE_CHECKING:
    from storage.database import Transaction


@dataclass(frozen=True, kw_only=True)
class Reach:
    """How one address is to be used: ``way`` is the channel that the person asked to be told through instead, None: no
    other; ``number_index`` names the number that they gave for it. ``left_at``: since when nobody is reached there."""

    way: str | None = None
    number_index: str | None = None
    left_at: datetime | None = None


AS_USUAL = Reach()


class ReachStore:
    def __init__(self, tx: Transaction) -> None:
        self._tx = tx
        self._reaches = tx.schema.reaches
        self._refusals = tx.schema.refusals
        self._known: dict[Address, Reach] = {}

    async def refused(self, people: Collection[Address]) -> set[Address]:
        """Those of these who want no more broadcasts."""
        if not people:
            return set()
        table = self._refusals
        theirs = select(table.c.person).where(among(self._tx, table.c.person, [str(person) for person in people]))
        return {Address.parse(person) for person in (await self._tx.execute(theirs)).scalars()}

    async def way_of(self, person: Address) -> Reach:
        """How the person is to be told; read once a transaction."""
        if person not in self._known:
            table = self._reaches
            wanted = select(table.c.way, table.c.number_index, table.c.left_at).where(table.c.person == str(person))
            row = (await self._tx.look(wanted)).first()
            self._known[person] = Reach(**row._mapping) if row else AS_USUAL
        return self._known[person]

    async def ask_for(self, person: Address, way: str | None, *, number_index: str | None = None, at: datetime) -> None:
        """From now on the person is told through this channel; None: where they write."""
        await self._put(person, {"way": way, "number_index": number_index}, at=at)

    async def forget(self, person: Address) -> None:
        """The person is told where they write, and a number that was given for nothing else is kept no longer."""
        before = await self.way_of(person)
        gone = update(self._reaches).where(self._reaches.c.person == str(person))
        await self._tx.execute(gone.values(way=None, number_index=None))
        self._known.pop(person, None)
        if before.way and before.number_index:
            await self._drop_number(Address(channel=before.way, value=before.number_index))

    async def lost(self, person: Address, *, at: datetime) -> None:
        """Nobody is reached at this address any more; the first time counts."""
        if (await self.way_of(person)).left_at is None:
            await self._put(person, {"left_at": at}, at=at)

    async def back(self, people: Collection[Address], *, at: datetime) -> None:
        """These people have written: they are reached where they wrote."""
        table = self._reaches
        gone = (table.c.person.in_([str(person) for person in people]), table.c.left_at.is_not(None))
        await self._tx.execute(update(table).where(*gone).values(left_at=None, at=at))
        self._known.clear()

    async def refuse(self, person: Address, *, at: datetime) -> None:
        """The person wants no more broadcasts."""
        dialect = sqlite if self._tx.dialect == "sqlite" else postgresql
        statement = dialect.insert(self._refusals).on_conflict_do_nothing(index_elements=["person"])
        await self._tx.execute(statement, {"person": str(person), "at": at})

    async def forgive(self, person: Address) -> None:
        """The person wants broadcasts again, by their own will."""
        await self._tx.execute(delete(self._refusals).where(self._refusals.c.person == str(person)))

    async def _drop_number(self, address: Address) -> None:
        """Forget a number that no case has, and to which nothing was ever promised."""
        schema, index = self._tx.schema, address.value
        given = exists().where(
            (schema.identities.c.phone_index == index) | (schema.identities.c.person == str(address))
        )
        told = exists().where(schema.outbox.c.person == str(address))
        wanted = exists().where(schema.reaches.c.number_index == index)
        known = schema.phones.c.number_index == index
        await self._tx.execute(delete(schema.phones).where(known, ~given, ~told, ~wanted))

    async def _put(self, person: Address, values: dict[str, Any], *, at: datetime) -> None:
        dialect = sqlite if self._tx.dialect == "sqlite" else postgresql
        statement = dialect.insert(self._reaches).values(person=str(person), at=at, **values)
        changed = statement.on_conflict_do_update(index_elements=["person"], set_={**values, "at": at})
        await self._tx.execute(changed)
        self._known.pop(person, None)
