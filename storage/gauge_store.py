"""How much there is: counts for those who watch the machine, each from an index, none of a person."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

from sqlalchemy import and_, case, func, select

from storage.clock_store import OPEN_PAUSE
from storage.outbox_wire import owing, settled

if TYPE_CHECKING:
    from storage.database import Transaction


@dataclass(frozen=True, kw_only=True)
class OwedCount:
    """So many texts are still to be sent on one channel; ``first`` is the lowest of their numbers."""

    channel: str
    count: int
    first: int


@dataclass(frozen=True, kw_only=True)
class ClockCount:
    """So many running clocks of one rule that fall due, of which so many are past their date."""

    rule: str
    due: int
    overdue: int


class GaugeStore:
    def __init__(self, tx: Transaction) -> None:
        self._tx = tx

    async def received(self) -> int:
        """The number of the last message that was taken in.

        Rows are never deleted. On PostgreSQL a message that came twice uses up a number as well.
        """
        table = self._tx.schema.inbox
        return int((await self._tx.execute(select(func.coalesce(func.max(table.c.id), 0)))).scalar_one())

    async def owed(self) -> list[OwedCount]:
        """What is still to be sent or being sent, by channel, from ``ix_outbox_owing`` alone."""
        table = self._tx.schema.outbox
        counted = (table.c.channel, func.count().label("count"), func.min(table.c.id).label("first"))
        statement = select(*counted).where(owing(table)).group_by(table.c.channel).order_by(table.c.channel)
        return [OwedCount(**row._mapping) for row in await self._tx.execute(statement)]

    async def settled(self) -> dict[tuple[str, str], int]:
        """Every other text by channel and state, from ``ix_outbox_settled`` alone."""
        table = self._tx.schema.outbox
        by = (table.c.channel, table.c.state)
        statement = select(*by, func.count().label("so_many")).where(settled(table)).group_by(*by).order_by(*by)
        return {(row.channel, row.state): row.so_many for row in await self._tx.execute(statement)}

    async def promised_at(self, ids: Collection[int]) -> datetime | None:
        """When the earliest of these texts was promised."""
        table = self._tx.schema.outbox
        moments = (await self._tx.execute(select(table.c.created_at).where(table.c.id.in_(ids)))).scalars()
        return min(moments, default=None)

    async def due(self, *, today: date, now: datetime) -> list[ClockCount]:
        """Running clocks that are not paused and due by the end of ``today``: their number decides what it costs."""
        clocks = self._tx.schema.clocks.c
        over = case((and_(clocks.due_at.is_(None), clocks.due_on < today), 1), (clocks.due_at < now, 1), else_=0)
        statement = (
            select(clocks.rule, func.count().label("due"), func.sum(over).label("overdue"))
            .where(clocks.stopped_at.is_(None), clocks.due_on <= today, clocks.pauses.not_like(f"%{OPEN_PAUSE}"))
            .group_by(clocks.rule)
        )
        return [ClockCount(**row._mapping) for row in await self._tx.execute(statement)]
