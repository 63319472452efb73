"""The outbox as those who deliver use it: what is owed is taken up under a lease, and how it went is noted."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import cache
from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, Select, Table, Update, bindparam, case, func, literal, or_, select, update
from sqlalchemy.dialects import postgresql

from cases.messages import Outgoing
from cases.model import CaseNo
from cases.notices import Priority
from storage.many import among

if TYPE_CHECKING:
    from storage.database import Transaction


class DeliveryState(StrEnum):
    """``delivered``: the channel has reported that it arrived. ``stopped``: called off before it was sent;
    ``recalled``: taken back afterwards."""

    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"
    DELIVERED = "delivered"
    FAILED = "failed"
    UNREACHABLE = "unreachable"
    STOPPED = "stopped"
    RECALLED = "recalled"
    WIPED = "wiped"


BROADCAST = Priority.BROADCAST.rank
OWING = (DeliveryState.QUEUED.value, DeliveryState.SENDING.value)
BEYOND = (DeliveryState.DELIVERED.value, DeliveryState.RECALLED.value, DeliveryState.WIPED.value)
"""States that a text reaches only after it was sent: being told late that it was changes nothing."""


@dataclass(frozen=True, kw_only=True)
class Parcel:
    """A promised text on its way. ``attempts`` counts this one."""

    id: int
    outgoing: Outgoing
    attempts: int
    case_no: CaseNo | None = None
    priority: int = 0

    @property
    def broadcast(self) -> bool:
        return self.priority >= BROADCAST


@dataclass(frozen=True, kw_only=True)
class Delivered:
    """How an attempt ended. ``not_before`` says when a queued one is tried again; one that was not ``tried`` only waits
    for its turn."""

    id: int
    state: DeliveryState
    at: datetime
    not_before: datetime
    reference: str | None = None
    reason: str | None = None
    tried: bool = True


@dataclass(frozen=True, kw_only=True)
class Want:
    """So many texts are wanted for a channel: of broadcasts, or of everything else."""

    channel: str
    broadcasts: bool
    limit: int


class OutboxWire:
    """What ``OutboxStore`` offers to those who deliver."""

    _tx: Transaction
    _table: Table

    def _parcel(self, row: Any) -> Parcel:
        raise NotImplementedError

    async def owing(self, wants: Sequence[Want], *, now: datetime) -> bool:
        """Whether anything that is wanted is owed now."""
        for want in wants:
            if (await self._tx.look(_owed(self._table, want, now=now).limit(1))).first():
                return True
        return False

    async def claim(self, channels: Collection[str], *, now: datetime, lease: datetime, limit: int) -> list[Parcel]:
        """Take what is owed now on these channels, most urgent first; untouched for others until ``lease`` ends.

        A row whose lease has ended without a result is taken up in the attempt at which it stood.
        """
        owed = _due(self._table, now=now).where(self._table.c.channel.in_(tuple(channels))).limit(limit)
        return await self._take(list((await self._tx.execute(_locked(owed))).scalars()), lease=lease)

    async def take_up(self, wants: Sequence[Want], *, now: datetime, lease: datetime) -> list[Parcel]:
        """The same for several wants at once, each with its limit."""
        found: list[int] = []
        for want in wants:
            owed = _owed(self._table, want, now=now).limit(want.limit)
            found += (await self._tx.execute(_locked(owed))).scalars()
        return await self._take(found, lease=lease)

    async def _take(self, ids: Sequence[int], *, lease: datetime) -> list[Parcel]:
        if not ids:
            return []
        table = self._table
        fresh = case((table.c.state == DeliveryState.QUEUED.value, 1), else_=0)
        taken = (
            update(table)
            .where(among(self._tx, table.c.id, ids))
            .values(state=DeliveryState.SENDING.value, not_before=lease, attempts=table.c.attempts + fresh)
            .returning(table.c.id, table.c.payload, table.c.person, table.c.attempts, table.c.case_no, table.c.priority)
        )
        rows = (await self._tx.execute(taken)).all()
        return sorted(map(self._parcel, rows), key=lambda parcel: (parcel.priority, parcel.id))

    async def release(self, channels: Collection[str], *, now: datetime) -> None:
        """What is being sent on these channels is owed again at once; only when nobody can be sending it."""
        table = self._table
        under_way = (table.c.state == DeliveryState.SENDING.value) & table.c.channel.in_(tuple(channels))
        await self._tx.execute(update(table).where(under_way, table.c.not_before > now).values(not_before=now))

    async def settle(self, results: Sequence[Delivered]) -> None:
        """Note how attempts ended, in one round trip.

        A text that was sent counts as sent, whatever was decided meanwhile, and one that is known to have arrived, or
        was taken back, stays so. Anything else is noted only of a text that is still owed.
        """
        if not results:
            return
        rows = [_settled(result) for result in results]
        if self._tx.dialect == "postgresql":
            await self._tx.execute(_settle_many(self._table), {name: [r[name] for r in rows] for name in rows[0]})
        else:
            await self._tx.execute(_settle(self._table), rows)


def _due(table: Table, *, now: datetime) -> Select[Any]:
    due = select(table.c.id).where(owing(table), table.c.not_before <= now)
    return due.order_by(table.c.priority, table.c.id)


def owing(table: Table) -> ColumnElement[bool]:
    """Whether a text is still to be sent. Written out in the statement: else SQLite does not see that the index of what
    is owed fits, and reads the whole table."""
    return table.c.state.in_(bindparam("owing", OWING, expanding=True, literal_execute=True))


def settled(table: Table) -> ColumnElement[bool]:
    """Whether a text is not to be sent any more; written out for the same reason."""
    return table.c.state.not_in(bindparam("owing", OWING, expanding=True, literal_execute=True))


def _owed(table: Table, want: Want, *, now: datetime) -> Select[Any]:
    urgent = table.c.priority < BROADCAST
    which = ~urgent if want.broadcasts else urgent
    return _due(table, now=now).where(table.c.channel == want.channel, which)


def _locked(statement: Select[Any]) -> Select[Any]:
    return statement.with_for_update(skip_locked=True)


def _settled(result: Delivered) -> dict[str, Any]:
    sent = result.state is DeliveryState.SENT
    return {
        "which": result.id,
        "new_state": result.state.value,
        "new_not_before": result.not_before,
        "new_sent_at": result.at if sent else None,
        "new_reference": result.reference,
        "new_reason": result.reason,
        "untried": 0 if result.tried else 1,
    }


@cache
def _settle(table: Table) -> Update:
    given: dict[str, Any] = {name: bindparam(name, type_=kind) for name, kind in _columns(table).items()}
    return _noting(table, given).where(table.c.id == bindparam("which"))


@cache
def _settle_many(table: Table) -> Update:
    types = _columns(table)
    arrays = [func.unnest(bindparam(name, type_=postgresql.ARRAY(kind))).label(name) for name, kind in types.items()]
    given = select(*arrays).subquery("given")
    return _noting(table, dict(given.c.items())).where(table.c.id == given.c.which)


def _columns(table: Table) -> dict[str, Any]:
    names = {f"new_{name}": name for name in ("state", "not_before", "sent_at", "reference", "reason")}
    kinds = {given: table.c[name].type for given, name in names.items()}
    return {"which": table.c.id.type, **kinds, "untried": table.c.attempts.type}


def _noting(table: Table, given: dict[str, ColumnElement[Any]]) -> Update:
    sent = given["new_state"] == literal(DeliveryState.SENT.value)
    values: dict[str, Any] = {
        "state": case((_one_of(table, BEYOND), table.c.state), else_=given["new_state"]),
        "not_before": given["new_not_before"],
        "sent_at": given["new_sent_at"],
        "reference": given["new_reference"],
        "reason": given["new_reason"],
        "attempts": table.c.attempts - given["untried"],
    }
    return update(table).where(sent | _one_of(table, OWING)).values(values)


def _one_of(table: Table, states: Collection[str]) -> ColumnElement[bool]:
    """Spelt out: a statement with many rows of parameters takes no list."""
    return or_(*(table.c.state == state for state in states))
