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

    async def get(self, staff_id: StaffId) -> Staff | None:
        row = (await self._tx.execute(select(self._table).where(self._table.c.id == staff_id))).first()
        return staff_from(row) if row else None

    async def named(self, bureau: str, name: str) -> Staff | None:
        """The active member of the bureau with this name."""
        table = self._table
        statement = select(table).where(table.c.bureau == bureau, table.c.name == name, table.c.active)
        row = (await self._tx.execute(statement)).first()
        return staff_from(row) if row else None

    async def of(self, bureaus: Collection[str] | None = None, *, roles: Collection[Role] = ()) -> list[Staff]:
        """Active members of these bureaus (of all, when None) in these roles (in any, when empty)."""
        table = self._table
        statement = select(table).where(table.c.active).order_by(table.c.id)
        if bureaus is not None:
            statement = statement.where(table.c.bureau.in_(bureaus))
        if roles:
            statement = statement.where(table.c.role.in_([role.value for role in roles]))
        return [staff_from(row) for row in await self._tx.execute(statement)]

    async def deputies_of(self, staff_id: StaffId) -> list[Staff]:
        table = self._table
        rows = await self._tx.execute(select(table).where(table.c.deputy_for == staff_id, table.c.active))
        return [staff_from(row) for row in rows]

    async def names(self, ids: Collection[str]) -> dict[str, str]:
        table = self._table
        rows = await self._tx.execute(select(table.c.id, table.c.name).where(table.c.id.in_(tuple(ids))))
        return {row.id: row.name for row in rows}

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
