"""Who wants to be warned of what, alone or as one of a group."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import ColumnElement, delete, func, or_, select

from cases.messages import Address

if TYPE_CHECKING:
    from storage.database import Transaction

MARK = ","
"""Stands before and after each topic, so that one is not found within another."""


class SubscriptionStore:
    def __init__(self, tx: Transaction) -> None:
        self._tx = tx
        self._subscriptions = tx.schema.subscriptions
        self._group_members = tx.schema.group_members

    async def subscribe(self, person: Address, topics: Collection[str], region: str | None, *, at: datetime) -> None:
        """The person wants these topics (all, when empty) for a region (everything, when None) from now on."""
        await self.end(person)
        kept = MARK + "".join(f"{topic}{MARK}" for topic in sorted(topics)) if topics else ""
        row = {"person": str(person), "channel": person.channel, "topics": kept, "region": region, "at": at}
        self._tx.add(self._subscriptions, row)

    async def end(self, person: Address) -> None:
        await self._tx.execute(delete(self._subscriptions).where(self._subscriptions.c.person == str(person)))

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

    async def groups(self) -> dict[str, int]:
        """The groups that have members, and how many."""
        table = self._group_members
        counted = select(table.c.group_code, func.count().label("number")).group_by(table.c.group_code)
        rows = await self._tx.execute(counted.order_by(table.c.group_code))
        return {row.group_code: row.number for row in rows}


def bare(region: str) -> str:
    """The digits that every division within it begins with: a city's number ends in 00."""
    while region.endswith("00"):
        region = region[:-2]
    return region


def whole(digits: str) -> str:
    """The six digits of a division that is named by its first ones."""
    return digits.ljust(6, "0")
