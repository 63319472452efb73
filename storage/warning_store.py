"""Warnings that are owed to addresses: written as clocks fall due, gathered into one text for each address.

The key of a row, ``clock/<clock>/<due>/<step>/<address>``, says in the clear what is needed to put thousands in order:
when the clock is due (``2026-12-02``, with a time of day in China for a limit in hours: ``2026-12-02+1830``), and how
it is told (``!`` by itself and at any hour, ``~`` at any hour). Only what is shown is unsealed.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any

from sqlalchemy import Row, delete, func, select, update

from cases.calendar import CHINA
from cases.messages import Address, Wording
from cases.model import CaseNo
from storage.inbox_store import dump_json
from storage.many import among, insert_new

if TYPE_CHECKING:
    from storage.database import Transaction

AT_ONCE = 1000
"""Numbers in one statement: SQLite takes no more than 32766."""
ALONE, ANY_HOUR = "!", "~"


@dataclass(frozen=True, kw_only=True)
class Short:
    """A clock of a case in a few words: ``what`` is the matter by when, and ``which`` case it is.

    ``mark`` stands before it when somebody above looks on.
    """

    what: str
    which: str
    mark: str = ""
    urgent: bool = False


@dataclass(frozen=True, kw_only=True)
class Content:
    """A warning in full and in short; the same for everybody who is told. ``wording``: of what the text is made."""

    text: str
    short: Short
    wording: Wording | None = None

    @cached_property
    def dumped(self) -> str:
        wording = {"wording": vars(self.wording)} if self.wording else {}
        return dump_json({"text": self.text, **wording, **vars(self.short)})


@dataclass(frozen=True, kw_only=True)
class Due:
    """When a clock is due, and how that is told. ``at`` is the time of day in China of a limit in hours, as 1830."""

    on: date
    at: str = ""
    alone: bool = False
    any_hour: bool = False

    def __str__(self) -> str:
        return self._text

    @cached_property
    def _text(self) -> str:
        when = f"{self.on}+{self.at}" if self.at else f"{self.on}"
        return when + (ALONE if self.alone else ANY_HOUR if self.any_hour else "")

    @classmethod
    def parse(cls, text: str) -> Due:
        when = text.rstrip(ALONE + ANY_HOUR)
        on, _, at = when.partition("+")
        alone = text.endswith(ALONE)
        return cls(on=date.fromisoformat(on), at=at, alone=alone, any_hour=alone or text.endswith(ANY_HOUR))

    def rank(self, now: datetime) -> int:
        """0 when it has passed, 1 when it is today, 2 when it lies ahead."""
        here = now.astimezone(CHINA)
        if self.on != here.date():
            return 0 if self.on < here.date() else 2
        return 0 if self.at and self.at <= f"{here:%H%M}" else 1


@dataclass(frozen=True, kw_only=True)
class Warned:
    """What one address is to be told of step ``step`` of a clock; the four of them are told once."""

    clock: int
    step: int
    due: Due
    case_no: CaseNo
    address: Address
    content: Content


@dataclass(frozen=True, kw_only=True)
class Waiting:
    """A warning that is not yet gathered, without its content."""

    id: int
    case_no: CaseNo
    due: Due


class WarningStore:
    def __init__(self, tx: Transaction) -> None:
        self._tx = tx
        self._table = tx.schema.warnings

    async def add_once(self, warnings: Sequence[Warned], *, at: datetime) -> None:
        """Owe these; one whose key is known is left as it is, also when it was gathered long ago."""
        if not warnings:
            return
        await insert_new(self._tx, self._table, [_row(warned, at=at) for warned in warnings], key="key")

    async def owed(self) -> list[tuple[Address, int]]:
        """To whom how many warnings are owed that are not yet gathered."""
        table = self._table
        statement = select(table.c.person, func.count().label("owed")).where(table.c.gathered_at.is_(None))
        rows = await self._tx.execute(statement.group_by(table.c.person).order_by(table.c.person))
        return [(Address.parse(row.person), int(row.owed)) for row in rows]

    async def waiting(self, addresses: Collection[Address]) -> dict[Address, list[Waiting]]:
        """What these addresses are owed, oldest first, locked for this transaction; what another has locked is left."""
        table = self._table
        statement = select(table.c.id, table.c.person, table.c.case_no, table.c.key).where(
            table.c.person.in_([str(address) for address in addresses]), table.c.gathered_at.is_(None)
        )
        statement = statement.order_by(table.c.id).with_for_update(skip_locked=True)
        found: dict[str, list[Waiting]] = {}
        dues: dict[str, Due] = {}
        for row in await self._tx.execute(statement):
            text = row.key.split("/", 3)[2]
            due = dues[text] = dues.get(text) or Due.parse(text)
            found.setdefault(row.person, []).append(Waiting(id=row.id, case_no=CaseNo(row.case_no), due=due))
        return {Address.parse(person): waiting for person, waiting in found.items()}

    async def contents(self, numbers: Collection[int]) -> dict[int, Content]:
        """What these say."""
        table = self._table
        wanted, found = list(numbers), dict[int, Content]()
        for start in range(0, len(wanted), AT_ONCE):
            some = among(self._tx, table.c.id, wanted[start : start + AT_ONCE])
            rows = await self._tx.execute(select(table.c.id, table.c.payload).where(some))
            found |= {row.id: _content(row) for row in rows}
        return found

    async def gathered(self, numbers: Sequence[int], *, at: datetime) -> None:
        """These have been put into a text that is promised in this transaction."""
        table = self._table
        for start in range(0, len(numbers), AT_ONCE):
            some = among(self._tx, table.c.id, numbers[start : start + AT_ONCE])
            await self._tx.execute(update(table).where(some).values(gathered_at=at))

    async def forget_gathered_before(self, instant: datetime) -> None:
        """Drop what was gathered before an instant: its clock has long moved on."""
        await self._tx.execute(delete(self._table).where(self._table.c.gathered_at < instant))


def _row(warned: Warned, *, at: datetime) -> dict[str, Any]:
    return {
        "key": f"clock/{warned.clock}/{warned.due}/{warned.step}/{warned.address}",
        "person": str(warned.address),
        "case_no": warned.case_no,
        "payload": warned.content.dumped,
        "created_at": at,
    }


def _content(row: Row[Any]) -> Content:
    payload = json.loads(row.payload)
    text, wording = payload.pop("text"), payload.pop("wording", None)
    return Content(text=text, short=Short(**payload), wording=Wording(**wording) if wording else None)
