"""Short messages that were sent and received, and the numbers behind their addresses."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from storage.database import Transaction


class SmsStore:
    def __init__(self, tx: Transaction) -> None:
        self._tx = tx
        self._phones = tx.schema.phones
        self._short_messages = tx.schema.short_messages
