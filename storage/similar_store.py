"""Finds cases by what they have in common: who brought them, against which business, of what, from which address."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, Select, Table, bindparam, func, literal, or_, select, update

from cases.messages import Address
from cases.model import Case, CaseNo, Kind, Status
from storage.case_store import FOUND_BY, BusinessKey, Identity, case_from, identity_from

if TYPE_CHECKING:
    from storage.database import Transaction

FACETS = frozenset({"merchant_key", "product", "category", "problem", "region"})
"""By what cases can be counted."""


@dataclass(frozen=True, kw_only=True)
class Known:
    """A case, without what was told in it, and who brought it; the blind indexes of telephone and address."""

    case: Case
    identity: Identity
    phone_index: str | None
    address_index: str | None


@dataclass(frozen=True, kw_only=True)
class Group:
    """How many cases are alike in these; ``person`` and ``phone_index`` tell people apart and are shown to nobody."""

    kind: Kind
    region: str | None
    bureau: str | None
    branch: str | None
    person: str | None
    phone_index: str | None
    count: int


class SimilarStore:
    def __init__(self, tx: Transaction) -> None:
        self._tx = tx
        self._cases = tx.schema.cases
        self._identities = tx.schema.identities

    async def of_person(
        self, person: Address, *, phone_index: str | None, since: datetime, open_in: Collection[Status], limit: int
    ) -> list[Known]:
        """Cases from this address or this telephone, received since or still in one of these states; newest first."""
        identities = self._identities
        new = self._tx.pending(identities, "person", str(person))
        new += self._tx.pending(identities, "phone_index", phone_index) if phone_index else []
        if not new and not await self._is_known(person, phone_index):
            return []
        theirs = [identities.c.person == str(person)]
        if phone_index:
            theirs.append(identities.c.phone_index == phone_index)
        lasting = self._cases.c.status.in_([status.value for status in open_in])
        statement = self._known(or_(*theirs), or_(self._cases.c.received_at >= since, lasting), limit=limit)
        return [self._found(row) for row in await self._tx.execute(statement)]

    async def _is_known(self, person: Address, phone_index: str | None) -> bool:
        """Most people have no case yet: that is found out without writing what others have added meanwhile."""
        values = {"person": str(person), "phone_index": phone_index}
        return (await self._tx.look(_anything_of(self._identities), values)).first() is not None

    async def sharing(
        self, person: Address, *, phone_index: str | None, address_index: str | None, since: datetime, limit: int
    ) -> list[Known]:
        """Cases from this address of a channel, this telephone or this postal address, received since; newest first."""
        identities = self._identities
        shared = [identities.c.person == str(person)]
        if phone_index:
            shared.append(identities.c.phone_index == phone_index)
        if address_index:
            shared.append(identities.c.address_index == address_index)
        statement = self._known(or_(*shared), self._cases.c.received_at >= since, limit=limit)
        return [self._found(row) for row in await self._tx.execute(statement)]

    def _known(self, *fits: ColumnElement[bool], limit: int) -> Select[Any]:
        cases, identities = self._cases, self._identities
        told = ("narrative", "result", *FOUND_BY)
        plain = [column for column in cases.c if column.name not in told]
        who = [column.label(f"of_{column.name}") for column in identities.c]
        return (
            select(*plain, literal("").label("narrative"), literal(None).label("result"), *who)
            .join(identities, identities.c.case_no == cases.c.no)
            .where(*fits)
            .order_by(cases.c.received_at.desc(), cases.c.no.desc())
            .limit(limit)
        )

    def _found(self, row: Any) -> Known:
        who = {name.removeprefix("of_"): value for name, value in row._asdict().items() if name.startswith("of_")}
        case = case_from({name: value for name, value in row._asdict().items() if not name.startswith("of_")})
        phone_index, address_index = who["phone_index"], who["address_index"]
        return Known(case=case, identity=identity_from(who), phone_index=phone_index, address_index=address_index)

    async def indexes(self, no: CaseNo) -> tuple[str | None, str | None]:
        """The blind indexes of the telephone and of the address with which a case was brought."""
        table = self._identities
        found = select(table.c.phone_index, table.c.address_index).where(table.c.case_no == no)
        row = (await self._tx.execute(found)).first()
        return (row.phone_index, row.address_index) if row else (None, None)

    async def groups(self, facets: Mapping[str, str], *, kinds: Collection[Kind], since: datetime) -> list[Group]:
        """Cases of these kinds received since, by who brought them and where; ``facets`` maps FACETS to values."""
        assert facets.keys() <= FACETS, "counted by what has no index or is sealed"
        cases, identities = self._cases, self._identities
        places = (cases.c.region, cases.c.bureau, cases.c.merchant_branch)
        alike = (cases.c.kind, *places, identities.c.person, identities.c.phone_index)
        statement = (
            select(*alike, func.count().label("number"))
            .select_from(cases.outerjoin(identities, identities.c.case_no == cases.c.no))
            .where(*(cases.c[name] == value for name, value in facets.items()))
            .where(cases.c.received_at >= since, cases.c.kind.in_([kind.value for kind in kinds]))
            .group_by(*alike)
        )
        return [
            Group(
                kind=Kind(row.kind),
                region=row.region,
                bureau=row.bureau,
                branch=row.merchant_branch,
                person=row.person,
                phone_index=row.phone_index,
                count=row.number,
            )
            for row in await self._tx.execute(statement)
        ]

    async def against(self, key: str, *, kinds: Collection[Kind], since: datetime, limit: int) -> list[Case]:
        """The newest cases against the business of this key, with what was told in them."""
        table = self._cases
        fits = (table.c.merchant_key == key, table.c.received_at >= since)
        of_kind = table.c.kind.in_([kind.value for kind in kinds])
        statement = select(table).where(*fits, of_kind).order_by(table.c.received_at.desc(), table.c.no.desc())
        return [case_from(row._asdict()) for row in await self._tx.execute(statement.limit(limit))]

    async def unread_names(self, *, limit: int) -> list[tuple[CaseNo, str | None]]:
        """Cases whose business has no key yet, with its name."""
        table = self._cases
        unread = table.c.merchant_key.is_(None)
        rows = await self._tx.execute(select(table.c.no, table.c.merchant_name).where(unread).limit(limit))
        return [(CaseNo(row.no), row.merchant_name) for row in rows]

    async def set_keys(self, keys: Mapping[CaseNo, BusinessKey]) -> None:
        """Note the keys of businesses; the cases are not changed by it."""
        table = self._cases
        statement = update(table).where(table.c.no == bindparam("which"))
        statement = statement.values(merchant_key=bindparam("key"), merchant_branch=bindparam("branch"))
        await self._set(statement, [{"which": no, "key": k.key, "branch": k.branch} for no, k in keys.items()])

    async def unread_addresses(self, *, limit: int) -> list[tuple[CaseNo, str]]:
        """Cases whose person has an address without a blind index, with that address."""
        table = self._identities
        unread = table.c.postal_address.is_not(None) & table.c.address_index.is_(None)
        rows = await self._tx.execute(select(table.c.case_no, table.c.postal_address).where(unread).limit(limit))
        return [(CaseNo(row.case_no), row.postal_address) for row in rows]

    async def set_addresses(self, indexes: Mapping[CaseNo, str]) -> None:
        """Note the blind indexes of addresses."""
        table = self._identities
        statement = update(table).where(table.c.case_no == bindparam("which")).values(address_index=bindparam("found"))
        await self._set(statement, [{"which": no, "found": index} for no, index in indexes.items()])

    async def _set(self, statement: Any, rows: Sequence[Mapping[str, Any]]) -> None:
        if rows:
            await self._tx.execute(statement, rows)


@cache
def _anything_of(table: Table) -> Select[Any]:
    theirs = or_(table.c.person == bindparam("person"), table.c.phone_index == bindparam("phone_index"))
    return select(table.c.case_no).where(theirs).limit(1)
