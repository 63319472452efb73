"""When members of staff are away."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import Row, delete, select, update

from cases.model import StaffId

if TYPE_CHECKING:
    from storage.database import Transaction


@dataclass(frozen=True, kw_only=True)
class Absence:
    """A member is away from the first to the last day, both included, by the calendar of China."""

    id: int
    staff_id: StaffId
    first: date
    last: date

    def covers(self, day: date) -> bool:
        return self.first <= day <= self.last


class AbsenceStore:
    def __init__(self, tx: Transaction) -> None:
        self._tx = tx
        self._table = tx.schema.absences
        self._on: dict[date, frozenset[StaffId]] = {}
        self._added = False

    def add(self, staff_id: StaffId, *, first: date, last: date, at: datetime) -> None:
        self._tx.add(self._table, {"staff_id": staff_id, "first": first, "last": last, "created_at": at})
        self._on.clear()
        self._tx.people += 1
        self._added = True

    async def on(self, day: date) -> frozenset[StaffId]:
        """Who is away on a day; read once a transaction, as the staff are."""
        if day not in self._on:
            table = self._table
            away = select(table.c.staff_id).where(table.c.first <= day, table.c.last >= day)
            if self._added:
                await self._tx.flush()
                self._added = False
            self._on[day] = frozenset(StaffId(row.staff_id) for row in await self._tx.look(away))
        return self._on[day]

    async def of(self, staff: Collection[StaffId], *, since: date) -> list[Absence]:
        """The absences of these members that end on ``since`` or later, soonest first."""
        table = self._table
        statement = select(table).where(table.c.staff_id.in_(staff), table.c.last >= since)
        return [_absence(row) for row in await self._tx.execute(statement.order_by(table.c.first, table.c.id))]

    async def end(self, absence: Absence, *, last: date) -> None:
        """The member is back after ``last``; an absence that has not begun by then is dropped."""
        table, this = self._table, self._table.c.id == absence.id
        if last < absence.first:
            await self._tx.execute(delete(table).where(this))
        else:
            await self._tx.execute(update(table).where(this).values(last=last))
        self._on.clear()
        self._tx.people += 1


def _absence(row: Row[Any]) -> Absence:
    return Absence(id=row.id, staff_id=StaffId(row.staff_id), first=row.first, last=row.last)
