"""How a person wants to be told, where they were lost, and who wants no more broadcasts."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from storage.database import Transaction


class ReachStore:
    def __init__(self, tx: Transaction) -> None:
        self._tx = tx
        self._reaches = tx.schema.reaches
        self._refusals = tx.schema.refusals
