"""Broadcasts, the people each of them is for, what was done to it, and how far its texts got."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, Row, and_, func, insert, or_, select, update

from cases.broadcasts import Audience, Broadcast, BroadcastKind, BroadcastState, Revision, Step
from cases.messages import Address
from storage.many import among

if TYPE_CHECKING:
    from storage.database import Transaction

CHUNK = 5000
"""People written in one statement."""


@dataclass(frozen=True, kw_only=True)
class Published:
    """A broadcast as everybody may read it. ``corrected_at``: its words were changed afterwards; ``recalled_at``: it
    was taken back, and only that is to be told."""

    id: str
    kind: BroadcastKind
    title: str
    body: str
    picture: str | None
    published_at: datetime
    corrected_at: datetime | None
    recalled_at: datetime | None


class BroadcastStore:
    def __init__(self, tx: Transaction) -> None:
        self._tx = tx
        self._broadcasts = tx.schema.broadcasts
        self._broadcast_people = tx.schema.broadcast_people
        self._revisions = tx.schema.broadcast_revisions
        self._steps = tx.schema.broadcast_steps

    def add(self, broadcast: Broadcast) -> None:
        self._tx.add(self._broadcasts, _row(broadcast))

    async def get(self, broadcast_id: str, *, lock: bool = False, wait: bool = True) -> Broadcast | None:
        """The broadcast; ``lock`` keeps others from it until this transaction ends, ``wait`` False gives up at once."""
        statement = select(self._broadcasts).where(self._broadcasts.c.id == broadcast_id)
        if lock:
            statement = statement.with_for_update(skip_locked=not wait)
        row = (await self._tx.execute(statement)).first()
        return _broadcast(row) if row else None

    async def change(self, broadcast: Broadcast) -> Broadcast:
        """Write a broadcast that was read under lock; returns it with its new version."""
        table, row = self._broadcasts, _row(broadcast)
        row["version"] = broadcast.version + 1
        changed = update(table).where(table.c.id == broadcast.id).values(**row).returning(*table.c)
        return _broadcast((await self._tx.execute(changed)).one())

    async def recent(self, *, limit: int) -> list[Broadcast]:
        """The newest first."""
        table = self._broadcasts
        found = select(table).order_by(table.c.created_at.desc(), table.c.id.desc()).limit(limit)
        return [_broadcast(row) for row in await self._tx.execute(found)]

    async def published(self, limit: int, *, only: str | None = None) -> list[Published]:
        """What everybody may read, the newest first; ``only`` the one with this id."""
        table, revisions = self._broadcasts, self._revisions
        changed = (
            select(func.max(revisions.c.at))
            .where(revisions.c.broadcast == table.c.id, revisions.c.body.is_not(None))
            .scalar_subquery()
        )
        found = (
            select(table, changed.label("corrected_at"))
            .where(table.c.published_at.is_not(None), *([table.c.id == only] if only else []))
            .order_by(table.c.published_at.desc(), table.c.id.desc())
            .limit(limit)
        )
        return [
            Published(
                id=row.id,
                kind=BroadcastKind(row.kind),
                title=row.title,
                body=row.body,
                picture=row.picture,
                published_at=row.published_at,
                corrected_at=row.corrected_at,
                recalled_at=row.recalled_at,
            )
            for row in await self._tx.execute(found)
        ]

    async def at_work(self, now: datetime) -> list[str]:
        """Those of which something is to be done: due or under way, with texts to be called off, or to be revised."""
        table, revisions, outbox = self._broadcasts, self._revisions, self._tx.schema.outbox
        due = and_(table.c.state == BroadcastState.APPROVED.value, table.c.send_at <= now)
        revised = select(revisions.c.broadcast).where(revisions.c.finished_at.is_(None))
        ended = table.c.state.in_([BroadcastState.STOPPED.value, BroadcastState.RECALLED.value])
        left = select(outbox.c.broadcast).where(outbox.c.broadcast == table.c.id, outbox.c.state == "queued")
        work = or_(
            table.c.state == BroadcastState.SENDING.value, due, table.c.id.in_(revised), and_(ended, left.exists())
        )
        return list((await self._tx.execute(select(table.c.id).where(work).order_by(table.c.id))).scalars())

    async def pictures(self, hashes: Collection[str]) -> set[str]:
        """Those of these files that a broadcast shows."""
        column = self._broadcasts.c.picture
        return set((await self._tx.execute(select(column).where(column.in_(tuple(hashes))))).scalars())

    async def shows(self, sha256: str) -> bool:
        """Whether a broadcast that was published, and not taken back, shows this picture."""
        table = self._broadcasts
        public = (table.c.published_at.is_not(None), table.c.recalled_at.is_(None))
        found = select(table.c.id).where(table.c.picture == sha256, *public).limit(1)
        return (await self._tx.execute(found)).first() is not None

    async def add_people(self, broadcast_id: str, people: Sequence[Address]) -> None:
        """The people that it is for, once."""
        for start in range(0, len(people), CHUNK):
            rows = [
                {"broadcast": broadcast_id, "person": str(one), "channel": one.channel, "promised_at": None}
                for one in people[start : start + CHUNK]
            ]
            await self._tx.execute(insert(self._broadcast_people), rows)

    async def waiting(self, broadcast_id: str) -> dict[str, int]:
        """How many people of each channel have not been promised it yet."""
        table = self._broadcast_people
        statement = (
            select(table.c.channel, func.count().label("number"))
            .where(table.c.broadcast == broadcast_id, table.c.promised_at.is_(None))
            .group_by(table.c.channel)
        )
        return {row.channel: row.number for row in await self._tx.execute(statement)}

    async def people(self, broadcast_id: str) -> dict[str, int]:
        """How many people of each channel it is for."""
        table = self._broadcast_people
        counted = select(table.c.channel, func.count().label("number")).where(table.c.broadcast == broadcast_id)
        return {row.channel: row.number for row in await self._tx.execute(counted.group_by(table.c.channel))}

    async def next_people(self, broadcast_id: str, channel: str, *, limit: int) -> list[Address]:
        table = self._broadcast_people
        found = (
            select(table.c.person)
            .where(table.c.broadcast == broadcast_id, table.c.channel == channel, table.c.promised_at.is_(None))
            .order_by(table.c.person)
            .limit(limit)
        )
        return [Address.parse(person) for person in (await self._tx.execute(found)).scalars()]

    async def promised(self, broadcast_id: str, people: Collection[Address], *, at: datetime) -> None:
        """These have been promised it, or were left out."""
        table = self._broadcast_people
        these = among(self._tx, table.c.person, [str(one) for one in people])
        await self._tx.execute(update(table).where(table.c.broadcast == broadcast_id, these).values(promised_at=at))

    async def complainants(
        self, *, since: datetime, merchant_key: str | None, product: str | None, category: str | None, region: str
    ) -> list[Address]:
        """Consumers who complained of this since then, and whose chat has consented; nobody's tip-off is looked at."""
        cases, identities, chats = self._tx.schema.cases, self._tx.schema.identities, self._tx.schema.conversations
        about: list[ColumnElement[bool]] = [cases.c.kind == "complaint", cases.c.received_at >= since]
        if merchant_key is not None:
            about.append(cases.c.merchant_key == merchant_key)
        if product:
            about.append(cases.c.product.contains(product, autoescape=True))
        if category:
            about.append(cases.c.category == category)
        if region:
            about.append(cases.c.region.startswith(region, autoescape=True))
        found = (
            select(identities.c.person)
            .join(cases, cases.c.no == identities.c.case_no)
            .join(chats, chats.c.person == identities.c.person)
            .where(*about, chats.c.consented_at.is_not(None), chats.c.staff_id.is_(None))
            .distinct()
            .order_by(identities.c.person)
        )
        return [Address.parse(person) for person in (await self._tx.execute(found)).scalars()]

    def note(self, broadcast_id: str, step: Step) -> None:
        """Write down what was done."""
        row = {"broadcast": broadcast_id, "what": step.what, "by": step.by, "at": step.at, "note": step.note}
        self._tx.add(self._steps, row)

    async def steps(self, broadcast_id: str) -> list[Step]:
        """Oldest first."""
        table = self._steps
        found = select(table).where(table.c.broadcast == broadcast_id).order_by(table.c.id)
        return [Step(what=r.what, by=r.by, at=r.at, note=r.note) for r in await self._tx.execute(found)]

    def revise(self, revision: Revision) -> None:
        self._tx.add(self._revisions, dict(vars(revision)))

    async def revisions(self, broadcast_id: str) -> list[Revision]:
        """Oldest first."""
        table = self._revisions
        found = select(table).where(table.c.broadcast == broadcast_id).order_by(table.c.n)
        return [Revision(**row._asdict()) for row in await self._tx.execute(found)]

    async def revised(self, revision: Revision) -> None:
        """Write how far a revision has been passed on."""
        table = self._revisions
        this = (table.c.broadcast == revision.broadcast, table.c.n == revision.n)
        values = {"upto": revision.upto, "finished_at": revision.finished_at}
        await self._tx.execute(update(table).where(*this).values(**values))


def _row(broadcast: Broadcast) -> dict[str, Any]:
    values = {**vars(broadcast), "audience": broadcast.audience.dumped()}
    return {**values, "kind": broadcast.kind.value, "state": broadcast.state.value}


def _broadcast(row: Row[Any]) -> Broadcast:
    kept = {**row._asdict(), "audience": Audience.load(row.audience)}
    return Broadcast(**{**kept, "kind": BroadcastKind(row.kind), "state": BroadcastState(row.state)})
