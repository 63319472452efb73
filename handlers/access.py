"""The only way to obtain a case: whose it is, or who may work on it. A refusal never tells whether the case exists."""

from __future__ import annotations

from cases.errors import CaseError
from cases.messages import Address
from cases.model import Actor, Case, Role, Staff
from handlers.office import Office
from storage.database import Transaction


async def case_of(tx: Transaction, person: Address, no: str) -> Case:
    """The person's own case; CaseError ``case_unknown`` otherwise."""
    case = await tx.cases.get(no)
    identity = await tx.cases.identity(case.no) if case else None
    if case is None or identity is None or identity.person != person:
        raise CaseError("case_unknown", no=no)
    return case


async def case_for(tx: Transaction, staff: Staff, no: str, *, office: Office) -> Case:
    """A case that this member of staff may work on; CaseError ``case_unknown`` otherwise."""
    case = await tx.cases.get(no)
    if case is None or not may_see(staff, case, office=office):
        raise CaseError("case_unknown", no=no)
    return case


def may_see(staff: Staff, case: Case, *, office: Office) -> bool:
    """The bureau that has the case and those above it; the intake desk and the administrator see all (Art. 37, 41)."""
    if staff.role in (Role.DESK, Role.ADMIN):
        return True
    return case.bureau is not None and staff.bureau in office.rulebook.directory.line(case.bureau)


def actor(staff: Staff) -> Actor:
    return Actor(role=staff.role, staff=staff)
