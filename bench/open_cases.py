"""A database with as many open cases as wanted, made in few statements: it copies one case a bureau by itself."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import (
    Integer,
    Select,
    String,
    Table,
    bindparam,
    cast,
    delete,
    func,
    insert,
    literal,
    select,
    text,
    update,
)
from sqlalchemy.sql.elements import ColumnElement

from cases.calendar import china_instant
from cases.clocks import Clock, OfficeHours
from cases.messages import Address
from cases.model import Case, CaseNo, Consumer, Kind, Role, Staff, StaffId, Status
from cases.routing import Directory
from handlers.house import House
from storage.case_store import Identity
from storage.database import Database, Transaction

RECEIVED, DUE, SUPPLEMENT_DUE = date(2026, 11, 20), date(2026, 12, 1), date(2026, 12, 1)
FIRST_WARNING, AFTER_SUPPLEMENT = date(2026, 11, 26), date(2026, 11, 30)
SOON, LATE = (date(2026, 11, 17), date(2026, 11, 26), 0), (date(2026, 11, 11), date(2026, 11, 20), 3)
"""Start, due date and step of an acceptance that is warned of on Monday, 23 November: due soon, and overdue."""
MONDAY = date(2026, 11, 23)
LATE_EVERY = 4
CHANNEL = "street"
PATTERN, COPY = "T-", "S-"
SEAL_SAMPLE = "bench " * 40
"""As long as a story that people tell."""


def officer_of(bureau: str) -> Address:
    return Address(channel=CHANNEL, value=f"officer-{bureau}")


def lead_of(bureau: str) -> Address:
    return Address(channel=CHANNEL, value=f"lead-{bureau}")


async def furnish(house: House) -> list[str]:
    """An officer and a lead who joined by chat in every bureau, and one case there as the pattern of all others."""
    bureaus = [bureau.code for bureau in house.office.rulebook.directory]
    async with house.database.begin() as tx:
        for n, bureau in enumerate(bureaus):
            officer = await _joined(tx, officer_of(bureau), bureau=bureau, role=Role.OFFICER, house=house)
            await _joined(tx, lead_of(bureau), bureau=bureau, role=Role.LEAD, house=house)
            _pattern(tx, CaseNo(f"{PATTERN}{n}"), officer=officer, hours=house.office.rulebook.site.hours)
    return bureaus


async def _joined(tx: Transaction, address: Address, *, bureau: str, role: Role, house: House) -> Staff:
    staff = Staff(id=StaffId(address.value), bureau=bureau, role=role, name=address.value)
    tx.staff.add(staff, at=house.office.now())
    await tx.conversations.bind_staff(address, staff.id, at=house.office.now())
    return staff


def _pattern(tx: Transaction, no: CaseNo, *, officer: Staff, hours: OfficeHours) -> None:
    received = china_instant(RECEIVED, hours.start)
    case = Case(
        no=no,
        kind=Kind.COMPLAINT,
        status=Status.SUPPLEMENTING,
        received_at=received,
        narrative=SEAL_SAMPLE,
        bureau=officer.bureau,
        officer=officer.id,
        product="bench",
    )
    consumer = Consumer(name="bench", phone="13800000000", postal_address="bench street 1")
    tx.cases.add(case)
    tx.cases.add_identity(
        Identity(case_no=no, person=Address(channel=CHANNEL, value=no), consumer=consumer), phone_index=None
    )
    for rule, due, warned in (("accept", DUE, FIRST_WARNING), ("supplement", SUPPLEMENT_DUE, AFTER_SUPPLEMENT)):
        warning = china_instant(warned, hours.start)
        tx.clocks.add(Clock(case_no=no, rule=rule, started_at=received, due_on=due, next_warning=warning))


async def multiply(database: Database, *, patterns: int, have: int, want: int) -> None:
    """Copies of the patterns, by turns, until there are ``want`` cases; ``have`` of them are there already."""
    schema = database.schema
    async with database.begin(bulk=True) as tx:
        for table, column in ((schema.cases, "no"), (schema.identities, "case_no"), (schema.clocks, "case_no")):
            await tx.execute(_copies(table, column, patterns=patterns, span=(have, want)))
        for table, times in ((schema.cases, 1), (schema.identities, 1), (schema.clocks, 2)):
            made = (await tx.execute(select(func.count()).select_from(table))).scalar_one()
            assert made == times * want, f"{made} rows in {table.name}"
    await _tidy(database)


def _copies(table: Table, column: str, *, patterns: int, span: tuple[int, int]) -> Any:
    """One statement: each number of the span takes over every column of the pattern whose turn it is."""
    numbers = _numbers(*span)
    number, turn = cast(numbers.c.n, String), cast(numbers.c.n % patterns, String)
    new: dict[str, ColumnElement[Any]] = {column: literal(COPY) + number}
    if table.name == "identities":
        new["person"] = literal(f"{CHANNEL}:{COPY}") + number
    columns = [c for c in table.columns if c.name != "id"]
    chosen = select(*(new.get(c.name, c) for c in columns)).join_from(
        numbers, table, table.c[column] == literal(PATTERN) + turn
    )
    return insert(table).from_select(columns, chosen)


def _numbers(first: int, end: int) -> Any:
    numbers = select(literal(first, Integer).label("n")).cte("numbers", recursive=True)
    return numbers.union_all(select(numbers.c.n + 1).where(numbers.c.n < end - 1))


async def _tidy(database: Database) -> None:
    """What a database does by itself sooner or later: its statistics, or the log written back."""
    if database.on_sqlite:
        with closing(sqlite3.connect(str(database.engine.url.database))) as plain:
            plain.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        return
    async with database.engine.connect() as connection:
        free = await connection.execution_options(isolation_level="AUTOCOMMIT")
        await free.execute(text("VACUUM ANALYZE"))


async def make_due(
    database: Database, *, due: int, hours: OfficeHours, directory: Directory
) -> dict[tuple[str, str], int]:
    """Make so many acceptances be warned of on Monday as it opens; returns what is owed: number, address; once each.

    Every fourth is overdue and owed to the leads of the bureau and of the one above as well; the others are due soon
    and owed to the officer.
    """
    schema = database.schema
    async with database.begin(bulk=True) as tx:
        rows = (await tx.execute(_acceptances(database))).all()
        chosen = rows[:: max(1, len(rows) // due)][:due]
        values = [_values(row.id, LATE if n % LATE_EVERY == 0 else SOON, hours=hours) for n, row in enumerate(chosen)]
        clocks = schema.clocks
        names = ("started_at", "due_on", "step", "next_warning")
        moved = update(clocks).where(clocks.c.id == bindparam("which"))
        await tx.execute(moved.values({name: bindparam(f"new_{name}") for name in names}), values)
    owed: dict[tuple[str, str], int] = {}
    for n, row in enumerate(chosen):
        owed[row.case_no, str(officer_of(row.bureau))] = 1
        if n % LATE_EVERY == 0:
            owed |= {(row.case_no, str(lead_of(bureau))): 1 for bureau in directory.line(row.bureau)[:2]}
    return owed


def _acceptances(database: Database) -> Select[Any]:
    clocks, cases = database.schema.clocks, database.schema.cases
    joined = clocks.join(cases, cases.c.no == clocks.c.case_no)
    return (
        select(clocks.c.id, clocks.c.case_no, cases.c.bureau)
        .select_from(joined)
        .where(clocks.c.rule == "accept")
        .order_by(clocks.c.id)
    )


def _values(number: int, how: tuple[date, date, int], *, hours: OfficeHours) -> dict[str, object]:
    start, due_on, step = how
    return {
        "which": number,
        "new_started_at": china_instant(start, hours.start),
        "new_due_on": due_on,
        "new_step": step,
        "new_next_warning": china_instant(MONDAY, hours.start),
    }


async def calm_down(database: Database, *, hours: OfficeHours) -> None:
    """Every clock as it was copied, nothing owed or promised, nothing in the journal."""
    schema = database.schema
    clocks = schema.clocks
    async with database.begin(bulk=True) as tx:
        for table in (schema.outbox, schema.journal, schema.warnings, schema.marks):
            await tx.execute(delete(table))
        changed = (clocks.c.rule == "accept", clocks.c.due_on != DUE)
        calm = {"step": 0, "started_at": china_instant(RECEIVED, hours.start), "due_on": DUE}
        warned: datetime = china_instant(FIRST_WARNING, hours.start)
        await tx.execute(update(clocks).where(*changed).values(**calm, next_warning=warned))
    await _tidy(database)


def opening(hours: OfficeHours) -> datetime:
    """The moment of the sweep: Monday, as the office opens, and a minute."""
    return china_instant(MONDAY, hours.start) + timedelta(minutes=1)
