"""What officers have put right and what their closed cases are, as far as it teaches the program; read in pages.

Nothing is kept for it: the journal tells what was changed, and the case what it was taken for in the end.
"""

from __future__ import annotations

import json
from collections.abc import Collection
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import ColumnElement, and_, bindparam, or_, select

from cases.events import Event, EventName
from cases.model import CaseNo, Consumer, Status
from storage.many import among

if TYPE_CHECKING:
    from storage.database import Transaction

TAUGHT = (EventName.CORRECTED, EventName.SENT_BACK, EventName.RECLASSIFIED)
"""Events by which somebody in the office says that the program was wrong; an index holds these alone."""


class TaughtStore:
    def __init__(self, tx: Transaction) -> None:
        self._tx = tx
        self._cases = tx.schema.cases
        self._journal = tx.schema.journal
        self._identities = tx.schema.identities

    async def corrected(self, span: tuple[datetime, datetime]) -> list[CaseNo]:
        """The cases of which one of ``TAUGHT`` was journalled in the span, both ends included."""
        table = self._journal
        statement = select(table.c.case_no).where(self._taught(), table.c.at.between(*span)).distinct()
        return sorted(CaseNo(no) for no in (await self._tx.execute(statement)).scalars())

    async def journals(self, numbers: Collection[CaseNo], events: Collection[EventName]) -> dict[CaseNo, list[Event]]:
        """These events of these cases, in the order in which they happened."""
        if not numbers:
            return {}
        table = self._journal
        fits = (among(self._tx, table.c.case_no, numbers), table.c.event.in_([event.value for event in events]))
        found: dict[CaseNo, list[Event]] = {}
        for row in await self._tx.execute(select(table).where(*fits).order_by(table.c.id)):
            name, no, facts = EventName(row.event), CaseNo(row.case_no), json.loads(row.facts)
            found.setdefault(no, []).append(Event(name=name, case_no=no, at=row.at, by=row.by, facts=facts))
        return found

    async def teaching(
        self,
        *,
        statuses: Collection[Status],
        outcomes: Collection[str],
        bureaus: Collection[str] | None,
        after: str,
        limit: int,
    ) -> list[CaseNo]:
        """The cases in these states with these outcomes, and all with one of ``TAUGHT``, by number from the one after.

        Of these bureaus; with None, of all and of none. What was withdrawn is left out.
        """
        table = self._cases
        taught = table.c.no.in_(select(self._journal.c.case_no).where(self._taught()))
        closed = and_(table.c.status.in_([status.value for status in statuses]), table.c.outcome.in_(outcomes))
        fits = [table.c.no > after, or_(closed, taught), table.c.outcome.is_distinct_from("withdrawn")]
        if bureaus is not None:
            fits.append(table.c.bureau.in_(bureaus))
        statement = select(table.c.no).where(*fits).order_by(table.c.no).limit(limit)
        return [CaseNo(no) for no in (await self._tx.execute(statement)).scalars()]

    async def people(self, numbers: Collection[CaseNo]) -> dict[CaseNo, Consumer]:
        """Who brought these cases, so that it can be taken out of what they told."""
        if not numbers:
            return {}
        table = self._identities
        found = await self._tx.execute(select(table).where(among(self._tx, table.c.case_no, numbers)))
        return {
            CaseNo(row.case_no): Consumer(name=row.name, phone=row.phone, postal_address=row.postal_address)
            for row in found
        }

    def _taught(self) -> ColumnElement[bool]:
        """As the index has it: written out, since SQLite does not see it in parameters."""
        names = [event.value for event in TAUGHT]
        return self._journal.c.event.in_(bindparam("taught", names, expanding=True, literal_execute=True))
