"""When members of staff are away: they say so themselves, or a lead or the administrator says it for them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from cases.errors import CaseError
from cases.model import Role, Staff, StaffId
from handlers.office import Office
from handlers.recipients import roster_of
from handlers.reminders import span_words
from storage.absence_store import Absence
from storage.database import Transaction

ROLES = (Role.OFFICER, Role.LEAD, Role.DESK, Role.ADMIN)
"""The office's own people; a business or a mediating body sees to itself."""
LONGEST = timedelta(days=366)
ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, kw_only=True)
class Known:
    """An absence with whose it is."""

    staff: Staff
    absence: Absence


async def go(tx: Transaction, member: Staff, *, first: date, last: date, office: Office) -> list[Staff]:
    """The member is away from ``first`` to ``last``, days in China; returns who gets the pings meanwhile.

    Raises CaseError ``away_reversed``, ``away_past``, ``away_long``, or ``away_overlaps`` with the span that is known.
    """
    if last < first:
        raise CaseError("away_reversed")
    if first < office.today():
        raise CaseError("away_past")
    if last - first > LONGEST:
        raise CaseError("away_long")
    for known in await tx.absences.of([member.id], since=first):
        if known.first <= last:
            raise CaseError("away_overlaps", span=span_words(known.first, known.last, office=office))
    tx.absences.add(member.id, first=first, last=last, at=office.now())
    return (await roster_of(tx, office=office)).stand_ins(member)


async def come_back(tx: Transaction, member: Staff, *, office: Office) -> Absence | None:
    """End the absence that is going on, else the next one; returns it, None when there is none."""
    known = await tx.absences.of([member.id], since=office.today())
    if not known:
        return None
    await tx.absences.end(known[0], last=office.today() - ONE_DAY)
    return known[0]


async def whose(tx: Transaction, staff: Staff) -> list[Staff]:
    """For whom this member may say it: oneself; a lead for the bureau; the administrator for everybody."""
    if staff.role not in ROLES:
        raise CaseError("away_not_yours")
    if staff.role is Role.ADMIN:
        return await tx.staff.of(roles=ROLES)
    return await tx.staff.of([staff.bureau], roles=ROLES) if staff.role is Role.LEAD else [staff]


async def member_of(tx: Transaction, staff: Staff, who: str) -> Staff:
    """The member for whom ``staff`` says it; CaseError ``away_not_yours`` when that is not theirs to say."""
    for member in await whose(tx, staff):
        if member.id == (who or staff.id):
            return member
    raise CaseError("away_not_yours")


async def known(tx: Transaction, staff: Staff, *, office: Office) -> list[Known]:
    """The absences, going on or to come, that this member may see and end; soonest first."""
    people = {member.id: member for member in await whose(tx, staff)}
    found = await tx.absences.of([StaffId(who) for who in people], since=office.today())
    return [Known(staff=people[absence.staff_id], absence=absence) for absence in found]


async def cancel(tx: Transaction, staff: Staff, number: int, *, office: Office) -> Staff:
    """End an absence by its number: one going on ends yesterday, one to come is dropped; returns whose it was."""
    for one in await known(tx, staff, office=office):
        if one.absence.id == number:
            await tx.absences.end(one.absence, last=office.today() - ONE_DAY)
            return one.staff
    raise CaseError("away_unknown")


def stand_in_words(member: Staff, others: list[Staff], *, office: Office) -> str:
    """Who gets the pings, deputies named as such."""
    names = (
        office.say("away.deputy" if other.deputy_for == member.id else "away.colleague", name=other.name)
        for other in others
    )
    return office.say("word.comma").join(names)
