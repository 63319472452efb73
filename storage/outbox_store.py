"""What was promised to people: every text that is to be sent, and how far it got."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import cache
from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, Row, Table, Update, bindparam, case, func, select, update
from sqlalchemy.dialects import postgresql, sqlite

from cases.messages import Address, Choice, Outgoing, Wording
from cases.model import CaseNo
from cases.notices import Priority
from storage.inbox_store import dump_json

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


NOTHING = '{"text": "", "choices": []}'
OWING = (DeliveryState.QUEUED.value, DeliveryState.SENDING.value)


@dataclass(frozen=True, kw_only=True)
class Promise:
    """A text owed to someone. ``key`` makes it unique: promising the same key again changes nothing.

    ``broadcast`` is the number of the broadcast that it belongs to.
    """

    outgoing: Outgoing
    priority: Priority
    at: datetime
    case_no: CaseNo | None = None
    key: str | None = None
    broadcast: str | None = None


@dataclass(frozen=True, kw_only=True)
class Parcel:
    """A promised text on its way. ``attempts`` counts this one."""

    id: int
    outgoing: Outgoing
    attempts: int
    case_no: CaseNo | None = None
    priority: int = 0


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


class OutboxStore:
    def __init__(self, tx: Transaction) -> None:
        self._tx = tx
        self._table = tx.schema.outbox
        self._promised: list[Promise] = []

    def promise(self, promise: Promise) -> None:
        """Owe a text; it is written at the end of this transaction. Only for promises without a key."""
        self._promised.append(promise)

    def promised(self) -> list[Promise]:
        """What was promised so far and is not yet written; the caller promises it anew, in its own way."""
        taken, self._promised = self._promised, []
        return taken

    def keep(self) -> None:
        """Write what was promised."""
        for promise in self.promised():
            self._tx.add(self._table, _row(promise))

    async def promise_once(self, promises: Sequence[Promise]) -> set[str]:
        """Owe texts that carry a key; one promised before is left as it is. Returns the keys that are new."""
        if not promises:
            return set()
        dialect = sqlite if self._tx.dialect == "sqlite" else postgresql
        statement = dialect.insert(self._table).on_conflict_do_nothing(index_elements=["key"])
        rows = [_row(promise) for promise in promises]
        return set((await self._tx.execute(statement.returning(self._table.c.key), rows)).scalars())

    async def known(self, keys: Collection[str]) -> set[str]:
        """Those of these keys under which something was promised."""
        key = self._table.c.key
        return set((await self._tx.execute(select(key).where(key.in_(keys)))).scalars())

    async def promise_now(
        self, promises: Sequence[Promise], *, lease: Callable[[Address], datetime | None]
    ) -> list[Parcel]:
        """Owe texts that the caller sends itself as soon as this transaction is committed.

        ``lease`` tells until when an address is the caller's; those with None are left to others and not returned.
        """
        leases = [(p, lease(p.outgoing.address)) for p in promises]
        self._promised += [p for p, until in leases if until is None]
        taken = [(p, until) for p, until in leases if until is not None]
        if not taken:
            return []
        sending = {"state": DeliveryState.SENDING.value, "attempts": 1}
        rows = [{**_row(p), **sending, "not_before": until} for p, until in taken]
        ids = await self._tx.insert_numbered(self._table, rows)
        return [
            Parcel(id=i, outgoing=p.outgoing, attempts=1, case_no=p.case_no, priority=p.priority.rank)
            for i, (p, _) in zip(ids, taken, strict=True)
        ]

    async def claim(self, channels: Collection[str], *, now: datetime, lease: datetime, limit: int) -> list[Parcel]:
        """Take what is owed now on these channels, most urgent first; untouched for others until ``lease`` ends.

        A row whose lease has ended without a result is taken up in the attempt at which it stood.
        """
        table = self._table
        owed = (
            select(table.c.id)
            .where(table.c.state.in_(OWING), table.c.not_before <= now, table.c.channel.in_(tuple(channels)))
            .order_by(table.c.priority, table.c.id)
            .limit(limit)
            .with_for_update(skip_locked=True)
        )
        ids = (await self._tx.execute(owed)).scalars().all()
        if not ids:
            return []
        fresh = case((table.c.state == DeliveryState.QUEUED.value, 1), else_=0)
        taken = (
            update(table)
            .where(table.c.id.in_(ids))
            .values(state=DeliveryState.SENDING.value, not_before=lease, attempts=table.c.attempts + fresh)
            .returning(table.c.id, table.c.payload, table.c.person, table.c.attempts, table.c.case_no, table.c.priority)
        )
        rows = (await self._tx.execute(taken)).all()
        return sorted((_parcel(row) for row in rows), key=lambda parcel: (parcel.priority, parcel.id))

    async def release(self, channels: Collection[str], *, now: datetime) -> None:
        """What is being sent on these channels is owed again at once; only when nobody can be sending it."""
        table = self._table
        under_way = (table.c.state == DeliveryState.SENDING.value) & table.c.channel.in_(tuple(channels))
        await self._tx.execute(update(table).where(under_way, table.c.not_before > now).values(not_before=now))

    async def settle(self, results: Sequence[Delivered]) -> None:
        """Note how attempts ended, in one round trip."""
        if not results:
            return
        await self._tx.execute(_settle(self._table), [_settled(result) for result in results])

    async def sent_as(self, person: str, reference: str) -> tuple[int, DeliveryState] | None:
        """The text that a channel took from this person's under its ``reference``, and how far it is."""
        table = self._table
        which = (table.c.person == person, table.c.reference == reference)
        row = (await self._tx.execute(select(table.c.id, table.c.state).where(*which).limit(1))).first()
        return (row.id, DeliveryState(row.state)) if row else None

    async def reported(self, result: Delivered) -> None:
        """Note the channel's later word on a text that it took; one that is settled otherwise stays as it is."""
        table = self._table
        arrived = result.at if result.state is DeliveryState.DELIVERED else None
        values = {"state": result.state.value, "delivered_at": arrived, "reason": result.reason}
        taken = table.c.state == DeliveryState.SENT.value
        await self._tx.execute(update(table).where(table.c.id == result.id, taken).values(**values))

    async def since(self, person: Address, *, after: int, limit: int) -> list[tuple[int, datetime, Outgoing]]:
        """What was promised to the person after row ``after``, the newest ``limit`` of it, oldest first."""
        table = self._table
        statement = (
            select(table.c.id, table.c.created_at, table.c.payload, table.c.person)
            .where(table.c.person == str(person), table.c.id > after, table.c.state != DeliveryState.WIPED.value)
            .order_by(table.c.id.desc())
            .limit(limit)
        )
        rows = reversed((await self._tx.execute(statement)).all())
        return [(row.id, row.created_at, outgoing_from(row)) for row in rows]

    async def wipe(self, person: Address, *, before: datetime) -> None:
        """Forget what the person was told outside of any case before an instant; what is still owed stays."""
        await self._wipe(self._table.c.person == str(person), self._table.c.created_at < before)

    async def wipe_told_before(self, instant: datetime) -> None:
        """Forget what was told to anyone outside of any case before an instant; broadcasts are no secret."""
        await self._wipe(self._table.c.created_at < instant, self._table.c.broadcast.is_(None))

    async def _wipe(self, *which: ColumnElement[bool]) -> None:
        """The words go, the row stays: its number must not be given again, for pages ask for what came after it."""
        table = self._table
        told = (table.c.case_no.is_(None), table.c.state.not_in((*OWING, DeliveryState.WIPED.value)))
        statement = update(table).where(*which, *told)
        await self._tx.execute(statement.values(state=DeliveryState.WIPED.value, payload=NOTHING, reason=None))

    async def depth(self) -> int:
        """How many texts are still owed."""
        table = self._table
        statement = select(func.count()).select_from(table).where(table.c.state.in_(OWING))
        return int((await self._tx.execute(statement)).scalar_one())


