"""Finds the people and addresses behind "the officer", "the lead", "the desk"."""

from __future__ import annotations

from collections.abc import AsyncIterator

from cases.messages import Address
from cases.model import Case, Role, Staff, StaffId
from cases.notices import Recipient
from handlers.office import Office
from storage.database import Transaction

Groups = AsyncIterator[list[Staff]]
"""Groups of staff, the most fitting first; a ping goes to the first group in which anybody can be reached."""


async def addresses(
    tx: Transaction, to: Recipient, *, case: Case, office: Office, guest: str | None = None
) -> list[Address]:
    """Where to reach ``to`` for this case; empty when nobody can be reached.

    ``guest`` is the business or mediating body that was with the case, when it is not any more.
    """
    if to is Recipient.CONSUMER:
        identity = await tx.cases.identity(case.no)
        return [identity.person] if identity else []
    return await _reached(tx, _groups(tx, to, case=case, office=office, guest=guest))


async def desk_addresses(tx: Transaction, *, office: Office) -> list[Address]:
    """Where to reach the intake desk about what is no case; empty when nobody can be reached."""
    return await _reached(tx, _desk(tx, office=office))


async def _reached(tx: Transaction, groups: Groups) -> list[Address]:
    async for people in groups:
        bound = await tx.conversations.addresses_of([person.id for person in people])
        found = [address for person in people for address in bound.get(person.id, [])]
        if found:
            return found
    return []


async def _groups(tx: Transaction, to: Recipient, *, case: Case, office: Office, guest: str | None) -> Groups:
    if to in (Recipient.MERCHANT, Recipient.MEDIATOR):
        outside = guest or (case.enterprise if to is Recipient.MERCHANT else case.mediator)
        member = await tx.staff.get(StaffId(outside)) if outside else None
        yield [member] if member and member.active else []
        return
    if to is Recipient.DEPUTY:
        if case.officer:
            yield await tx.staff.deputies_of(case.officer)
        else:
            officers = await tx.staff.of(office.rulebook.directory.line(case.bureau)[:1], roles=(Role.OFFICER,))
            yield [deputy for officer in officers for deputy in await tx.staff.deputies_of(officer.id)]
        return
    if to is Recipient.SUPERVISOR:
        for bureau in _above(case, office=office):
            yield await tx.staff.of([bureau], roles=(Role.LEAD,))
    elif to is not Recipient.DESK:
        async for group in _in_line(tx, to, case=case, office=office):
            yield group
    async for group in _desk(tx, office=office):
        yield group


async def _desk(tx: Transaction, *, office: Office) -> Groups:
    yield await tx.staff.of([office.rulebook.site.desk], roles=(Role.DESK,))
    yield await tx.staff.of(roles=(Role.DESK,))
    yield await tx.staff.of(roles=(Role.ADMIN,))  # on a fresh site there is nobody else


def _above(case: Case, *, office: Office) -> tuple[str, ...]:
    """The bureaus above the case's, nearest first; above a case without a bureau stands the top of the site."""
    directory = office.rulebook.directory
    return directory.line(case.bureau)[1:] if case.bureau else directory.line(office.rulebook.site.desk)[::-1][:1]


async def _in_line(tx: Transaction, to: Recipient, *, case: Case, office: Office) -> Groups:
    """Who has the case, then those of its bureau and of the ones above it: a ping must reach somebody who can act."""
    role = Role.LEAD if to is Recipient.LEAD else Role.OFFICER
    if role is Role.OFFICER and case.officer:
        signed = await tx.staff.get(case.officer)
        if signed and signed.active:
            yield [signed]
    for bureau in office.rulebook.directory.line(case.bureau):
        yield await tx.staff.of([bureau], roles=(role,))
        yield await tx.staff.of([bureau], roles=(Role.LEAD,))
