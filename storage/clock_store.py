"""Running and stopped clocks, found by what is due rather than by what is open."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import Row, and_, bindparam, or_, select, update

from cases.clocks import Clock, Pause
from cases.model import CaseNo
from storage.many import among

if TYPE_CHECKING:
    from storage.database import Transaction


PAUSE_MARK = ","
OPEN_PAUSE = "/"
"""With this the pauses of a clock end that is paused now."""


@dataclass(frozen=True, kw_only=True)
class DueClock:
    """A clock that falls due, with what tells whose it is; ``rated``: the consumer was not satisfied."""

    id: int
    case_no: CaseNo
    due_on: date
    due_at: datetime | None
    bureau: str | None
    officer: str | None
    status: str
    urgent: bool
    rated: bool


@dataclass(frozen=True, kw_only=True)
class ClockRow:
    """A clock with its number in the database."""

    id: int
    clock: Clock


class ClockStore:
    def __init__(self, tx: Transaction) -> None:
        self._tx = tx
        self._table = tx.schema.clocks

    def add(self, clock: Clock) -> None:
        self._tx.add(self._table, _values(clock))

    async def of(self, numbers: Collection[CaseNo], *, running: bool = True) -> dict[CaseNo, list[Clock]]:
        """The clocks of these cases, soonest due first."""
        if all(self._tx.cases.is_new(number) for number in numbers):
            return {number: self._new(number, running=running) for number in numbers}
        table = self._table
        statement = select(table).where(table.c.case_no.in_(numbers)).order_by(table.c.due_on, table.c.id)
        if running:
            statement = statement.where(table.c.stopped_at.is_(None))
        found: dict[CaseNo, list[Clock]] = {}
        for row in await self._tx.execute(statement):
            found.setdefault(CaseNo(row.case_no), []).append(_clock(row))
        return found

    def _new(self, number: CaseNo, *, running: bool) -> list[Clock]:
        """The clocks of a case that is not yet written."""
        clocks = [_clock_of(row) for row in self._tx.pending(self._table, "case_no", number)]
        return sorted((c for c in clocks if not (running and c.stopped_at)), key=lambda clock: clock.due_on)

    async def change(self, clock: Clock) -> None:
        """Write a running clock that was paused, resumed, extended or counted anew."""
        values = _values(clock)
        for row in self._tx.pending(self._table, "case_no", clock.case_no):
            if row["rule"] == clock.rule and row["stopped_at"] is None:
                row.update(values)
                return
        table = self._table
        fits = (table.c.case_no == clock.case_no, table.c.rule == clock.rule, table.c.stopped_at.is_(None))
        await self._tx.execute(update(table).where(*fits).values(values))

    async def running_after(self, number: int, *, limit: int, lock: bool = True) -> list[ClockRow]:
        """Running clocks of numbers above ``number`` in their order, locked for this transaction unless told not to."""
        table = self._table
        statement = select(table).where(table.c.id > number, table.c.stopped_at.is_(None)).order_by(table.c.id)
        statement = statement.limit(limit).with_for_update() if lock else statement.limit(limit)
        return [ClockRow(id=row.id, clock=_clock(row)) for row in await self._tx.execute(statement)]

    async def running_of(self, numbers: Collection[CaseNo]) -> list[ClockRow]:
        """The running clocks of these cases, locked for this transaction."""
        table = self._table
        statement = select(table).where(table.c.case_no.in_(numbers), table.c.stopped_at.is_(None)).order_by(table.c.id)
        return [ClockRow(id=row.id, clock=_clock(row)) for row in await self._tx.execute(statement.with_for_update())]

    async def rewrite(self, rows: Sequence[ClockRow]) -> None:
        """Write clocks that were counted anew."""
        if not rows:
            return
        table = self._table
        names = ("due_on", "provisional", "step", "next_warning")
        statement = update(table).where(table.c.id == bindparam("which"))
        statement = statement.values({name: bindparam(f"new_{name}") for name in names})
        values = [{"which": r.id, **{f"new_{name}": getattr(r.clock, name) for name in names}} for r in rows]
        await self._tx.execute(statement, values)

    async def stop(self, case_no: CaseNo, rules: Collection[str] | None, *, at: datetime) -> None:
        """Stop those of these rules that run on the case; with None, all."""
        if self._tx.cases.is_new(case_no):
            for row in self._tx.pending(self._table, "case_no", case_no):
                if (rules is None or row["rule"] in rules) and row["stopped_at"] is None:
                    row.update(stopped_at=at, next_warning=None)
            return
        table = self._table
        fits = [table.c.case_no == case_no, table.c.stopped_at.is_(None)]
        if rules is not None:
            fits.append(table.c.rule.in_(rules))
        await self._tx.execute(update(table).where(*fits).values(stopped_at=at, next_warning=None))

    async def owing(self, now: datetime, *, limit: int, but: Collection[int] = ()) -> list[ClockRow]:
        """Running clocks whose next warning has passed, oldest first, locked for this transaction; none of ``but``."""
        table = self._table
        statement = select(table).where(table.c.stopped_at.is_(None), table.c.next_warning <= now)
        if but:
            statement = statement.where(table.c.id.not_in(but))
        statement = statement.order_by(table.c.next_warning).limit(limit).with_for_update(skip_locked=True)
        return [ClockRow(id=row.id, clock=_clock(row)) for row in await self._tx.execute(statement)]

    async def due_by(self, until: date, *, after: tuple[date, int] | None, limit: int) -> list[DueClock]:
        """Running clocks due up to ``until`` that are not paused, the next after a day and a number; of cases that go
        with another one, none."""
        clocks, cases = self._table, self._tx.schema.cases
        columns = (clocks.c.id, clocks.c.case_no, clocks.c.due_on, clocks.c.due_at)
        whose = (cases.c.bureau, cases.c.officer, cases.c.status, cases.c.urgent)
        statement = (
            select(*columns, *whose, cases.c.rating.is_not(None).label("rated"))
            .join_from(clocks, cases, cases.c.no == clocks.c.case_no)
            .where(clocks.c.stopped_at.is_(None), clocks.c.due_on <= until, clocks.c.pauses.not_like(f"%{OPEN_PAUSE}"))
            .where(cases.c.part_of.is_(None))
        )
        if after:
            day, number = after
            statement = statement.where(
                or_(clocks.c.due_on > day, and_(clocks.c.due_on == day, clocks.c.id > number)), clocks.c.due_on >= day
            )
        rows = await self._tx.execute(statement.order_by(clocks.c.due_on, clocks.c.id).limit(limit))
        return [_due_clock(row) for row in rows]

    async def move_on(self, rows: Sequence[ClockRow]) -> None:
        """Write back where each ladder stands; those that stand alike, in one statement."""
        alike: dict[tuple[int, datetime | None], list[int]] = {}
        for row in rows:
            alike.setdefault((row.clock.step, row.clock.next_warning), []).append(row.id)
        table = self._table
        for (step, next_warning), ids in alike.items():
            statement = update(table).where(among(self._tx, table.c.id, ids))
            await self._tx.execute(statement.values(step=step, next_warning=next_warning))


def _due_clock(row: Row[Any]) -> DueClock:
    values = {**row._mapping, "case_no": CaseNo(row.case_no), "urgent": bool(row.urgent), "rated": bool(row.rated)}
    return DueClock(**values)


def _values(clock: Clock) -> dict[str, Any]:
    pauses = PAUSE_MARK.join(f"{pause.start}/{pause.end or ''}" for pause in clock.pauses)
    return {**clock.__dict__, "pauses": pauses}


def _clock(row: Row[Any]) -> Clock:
    return _clock_of({key: value for key, value in row._mapping.items() if key != "id"})


def _clock_of(values: Mapping[str, Any]) -> Clock:
    known = {
        "case_no": CaseNo(values["case_no"]),
        "provisional": bool(values["provisional"]),
        "fixed": bool(values["fixed"]),
        "pauses": tuple(_pause(text) for text in values["pauses"].split(PAUSE_MARK) if text),
    }
    return Clock(**{**values, **known})


def _pause(text: str) -> Pause:
    start, _, end = text.partition("/")
    return Pause(start=date.fromisoformat(start), end=date.fromisoformat(end) if end else None)
