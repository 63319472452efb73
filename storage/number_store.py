"""Running numbers, one sequence a scope."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import update
from sqlalchemy.dialects import postgresql, sqlite

if TYPE_CHECKING:
    from storage.database import Transaction


class NumberStore:
    def __init__(self, tx: Transaction) -> None:
        self._tx = tx
        self._table = tx.schema.numbers
        self._last: dict[str, int] = {}
        self._moved: set[str] = set()

    async def next(self, scope: str) -> int:
        """The next number of the scope, from 1; no number is given twice, and one may be lost with a rollback.

        The first call locks the scope until the transaction ends; the others count on and ``keep`` writes the last.
        """
        if scope not in self._last:
            self._last[scope] = await self._take(scope)
        else:
            self._last[scope] += 1
            self._moved.add(scope)
        return self._last[scope]

    async def keep(self) -> None:
        """Write how far the scopes have come."""
        for scope in sorted(self._moved):
            statement = update(self._table).where(self._table.c.scope == scope).values(last=self._last[scope])
            await self._tx.look(statement)
        self._moved.clear()

    async def _take(self, scope: str) -> int:
        dialect = sqlite if self._tx.dialect == "sqlite" else postgresql
        statement = (
            dialect.insert(self._table)
            .values(scope=scope, last=1)
            .on_conflict_do_update(index_elements=["scope"], set_={"last": self._table.c.last + 1})
            .returning(self._table.c.last)
        )
        return int((await self._tx.look(statement)).scalar_one())
