"""What was promised to people: every text that is to be sent, and how far it got."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, Row, func, select, update
from sqlalchemy.dialects import postgresql, sqlite

from cases.messages import Address, Choice, Outgoing, Wording
from cases.model import CaseNo
from cases.notices import Priority
from storage.inbox_store import dump_json
from storage.outbox_wire import EACH, OWING, Delivered, DeliveryState, OutboxWire, Parcel, owing

if TYPE_CHECKING:
    from storage.database import Transaction


__all__ = ["NOTHING", "OWING", "Delivered", "DeliveryState", "OutboxStore", "Parcel", "Promise"]

NOTHING = '{"text": "", "choices": []}'


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


class OutboxStore(OutboxWire):
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

        ``lease`` tells until when an address is the caller's; those with None are left to others and not returned, nor
        are those to one person beyond EACH.
        """
        persons = Counter[Address]()
        leases = list[tuple[Promise, datetime | None]]()
        for promise in promises:
            person = promise.outgoing.address
            persons[person] += 1
            leases.append((promise, lease(person) if persons[person] <= EACH else None))
        self._promised += [p for p, until in leases if until is None]
        taken = [(p, until) for p, until in leases if until is not None]
        if not taken:
            return []
        sending = {"state": DeliveryState.SENDING.value, "attempts": 1}
        rows = [{**_row(p), **sending, "not_before": until} for p, until in taken]
        ids = await self._tx.insert_numbered(self._table, rows)
        return [
            Parcel(id=i, outgoing=p.outgoing, attempts=1, lease=until, case_no=p.case_no, priority=p.priority.rank)
            for i, (p, until) in zip(ids, taken, strict=True)
        ]

    def _parcel(self, row: Row[Any]) -> Parcel:
        case_no = CaseNo(row.case_no) if row.case_no else None
        return Parcel(
            id=row.id,
            outgoing=outgoing_from(row),
            attempts=row.attempts,
            lease=row.not_before,
            case_no=case_no,
            priority=row.priority,
        )

    async def sent_as(self, person: str, reference: str) -> tuple[int, DeliveryState] | None:
        """The text that a channel took from this person's under its ``reference``, and how far it is."""
        table = self._table
        which = (table.c.person == person, table.c.reference == reference)
        row = (await self._tx.execute(select(table.c.id, table.c.state).where(*which).limit(1))).first()
        return (row.id, DeliveryState(row.state)) if row else None

    async def reported(self, result: Delivered) -> bool:
        """Note the channel's later word on a text that it took; False: it is settled otherwise and stays so."""
        table = self._table
        arrived = result.at if result.state is DeliveryState.DELIVERED else None
        values = {"state": result.state.value, "delivered_at": arrived, "reason": result.reason}
        taken = table.c.state == DeliveryState.SENT.value
        told = update(table).where(table.c.id == result.id, taken).values(**values)
        return (await self._tx.execute(told)).rowcount > 0

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
        statement = select(func.count()).select_from(table).where(owing(table))
        return int((await self._tx.execute(statement)).scalar_one())


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
