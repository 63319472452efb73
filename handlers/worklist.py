"""What a member of staff has to do: the cases in hand by due date, and one case with everything said about it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from cases.clocks import Clock
from cases.events import Event
from cases.lifecycle import OPEN, outcomes_for
from cases.model import Case, Consumer, Role, Staff
from handlers.access import case_for
from handlers.cards import actions
from handlers.office import Office
from storage.database import Transaction
from storage.evidence_store import Evidence

MOST = 500


@dataclass(frozen=True, kw_only=True)
class Item:
    """A case on the list with its running clocks, soonest first."""

    case: Case
    clocks: tuple[Clock, ...]

    @property
    def due_on(self) -> date | None:
        return self.clocks[0].due_on if self.clocks else None


@dataclass(frozen=True, kw_only=True)
class Dossier:
    """Everything about one case that this member of staff may see, and what they may do now."""

    case: Case
    consumer: Consumer | None
    clocks: tuple[Clock, ...]
    evidence: tuple[Evidence, ...]
    journal: tuple[Event, ...]
    sent: tuple[tuple[datetime, str, str], ...]
    actions: tuple[str, ...]
    outcomes: tuple[str, ...]
    names: dict[str, str]


async def todo(tx: Transaction, staff: Staff, *, office: Office) -> list[Item]:
    """The open cases of this member of staff, most pressing first: one's own, then the bureau's unsigned ones."""
    found: Sequence[Case] = []
    if staff.role in (Role.DESK, Role.ADMIN):
        found = await tx.cases.open_in(None, statuses=OPEN, limit=MOST)
    if staff.role is not Role.DESK:
        bureaus = office.rulebook.directory.under(_scope(staff, office=office))
        found = [*found, *await tx.cases.open_in(bureaus, statuses=OPEN, limit=MOST)]
    if staff.role is Role.OFFICER:
        here = {member.id for member in await tx.staff.of()}
        mine = {staff.id, staff.deputy_for, None}
        # What a colleague who left had signed is everybody's, until somebody takes it up.
        found = [case for case in found if case.officer in mine or case.officer not in here]
    clocks = await tx.clocks.of([case.no for case in found]) if found else {}
    items = [Item(case=case, clocks=tuple(clocks.get(case.no, ()))) for case in found]
    return sorted(items, key=lambda item: (not item.case.urgent, item.due_on or date.max, item.case.no))


def _scope(staff: Staff, *, office: Office) -> str:
    """The administrator of the desk looks after the whole site."""
    line = office.rulebook.directory.line(staff.bureau)
    return line[-1] if staff.role is Role.ADMIN else staff.bureau


async def dossier(tx: Transaction, staff: Staff, no: str, *, office: Office) -> Dossier:
    """One case in full; CaseError ``case_unknown`` when this member of staff may not see it."""
    case = await case_for(tx, staff, no, office=office)
    identity = await tx.cases.identity(case.no)
    journal = await tx.cases.journal(case.no)
    return Dossier(
        case=case,
        consumer=identity.consumer if identity else None,
        clocks=tuple((await tx.clocks.of([case.no])).get(case.no, ())),
        evidence=tuple(await tx.evidence.of(case.no)),
        journal=tuple(journal),
        sent=tuple(await tx.outbox.of_case(case.no, person=identity.person)) if identity else (),
        actions=actions(case, staff.role),
        outcomes=outcomes_for(case, staff.role),
        names=await tx.staff.names({event.by for event in journal}),
    )
