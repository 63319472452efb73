"""How much there is: counts for those who watch the machine, each from an index, none of a person."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

from sqlalchemy import and_, case, func, select

from storage.clock_store import OPEN_PAUSE

if TYPE_CHECKING:
    from storage.database import Transaction


@dataclass(frozen=True, kw_only=True)
class TextCount:
    """So many texts in the outbox on one channel in one state; ``first`` is the lowest of their numbers."""

    channel: str
    state: str
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

    async def texts(self) -> list[TextCount]:
        """Every text by channel and state, from ``ix_outbox_state`` alone."""
        table = self._tx.schema.outbox
        by = (table.c.channel, table.c.state)
        counted = (func.count().label("count"), func.min(table.c.id).label("first"))
        rows = await self._tx.execute(select(*by, *counted).group_by(*by).order_by(*by))
        return [TextCount(**row._mapping) for row in rows]

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
