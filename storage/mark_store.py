"""How far the program has got with what it does once a day: a name and a value."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite

if TYPE_CHECKING:
    from storage.database import Transaction


class MarkStore:
    def __init__(self, tx: Transaction) -> None:
        self._tx = tx
        self._table = tx.schema.marks

    async def get(self, name: str) -> str | None:
        table = self._table
        return (await self._tx.execute(select(table.c.value).where(table.c.name == name))).scalar_one_or_none()

    async def put(self, name: str, value: str, *, at: datetime) -> None:
        """Set a mark, over what it was."""
        dialect = sqlite if self._tx.dialect == "sqlite" else postgresql
        statement = dialect.insert(self._table).values(name=name, value=value, at=at)
        changed = statement.on_conflict_do_update(index_elements=["name"], set_={"value": value, "at": at})
        await self._tx.execute(changed)
