"""Who wants to be warned of what, alone or as one of a group."""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import ColumnElement, delete, func, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from cases.broadcasts import BroadcastKind
from cases.messages import Address
from cases.subscriptions import Member, Subscription

if TYPE_CHECKING:
    from storage.database import Transaction

MARK = ","
"""Stands before and after each topic, so that one is not found within another."""


class SubscriptionStore:
    def __init__(self, tx: Transaction) -> None:
        self._tx = tx
        self._subscriptions = tx.schema.subscriptions
        self._group_members = tx.schema.group_members
        self._group_invites = tx.schema.group_invites
        self._offers = tx.schema.subscription_offers

    async def subscribe(self, person: Address, topics: Collection[str], region: str | None, *, at: datetime) -> None:
        """The person wants these topics (all, when empty) for a region (everything, when None) from now on."""
        await self.end(person)
        kept = MARK + "".join(f"{topic}{MARK}" for topic in sorted(topics)) if topics else ""
        row = {"person": str(person), "channel": person.channel, "topics": kept, "region": region, "at": at}
        self._tx.add(self._subscriptions, row)

    async def end(self, person: Address) -> None:
        await self._tx.execute(delete(self._subscriptions).where(self._subscriptions.c.person == str(person)))

    async def get(self, person: Address) -> Subscription | None:
        """What the person subscribed to."""
        table = self._subscriptions
        found = select(table.c.topics, table.c.region, table.c.at).where(table.c.person == str(person))
        row = (await self._tx.execute(found)).first()
        if row is None:
            return None
        topics = tuple(topic for topic in row.topics.split(MARK) if topic)
        return Subscription(topics=topics, region=row.region, at=row.at)

    async def people(
        self, topics: Collection[str] | None, region: str | None, channels: Collection[str] | None
    ) -> list[Address]:
        """Who subscribed to one of these topics, in this region, on these channels; None stands for any."""
        table = self._subscriptions
        wanted: list[ColumnElement[bool]] = []
        if topics is not None:
            named = (table.c.topics.contains(f"{MARK}{topic}{MARK}", autoescape=True) for topic in topics)
            wanted.append(or_(table.c.topics == "", *named))
        if region:
            around = [region[:length] for length in range(2, len(region) + 1, 2)]
            there = [table.c.region.startswith(bare(region)), table.c.region.in_([*around, *map(whole, around)])]
            wanted.append(or_(table.c.region.is_(None), *there))
        if channels is not None:
            wanted.append(table.c.channel.in_(tuple(channels)))
        found = select(table.c.person).where(*wanted).order_by(table.c.person)
        return [Address.parse(person) for person in (await self._tx.execute(found)).scalars()]

    async def members(self, groups: Collection[str]) -> list[Address]:
        """Who belongs to one of these groups."""
        table = self._group_members
        found = select(table.c.person).where(table.c.group_code.in_(tuple(groups))).distinct().order_by(table.c.person)
        return [Address.parse(person) for person in (await self._tx.execute(found)).scalars()]

    async def join(self, person: Address, group: str, *, name: str, at: datetime) -> None:
        """The person belongs to the group from now on, under this name."""
        dialect = sqlite if self._tx.dialect == "sqlite" else postgresql
        row = {"group_code": group, "person": str(person), "name": name, "at": at}
        statement = dialect.insert(self._group_members).values(**row)
        again = statement.on_conflict_do_update(index_elements=["group_code", "person"], set_={"name": name, "at": at})
        await self._tx.execute(again)

    async def leave(self, person: Address) -> None:
        """The person belongs to no group any more."""
        await self._tx.execute(delete(self._group_members).where(self._group_members.c.person == str(person)))

    async def groups_of(self, person: Address) -> list[str]:
        """The groups that the person joined."""
        table = self._group_members
        found = select(table.c.group_code).where(table.c.person == str(person)).order_by(table.c.group_code)
        return list((await self._tx.execute(found)).scalars())

    async def joined(self, groups: Collection[str]) -> list[Member]:
        """Who joined these groups by a code, without the addresses; ``member`` finds one by what it is shown as."""
        table = self._group_members
        found = select(table).where(table.c.group_code.in_(tuple(groups)))
        rows = await self._tx.execute(found.order_by(table.c.group_code, table.c.at, table.c.person))
        return [Member(group=row.group_code, name=row.name, at=row.at, key=_key(row.person)) for row in rows]

    async def remove(self, group: str, key: str) -> str | None:
        """Take the member that is shown under this key out of the group; their name, or None when there is none."""
        table = self._group_members
        found = select(table.c.person, table.c.name).where(table.c.group_code == group)
        for row in await self._tx.execute(found):
            if _key(row.person) == key:
                theirs = (table.c.group_code == group, table.c.person == row.person)
                await self._tx.execute(delete(table).where(*theirs))
                return str(row.name)
        return None

    def invite(self, group: str, *, name: str, code_hash: str, expires_at: datetime) -> None:
        row = {"code_hash": code_hash, "group_code": group, "name": name, "expires_at": expires_at}
        self._tx.add(self._group_invites, row)

    async def redeem(self, code_hash: str, *, at: datetime) -> tuple[str, str] | None:
        """The group and the name for which this code was made, once and before it expires; None otherwise."""
        invites = self._group_invites
        fits = (invites.c.code_hash == code_hash, invites.c.used_at.is_(None), invites.c.expires_at > at)
        used = update(invites).where(*fits).values(used_at=at).returning(invites.c.group_code, invites.c.name)
        row = (await self._tx.execute(used)).first()
        return (row.group_code, row.name) if row else None

    async def offer(self, person: Address, *, at: datetime) -> bool:
        """Note that the person was asked whether to subscribe; False when they were asked before."""
        dialect = sqlite if self._tx.dialect == "sqlite" else postgresql
        table = self._offers
        statement = dialect.insert(table).values(person=str(person), at=at).on_conflict_do_nothing()
        return (await self._tx.execute(statement.returning(table.c.person))).first() is not None

    async def sated(self, *, since: datetime, most: int) -> set[Address]:
        """Who has been sent ``most`` tips since then."""
        people, broadcasts = self._tx.schema.broadcast_people, self._tx.schema.broadcasts
        had = (
            select(people.c.person)
            .join(broadcasts, broadcasts.c.id == people.c.broadcast)
            .where(broadcasts.c.kind == BroadcastKind.TIP.value, broadcasts.c.started_at > since)
            .group_by(people.c.person)
            .having(func.count() >= most)
        )
        return {Address.parse(person) for person in (await self._tx.execute(had)).scalars()}


def bare(region: str) -> str:
    """The digits that every division within it begins with: a city's number ends in 00."""
    while region.endswith("00"):
        region = region[:-2]
    return region


def whole(digits: str) -> str:
    """The six digits of a division that is named by its first ones."""
    return digits.ljust(6, "0")


def _key(person: str) -> str:
    return hashlib.sha256(person.encode()).hexdigest()[:16]
