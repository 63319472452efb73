"""Broadcasts, and the people each of them is for."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from storage.database import Transaction


class BroadcastStore:
    def __init__(self, tx: Transaction) -> None:
        self._tx = tx
        self._broadcasts = tx.schema.broadcasts
        self._broadcast_people = tx.schema.broadcast_people
