"""Cases, who brought them (kept apart), and the journal of what happened to them."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import Row, func, literal, null, or_, select, update
from sqlalchemy import case as when

from cases.errors import CaseError
from cases.events import Event, EventName
from cases.messages import Address
from cases.model import Case, CaseNo, Consumer, Kind, Merchant, StaffId, Status
from storage.many import among

if TYPE_CHECKING:
    from storage.database import Transaction

DEMAND_MARK = "|"
FOUND_BY = ("merchant_key", "merchant_branch")
"""Columns by which cases are found, and that are no fact of a case."""


@dataclass(frozen=True, kw_only=True)
class BusinessKey:
    """By what the cases against one business are found: empty when its name is not known; and the branch named."""

    key: str
    branch: str | None = None


@dataclass(frozen=True, kw_only=True)
class Identity:
    """Who brought a case and where that person is reached. Read only by those who may know (Order 121, Art. 37)."""

    case_no: CaseNo
    person: Address
    consumer: Consumer


class CaseStore:
    def __init__(self, tx: Transaction) -> None:
        self._tx = tx
        self._cases = tx.schema.cases
        self._identities = tx.schema.identities
        self._journal = tx.schema.journal

    def add(self, case: Case, *, business: BusinessKey | None = None) -> None:
        """``business`` None: read later, with the other cases of which it was not."""
        found = {"merchant_key": business and business.key, "merchant_branch": business and business.branch}
        self._tx.add(self._cases, {**_case_row(case), **found})

    def add_identity(self, identity: Identity, *, phone_index: str | None, address_index: str | None = None) -> None:
        """``address_index`` None: made later, where there is an address; empty: it is one that many people share."""
        consumer = identity.consumer
        row = {
            "case_no": identity.case_no,
            "person": str(identity.person),
            "name": consumer.name,
            "phone": consumer.phone,
            "postal_address": consumer.postal_address,
            "phone_index": phone_index,
            "address_index": address_index,
        }
        self._tx.add(self._identities, row)

    def log(self, events: Sequence[Event]) -> None:
        for event in events:
            facts = json.dumps(dict(event.facts), ensure_ascii=False)
            row = {"case_no": event.case_no, "at": event.at, "event": event.name.value, "by": event.by, "facts": facts}
            self._tx.add(self._journal, row)

    def is_new(self, no: CaseNo) -> bool:
        """Whether the case was added in this transaction and is not yet written."""
        return bool(self._tx.pending(self._cases, "no", no))

    async def update(self, case: Case, *, expected: int) -> None:
        """Write the case over version ``expected``; CaseError ``changed_meanwhile`` when it has another by now."""
        for row in self._tx.pending(self._cases, "no", case.no):
            row.update(_case_row(case))
            return
        table = self._cases
        statement = update(table).where(table.c.no == case.no, table.c.version == expected).values(_case_row(case))
        if (await self._tx.execute(statement)).rowcount != 1:
            raise CaseError("changed_meanwhile", no=case.no)

    async def get(self, no: str, *, lock: bool = False) -> Case | None:
        """The case, or None. ``lock``: nobody else may change it until this transaction ends."""
        statement = select(self._cases).where(self._cases.c.no == no)
        row = (await self._tx.execute(statement.with_for_update() if lock else statement)).first()
        return case_from(row._asdict()) if row else None

    async def identity(self, no: CaseNo) -> Identity | None:
        for new in self._tx.pending(self._identities, "case_no", no):
            return identity_from(new)
        row = (await self._tx.execute(select(self._identities).where(self._identities.c.case_no == no))).first()
        return identity_from(row._asdict()) if row else None

    async def of_person(self, person: Address, *, limit: int) -> list[Case]:
        """The cases that came from this address, newest first."""
        cases, identities = self._cases, self._identities
        statement = (
            select(cases)
            .join(identities, identities.c.case_no == cases.c.no)
            .where(identities.c.person == str(person))
            .order_by(cases.c.received_at.desc(), cases.c.no.desc())
            .limit(limit)
        )
        return [case_from(row._asdict()) for row in await self._tx.execute(statement)]

    async def of_phone(self, phone_index: str, *, limit: int) -> list[tuple[Case, Identity]]:
        """The cases whose person gave this number, newest first, with who brought them."""
        cases, who = self._cases, self._identities
        named = [column.label(f"who_{column.name}") for column in who.c]
        joined = select(cases, *named).join(who, who.c.case_no == cases.c.no).where(who.c.phone_index == phone_index)
        newest = joined.order_by(cases.c.received_at.desc(), cases.c.no.desc()).limit(limit)
        return [_with_identity(row._asdict()) for row in await self._tx.execute(newest)]

    async def open_in(self, bureaus: Collection[str] | None, *, statuses: Collection[Status], limit: int) -> list[Case]:
        """Cases of these bureaus in these states; with None, those that wait for the intake desk."""
        table = self._cases
        place = table.c.bureau.is_(None) if bureaus is None else table.c.bureau.in_(bureaus)
        names = [status.value for status in statuses]
        statement = select(table).where(place, table.c.status.in_(names)).order_by(table.c.received_at).limit(limit)
        return [case_from(row._asdict()) for row in await self._tx.execute(statement)]

    async def some(self, numbers: Collection[str]) -> dict[CaseNo, Case]:
        """These cases by number, those that exist."""
        if not numbers:
            return {}
        rows = await self._tx.execute(select(self._cases).where(among(self._tx, self._cases.c.no, numbers)))
        return {case.no: case for case in (case_from(row._asdict()) for row in rows)}

    async def parts_of(self, no: CaseNo, *, lock: bool = False) -> list[Case]:
        """The cases that are handled with this one, in the order of their receipt."""
        statement = select(self._cases).where(self._cases.c.part_of == no).order_by("received_at", "no")
        statement = statement.with_for_update() if lock else statement
        return [case_from(row._asdict()) for row in await self._tx.execute(statement)]

    async def entrusted_to(self, staff: StaffId, *, statuses: Collection[Status], limit: int) -> list[Case]:
        """Cases in these states with which this business or mediating body was entrusted."""
        table = self._cases
        names = [status.value for status in statuses]
        theirs = or_(table.c.enterprise == staff, table.c.mediator == staff)
        statement = select(table).where(theirs, table.c.status.in_(names)).order_by(table.c.received_at).limit(limit)
        return [case_from(row._asdict()) for row in await self._tx.execute(statement)]

    async def to_look_after(self, *, limit: int) -> list[Case]:
        """Closed cases that were drawn for a call-back or rated badly, and on which nobody has acted yet."""
        table = self._cases
        watched = or_(table.c.sampled, table.c.rating.is_not(None))
        closed = table.c.status == Status.FOLLOWING_UP.value
        statement = select(table).where(closed, watched).order_by(table.c.received_at).limit(limit)
        return [case_from(row._asdict()) for row in await self._tx.execute(statement)]

    async def received(
        self, span: tuple[datetime, datetime], *, bureaus: Collection[str] | None, after: str, limit: int
    ) -> list[Case]:
        """Cases received in the span (both ends included), in the order of their numbers from the one after ``after``.

        Of these bureaus; with None, of all and of none. What a person told is never read: the narrative, and of a
        tip-off the result, are left out (Order 121, Art. 37).
        """
        table = self._cases
        told = when((table.c.kind != Kind.TIPOFF.value, table.c.result)).label("result")
        plain = [column for column in table.c if column.name not in ("narrative", "result", *FOUND_BY)]
        fits = [table.c.no > after, table.c.received_at.between(*span)]
        if bureaus is not None:
            # Wrapped, so that no index on bureaus is taken: it would sort all their cases anew for every page.
            fits.append(func.coalesce(table.c.bureau, "").in_(bureaus))
        statement = select(*plain, literal("").label("narrative"), told).where(*fits).order_by(table.c.no).limit(limit)
        return [case_from(row._asdict()) for row in await self._tx.execute(statement)]

    async def all_from(self, after: str, *, limit: int, span: tuple[datetime, datetime] | None = None) -> list[Case]:
        """Cases in the order of their numbers from the one after ``after``; of those received in the span (both ends
        included), when it is given. What a person told is never read, nor what was told to them."""
        table = self._cases
        plain = [column for column in table.c if column.name not in ("narrative", "result", *FOUND_BY)]
        blank = (literal("").label("narrative"), null().label("result"))
        fits = [table.c.no > after, *([table.c.received_at.between(*span)] if span else [])]
        rows = select(*plain, *blank).where(*fits).order_by(table.c.no).limit(limit)
        return [case_from(row._asdict()) for row in await self._tx.execute(rows)]

    async def facts_of(self, numbers: Collection[CaseNo], event: EventName, *, name: str) -> dict[CaseNo, str]:
        """One fact of the first such event of these cases, where it has it."""
        table = self._journal
        fits = (among(self._tx, table.c.case_no, numbers), table.c.event == event.value)
        found: dict[CaseNo, str] = {}
        rows = select(table.c.case_no, table.c.facts).where(*fits).order_by(table.c.id) if numbers else None
        for row in await self._tx.execute(rows) if rows is not None else ():
            facts = json.loads(row.facts)
            if name in facts:
                found.setdefault(CaseNo(row.case_no), facts[name])
        return found

    async def consumers(self, numbers: Collection[CaseNo]) -> dict[CaseNo, Consumer]:
        """Name and telephone number of those who brought these cases."""
        table = self._identities
        statement = select(table.c.case_no, table.c.name, table.c.phone).where(table.c.case_no.in_(numbers))
        rows = await self._tx.execute(statement)
        return {CaseNo(row.case_no): Consumer(name=row.name, phone=row.phone) for row in rows}

    async def moments(
        self, numbers: Collection[CaseNo], events: Collection[EventName]
    ) -> dict[CaseNo, list[tuple[EventName, datetime]]]:
        """When these events happened to these cases, in their order; what was said with them is not read."""
        table = self._journal
        fits = (table.c.case_no.in_(numbers), table.c.event.in_([event.value for event in events]))
        found: dict[CaseNo, list[tuple[EventName, datetime]]] = {}
        statement = select(table.c.case_no, table.c.event, table.c.at).where(*fits).order_by(table.c.id)
        for row in await self._tx.execute(statement):
            found.setdefault(CaseNo(row.case_no), []).append((EventName(row.event), row.at))
        return found

    async def journal(self, no: CaseNo) -> list[Event]:
        table = self._journal
        rows = await self._tx.execute(select(table).where(table.c.case_no == no).order_by(table.c.id))
        return [_event(row) for row in rows]

    async def last_bureau(self, no: CaseNo) -> str | None:
        """The bureau that sent the case back last."""
        events = [event for event in await self.journal(no) if event.name is EventName.ROUTED]
        return events[-1].facts.get("bureau") if events else None


def _case_row(case: Case) -> dict[str, Any]:
    names = (
        "no",
        "received_at",
        "bureau",
        "officer",
        "department",
        "because",
        "region",
        "township",
        "object",
        "category",
        "problem",
        "sales_mode",
        "product",
        "amount",
        "happened_on",
        "urgent",
        "narrative",
        "result",
        "outcome",
        "rating",
        "sibling",
        "origin",
        "part_of",
        "enterprise",
        "mediator",
        "asked",
        "rehandled",
        "sampled",
        "version",
    )
    return {
        **{name: getattr(case, name) for name in names},
        "kind": case.kind.value,
        "status": case.status.value,
        "demands": DEMAND_MARK.join(case.demands),
        "merchant_name": case.merchant.name,
        "merchant_address": case.merchant.address,
        "merchant_phone": case.merchant.phone,
        "platform": case.merchant.platform,
    }


def case_from(row: Mapping[str, Any]) -> Case:
    """The case in a row of ``cases``."""
    values = {name: value for name, value in row.items() if name not in FOUND_BY}
    merchant = Merchant(
        name=values.pop("merchant_name"),
        address=values.pop("merchant_address"),
        phone=values.pop("merchant_phone"),
        platform=values.pop("platform"),
    )
    officer = values.pop("officer")
    return Case(
        **{
            **values,
            "no": CaseNo(values["no"]),
            "kind": Kind(values["kind"]),
            "status": Status(values["status"]),
            "demands": tuple(part for part in values["demands"].split(DEMAND_MARK) if part),
            "urgent": bool(values["urgent"]),
            "sampled": bool(values["sampled"]),
        },
        merchant=merchant,
        officer=StaffId(officer) if officer else None,
    )


def _with_identity(row: Mapping[str, Any]) -> tuple[Case, Identity]:
    who = {name.removeprefix("who_"): value for name, value in row.items() if name.startswith("who_")}
    return case_from({name: value for name, value in row.items() if not name.startswith("who_")}), identity_from(who)


def identity_from(row: Mapping[str, Any]) -> Identity:
    """The identity in a row of ``identities``."""
    consumer = Consumer(name=row["name"], phone=row["phone"], postal_address=row["postal_address"])
    return Identity(case_no=CaseNo(row["case_no"]), person=Address.parse(row["person"]), consumer=consumer)


def _event(row: Row[Any]) -> Event:
    return Event(
        name=EventName(row.event), case_no=CaseNo(row.case_no), at=row.at, by=row.by, facts=json.loads(row.facts)
    )
