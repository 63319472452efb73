"""Whose work is due within a week: read once for all, so that the morning costs what is due and not what is open."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from functools import cache
from typing import NamedTuple

from cases.model import Role, Staff, StaffId, Status
from handlers.office import Office
from handlers.recipients import Roster
from handlers.reminders import Reminder, due_at
from storage.clock_store import DueClock
from storage.database import Database

PAGE = 5000
"""Clocks in one statement."""


async def due_by(
    database: Database, until: date, *, roster: Roster, office: Office
) -> Mapping[StaffId, list[Reminder]]:
    """What is due up to ``until`` for each member at work, as ``worklist.todo`` would list it; without its words."""
    found: dict[StaffId, list[Reminder]] = {}
    shares = Shares(roster, office=office)
    last: tuple[date, int] | None = None
    while True:
        async with database.read() as tx:
            page = await tx.clocks.due_by(until, after=last, limit=PAGE)
        for clock in page:
            reminder = Reminder(case_no=clock.case_no, due=due_at(clock.due_on, clock.due_at, urgent=clock.urgent))
            for member in shares.of(clock):
                found.setdefault(member, []).append(reminder)
        if len(page) < PAGE:
            return found
        last = (page[-1].due_on, page[-1].id)


class _Post(NamedTuple):
    """What tells whose a case is."""

    bureau: str | None
    officer: str | None
    status: str
    rated: bool


class Shares:
    """To whom a case belongs by its bureau, officer and state; cases alike in these have the same people."""

    def __init__(self, roster: Roster, *, office: Office) -> None:
        self._roster = roster
        self._office = office
        self._of = cache(self._people)

    def of(self, clock: DueClock) -> tuple[StaffId, ...]:
        """The members at work who have the case in hand."""
        return self._of(_Post(clock.bureau, clock.officer, clock.status, clock.rated))

    def _people(self, post: _Post) -> tuple[StaffId, ...]:
        bureau, officer, status, rated = post
        closed = status == Status.FOLLOWING_UP
        if status == Status.NEGOTIATING:
            return ()  # what a business is settling itself waits for nobody in the office
        people: list[Staff] = []
        if bureau is None or closed:
            people += self._in_role(Role.DESK)
        if bureau is not None and (rated or not closed):
            people += self._in_role(Role.LEAD, self._line(bureau))
        if bureau is not None and not closed:
            people += self._officers(bureau, officer)
        if status == Status.DISPUTED:
            people += self._in_role(Role.LEAD, self._line(self._office.rulebook.site.desk)[-1:])
        return tuple(dict.fromkeys(member.id for member in people))

    def _officers(self, bureau: str, officer: str | None) -> Iterable[Staff]:
        """Who signed, or the deputies while that one is away; what nobody has signed is everybody's."""
        signed = self._roster.member(officer)
        if signed is None:
            return self._in_role(Role.OFFICER, self._line(bureau))
        return self._roster.standing_for(signed)

    def _in_role(self, role: Role, bureaus: Iterable[str] | None = None) -> Iterable[Staff]:
        wanted = None if bureaus is None else set(bureaus)
        here = (member for member, _ in self._roster.at_work())
        return [one for one in here if one.role is role and (wanted is None or one.bureau in wanted)]

    def _line(self, bureau: str) -> tuple[str, ...]:
        return self._office.rulebook.directory.line(bureau)
