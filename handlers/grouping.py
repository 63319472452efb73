"""The groups on the desk, for the administrator: who is in them, new invitations, and who leaves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from cases.errors import CaseError
from cases.model import Role, Staff
from cases.subscriptions import Group, Member
from handlers import subscriptions
from handlers.office import Office
from handlers.subscriptions import GroupInvitation
from storage.database import Database


@dataclass(frozen=True, kw_only=True)
class Listed:
    """A group with how many belong to it, and those of them who joined by a code."""

    group: Group
    count: int
    members: Sequence[Member]


class Groups:
    """Each method is one transaction and refuses everybody but the administrator: CaseError ``admin_only``."""

    def __init__(self, database: Database, *, office: Office) -> None:
        self._database = database
        self._office = office

    async def listed(self, by: Staff) -> list[Listed]:
        _administrator(by)
        async with self._database.read() as tx:
            counts = await subscriptions.group_counts(tx, office=self._office)
            joined = await tx.subscriptions.joined([group.code for group, _ in counts])
        return [
            Listed(group=group, count=count, members=[one for one in joined if one.group == group.code])
            for group, count in counts
        ]

    async def invite(self, by: Staff, code: str, *, name: str) -> GroupInvitation:
        """Raises the CaseErrors of ``subscriptions.invite``."""
        _administrator(by)
        async with self._database.begin() as tx:
            return subscriptions.invite(tx, code, name=name, office=self._office)

    async def remove(self, by: Staff, code: str, key: str) -> str | None:
        """The name of who was taken out; None when nobody is there under this key."""
        _administrator(by)
        async with self._database.begin() as tx:
            return await tx.subscriptions.remove(code, key)


def _administrator(staff: Staff) -> None:
    if staff.role is not Role.ADMIN:
        raise CaseError("admin_only")
