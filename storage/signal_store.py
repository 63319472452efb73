"""What was complained of more than expected, and what was decided about it; and the counts from which that is seen."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from sqlalchemy import Column, ColumnElement, Date, Interval, Row, case, cast, func, literal, select, update
from sqlalchemy.dialects import postgresql, sqlite

from cases.calendar import CHINA, Days
from cases.signals import MERCHANT, Brought, Signal, SignalState, Spike, key_of

if TYPE_CHECKING:
    from storage.database import Transaction

COMPLAINT = "complaint"
"""Tip-offs are never counted: that there are some against a business is for few to know (Order 121, Art. 37)."""
CASES = 4000
"""Characters of case numbers that are kept."""
SHOWN = 120
"""Characters of a business's name that are kept."""
AT_ONCE = 400
"""Values looked up in one question: databases take only so many."""


class SignalStore:
    def __init__(self, tx: Transaction) -> None:
        self._tx = tx
        self._signals = tx.schema.signals

    async def brought(self, days: Days, facets: Mapping[str, str] | None = None) -> list[Brought]:
        """The complaints received on these days, of all series or of one, without what was told in them."""
        cases, identities = self._tx.schema.cases, self._tx.schema.identities
        statement = (
            select(
                cases.c.no,
                cases.c.received_at,
                *(column.label(name) for name, column in self._columns.items()),
                cases.c.merchant_name,
                cases.c.part_of,
                identities.c.person,
                identities.c.phone_index,
            )
            .select_from(cases.outerjoin(identities, identities.c.case_no == cases.c.no))
            .where(*self._complaints(days), *self._of(facets or {}))
        )
        names = tuple(self._columns)
        return [_brought(row, facets=names) for row in await self._tx.execute(statement)]

    async def first(self) -> date | None:
        """The day of the oldest complaint."""
        cases = self._tx.schema.cases
        oldest = select(cases.c.received_at).where(cases.c.kind == COMPLAINT).order_by(cases.c.received_at).limit(1)
        found = (await self._tx.execute(oldest)).scalar()
        return found.astimezone(CHINA).date() if found else None

    async def daily(self, names: Sequence[str], values: Collection[str], days: Days) -> dict[tuple[str, ...], Any]:
        """How many people a day complained, by the values of these facets, of which the first is one of ``values``.

        Without facets: of everything. A joint complaint counts as the one that leads it.
        """
        some = list(values) if names else [""]
        found: dict[tuple[str, ...], dict[date, int]] = {}
        for start in range(0, len(some), AT_ONCE):
            for head, day, count in await self._daily(names, some[start : start + AT_ONCE], days):
                found.setdefault(head, {})[day] = count
        return found

    async def _daily(
        self, names: Sequence[str], values: Sequence[str], days: Days
    ) -> list[tuple[tuple[str, ...], date, int]]:
        cases, identities = self._tx.schema.cases, self._tx.schema.identities
        columns = [self._columns[name] for name in names]
        day = self._day(cases.c.received_at).label("day")
        who = func.coalesce(identities.c.phone_index, identities.c.person, cases.c.no)
        first = [columns[0].in_(values)] if columns else []
        statement = (
            select(*columns, day, func.count(who.distinct()).label("people"))
            .select_from(cases.outerjoin(identities, identities.c.case_no == cases.c.no))
            .where(*self._complaints(days), cases.c.part_of.is_(None), *first)
            .where(*(column.is_not(None) for column in columns))
            .group_by(*columns, day)
        )
        rows = await self._tx.execute(statement)
        return [(tuple(row[: len(columns)]), _date(row.day), row.people) for row in rows]

    @property
    def _columns(self) -> dict[str, Column[Any]]:
        cases = self._tx.schema.cases.c
        return {
            MERCHANT: cases.merchant_key,
            **{name: cases[name] for name in ("product", "category", "problem", "region")},
        }

    def _of(self, facets: Mapping[str, str]) -> list[ColumnElement[bool]]:
        return [self._columns[name] == value for name, value in facets.items()]

    def _complaints(self, days: Days) -> list[ColumnElement[bool]]:
        cases = self._tx.schema.cases.c
        return [cases.kind == COMPLAINT, cases.received_at.between(*days.instants)]

    def _day(self, column: Column[Any]) -> ColumnElement[Any]:
        """The date in China at an instant."""
        if self._tx.dialect == "postgresql":
            return cast(func.timezone(cast(literal("8 hours"), Interval), column), Date)
        return func.date(column, "+8 hours")

    async def add(self, spike: Spike) -> Signal | None:
        """Put a spike before the office; None when somebody else has just done so."""
        table, key = self._signals, f"{key_of(spike.facets)}/{spike.until.isoformat()}"
        row = {"key": key, "found_on": spike.until, "state": SignalState.NEW.value, **_counted(spike)}
        dialect = sqlite if self._tx.dialect == "sqlite" else postgresql
        statement = dialect.insert(table).values(row).on_conflict_do_nothing(index_elements=["key"])
        added = (await self._tx.execute(statement.returning(*table.c))).first()
        return _signal(added) if added else None

    async def recount(self, signal: Signal, spike: Spike) -> None:
        """The numbers of a signal on which nobody has decided yet, as they are now."""
        table = self._signals
        new = (table.c.id == signal.id, table.c.state == SignalState.NEW.value)
        await self._tx.execute(update(table).where(*new).values(**_counted(spike)))

    async def renew(self, signal: Signal, spike: Spike) -> Signal | None:
        """Another spike in the place of one on which nobody has decided; None when somebody has meanwhile."""
        table = self._signals
        new = (table.c.id == signal.id, table.c.state == SignalState.NEW.value)
        changed = update(table).where(*new).values(**_counted(spike), found_on=spike.until)
        row = (await self._tx.execute(changed.returning(*table.c))).first()
        return _signal(row) if row else None

    async def decide(
        self, signal: Signal, state: SignalState, *, by: str, at: datetime, note: str = "", broadcast: str | None = None
    ) -> None:
        """Write what was decided about a signal that was read under lock."""
        table = self._signals
        values = {"state": state.value, "decided_by": by, "decided_at": at, "note": note or None}
        await self._tx.execute(update(table).where(table.c.id == signal.id).values(**values, broadcast=broadcast))

    async def get(self, signal_id: int, *, lock: bool = False) -> Signal | None:
        """The signal; ``lock`` keeps others from it until this transaction ends."""
        statement = select(self._signals).where(self._signals.c.id == signal_id)
        row = (await self._tx.execute(statement.with_for_update() if lock else statement)).first()
        return _signal(row) if row else None

    async def recent(self, *, limit: int, decided_since: datetime | None = None) -> list[Signal]:
        """Those on which nobody has decided first, the newest of each first; of the others those decided since."""
        table = self._signals
        new = table.c.state == SignalState.NEW.value
        wanted = select(table).order_by(case((new, 0), else_=1), table.c.found_on.desc(), table.c.id.desc())
        if decided_since is not None:
            wanted = wanted.where(new | (table.c.decided_at >= decided_since))
        return [_signal(row) for row in await self._tx.execute(wanted.limit(limit))]


