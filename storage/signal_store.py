"""What was complained of more than expected, and what was decided about it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from storage.database import Transaction


class SignalStore:
    def __init__(self, tx: Transaction) -> None:
        self._tx = tx
        self._signals = tx.schema.signals
