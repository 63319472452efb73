"""Businesses that settle complaints themselves (ODR): who they are, and whether one fits a draft."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from cases.intake import Draft
from cases.model import Kind, Role, Staff
from cases.proofs import prove
from cases.routing import Place
from handlers.office import Office
from handlers.placing import find_route
from storage.database import Transaction

ODR = "odr"
"""The time limit within which the business answers."""


async def settlers(tx: Transaction) -> Sequence[Staff]:
    """The businesses that have joined and can be told of a complaint."""
    members = await tx.staff.of(roles=(Role.MERCHANT,))
    bound = await tx.conversations.addresses_of([member.id for member in members]) if members else {}
    return [member for member in members if member.id in bound]


def settler(draft: Draft, businesses: Sequence[Staff], *, office: Office) -> Staff | None:
    """The business that could settle this complaint first; None when there is none, or when the matter cannot wait.

    It must bear the name that was said and belong to the bureau that would have the case, or to one above or below it:
    what a person says about one shop is not told to another of that name elsewhere.
    """
    name = draft.get("merchant")
    if not businesses or not name or draft.urgent or Kind.COMPLAINT not in draft.kinds:
        return None
    named = [member for member in businesses if office.reader.same_business(member.name, name)]
    if not named:
        return None
    found = find_route(draft, Kind.COMPLAINT, office=office)
    if found.place not in (Place.HERE, Place.UNKNOWN, Place.PLATFORM):
        return None
    return next((member for member in named if _serves(member, found.bureau, office=office)), None)


def _serves(member: Staff, bureau: str | None, *, office: Office) -> bool:
    directory, desk = office.rulebook.directory, office.rulebook.site.desk
    above = {*directory.line(desk), *directory.line(bureau)}  # who is entered at the city serves all of it
    return member.bureau in above or (bureau is not None and bureau in directory.line(member.bureau))


def answer_due(office: Office) -> date:
    """The last day for the business to answer a complaint that it gets today."""
    return prove(office.rulebook.clock(ODR, office.today()), office.now(), office.calendar).due_on
