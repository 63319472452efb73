"""The outbox as those who deliver use it: what is owed is taken up under a lease, and how it went is noted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from functools import cache
from typing import TYPE_CHECKING, Any

from sqlalchemy import (
    ColumnElement,
    Row,
    Select,
    Table,
    Update,
    bindparam,
    case,
    func,
    literal,
    or_,
    select,
    tuple_,
    update,
)
from sqlalchemy.dialects import postgresql

from cases.messages import Outgoing
from cases.model import CaseNo
from cases.notices import Priority
from storage.many import among, not_among

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


PARCEL = ("id", "payload", "person", "attempts", "not_before", "case_no", "priority")
"""The columns of which a parcel is made."""
BROADCAST = Priority.BROADCAST.rank
EACH = 5
"""So many texts to one person are in a process's hands at most, broadcasts apart: who is owed hundreds is sent one a
second, and all others would wait for that."""
OWING = (DeliveryState.QUEUED.value, DeliveryState.SENDING.value)
LOST = (DeliveryState.FAILED, DeliveryState.UNREACHABLE)
BEYOND = (DeliveryState.DELIVERED.value, DeliveryState.RECALLED.value, DeliveryState.WIPED.value)
"""States that a text reaches only after it was sent: being told late that it was changes nothing."""


@dataclass(frozen=True, kw_only=True)
class Parcel:
    """A promised text on its way, until ``lease`` in the hands of whoever has this. ``attempts`` counts this one."""

    id: int
    outgoing: Outgoing
    attempts: int
    lease: datetime
    case_no: CaseNo | None = None
    priority: int = 0

    @property
    def broadcast(self) -> bool:
        return self.priority >= BROADCAST


@dataclass(frozen=True, kw_only=True)
class Delivered:
    """How an attempt ended. ``not_before`` says when a queued one is tried again; one that was not ``tried`` only waits
    for its turn. ``lease``: that of the attempt; under another one the text is another process's by now."""

    id: int
    state: DeliveryState
    at: datetime
    not_before: datetime
    reference: str | None = None
    reason: str | None = None
    tried: bool = True
    lease: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Want:
    """So many texts are wanted for a channel: of broadcasts, or of everything else. ``held``: how many of these each
    person has in the caller's hands already. ``alone``: nobody else takes any of them."""

    channel: str
    broadcasts: bool
    limit: int
    held: Mapping[str, int] = field(default_factory=dict)
    alone: bool = False

    def fits(self, parcel: Parcel) -> bool:
        """Whether the text is one of those wanted."""
        return parcel.outgoing.address.channel == self.channel and parcel.broadcast is self.broadcasts


