"""Who a broadcast is for: from what was chosen to persons, each once, without those who want none."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from cases.broadcasts import Audience, BroadcastKind
from cases.messages import Address
from handlers.business_keys import business_key
from handlers.office import Office
from handlers.subscriptions import members, sated
from storage.database import Transaction
from storage.subscription_store import bare

AT_ONCE = 5000
"""Persons looked up in one question: databases take only so many values."""


@dataclass(frozen=True, kw_only=True)
class Resolved:
    """The people, in a fixed order, and how many more there would be who have refused broadcasts."""

    people: tuple[Address, ...]
    refused: int


async def resolve(
    tx: Transaction, audience: Audience, *, kind: BroadcastKind | None = None, office: Office
) -> Resolved:
    """The people as they are now. Of tip-offs nobody is ever taken (Order 121, Art. 37).

    A tip leaves out who has had as many this week as subscribers are promised at most.
    """
    found = set[Address]()
    if audience.of_subscribers:
        topics = audience.topics if audience.topics and not audience.everyone else None
        found |= set(await tx.subscriptions.people(topics, audience.region, audience.channels or None))
    if audience.groups:
        found |= set(await members(tx, audience.groups, office=office))
    if audience.of_cases:
        found |= set(await _with_cases(tx, audience, office=office))
    if audience.channels:
        found = {person for person in found if person.channel in audience.channels}
    if kind is BroadcastKind.TIP:
        found -= await sated(tx, office=office)
    refused = await refusing(tx, list(found))
    # By their text: comparing addresses costs more than all the rest where there are a hundred thousand.
    return Resolved(people=tuple(sorted(found - refused, key=str)), refused=len(refused))


async def _with_cases(tx: Transaction, audience: Audience, *, office: Office) -> list[Address]:
    key = business_key(audience.merchant, office=office).key if audience.merchant else None
    if key == "":
        return []  # a business without a name of its own: its cases have nothing to do with each other
    return await tx.broadcasts.complainants(
        since=office.now() - timedelta(days=office.rulebook.broadcasting.case_days),
        merchant_key=key,
        product=audience.product,
        category=audience.category,
        region=bare(audience.region or ""),
    )


async def refusing(tx: Transaction, people: list[Address]) -> set[Address]:
    """Those of these who want no broadcasts."""
    found = set[Address]()
    for start in range(0, len(people), AT_ONCE):
        found |= await tx.reaches.refused(people[start : start + AT_ONCE])
    return found
