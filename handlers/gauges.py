"""How much there is to do and how late it is, in numbers, for those who watch the machine."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from handlers.office import Office
from storage.database import Database, Transaction
from storage.gauge_store import OwedCount
from storage.outbox_wire import DeliveryState

KEPT = timedelta(seconds=5)
"""However often somebody asks, the database is asked no more often than this."""
QUEUED = DeliveryState.QUEUED.value


@dataclass(frozen=True, kw_only=True)
class Figures:
    """Of all processes over one database. ``received``: messages ever taken in.

    ``notices``: texts by (channel, state), those that are being sent among the queued. ``owed``: those that are still
    to be sent, and for how many seconds the oldest has waited (0 when there is none). ``due_today`` and ``overdue``:
    running clocks by the code of their rule, every rule of the site named.
    """

    received: int
    notices: Mapping[tuple[str, str], int]
    owed: int
    oldest_seconds: float
    due_today: Mapping[str, int]
    overdue: Mapping[str, int]


class Gauges:
    """Reads the figures, those of a moment ago where somebody has just asked."""

    def __init__(self, database: Database, *, office: Office) -> None:
        self._database, self._office = database, office
        self._known: tuple[datetime, Figures] | None = None
        self._one = asyncio.Lock()

    async def read(self) -> Figures:
        """DatabaseAway when the database does not answer."""
        async with self._one:
            now = self._office.now()
            if self._known is None or not timedelta() <= now - self._known[0] < KEPT:
                self._known = now, await self._fresh(now)
            return self._known[1]

    async def _fresh(self, now: datetime) -> Figures:
        async with self._database.read() as tx:
            owed = await tx.gauges.owed()
            due = await tx.gauges.due(today=self._office.today(), now=now)
            none = dict.fromkeys((rule.code for rule in self._office.rulebook.clocks), 0)
            return Figures(
                received=await tx.gauges.received(),
                notices={(one.channel, QUEUED): one.count for one in owed} | await tx.gauges.settled(),
                owed=sum(one.count for one in owed),
                oldest_seconds=await _oldest(tx, owed, now=now),
                due_today=none | {count.rule: count.due - count.overdue for count in due},
                overdue=none | {count.rule: count.overdue for count in due},
            )


async def _oldest(tx: Transaction, owed: Sequence[OwedCount], *, now: datetime) -> float:
    since = await tx.gauges.promised_at([one.first for one in owed]) if owed else None
    return max((now - since).total_seconds(), 0.0) if since else 0.0
