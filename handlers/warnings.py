"""The broadcasts that everybody may read, for the public page and its feed."""

from __future__ import annotations

from cases.errors import CaseError
from storage.broadcast_store import Published
from storage.database import Database

LISTED = 100


class Warnings:
    """What was published; nothing here tells who was sent it."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def recent(self, limit: int = LISTED) -> list[Published]:
        """The newest first."""
        async with self._database.read() as tx:
            return await tx.broadcasts.published(limit)

    async def one(self, broadcast_id: str) -> Published:
        """The one with this id; CaseError ``warning_unknown`` when it was not published."""
        async with self._database.read() as tx:
            found = await tx.broadcasts.published(1, only=broadcast_id)
        if not found:
            raise CaseError("warning_unknown")
        return found[0]
