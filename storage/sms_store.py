"""Short messages that were sent and received, and the numbers behind their addresses."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, Row, delete, exists, literal, select, update
from sqlalchemy.dialects import postgresql, sqlite

from cases.model import Kind
from cases.short_messages import Report, SmsState

if TYPE_CHECKING:
    from storage.database import Transaction

UNIQUE = ("gateway", "incoming", "reference")
OWING = ("queued", "sending")
UNKNOWN = ""
"""The person of a report that came before its message was written down."""


@dataclass(frozen=True, kw_only=True)
class ShortMessage:
    """One message to or from a number. ``person`` is the address as text, ``number`` what stands behind it."""

    id: int
    person: str
    incoming: bool
    text: str | None
    segments: int
    gateway: str
    state: SmsState
    reason: str | None
    at: datetime
    reported_at: datetime | None
    number: str | None
    hidden: bool = False
    """Its number and words are not for who asked."""


@dataclass(frozen=True, kw_only=True)
class Sent:
    """A message that an operator took, or that was only ``kept``. ``person`` is the address as text."""

    person: str
    text: str
    segments: int
    gateway: str
    reference: str
    state: SmsState
    at: datetime


@dataclass(frozen=True, kw_only=True)
class Unsettled:
    """A report that the outbox has not been told yet."""

    id: int
    person: str
    reference: str
    state: SmsState
    reason: str | None
    reported_at: datetime


class SmsStore:
    """``gateway`` is the name of the way by which a message went or came, ``reference`` that way's number of it."""

    def __init__(self, tx: Transaction) -> None:
        self._tx = tx
        self._phones = tx.schema.phones
        self._table = tx.schema.short_messages

    async def keep_number(self, number: str, *, at: datetime) -> str:
        """Keep a telephone number sealed, or note that it is still used; returns the index that its address carries."""
        index = self._tx.blind_index(number)
        row = {"number_index": index, "number": number, "created_at": at}
        statement = self._insert(self._phones, row)
        again = statement.on_conflict_do_update(index_elements=["number_index"], set_={"created_at": at})
        await self._tx.execute(again)
        return index

    async def number_of(self, index: str) -> str | None:
        """The number behind an address; None when it was never kept, or is forgotten."""
        return (await self.numbers([index])).get(index)

    async def numbers(self, indexes: Collection[str]) -> dict[str, str]:
        """The numbers behind these indexes, as far as they are still kept."""
        phones = self._phones
        rows = await self._tx.execute(
            select(phones.c.number_index, phones.c.number).where(phones.c.number_index.in_(tuple(indexes)))
        )
        return {row.number_index: row.number for row in rows}

    async def keep(self, sent: Sent) -> None:
        """Write down a message that was sent; what was reported of it before stays."""
        row = _row(sent)
        statement = self._insert(self._table, {**row, "incoming": False, "pending": False})
        known = {name: row[name] for name in ("person", "text", "segments", "created_at")}
        await self._tx.execute(statement.on_conflict_do_update(index_elements=UNIQUE, set_=known))

    async def keep_received(self, received: Sent) -> None:
        """Write down a message that came; one that is there already stays as it is."""
        statement = self._insert(self._table, {**_row(received), "incoming": True, "pending": False})
        await self._tx.execute(statement.on_conflict_do_nothing(index_elements=UNIQUE))

    async def came_since(self, instant: datetime, reference: str, *, gateway: str) -> bool:
        """Whether a message with this reference came since an instant."""
        table = self._table
        this = (table.c.gateway == gateway, table.c.incoming, table.c.reference == reference)
        found = select(table.c.id).where(*this, table.c.created_at > instant)
        return (await self._tx.execute(found)).first() is not None

    async def note(self, report: Report, *, gateway: str, at: datetime) -> None:
        """Note what was reported. The first final word stands, and one that comes before its message waits for it."""
        told = {"state": report.state.value, "reason": report.reason, "reported_at": at, "pending": True}
        blank = {"person": UNKNOWN, "text": "", "segments": 0, "gateway": gateway, "reference": report.reference}
        early = self._insert(self._table, {**blank, **told, "incoming": False, "created_at": at})
        new = early.on_conflict_do_nothing(index_elements=UNIQUE).returning(self._table.c.id)
        if (await self._tx.execute(new)).first() is None:
            table = self._table
            this = (table.c.gateway == gateway, table.c.reference == report.reference, ~table.c.incoming)
            first = table.c.state == SmsState.SENT.value
            await self._tx.execute(update(table).where(*this, first).values(**told))

    async def unsettled(self, *, limit: int) -> list[Unsettled]:
        """Reports on known messages that the outbox was not told yet, oldest first."""
        table = self._table
        names = (table.c.id, table.c.person, table.c.reference, table.c.state, table.c.reason, table.c.reported_at)
        waiting = select(*names).where(table.c.pending, table.c.person != UNKNOWN)
        rows = (
            await self._tx.execute(waiting.order_by(table.c.id).limit(limit).with_for_update(skip_locked=True))
        ).all()
        return [Unsettled(**{**row._mapping, "state": SmsState(row.state)}) for row in rows]

    async def settled(self, ids: Collection[int]) -> None:
        """The outbox was told."""
        if ids:
            await self._tx.execute(update(self._table).where(self._table.c.id.in_(ids)).values(pending=False))

    async def page(self, *, before: int | None, limit: int, bureaus: Collection[str] | None) -> list[ShortMessage]:
        """The newest messages below row ``before``; with ``bureaus`` only those about cases of theirs."""
        table = self._table
        columns = [column for column in table.c if column.name not in ("reference", "pending")]
        statement = select(*columns).where(table.c.person != UNKNOWN)
        if before is not None:
            statement = statement.where(table.c.id < before)
        if bureaus is not None:
            statement = statement.where(self._about(bureaus))
        rows = (await self._tx.execute(statement.order_by(table.c.id.desc()).limit(limit))).all()
        numbers = await self.numbers({_index(row.person) for row in rows})
        return [_message(row, number=numbers.get(_index(row.person))) for row in rows]

    async def cases_behind(self, ids: Collection[int]) -> dict[int, str]:
        """The number of the case that each of these messages is about, where it is about one."""
        outbox, table = self._tx.schema.outbox, self._table
        told = (outbox.c.person == table.c.person) & (outbox.c.reference == table.c.reference)
        about = select(table.c.id, outbox.c.case_no).join_from(table, outbox, told)
        rows = await self._tx.execute(about.where(table.c.id.in_(tuple(ids)), outbox.c.case_no.is_not(None)))
        return {row.id: row.case_no for row in rows}

    async def tipoffs_of(self, people: Collection[str]) -> list[tuple[str, str]]:
        """The tip-offs that came from these addresses, or in which their number was given: the address, the number."""
        who, cases = self._tx.schema.identities, self._tx.schema.cases
        by_index = {_index(person): person for person in people}
        theirs = who.c.person.in_(tuple(people)) | who.c.phone_index.in_(tuple(by_index))
        named = select(who.c.person, who.c.phone_index, who.c.case_no).join(cases, cases.c.no == who.c.case_no)
        rows = await self._tx.execute(named.where(theirs, cases.c.kind == Kind.TIPOFF.value))
        return [(by_index.get(row.phone_index, row.person), row.case_no) for row in rows]

    def _about(self, bureaus: Collection[str]) -> ColumnElement[bool]:
        outbox, cases, table = self._tx.schema.outbox, self._tx.schema.cases, self._table
        told = (outbox.c.person == table.c.person, outbox.c.reference == table.c.reference)
        about = select(literal(1)).join_from(outbox, cases, cases.c.no == outbox.c.case_no)
        return exists(about.where(*told, cases.c.bureau.in_(tuple(bureaus))))

    async def wipe_before(self, instant: datetime) -> None:
        """Forget the words of messages before an instant; that they were sent, and when, stays."""
        table = self._table
        old = update(table).where(table.c.created_at < instant, table.c.text.is_not(None))
        await self._tx.execute(old.values(text=None, reason=None, pending=False))
        await self._tx.execute(delete(table).where(table.c.created_at < instant, table.c.person == UNKNOWN))

    async def forget_numbers(self, *, channel: str, before: datetime) -> None:
        """Forget numbers not used since an instant, to which nothing is owed and which subscribe to nothing."""
        schema, phones = self._tx.schema, self._phones
        person = literal(f"{channel}:") + phones.c.number_index
        outbox, chosen = schema.outbox, schema.broadcast_people
        wanted = [
            (outbox.c.person == person, outbox.c.state.in_(OWING)),
            (chosen.c.person == person, chosen.c.promised_at.is_(None)),
            (schema.subscriptions.c.person == person,),
            (schema.group_members.c.person == person,),
            (schema.reaches.c.number_index == phones.c.number_index,),
            (schema.identities.c.person == person,),
        ]
        unused = [~exists(select(literal(1)).where(*which)) for which in wanted]
        await self._tx.execute(delete(phones).where(phones.c.created_at < before, *unused))

    def _insert(self, table: Any, row: dict[str, Any]) -> Any:
        dialect = sqlite if self._tx.dialect == "sqlite" else postgresql
        return dialect.insert(table).values(**row)


def _index(person: str) -> str:
    return person.partition(":")[2]


def _row(sent: Sent) -> dict[str, Any]:
    values = {**vars(sent), "created_at": sent.at, "state": sent.state.value}
    del values["at"]
    return values


def _message(row: Row[Any], *, number: str | None) -> ShortMessage:
    values = dict(row._mapping)
    at = values.pop("created_at")
    return ShortMessage(**{**values, "state": SmsState(row.state), "at": at, "number": number})
