"""Where the consumer of a case is told: in the chat it came from, else in another one, else by short message."""

from __future__ import annotations

from cases.messages import Address
from cases.model import Case, Kind
from handlers.access import is_same_person
from handlers.office import Office
from handlers.short_messages import mobile, sms_address
from storage.case_store import Identity
from storage.database import Transaction
from storage.reach_store import Reach
from storage.told_store import Lost

MOST = 50
"""Cases of one telephone that are looked at for another chat of the same person."""


async def addresses_of(tx: Transaction, case: Case, *, office: Office) -> list[Address]:
    """Where the consumer of the case is told; empty only for a case that nobody brought.

    A chat that was left, with nothing in its place, is named all the same: the text fails there, and is looked after.
    """
    identity = await tx.cases.identity(case.no)
    if identity is None:
        return []
    reach = await tx.reaches.way_of(identity.person)
    if reach.way is not None:
        found = await number_of(tx, identity, reach, office=office)
    elif reach.left_at is not None:
        found = await _in_place(tx, identity, kind=case.kind, office=office)
    else:
        found = None
    return [found or identity.person]


async def next_after(tx: Transaction, case: Case, lost: Lost, *, office: Office) -> Address | None:
    """Where to tell what did not arrive; None when that was the last way.

    The telephone comes after the chats; for who asked to be told there it comes first, and the chat after it.
    """
    identity = await tx.cases.identity(case.no)
    if identity is None:
        return None
    reach, failed = await tx.reaches.way_of(identity.person), lost.outgoing.address
    if failed.channel == office.ways.short:
        chat = identity.person if reach.way is not None and not lost.again and reach.left_at is None else None
        return chat if chat != failed else None
    if reach.way is not None and lost.again:
        return None
    if (await tx.reaches.way_of(failed)).left_at is not None:
        return await _in_place(tx, identity, kind=case.kind, office=office)
    return await number_of(tx, identity, reach, office=office)


async def _in_place(tx: Transaction, identity: Identity, *, kind: Kind, office: Office) -> Address | None:
    """In the place of a chat that was left: the person's newest other one, else their number."""
    chat = await _other_chat(tx, identity, kind=kind, office=office)
    return chat or await number_of(tx, identity, await tx.reaches.way_of(identity.person), office=office)


async def _other_chat(tx: Transaction, identity: Identity, *, kind: Kind, office: Office) -> Address | None:
    """A chat from which the same person has brought a case, by the rule by which it is theirs from another chat."""
    number = identity.consumer.phone
    if kind is not Kind.COMPLAINT or not number:
        return None
    for case, other in await tx.cases.of_phone(tx.blind_index(number), limit=MOST):
        same = is_same_person(identity.person, identity.consumer, other, kind=case.kind)
        if not same or other.person.channel == office.ways.short:
            continue
        if (await tx.reaches.way_of(other.person)).left_at is None:
            return other.person
    return None


async def number_of(tx: Transaction, identity: Identity, reach: Reach, *, office: Office) -> Address | None:
    """The address of the person's mobile: of the one given for it, else of the one given with the case."""
    if reach.number_index is not None and office.ways.short is not None:
        return Address(channel=office.ways.short, value=reach.number_index)
    return await sms_address(tx, identity.consumer.phone or "", office=office)


async def known_mobile(tx: Transaction, person: Address, *, limit: int = MOST) -> str | None:
    """The mobile that the person gave last with a case from this address; None when they gave none."""
    for case in await tx.cases.of_person(person, limit=limit):
        identity = await tx.cases.identity(case.no)
        found = mobile(identity.consumer.phone or "") if identity else None
        if found:
            return found
    return None
