"""The only way to obtain a case: whose it is, or who may work on it. A refusal never tells whether the case exists."""

from __future__ import annotations

from cases.errors import CaseError
from cases.messages import Address
from cases.model import Actor, Case, Consumer, Kind, Role, Staff, Status
from handlers.office import Office
from storage.case_store import Identity
from storage.database import Transaction


async def case_of(tx: Transaction, person: Address, no: str) -> Case:
    """The person's own case; CaseError ``case_unknown`` otherwise."""
    case = await tx.cases.get(no)
    identity = await tx.cases.identity(case.no) if case else None
    if case is None or identity is None or identity.person != person:
        raise CaseError("case_unknown", no=no)
    return case


async def case_told(tx: Transaction, person: Address, no: str, *, office: Office) -> Case:
    """A case that the person may follow, rate and add to: the own one, or one of the number that has written.

    CaseError ``case_unknown`` otherwise. A number is shared in families and typed by anybody: nothing can be ended or
    agreed to by it, and of a tip-off it opens only one of which it was told before (Art. 37).
    """
    case = await tx.cases.get(no)
    identity = await tx.cases.identity(case.no) if case else None
    if case and identity and await _vouched(tx, person, case=case, identity=identity, office=office):
        return case
    return await case_of(tx, person, no)


async def cases_of(tx: Transaction, person: Address, *, limit: int, office: Office) -> list[Case]:
    """The cases that the person may follow, newest first: the own ones, and those of the number that has written."""
    own = await tx.cases.of_person(person, limit=limit)
    if person.channel != office.ways.short:
        return own
    others = [
        case
        for case, identity in await tx.cases.of_phone(person.value, limit=limit)
        if await _vouched(tx, person, case=case, identity=identity, office=office)
    ]
    every = {case.no: case for case in (*own, *others)}.values()
    return sorted(every, key=lambda case: (case.received_at, case.no), reverse=True)[:limit]


async def _vouched(tx: Transaction, person: Address, *, case: Case, identity: Identity, office: Office) -> bool:
    """Whether the operator vouches that the person has the number given with this case."""
    number = identity.consumer.phone
    if person.channel != office.ways.short or not number or tx.blind_index(number) != person.value:
        return False
    return case.kind is not Kind.TIPOFF or bool(await tx.told.about(person, [case.no]))


async def case_of_same(tx: Transaction, person: Address, no: str, *, who: Consumer) -> tuple[Case, bool]:
    """A case of the person, also from another chat, and whether it is from this one; CaseError ``case_unknown``."""
    case = await tx.cases.get(no)
    identity = await tx.cases.identity(case.no) if case else None
    if case is None or identity is None or not is_same_person(person, who, identity, kind=case.kind):
        raise CaseError("case_unknown", no=no)
    return case, identity.person == person


def is_same_person(person: Address, who: Consumer, identity: Identity, *, kind: Kind) -> bool:
    """Whether a case is of the person who writes from ``person`` and says to be ``who``.

    From another chat only a complaint, and only with the name and the telephone given there: a telephone alone is
    shared in families, and that there is a tip-off is told to nobody who merely knows of whom it might be (Art. 37).
    """
    if identity.person == person:
        return True
    known = identity.consumer
    told = bool(who.name and who.phone) and (who.name, who.phone) == (known.name, known.phone)
    return told and kind is Kind.COMPLAINT


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


def reaches(staff: Staff, bureau: str | None, *, office: Office) -> bool:
    """Whether the cases of a bureau are there for this member of the office to see."""
    everything = staff.role in (Role.DESK, Role.ADMIN)
    return everything or (bureau is not None and staff.bureau in office.rulebook.directory.line(bureau))


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
