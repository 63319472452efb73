"""The ledger: the cases received in some days as plain rows, read a thousand at a time, for a table to hand on."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Collection, Sequence
from dataclasses import dataclass

from cases.calendar import Days
from cases.errors import CaseError
from cases.model import Kind, Role, Staff
from handlers.ledger_columns import EVENTS, Record, Value, columns
from handlers.office import Office
from storage.database import Database, Transaction

PAGE = 1000
"""Cases held in memory at a time."""


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """The table of one kind of case."""

    kind: Kind
    title: str
    headings: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Row:
    """One case; ``values`` stand under the headings of its kind's sheet."""

    kind: Kind
    values: tuple[Value, ...]


def bureaus_of(staff: Staff, *, office: Office) -> Collection[str] | None:
    """The bureaus whose cases this member's ledger holds: a lead's own and those below, or None for every case.

    CaseError ``ledger_closed`` for everybody who does not look after the work of others.
    """
    if staff.role in (Role.DESK, Role.ADMIN):
        return None
    if staff.role is not Role.LEAD:
        raise CaseError("ledger_closed")
    return office.rulebook.directory.under(staff.bureau)


class Ledger:
    """The cases received on these days, of these bureaus; with None of all, and those that wait for the intake desk.

    Who brought a case stands in it masked. Of a tip-off nothing about the person is even read (Order 121, Art. 37).
    """

    def __init__(
        self, database: Database, *, office: Office, days: Days, bureaus: Collection[str] | None = None
    ) -> None:
        self._database, self._bureaus = database, bureaus
        self._columns = {kind: columns(kind, days=days, office=office) for kind in Kind}
        self.office, self.days = office, days
        self.made_at = office.now()

    @property
    def sheets(self) -> tuple[Sheet, ...]:
        """One a kind, also where it has no case."""
        return tuple(
            Sheet(kind=kind, title=self.office.say(f"kind.{kind.value}"), headings=tuple(c.heading for c in found))
            for kind, found in self._columns.items()
        )

    async def pages(self) -> AsyncIterator[list[Row]]:
        """The rows in the order of their numbers, at most ``PAGE`` at a time, each page read for itself."""
        after = ""
        while True:
            async with self._database.read() as tx:
                found = await self._records(tx, after)
            # Beside the loop: the words of a thousand cases take a while in which others want an answer.
            yield await asyncio.to_thread(self._rows, found)
            if len(found) < PAGE:
                return
            after = found[-1].case.no

    def _rows(self, found: Sequence[Record]) -> list[Row]:
        return [
            Row(kind=record.case.kind, values=tuple(column.cell(record) for column in self._columns[record.case.kind]))
            for record in found
        ]

    async def _records(self, tx: Transaction, after: str) -> list[Record]:
        cases = await tx.cases.received(self.days.instants, bureaus=self._bureaus, after=after, limit=PAGE)
        numbers = [case.no for case in cases]
        clocks = await tx.clocks.of(numbers, running=False)
        events = await tx.cases.moments(numbers, EVENTS)
        people = await tx.cases.consumers([case.no for case in cases if case.kind is not Kind.TIPOFF])
        officers = await tx.staff.names({case.officer for case in cases if case.officer})
        return [
            Record(
                case=case,
                consumer=people.get(case.no),
                clocks=tuple(clocks.get(case.no, ())),
                events=tuple(events.get(case.no, ())),
                officer=officers.get(case.officer or "", ""),
            )
            for case in cases
        ]
