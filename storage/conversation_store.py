"""Where each person's conversation stands."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING, Any

from sqlalchemy import Row, Select, Table, Update, bindparam, select, update
from sqlalchemy.dialects import postgresql, sqlite

from cases.messages import Address
from cases.model import Staff, StaffId
from storage.inbox_store import dump_json
from storage.staff_store import staff_from
from storage.tables import Schema

if TYPE_CHECKING:
    from storage.database import Transaction


@dataclass(frozen=True, kw_only=True)
class Session:
    """One person's place in a dialogue: its name and its own JSON data; who the person is, when staff.

    ``lost``: nobody was reached at the address since the person wrote last.
    """

    person: Address
    dialogue: str
    updated_at: datetime
    data: Mapping[str, Any] = field(default_factory=dict)
    consented_at: datetime | None = None
    staff: Staff | None = None
    lost: bool = False


class ConversationStore:
    def __init__(self, tx: Transaction) -> None:
        self._tx = tx
        self._table = tx.schema.conversations
        self._bound: dict[StaffId, list[Address]] | None = None

    async def open(self, persons: Sequence[Address], *, dialogue: str, at: datetime) -> dict[Address, Session]:
        """The sessions of these people, locked until the transaction ends; new ones start in ``dialogue``.

        On PostgreSQL, people whom another process is serving now are left out.
        """
        if not persons:
            return {}
        found = await self._locked(persons)
        missing = [person for person in persons if person not in found]
        if missing:
            await self._start(missing, dialogue=dialogue, at=at)
            found |= await self._locked(missing)
        return found

    async def get(self, person: Address) -> Session | None:
        """The session as it stands, not locked."""
        row = (await self._tx.execute(_select(self._tx.schema, lock=False), {"persons": [str(person)]})).first()
        return _session(row) if row else None

    async def _locked(self, persons: Sequence[Address]) -> dict[Address, Session]:
        names = {"persons": [str(person) for person in persons]}
        rows = await self._tx.execute(_select(self._tx.schema, lock=True), names)
        sessions = [_session(row) for row in rows]
        return {session.person: session for session in sessions}

    async def _start(self, persons: Sequence[Address], *, dialogue: str, at: datetime) -> None:
        dialect = sqlite if self._tx.dialect == "sqlite" else postgresql
        statement = dialect.insert(self._table).on_conflict_do_nothing(index_elements=["person"])
        rows = [{"person": str(p), "dialogue": dialogue, "data": None, "updated_at": at} for p in persons]
        await self._tx.execute(statement, rows)

    async def save(self, sessions: Sequence[Session]) -> None:
        """Write the sessions back, in one round trip."""
        if not sessions:
            return
        await self._tx.execute(_save(self._table), [_row(session) for session in sessions])

    async def bind_staff(self, person: Address, staff: StaffId | None, *, at: datetime) -> None:
        """From now on this address is that staff member (or, with None, nobody's)."""
        await self._start([person], dialogue="", at=at)
        statement = update(self._table).where(self._table.c.person == str(person))
        await self._tx.execute(statement.values(staff_id=staff))
        self._bound = None
        self._tx.people += 1

    async def addresses_of(self, staff: Sequence[StaffId]) -> dict[StaffId, list[Address]]:
        """Every address bound to each of these staff members; all are read once a transaction, as the staff are."""
        if self._bound is None:
            table = self._table
            bound = select(table.c.staff_id, table.c.person).where(table.c.staff_id.is_not(None))
            self._bound = {}
            for row in await self._tx.look(bound.order_by(table.c.person)):
                self._bound.setdefault(StaffId(row.staff_id), []).append(Address.parse(row.person))
        return {member: self._bound[member] for member in staff if member in self._bound}

    async def forget_idle(self, before: datetime) -> None:
        """Drop what was half said and left since ``before``."""
        table = self._table
        statement = update(table).where(table.c.updated_at < before, table.c.data.is_not(None))
        await self._tx.execute(statement.values(data=None, dialogue=""))


@cache
def _select(schema: Schema, *, lock: bool) -> Select[Any]:
    table, staff, reaches = schema.conversations, schema.staff, schema.reaches
    joined = table.outerjoin(staff, (staff.c.id == table.c.staff_id) & staff.c.active)
    joined = joined.outerjoin(reaches, (reaches.c.person == table.c.person) & reaches.c.left_at.is_not(None))
    these = table.c.person.in_(bindparam("persons", expanding=True))
    statement = select(table, *_labelled(staff), reaches.c.left_at).select_from(joined).where(these)
    return statement.with_for_update(skip_locked=True, of=table) if lock else statement


@cache
def _save(table: Table) -> Update:
    names = ("dialogue", "data", "consented_at", "staff_id", "updated_at")
    statement = update(table).where(table.c.person == bindparam("who"))
    return statement.values({name: bindparam(f"new_{name}") for name in names})


def _labelled(staff: Any) -> list[Any]:
    return [column.label(f"staff_{column.name}") for column in staff.c if column.name != "id"]


def _session(row: Row[Any]) -> Session:
    return Session(
        person=Address.parse(row.person),
        dialogue=row.dialogue,
        data=json.loads(row.data) if row.data else {},
        consented_at=row.consented_at,
        updated_at=row.updated_at,
        staff=staff_from(row, prefix="staff_") if row.staff_id and row.staff_name else None,
        lost=row.left_at is not None,
    )


def _row(session: Session) -> dict[str, Any]:
    return {
        "who": str(session.person),
        "new_dialogue": session.dialogue,
        "new_data": dump_json(session.data) if session.data else None,
        "new_consented_at": session.consented_at,
        "new_staff_id": session.staff.id if session.staff else None,
        "new_updated_at": session.updated_at,
    }