def _date(value: Any) -> date:
    return value if isinstance(value, date) else date.fromisoformat(value)


def _brought(row: Row[Any], *, facets: Sequence[str]) -> Brought:
    values = {name: getattr(row, name) for name in facets}
    return Brought(
        no=row.no,
        day=row.received_at.astimezone(CHINA).date(),
        facets={name: value for name, value in values.items() if value},
        named=row.merchant_name,
        chat=row.person,
        telephone=row.phone_index,
        group=row.part_of or row.no,
    )


def _counted(spike: Spike) -> dict[str, Any]:
    facets = {**spike.facets, "named": (spike.named or "")[:SHOWN]}
    return {
        "facets": json.dumps(facets, ensure_ascii=False, sort_keys=True),
        "days": spike.days,
        "until": spike.until,
        "people": spike.people,
        "before": spike.before,
        "expected": Decimal(f"{spike.expected.mean:.3f}"),
        "chance": spike.chance,
        "cases": f"{' '.join(spike.cases)} "[:CASES].rpartition(" ")[0],
    }


def _signal(row: Row[Any]) -> Signal:
    facets = json.loads(row.facets)
    named = facets.pop("named", "") or None
    plain = {
        name: getattr(row, name)
        for name in ("id", "found_on", "until", "days", "people", "before", "chance", "broadcast", "decided_by")
    }
    return Signal(
        **plain,
        facets=facets,
        named=named,
        expected=float(row.expected),
        cases=tuple(row.cases.split()),
        state=SignalState(row.state),
        decided_at=row.decided_at,
        note=row.note,
    )