class OutboxWire:
    """What ``OutboxStore`` offers to those who deliver."""

    _tx: Transaction
    _table: Table

    def _parcel(self, row: Any) -> Parcel:
        raise NotImplementedError

    async def owing(self, wants: Sequence[Want], *, now: datetime) -> bool:
        """Whether anything that is wanted is owed now."""
        for want in wants:
            owed = self._but(_owed(self._table, want, now=now), _full(want.held))
            if (await self._tx.look(owed.limit(1))).first():
                return True
        return False

    async def claim(self, channels: Collection[str], *, now: datetime, lease: datetime, limit: int) -> list[Parcel]:
        """Take what is owed now on these channels, most urgent first; untouched for others until ``lease`` ends.

        A row whose lease has ended without a result is taken up in the attempt at which it stood.
        """
        owed = _due(self._table, now=now).where(self._table.c.channel.in_(tuple(channels))).limit(limit)
        return await self._take(list((await self._tx.execute(_locked(owed))).scalars()), lease=lease)

    async def take_up(self, wants: Sequence[Want], *, now: datetime, lease: datetime) -> list[Parcel]:
        """The same for several wants at once, each with its limit: of one person's own texts no more than may be held,
        and none while another process has some, so that these come in order."""
        found: list[int] = []
        for want in wants:
            found += await (self._crowd(want, now=now) if want.broadcasts else self._own(want, now=now))
        return await self._take(found, lease=lease)

    async def _crowd(self, want: Want, *, now: datetime) -> Sequence[int]:
        owed = _owed(self._table, want, now=now).limit(want.limit)
        return (await self._tx.execute(_locked(owed))).scalars().all()

    async def _own(self, want: Want, *, now: datetime) -> Sequence[int]:
        """Page by page past those who have enough, as long as there is room."""
        found, passed = list[int](), set[str]()
        held = Counter(want.held)
        owed = _owed(self._table, want, now=now).add_columns(self._table.c.person, self._table.c.priority)
        while left := want.limit - len(found):
            rows = (await self._tx.execute(_locked(self._but(owed, passed).limit(left)))).all()
            shared = rows and not want.alone
            elsewhere = await self._elsewhere(want, now=now, last=rows[-1]) if shared else set()
            for row in rows:
                if held[row.person] < EACH and row.person not in elsewhere:
                    held[row.person] += 1
                    found.append(row.id)
                else:
                    passed.add(row.person)
            if len(rows) < left:
                break
            owed = owed.where(self._need > (rows[-1].priority, rows[-1].id))
        return found

    async def _elsewhere(self, want: Want, *, now: datetime, last: Row[Any]) -> set[str]:
        """The persons of whom another process has something in hand that comes before ``last``."""
        table = self._table
        in_hand = (owing(table), table.c.state == DeliveryState.SENDING.value, table.c.not_before > now)
        before = self._need < (last.priority, last.id)
        theirs = select(table.c.person).where(*in_hand, *_sort(table, want), before)
        return set((await self._tx.execute(theirs)).scalars()) - want.held.keys()

    @property
    def _need(self) -> Any:
        """By which texts are in order."""
        return tuple_(self._table.c.priority, self._table.c.id)

    def _but(self, owed: Select[Any], people: Collection[str]) -> Select[Any]:
        return owed.where(not_among(self._tx, self._table.c.person, people)) if people else owed

    async def _take(self, ids: Sequence[int], *, lease: datetime) -> list[Parcel]:
        if not ids:
            return []
        table = self._table
        fresh = case((table.c.state == DeliveryState.QUEUED.value, 1), else_=0)
        taken = (
            update(table)
            .where(among(self._tx, table.c.id, ids))
            .values(state=DeliveryState.SENDING.value, not_before=lease, attempts=table.c.attempts + fresh)
            .returning(*(table.c[name] for name in PARCEL))
        )
        rows = (await self._tx.execute(taken)).all()
        return sorted(map(self._parcel, rows), key=lambda parcel: (parcel.priority, parcel.id))

    async def release(self, channels: Collection[str], *, now: datetime) -> None:
        """What is being sent on these channels is owed again at once; only when nobody can be sending it."""
        table = self._table
        under_way = (table.c.state == DeliveryState.SENDING.value) & table.c.channel.in_(tuple(channels))
        await self._tx.execute(update(table).where(under_way, table.c.not_before > now).values(not_before=now))

    async def settle(self, results: Sequence[Delivered]) -> set[int]:
        """Note how attempts ended, in as few round trips as the database allows; returns which texts are lost by it.

        A text that was sent counts as sent, whatever was decided meanwhile, and one that is known to have arrived, or
        was taken back, stays so. Anything else is noted only of a text that is still owed, under the same lease.
        """
        lost = [result for result in results if result.state in LOST]
        if self._tx.dialect == "postgresql":
            return await self._settle_at_once(results, ask={result.id for result in lost})
        others = [_settled(result) for result in results if result.state not in LOST]
        if others:
            await self._tx.execute(_settle(self._table), others)
        return {one.id for one in lost if (await self._tx.execute(_settle(self._table), _settled(one))).rowcount}

    async def _settle_at_once(self, results: Sequence[Delivered], *, ask: set[int]) -> set[int]:
        """All in one statement; returns which of those asked for it changed."""
        if not results:
            return set()
        rows = [_settled(result) for result in results]
        given = {name: [row[name] for row in rows] for name in rows[0]}
        settle = _settle_many(self._table)
        if not ask:
            await self._tx.execute(settle, given)
            return set()
        return ask & set((await self._tx.execute(settle.returning(self._table.c.id), given)).scalars())


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
    return _due(table, now=now).where(*_sort(table, want))


def _sort(table: Table, want: Want) -> tuple[ColumnElement[bool], ...]:
    urgent = table.c.priority < BROADCAST
    return table.c.channel == want.channel, ~urgent if want.broadcasts else urgent


def _full(held: Mapping[str, int]) -> set[str]:
    """The persons of whom no more may be held."""
    return {person for person, count in held.items() if count >= EACH}


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
        "lease": result.lease,
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
    return {"which": table.c.id.type, **kinds, "lease": table.c.not_before.type, "untried": table.c.attempts.type}


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
    ours = given["lease"].is_(None) | (table.c.not_before == given["lease"])
    return update(table).where(sent | (_one_of(table, OWING) & ours)).values(values)


def _one_of(table: Table, states: Collection[str]) -> ColumnElement[bool]:
    """Spelt out: a statement with many rows of parameters takes no list."""
    return or_(*(table.c.state == state for state in states))
