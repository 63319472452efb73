"""Running numbers, one sequence a scope."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy.dialects import postgresql, sqlite

if TYPE_CHECKING:
    from storage.database import Transaction


class NumberStore:
    def __init__(self, tx: Transaction) -> None:
        self._tx = tx
        self._table = tx.schema.numbers

    async def next(self, scope: str) -> int:
        """The next number of the scope, from 1; no number is given twice, and one may be lost with a rollback."""
        dialect = sqlite if self._tx.dialect == "sqlite" else postgresql
        statement = (
            dialect.insert(self._table)
            .values(scope=scope, last=1)
            .on_conflict_do_update(index_elements=["scope"], set_={"last": self._table.c.last + 1})
            .returning(self._table.c.last)
        )
        return int((await self._tx.execute(statement)).scalar_one())
