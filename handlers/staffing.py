"""Staff: who works where, one-time invitations, and binding an address to a member of staff."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, replace
from datetime import timedelta

from cases.errors import CaseError
from cases.messages import Address
from cases.model import Role, Staff, StaffId
from handlers.office import Office
from storage.database import Transaction
from storage.web_session_store import hashed

VALID = timedelta(days=3)
"""How long an invitation may be used."""
LOGIN_VALID = timedelta(minutes=10)
CODE_BYTES = 15


@dataclass(frozen=True, kw_only=True)
class Invitation:
    """A one-time code for a member of staff, and the link that uses it on the desk."""

    staff: Staff
    code: str
    desk_link: str


async def invite(
    tx: Transaction, *, bureau: str, role: Role, name: str, deputy_for: str | None = None, office: Office
) -> Invitation:
    """A new invitation; a member of that name in the bureau is invited again, with this role, rather than made twice.

    Raises CaseError ``bureau_unknown`` or ``staff_unknown`` (nobody called ``deputy_for`` there).
    """
    if bureau not in office.rulebook.directory:
        raise CaseError("bureau_unknown", no=bureau)
    principal = await tx.staff.named(bureau, deputy_for) if deputy_for else None
    if deputy_for and principal is None:
        raise CaseError("staff_unknown", name=deputy_for)
    staff = await _member(
        tx, bureau=bureau, role=role, name=name, deputy_for=principal.id if principal else None, office=office
    )
    return issue(tx, staff, office=office)


async def _member(
    tx: Transaction, *, bureau: str, role: Role, name: str, deputy_for: StaffId | None, office: Office
) -> Staff:
    known = await tx.staff.named(bureau, name)
    if known is None:
        made = Staff(id=StaffId(office.new_id()), bureau=bureau, role=role, name=name, deputy_for=deputy_for)
        tx.staff.add(made, at=office.now())
        return made
    changed = replace(known, role=role, deputy_for=deputy_for or known.deputy_for)
    if changed != known:
        await tx.staff.change(changed)
    return changed


def issue(tx: Transaction, staff: Staff, *, valid: timedelta = VALID, office: Office) -> Invitation:
    """A fresh code for a known member of staff."""
    code = secrets.token_urlsafe(CODE_BYTES)
    tx.staff.invite(staff.id, code_hash=hashed(code), expires_at=office.now() + valid)
    return Invitation(staff=staff, code=code, desk_link=f"{office.public_url}/desk/join?code={code}")


async def retire(tx: Transaction, staff_id: StaffId) -> Staff:
    """The member works here no more: every address of theirs is a consumer's again, and their cases the bureau's.

    Raises CaseError ``staff_unknown``, or ``last_admin`` when nobody would be left to invite others.
    """
    staff = await tx.staff.get(staff_id)
    if staff is None or not staff.active:
        raise CaseError("staff_unknown", name=staff_id)
    if staff.role is Role.ADMIN and len(await tx.staff.of(roles=(Role.ADMIN,))) == 1:
        raise CaseError("last_admin", name=staff.name)
    await tx.staff.change(replace(staff, active=False))
    return staff


async def redeem(tx: Transaction, code: str, *, person: Address, office: Office) -> Staff | None:
    """Bind the address to the member whose code this is; None when it is used, expired or unknown."""
    staff = await tx.staff.redeem(hashed(code), at=office.now())
    if staff is not None:
        await tx.conversations.bind_staff(person, staff.id, at=office.now())
    return staff


async def first_administrator(tx: Transaction, *, name: str, office: Office) -> Invitation | None:
    """On a site without staff, an invitation for its administrator; None where somebody already works."""
    if await tx.staff.of():
        return None
    return await invite(tx, bureau=office.rulebook.site.desk, role=Role.ADMIN, name=name, office=office)
