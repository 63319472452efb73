"""Finds the people and addresses behind "the officer", "the lead", "the desk"."""

from __future__ import annotations

from collections.abc import Sequence

from cases.messages import Address
from cases.model import Case, Role, Staff
from cases.notices import Recipient
from handlers.office import Office
from storage.database import Transaction


async def addresses(tx: Transaction, to: Recipient, *, case: Case, office: Office) -> list[Address]:
    """Where to reach ``to`` for this case; empty when there is no such person or none has an address."""
    if to is Recipient.CONSUMER:
        identity = await tx.cases.identity(case.no)
        return [identity.person] if identity else []
    people = await staff_for(tx, to, case=case, office=office)
    bound = await tx.conversations.addresses_of([person.id for person in people])
    return [address for person in people for address in bound.get(person.id, [])]


async def staff_for(tx: Transaction, to: Recipient, *, case: Case, office: Office) -> list[Staff]:
    """The staff members meant by ``to``."""
    if to is Recipient.DESK:
        return await _desk(tx, office=office)
    if to is Recipient.LEAD:
        return await _leads(tx, case, office=office)
    officers = await _officers(tx, case, office=office)
    if to is Recipient.DEPUTY:
        return [deputy for officer in officers for deputy in await tx.staff.deputies_of(officer.id)]
    return officers


async def _officers(tx: Transaction, case: Case, *, office: Office) -> list[Staff]:
    if case.officer:
        signed = await tx.staff.get(case.officer)
        if signed and signed.active:
            return [signed]
    return await _nearest(tx, case, roles=(Role.OFFICER,), office=office)


async def _leads(tx: Transaction, case: Case, *, office: Office) -> list[Staff]:
    return await _nearest(tx, case, roles=(Role.LEAD,), office=office)


async def _nearest(tx: Transaction, case: Case, *, roles: Sequence[Role], office: Office) -> list[Staff]:
    """Those of the case's bureau, else of the one above it: a ping must reach somebody who can act.

    Where a bureau has nobody in the role, its lead gets it; where no bureau on the way up has, the desk.
    """
    for bureau in office.rulebook.directory.line(case.bureau):
        found = await tx.staff.of([bureau], roles=roles) or await tx.staff.of([bureau], roles=(Role.LEAD,))
        if found:
            return found
    return await _desk(tx, office=office)


async def _desk(tx: Transaction, *, office: Office) -> list[Staff]:
    """The intake desk; on a fresh site, the administrator."""
    desk = await tx.staff.of([office.rulebook.site.desk], roles=(Role.DESK,))
    return desk or await tx.staff.of(roles=(Role.DESK,)) or await tx.staff.of(roles=(Role.ADMIN,))