@cache
def _settle(table: Table) -> Update:
    names = ("state", "not_before", "sent_at", "reference", "reason")
    values: dict[str, Any] = {name: bindparam(f"new_{name}") for name in names}
    statement = update(table).where(table.c.id == bindparam("which"))
    return statement.values({**values, "attempts": table.c.attempts - bindparam("untried")})


def _row(promise: Promise) -> dict[str, Any]:
    outgoing = promise.outgoing
    return {
        "channel": outgoing.address.channel,
        "person": str(outgoing.address),
        "priority": promise.priority.rank,
        "payload": dump_json(_payload(outgoing)),
        "case_no": promise.case_no,
        "key": promise.key,
        "broadcast": promise.broadcast,
        "state": DeliveryState.QUEUED.value,
        "attempts": 0,
        "not_before": promise.at,
        "created_at": promise.at,
    }


def _payload(outgoing: Outgoing) -> dict[str, Any]:
    choices = [[vars(choice) for choice in row] for row in outgoing.choices]
    wording = {"key": outgoing.wording.key, "facts": dict(outgoing.wording.facts)} if outgoing.wording else None
    more = {"wording": wording, "picture": outgoing.picture, "revises": outgoing.revises}
    return {"text": outgoing.text, "choices": choices, **{name: value for name, value in more.items() if value}}


def outgoing_from(row: Row[Any]) -> Outgoing:
    """The text in a row of ``outbox``, of which its payload and its person are read."""
    payload = json.loads(row.payload)
    choices = tuple(tuple(Choice(**choice) for choice in line) for line in payload["choices"])
    return Outgoing(
        address=Address.parse(row.person),
        text=payload["text"],
        choices=choices,
        wording=Wording(**payload["wording"]) if "wording" in payload else None,
        picture=payload.get("picture"),
        revises=payload.get("revises"),
    )


def _parcel(row: Row[Any]) -> Parcel:
    case_no = CaseNo(row.case_no) if row.case_no else None
    return Parcel(id=row.id, outgoing=outgoing_from(row), attempts=row.attempts, case_no=case_no, priority=row.priority)


def _settled(result: Delivered) -> dict[str, Any]:
    return {
        "which": result.id,
        "new_state": result.state.value,
        "new_not_before": result.not_before,
        "new_sent_at": result.at if result.state is DeliveryState.SENT else None,
        "new_reference": result.reference,
        "new_reason": result.reason,
        "untried": 0 if result.tried else 1,
    }
