"""The texts of a broadcast in the outbox: counted, called off, taken up again, postponed, taken back."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, Row, Table, and_, func, not_, select, update

from cases.broadcasts import Result, Tally
from cases.messages import Address
from cases.notices import Priority
from storage.many import among
from storage.outbox_store import NOTHING, OWING, DeliveryState
from storage.outbox_wire import owing

if TYPE_CHECKING:
    from storage.database import Transaction

ARRIVED = (DeliveryState.SENT.value, DeliveryState.DELIVERED.value)


@dataclass(frozen=True, kw_only=True)
class Told:
    """A text that was sent, or is being sent, and how the channel calls it."""

    id: int
    person: Address
    state: str
    sent_at: datetime | None
    reference: str | None


def key_of(mark: str, person: Address | str) -> str:
    """Under which a person is promised a text of a broadcast, or of a change of it, once."""
    return f"broadcast/{mark}/{person}"


class SpreadStore:
    def __init__(self, tx: Transaction) -> None:
        self._tx = tx
        self._outbox = tx.schema.outbox

    async def head(self, *, now: datetime) -> dict[str, int]:
        """How many texts of broadcasts stand ready on each channel or are on its wire; what waits for later is none."""
        table = self._outbox
        waits = and_(table.c.state == DeliveryState.QUEUED.value, table.c.not_before > now)
        ready = (owing(table), table.c.priority == Priority.BROADCAST.rank, not_(waits))
        counted = select(table.c.channel, func.count().label("number")).where(*ready).group_by(table.c.channel)
        return {row.channel: row.number for row in await self._tx.execute(counted)}

    async def tallies(self, mark: str, *, until: datetime | None = None) -> list[Tally]:
        """How far the texts under a mark got; of those that were promised ``until`` then."""
        table = self._outbox
        by = (table.c.channel, table.c.state, table.c.reason)
        which = (table.c.broadcast == mark, *_made(table, until))
        counted = select(*by, func.count().label("number")).where(*which).group_by(*by)
        return [
            Tally(channel=row.channel, state=row.state, reason=row.reason, count=row.number)
            for row in await self._tx.execute(counted.order_by(*by))
        ]

    async def owing(self, mark: str) -> bool:
        """Whether something under the mark is still to be sent, or just being sent."""
        table = self._outbox
        found = select(table.c.id).where(table.c.broadcast == mark, table.c.state.in_(OWING)).limit(1)
        return (await self._tx.execute(found)).first() is not None

    async def results(self, mark: str, *, limit: int, after: int = 0) -> list[Result]:
        """What became of each text, in the order in which they were promised."""
        table = self._outbox
        found = select(table).where(table.c.broadcast == mark, table.c.id > after).order_by(table.c.id).limit(limit)
        return [
            Result(
                n=row.id,
                channel=row.channel,
                state=row.state,
                at=row.delivered_at or row.sent_at,
                reason=row.reason,
            )
            for row in await self._tx.execute(found)
        ]

    async def stop(self, mark: str) -> int:
        """Call off what is not being sent yet; returns how many."""
        table = self._outbox
        queued = (table.c.broadcast == mark, table.c.state == DeliveryState.QUEUED.value)
        return (await self._tx.execute(update(table).where(*queued).values(state=DeliveryState.STOPPED.value))).rowcount

    async def resume(self, mark: str) -> None:
        """Have those from whom it was called off wait for it again: their texts are made anew when it is their turn."""
        table, people = self._outbox, self._tx.schema.broadcast_people
        stopped = (table.c.broadcast == mark, table.c.state == DeliveryState.STOPPED.value)
        theirs = (people.c.broadcast == mark, people.c.person.in_(select(table.c.person).where(*stopped)))
        await self._tx.execute(update(people).where(*theirs).values(promised_at=None))
        await self._forget(*stopped)

    async def spare(self, person: Address) -> None:
        """No broadcast that stands ready for the person is sent, nor tried again when it is just on the wire; what
        changes a text that they have still is."""
        table, state = self._outbox, self._outbox.c.state
        theirs = (table.c.person == str(person), table.c.broadcast.is_not(None), table.c.broadcast.not_like("%/%"))
        await self._forget(*theirs, state == DeliveryState.QUEUED.value)
        sending = update(table).where(*theirs, state == DeliveryState.SENDING.value)
        await self._tx.execute(sending.values(state=DeliveryState.STOPPED.value))

    async def _forget(self, *which: ColumnElement[bool]) -> None:
        """These were never promised. Their rows stay: a number must not be given again, for pages ask for what came
        after it."""
        gone = {"state": DeliveryState.WIPED.value, "payload": NOTHING, "reason": None}
        await self._tx.execute(update(self._outbox).where(*which).values(key=None, broadcast=None, **gone))

    async def postpone(self, mark: str, *, until: datetime) -> None:
        """What is not being sent yet waits."""
        table = self._outbox
        queued = (table.c.broadcast == mark, table.c.state == DeliveryState.QUEUED.value, table.c.not_before < until)
        await self._tx.execute(update(table).where(*queued).values(not_before=until))

    async def told(
        self, mark: str, *, after: int, limit: int, until: datetime | None = None, changed: Sequence[str] = ()
    ) -> list[Told]:
        """Texts that people have, or are about to have, from the row ``after`` on, of those promised ``until`` then; as
        the channel calls them after the changes under the marks ``changed``."""
        table = self._outbox
        had = (table.c.state.in_((*ARRIVED, *OWING)), *_made(table, until))
        found = select(table.c.id, table.c.person, table.c.state, table.c.sent_at, table.c.reference)
        of_it = found.where(table.c.broadcast == mark, table.c.id > after, *had)
        rows = (await self._tx.execute(of_it.order_by(table.c.id).limit(limit))).all()
        told = {row.person: Told(**{**row._asdict(), "person": Address.parse(row.person)}) for row in rows}
        for later in await self._settled(changed, told) if changed and told else ():
            if later.reference != told[later.person].reference:  # else it is the same message, as old as it was
                new = {"reference": later.reference, "sent_at": later.sent_at}
                told[later.person] = replace(told[later.person], **new)
        return list(told.values())

    async def _settled(self, marks: Collection[str], people: Collection[str]) -> Sequence[Row[Any]]:
        """What arrived under these marks at these people, oldest first."""
        table = self._outbox
        keys = among(self._tx, table.c.key, [key_of(mark, person) for mark in marks for person in people])
        found = select(table.c.person, table.c.reference, table.c.sent_at)
        arrived = (keys, table.c.state.in_(ARRIVED), table.c.reference.is_not(None))
        return (await self._tx.execute(found.where(*arrived).order_by(table.c.id))).all()

    async def taken_back(self, mark: str, *, by: str, limit: int) -> int:
        """Mark as recalled what texts under ``by`` have taken back, and those texts with it, so that nobody looks at
        them again; at most ``limit``, and returns how many."""
        table = self._outbox
        arrived = select(table.c.id, table.c.person).where(table.c.broadcast == by, table.c.state.in_(ARRIVED))
        rows = (await self._tx.execute(arrived.limit(limit))).all()
        if rows:
            taken = among(self._tx, table.c.key, [key_of(mark, row.person) for row in rows])
            await self._recalled(taken, table.c.state.in_(ARRIVED))
            await self._recalled(among(self._tx, table.c.id, [row.id for row in rows]))
        return len(rows)

    async def _recalled(self, *which: ColumnElement[bool]) -> None:
        recalled = update(self._outbox).where(*which).values(state=DeliveryState.RECALLED.value)
        await self._tx.execute(recalled)

    async def lines_of(self, person: Address, references: Collection[str]) -> dict[str, int]:
        """The rows of the texts that the channel knows under these references: of each the first."""
        table = self._outbox
        named = (table.c.person == str(person), table.c.reference.in_(tuple(references)))
        found = select(table.c.id, table.c.reference).where(*named).order_by(table.c.id.desc())
        return {row.reference: row.id for row in await self._tx.execute(found)}


def _made(table: Table, until: datetime | None) -> list[ColumnElement[bool]]:
    return [] if until is None else [table.c.created_at <= until]
