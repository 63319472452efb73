"""Staff members and the one-time invitations that bind them to an address."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import Row, select, update

from cases.model import Role, Staff, StaffId

if TYPE_CHECKING:
    from storage.database import Transaction


class StaffStore:
    def __init__(self, tx: Transaction) -> None:
        self._tx = tx
        self._table = tx.schema.staff
        self._invites = tx.schema.invites
        self._everyone: list[Staff] | None = None
        self._added = False

    def add(self, staff: Staff, *, at: datetime) -> None:
        row = {
            "id": staff.id,
            "bureau": staff.bureau,
            "role": staff.role.value,
            "name": staff.name,
            "deputy_for": staff.deputy_for,
            "active": staff.active,
            "created_at": at,
        }
        self._tx.add(self._table, row)
        self._tx.people += 1
        self._added = True

    async def _all(self) -> list[Staff]:
        """Everyone, read once a transaction: an office has dozens of people, a case asks for them many times."""
        if self._added:
            await self._tx.flush()
            self._added, self._everyone = False, None
        if self._everyone is None:
            self._everyone = [staff_from(row) for row in await self._tx.look(select(self._table).order_by("id"))]
        return self._everyone

    async def change(self, staff: Staff) -> None:
        """Write another role or principal of a member who is there already, or that the member has left."""
        table = self._table
        values = {"role": staff.role.value, "deputy_for": staff.deputy_for, "active": staff.active}
        await self._tx.execute(update(table).where(table.c.id == staff.id).values(**values))
        self._tx.people += 1
        self._everyone = None

    async def get(self, staff_id: StaffId) -> Staff | None:
        return next((staff for staff in await self._all() if staff.id == staff_id), None)

    async def named(self, bureau: str, name: str) -> Staff | None:
        """The active member of the bureau with this name."""
        return next((staff for staff in await self.of([bureau]) if staff.name == name), None)

    async def of(self, bureaus: Collection[str] | None = None, *, roles: Collection[Role] = ()) -> list[Staff]:
        """Active members of these bureaus (of all, when None) in these roles (in any, when empty)."""
        return [
            staff
            for staff in await self._all()
            if staff.active and (bureaus is None or staff.bureau in bureaus) and (not roles or staff.role in roles)
        ]

    async def deputies_of(self, staff_id: StaffId) -> list[Staff]:
        return [staff for staff in await self.of() if staff.deputy_for == staff_id]

    async def names(self, ids: Collection[str]) -> dict[str, str]:
        return {staff.id: staff.name for staff in await self._all() if staff.id in ids}

    def invite(self, staff_id: StaffId, *, code_hash: str, expires_at: datetime) -> None:
        self._tx.add(self._invites, {"code_hash": code_hash, "staff_id": staff_id, "expires_at": expires_at})

    async def redeem(self, code_hash: str, *, at: datetime) -> Staff | None:
        """The member whose code this is, once and before it expires; None otherwise."""
        invites = self._invites
        fits = (invites.c.code_hash == code_hash, invites.c.used_at.is_(None), invites.c.expires_at > at)
        used = update(invites).where(*fits).values(used_at=at).returning(invites.c.staff_id)
        row = (await self._tx.execute(used)).first()
        return await self.get(StaffId(row.staff_id)) if row else None


def staff_from(row: Row[Any], prefix: str = "") -> Staff:
    """The staff member in a row; ``prefix`` when the columns were labelled for a join."""
    values = row._mapping
    deputy_for = values[f"{prefix}deputy_for"]
    return Staff(
        id=StaffId(values["staff_id" if prefix else "id"]),
        bureau=values[f"{prefix}bureau"],
        role=Role(values[f"{prefix}role"]),
        name=values[f"{prefix}name"],
        deputy_for=StaffId(deputy_for) if deputy_for else None,
        active=bool(values[f"{prefix}active"]),
    )
