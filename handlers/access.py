"""The only way to obtain a case: whose it is, or who may work on it. A refusal never tells whether the case exists."""

from __future__ import annotations

from cases.errors import CaseError
from cases.messages import Address
from cases.model import Actor, Case, Kind, Role, Staff, Status
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
    """The bureau that has the case and those above it; the intake desk and the administrator see all (Art. 37, 41).

    A business sees what it is settling itself, a mediating body what it was entrusted with, and the leads at the top
    of the site the disputes that they decide.
    """
    if staff.role in (Role.DESK, Role.ADMIN):
        return True
    if staff.role is Role.MERCHANT:
        return case.enterprise == staff.id
    if staff.role is Role.MEDIATOR:
        return case.mediator == staff.id
    if case.bureau is None:
        return case.status is Status.DISPUTED and is_above(staff, case, office=office)
    return staff.bureau in office.rulebook.directory.line(case.bureau)


def is_above(staff: Staff, case: Case, *, office: Office) -> bool:
    """Whether the member leads a bureau above the one that has the case; above one without a bureau stands the top."""
    directory = office.rulebook.directory
    higher = directory.line(case.bureau)[1:] if case.bureau else directory.line(office.rulebook.site.desk)[-1:]
    return staff.role is Role.LEAD and staff.bureau in higher


def may_know(staff: Staff, case: Case) -> bool:
    """Whether the member may know who brought the case. Of an informant nobody knows who need not (Art. 37).

    That is who verifies the tip-off, the deputy, and the leads of the bureau that has it; while no bureau has it, the
    intake desk.
    """
    if case.kind is not Kind.TIPOFF:
        return True
    if case.bureau is None:
        return staff.role in (Role.DESK, Role.ADMIN)
    if case.officer is not None and case.officer in (staff.id, staff.deputy_for):
        return True
    return staff.role is Role.LEAD and staff.bureau == case.bureau


def actor(staff: Staff, case: Case, *, office: Office) -> Actor:
    """The member as one who acts on this case."""
    return Actor(role=staff.role, staff=staff, above=is_above(staff, case, office=office))
