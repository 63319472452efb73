"""Short messages that were sent and received, and the numbers behind their addresses."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite

if TYPE_CHECKING:
    from storage.database import Transaction


class SmsStore:
    def __init__(self, tx: Transaction) -> None:
        self._tx = tx
        self._phones = tx.schema.phones
        self._short_messages = tx.schema.short_messages

    async def keep_number(self, number: str, *, at: datetime) -> str:
        """Keep a telephone number sealed; returns the index by which its address is known."""
        index = self._tx.blind_index(number)
        dialect = sqlite if self._tx.dialect == "sqlite" else postgresql
        statement = dialect.insert(self._phones).on_conflict_do_nothing(index_elements=["number_index"])
        await self._tx.execute(statement, {"number_index": index, "number": number, "created_at": at})
        return index

    async def number_of(self, index: str) -> str | None:
        """The number behind an address; None when it was never kept."""
        table = self._phones
        found = await self._tx.execute(select(table.c.number).where(table.c.number_index == index))
        return found.scalar_one_or_none()
