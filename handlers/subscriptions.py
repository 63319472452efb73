"""Subscribing to tips and alerts, and ending it: what was chosen in words, and who belongs to which group.

Whoever has refused is sent no broadcast, whatever it is about, until they subscribe or join again by their own will.
"""

from __future__ import annotations

import secrets
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from cases.errors import CaseError
from cases.messages import Address
from cases.model import Case
from cases.site import PlaceName
from cases.subscriptions import Group, Subscription, topics_named
from handlers.office import Office
from handlers.staffing import VALID
from handlers.wording import list_words, place_words
from storage.database import Transaction
from storage.web_session_store import hashed

CODE_BYTES = 15
LONGEST_NAME = 30
SURE = 0.5
"""Below this confidence a word of somebody's own is no topic."""
WEEK = timedelta(days=7)


async def start(
    tx: Transaction, person: Address, *, topics: Collection[str], region: str | None, at: datetime
) -> Subscription:
    """The person wants these topics (all, when empty) for a region (everywhere: None); a refusal is lifted."""
    await tx.reaches.forgive(person)
    await tx.subscriptions.subscribe(person, topics, region, at=at)
    return Subscription(topics=tuple(sorted(topics)), region=region, at=at)


async def stop(tx: Transaction, person: Address, *, at: datetime) -> None:
    """No more broadcasts, of any kind and for good; not even what stands ready already."""
    await tx.subscriptions.end(person)
    await tx.subscriptions.leave(person)
    await tx.reaches.refuse(person, at=at)
    await tx.spread.spare(person)


async def get(tx: Transaction, person: Address) -> Subscription | None:
    return await tx.subscriptions.get(person)


async def has_refused(tx: Transaction, person: Address) -> bool:
    return person in await tx.reaches.refused([person])


def describe(topics: Collection[str], region: str | None, *, office: Office) -> dict[str, str]:
    """What is subscribed to, and what that brings at most, as facts of texts."""
    rules = office.rulebook
    labels = tuple(topic.label for topic in rules.topics if topic.code in topics)
    hours = rules.broadcasting.hours
    return {
        "topics": list_words(labels, office=office) or office.say("subscription.every"),
        "region": place_words(region, office=office) or whole_words(office),
        "per_week": str(rules.subscribing.per_week),
        "start": hours.start.isoformat("minutes"),
        "end": hours.end.isoformat("minutes"),
    }


def whole_words(office: Office) -> str:
    """The whole of what the site serves: a province, a city or a county."""
    return office.say(f"subscription.whole_{len(office.rulebook.site.region)}")


def counties(office: Office) -> list[PlaceName]:
    """The divisions that one can choose between; none where the site serves a single one."""
    found = [place for place in office.rulebook.places if len(place.code) == len("410902")]
    return found if len(found) > 1 else []


def topics_in(text: str, *, office: Office) -> tuple[str, ...] | None:
    """The topics in an answer in own words, in the site's order; empty when everything is wanted, None when unclear."""
    rules = office.rulebook
    if _bare(text) in rules.subscribing.every:
        return ()
    found, rest = topics_named(text, rules.topics, cut=rules.subscribing)
    for piece in rest:
        heard = office.reader.understand(piece, today=office.today())
        if heard.category and heard.confidence >= SURE:
            found |= {topic.code for topic in rules.topics if heard.category in topic.categories}
    return tuple(topic.code for topic in rules.topics if topic.code in found) or None


def _bare(text: str) -> str:
    return "".join(sign for sign in text if sign.isalnum())


def topic_of(case: Case, *, office: Office) -> str | None:
    """The topic that a case belongs to."""
    return next((topic.code for topic in office.rulebook.topics if case.category in topic.categories), None)


def regions_in(text: str, *, office: Office) -> Sequence[str | None]:
    """The divisions that an answer names; None among them stands for everywhere."""
    if _bare(text) in office.rulebook.subscribing.everywhere:
        return (None,)
    known = [place.code for place in counties(office)]
    parts = (text, *office.rulebook.subscribing.pieces(text))
    heard = {code for part in parts for code in office.reader.region(part)}
    return [code for code in known if code in heard]


# Groups.


@dataclass(frozen=True, kw_only=True)
class GroupInvitation:
    """A one-time code by which one belongs to a group, and the name under which."""

    group: Group
    name: str
    code: str


def group_of(code: str, *, office: Office) -> Group:
    """The group called so; CaseError ``group_unknown``."""
    known = office.rulebook.subscribing.groups
    if code not in known:
        raise CaseError("group_unknown", code=code, codes=", ".join(known))
    return known[code]


def invite(tx: Transaction, code: str, *, name: str, office: Office) -> GroupInvitation:
    """A code for one new member. CaseError ``group_unknown``, or ``group_by_role`` where nobody needs one."""
    group = group_of(code, office=office)
    if group.role is not None:
        raise CaseError("group_by_role", group=group.label)
    made = GroupInvitation(group=group, name=name[:LONGEST_NAME], code=secrets.token_urlsafe(CODE_BYTES))
    tx.subscriptions.invite(group.code, name=made.name, code_hash=hashed(made.code), expires_at=office.now() + VALID)
    return made


async def redeem(tx: Transaction, code: str, *, person: Address, office: Office) -> GroupInvitation | None:
    """Take the person into the group whose code this is; None when it is used, expired or unknown."""
    found = await tx.subscriptions.redeem(hashed(code), at=office.now())
    group = office.rulebook.subscribing.groups.get(found[0]) if found else None
    if found is None or group is None:
        return None
    await tx.reaches.forgive(person)
    await tx.subscriptions.join(person, group.code, name=found[1], at=office.now())
    return GroupInvitation(group=group, name=found[1], code=code)


async def members(tx: Transaction, codes: Collection[str], *, office: Office) -> list[Address]:
    """Who belongs to these groups: who joined by a code, and the staff whose post makes them members."""
    found = set(await tx.subscriptions.members(codes))
    groups = office.rulebook.subscribing.groups
    roles = {group.role for code in codes if (group := groups.get(code)) and group.role}
    staff = [one.id for one in await tx.staff.of(roles=roles)] if roles else []
    for addresses in (await tx.conversations.addresses_of(staff)).values() if staff else ():
        found |= set(addresses)
    return sorted(found, key=str)


async def group_counts(tx: Transaction, *, office: Office) -> list[tuple[Group, int]]:
    """Every group of the site, and how many belong to it."""
    groups = office.rulebook.subscribing.groups.values()
    return [(group, len(await members(tx, [group.code], office=office))) for group in groups]


async def sated(tx: Transaction, *, office: Office) -> set[Address]:
    """Who has had as many tips in the last seven days as the site promised at most."""
    most = office.rulebook.subscribing.per_week
    return await tx.subscriptions.sated(since=office.now() - WEEK, most=most)
