"""Who wants to be warned of what, alone or as one of a group."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from storage.database import Transaction


class SubscriptionStore:
    def __init__(self, tx: Transaction) -> None:
        self._tx = tx
        self._subscriptions = tx.schema.subscriptions
        self._group_members = tx.schema.group_members
