"""Puts a case where a row of the table begins, with everybody around it, so that the row can be tried by anyone."""

from __future__ import annotations

import itertools
from dataclasses import dataclass

from cases.messages import Address
from cases.model import Case, CaseNo, Consumer, Kind, Merchant, Role, StaffId, Status
from cases.transitions import TABLE, WAITING, Transition
from handlers.house import House
from storage.case_store import Identity
from tests.cases.states import FITTING
from tests.clock import Clock

HUALONG, CITY, DESK = "410902", "410900", "410900-12315"
POSTS: dict[Role, tuple[str, Role]] = {
    Role.OFFICER: (HUALONG, Role.OFFICER),
    Role.LEAD: (HUALONG, Role.LEAD),
    Role.SUPERIOR: (CITY, Role.LEAD),
    Role.DESK: (DESK, Role.DESK),
    Role.ADMIN: (DESK, Role.ADMIN),
    Role.MEDIATOR: (HUALONG, Role.MEDIATOR),
    Role.MERCHANT: (HUALONG, Role.MERCHANT),
}
"""Where each role of the table sits. A superior is the lead of the bureau above."""
MERCHANT = Merchant(name="惠万家超市", address="建设路1号")
GUESTS = {Status.ENTRUSTED: ("mediator", Role.MEDIATOR), Status.NEGOTIATING: ("enterprise", Role.MERCHANT)}
ROWS = [(row, min(row.kinds)) for row in TABLE]
"""Every row, in one of its kinds."""


def source_of(row: Transition, role: Role) -> Status:
    """The first of the row's states in which somebody of this role can have the case in hand."""
    in_bureau = role in (Role.OFFICER, Role.LEAD, Role.SUPERIOR)
    fitting = row.sources - WAITING if in_bureau and row.sources - WAITING else row.sources
    return min(fitting, key=list(Status).index)


def row_name(row: Transition, source: Status) -> str:
    return f"{min(row.kinds)}-{row.verb}-{source}"


@dataclass(kw_only=True)
class Stage:
    """A house with one member of staff a role; ``ids`` by role."""

    house: House
    clock: Clock
    ids: dict[Role, StaffId]
    numbers: itertools.count[int]

    async def puts(self, row: Transition, kind: Kind, status: Status, *, person: Address) -> tuple[Case, CaseNo]:
        """A case before the row, and another one of the same person that it may refer to."""
        other = await self._adds(self._case(kind, _companion(row, status)), person=person)
        case = self._case(kind, status)
        case = case.evolve(**FITTING[row.only])
        if row.only == "asked_entrust":
            case = case.evolve(asked=f"entrust:{self.ids[Role.MEDIATOR]}")
        if row.only in ("asked_join", "joined"):
            case = case.evolve(**({"asked": f"join:{other.no}"} if row.only == "asked_join" else {"part_of": other.no}))
        return await self._adds(case, person=person), other.no

    def _case(self, kind: Kind, status: Status) -> Case:
        mark = {Kind.COMPLAINT: "", Kind.TIPOFF: "J", Kind.INQUIRY: "Z", Kind.SUGGESTION: "Y"}[kind]
        case = Case(
            no=CaseNo(f"410900{mark}261123{next(self.numbers):03d}"),
            kind=kind,
            status=status,
            received_at=self.clock(),
            narrative="买的牛奶过期了",
            bureau=None if status in WAITING else HUALONG,
            officer=None if status in WAITING | {Status.ROUTED} else self.ids[Role.OFFICER],
            merchant=MERCHANT,
        )
        if status in GUESTS:
            name, role = GUESTS[status]
            case = case.evolve(**{name: self.ids[role]})
        return case

    async def _adds(self, case: Case, *, person: Address) -> Case:
        who = Consumer(name="王芳", phone="13812345678")
        async with self.house.database.begin() as tx:
            tx.cases.add(case)
            tx.cases.add_identity(Identity(case_no=case.no, person=person, consumer=who), phone_index=None)
        return case

    async def verbs_of(self, no: CaseNo) -> list[str]:
        """The verbs that stand in the journal, with the events that they told."""
        async with self.house.database.read() as tx:
            return [f"{e.facts.get('verb', '')} {e.name.value}" for e in await tx.cases.journal(no)]


def _companion(row: Transition, status: Status) -> Status:
    """A case can be joined to one in the same state; a tip-off takes in one that is not verified yet."""
    return Status.ROUTED if row.verb == "merge" else status
