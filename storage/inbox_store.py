"""Messages that were received and are to be worked, each once."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, MutableMapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING, Any

from sqlalchemy import Integer, Row, Select, Table, Update, bindparam, func, select, update
from sqlalchemy.dialects import postgresql, sqlite

from cases.messages import Address, Attachment, AttachmentKind, Incoming

if TYPE_CHECKING:
    from storage.database import Transaction


dump_json = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
Recent = MutableMapping[tuple[str, str], Incoming]
"""Messages by channel and key that this process has just put into the inbox."""


@dataclass(frozen=True, kw_only=True)
class Waiting:
    """A message in the inbox with its number there."""

    id: int
    message: Incoming


class InboxStore:
    """``put`` before the channel is told "received"; ``waiting`` in order of arrival; ``done`` in the same transaction
    as everything that the message caused."""

    def __init__(self, tx: Transaction) -> None:
        self._tx = tx
        self._table = tx.schema.inbox

    async def put(self, messages: Sequence[Incoming]) -> None:
        """Keep the messages; one that is already there (same channel and key) is left as it is."""
        if not messages:
            return
        dialect = sqlite if self._tx.dialect == "sqlite" else postgresql
        statement = dialect.insert(self._table).on_conflict_do_nothing(index_elements=["channel", "key"])
        await self._tx.execute(statement, [_row(message) for message in messages])

    async def waiting(self, channels: Iterable[str], *, limit: int, recent: Recent | None = None) -> list[Waiting]:
        """The oldest messages not yet worked, of these channels; those in ``recent`` are taken from there."""
        rows = (await self._tx.execute(_waiting_in(self._table), {"channels": tuple(channels), "most": limit})).all()
        known = {row.id: recent.pop((row.channel, row.key), None) if recent else None for row in rows}
        read = await self._read([number for number, message in known.items() if message is None])
        return [Waiting(id=number, message=message or read[number]) for number, message in known.items()]

    async def _read(self, ids: Sequence[int]) -> dict[int, Incoming]:
        if not ids:
            return {}
        table = self._table
        rows = await self._tx.execute(select(table.c.id, table.c.payload).where(table.c.id.in_(ids)))
        return {row.id: load_incoming(row.payload) for row in rows}

    async def still_waiting(self, ids: Sequence[int]) -> frozenset[int]:
        """Those of ``ids`` that no one has worked meanwhile; call it after locking their conversations."""
        rows = await self._tx.execute(_still_waiting(self._table), {"ids": ids})
        return frozenset(row.id for row in rows)

    async def done(self, ids: Sequence[int], *, at: datetime) -> None:
        if ids:
            await self._tx.execute(_done(self._table), {"ids": ids, "at": at})

    async def said_by(self, person: Address, *, after: int, limit: int) -> list[Waiting]:
        """What the person said, oldest first, from the row after ``after``; wiped messages are left out."""
        table = self._table
        statement = (
            select(table.c.id, table.c.payload)
            .where(table.c.person == str(person), table.c.id > after, table.c.payload.is_not(None))
            .order_by(table.c.id.desc())
            .limit(limit)
        )
        return [_waiting(row) for row in reversed((await self._tx.execute(statement)).all())]

    async def wipe(self, person: Address, *, until: datetime) -> None:
        """Forget what the person said up to ``until``, worked or not; that it was received stays known."""
        table = self._table
        said = (table.c.person == str(person), table.c.received_at <= until)
        done = func.coalesce(table.c.done_at, table.c.received_at)
        await self._tx.execute(update(table).where(*said).values(payload=None, done_at=done))

    async def wipe_done_before(self, instant: datetime) -> None:
        """Forget the words of messages worked before ``instant``; what they led to stands in the cases."""
        table = self._table
        statement = update(table).where(table.c.done_at < bindparam("instant", instant), table.c.payload.is_not(None))
        await self._tx.execute(statement.values(payload=None))


# Built once: a statement costs more to build than to run.


@cache
def _waiting_in(table: Table) -> Select[Any]:
    these = table.c.channel.in_(bindparam("channels", expanding=True))
    statement = select(table.c.id, table.c.channel, table.c.key)
    statement = statement.where(table.c.done_at.is_(None), table.c.payload.is_not(None), these)
    return statement.order_by(table.c.id).limit(bindparam("most", type_=Integer))


@cache
def _still_waiting(table: Table) -> Select[Any]:
    return select(table.c.id).where(table.c.id.in_(bindparam("ids", expanding=True)), table.c.done_at.is_(None))


@cache
def _done(table: Table) -> Update:
    return update(table).where(table.c.id.in_(bindparam("ids", expanding=True))).values(done_at=bindparam("at"))


def _row(message: Incoming) -> dict[str, Any]:
    return {
        "channel": message.address.channel,
        "key": message.key,
        "person": str(message.address),
        "payload": dump_incoming(message),
        "received_at": message.at,
    }


def dump_incoming(message: Incoming) -> str:
    values = {
        **_sparse(vars(message)),
        "address": vars(message.address),
        "at": message.at.isoformat(),
        "attachments": [_sparse(vars(attachment)) for attachment in message.attachments],
    }
    return dump_json(values)


def _sparse(values: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in values.items() if value not in ("", (), None, False)}


def load_incoming(payload: str) -> Incoming:
    values = json.loads(payload)
    attachments = tuple(load_attachment(part) for part in values.pop("attachments", ()))
    address, at = Address(**values.pop("address")), datetime.fromisoformat(values.pop("at"))
    return Incoming(**values, address=address, at=at, attachments=attachments)


def load_attachment(values: dict[str, Any]) -> Attachment:
    return Attachment(**{**values, "kind": AttachmentKind(values["kind"])})


def _waiting(row: Row[Any]) -> Waiting:
    return Waiting(id=row.id, message=load_incoming(row.payload))
