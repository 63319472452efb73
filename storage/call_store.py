"""What has to be told by telephone, because no channel could tell it, and whether that was done."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import func, select, update
from sqlalchemy.dialects import postgresql, sqlite

from cases.model import CaseNo

if TYPE_CHECKING:
    from storage.database import Transaction


class CallStore:
    def __init__(self, tx: Transaction) -> None:
        self._tx = tx
        self._table = tx.schema.calls

    async def ask(self, outbox: int, case_no: CaseNo, *, at: datetime) -> bool:
        """The promised text of this number is to be told by telephone; False when that was asked before."""
        dialect = sqlite if self._tx.dialect == "sqlite" else postgresql
        statement = dialect.insert(self._table).on_conflict_do_nothing(index_elements=["outbox"])
        row = {"outbox": outbox, "case_no": case_no, "asked_at": at}
        return (await self._tx.execute(statement.returning(self._table.c.outbox), row)).first() is not None

    async def owed(self, numbers: Collection[str] | None = None, *, limit: int = 1000) -> dict[CaseNo, datetime]:
        """The cases whose people wait for a call, of these or of all, and since when; the longest wait first."""
        table = self._table
        since = func.min(table.c.asked_at)
        statement = select(table.c.case_no, since.label("since")).where(table.c.done_at.is_(None))
        if numbers is not None:
            statement = statement.where(table.c.case_no.in_(numbers))
        rows = await self._tx.execute(statement.group_by(table.c.case_no).order_by(since, table.c.case_no).limit(limit))
        return {CaseNo(row.case_no): row.since for row in rows}

    async def done(self, case_no: CaseNo, *, at: datetime) -> bool:
        """The person was told by telephone all that was owed in this case; False when nothing was owed any more."""
        table = self._table
        waiting = (table.c.case_no == case_no, table.c.done_at.is_(None))
        return (await self._tx.execute(update(table).where(*waiting).values(done_at=at))).rowcount > 0
