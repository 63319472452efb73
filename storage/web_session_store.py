"""Browser sessions: only a hash of the cookie is kept, so that a copied database opens no session."""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import delete, select, update

from cases.messages import Address

if TYPE_CHECKING:
    from storage.database import Transaction


def hashed(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


class WebSessionStore:
    def __init__(self, tx: Transaction) -> None:
        self._tx = tx
        self._table = tx.schema.web_sessions

    def start(self, token: str, person: Address, *, at: datetime) -> None:
        self._tx.add(self._table, {"token_hash": hashed(token), "person": str(person), "seen_at": at})

    async def find(self, token: str, *, seen_after: datetime) -> tuple[Address, datetime] | None:
        """Whose cookie this is and when it was seen last, when that was after the given instant."""
        table = self._table
        fits = (table.c.token_hash == hashed(token), table.c.seen_at > seen_after)
        row = (await self._tx.execute(select(table.c.person, table.c.seen_at).where(*fits))).first()
        return (Address.parse(row.person), row.seen_at) if row else None

    async def seen(self, token: str, *, at: datetime) -> None:
        table = self._table
        await self._tx.execute(update(table).where(table.c.token_hash == hashed(token)).values(seen_at=at))

    async def end(self, token: str) -> None:
        await self._tx.execute(delete(self._table).where(self._table.c.token_hash == hashed(token)))
