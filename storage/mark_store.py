"""How far the program has got with what it does once: a name, a value and when it was noted."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite

if TYPE_CHECKING:
    from storage.database import Transaction


@dataclass(frozen=True, kw_only=True)
class Mark:
    """What was noted last under a name, and when (aware)."""

    value: str
    at: datetime


class MarkStore:
    def __init__(self, tx: Transaction) -> None:
        self._tx = tx
        self._table = tx.schema.marks

    async def get(self, name: str) -> Mark | None:
        table = self._table
        row = (await self._tx.execute(select(table.c.value, table.c.at).where(table.c.name == name))).first()
        return Mark(value=row.value, at=row.at) if row else None

    async def put(self, name: str, value: str, *, at: datetime) -> None:
        """Set a mark, over what it was."""
        dialect = sqlite if self._tx.dialect == "sqlite" else postgresql
        statement = dialect.insert(self._table).values(name=name, value=value, at=at)
        changed = statement.on_conflict_do_update(index_elements=["name"], set_={"value": value, "at": at})
        await self._tx.execute(changed)
