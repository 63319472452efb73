"""The years of the calendar: what staff entered over what the files say, checked first and seen by every process."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from cases.calendar import CalendarYear, WorkCalendar
from cases.clocks import Clock
from cases.errors import CaseError
from cases.model import Case
from cases.proofs import proof_of
from cases.rulebook_calendars import year_of, year_text
from handlers.dates import counted_by_days, laid_over, rule_of
from handlers.office import Office
from storage.calendar_store import EnteredYear
from storage.clock_store import ClockRow
from storage.database import Database, Transaction

log = logging.getLogger("lianxin.calendars")

OPERATOR = "operator"
"""Who entered a year on the command line."""
BATCH = 500
"""Clocks that are looked at in one go."""


@dataclass(frozen=True, kw_only=True)
class KnownYear:
    """A year of the calendar; ``by`` (a name) and ``at`` when it was entered and counts, else it is from a file."""

    year: CalendarYear
    by: str = ""
    at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Preview:
    """What entering a year would do: ``moved`` running clocks get another date."""

    year: CalendarYear
    moved: int


async def look(database: Database, *, office: Office) -> int:
    """Take up what was entered since the last look, by whatever process; returns how many calendars are new: 0 or 1."""
    async with database.read() as tx:
        return int(await refresh(tx, office=office))


async def refresh(tx: Transaction, *, office: Office, anyhow: bool = False) -> bool:
    """Whether another calendar counts in this process from now on; RulebookFault when an entered year is unreadable."""
    held, (count, last) = office.calendars, await tx.calendar.state()
    if (count, last) == (held.count, held.last) and not anyhow:
        return False
    texts = [row.content for row in await tx.calendar.all()]
    before, held.current = held.current.fingerprint, laid_over(office.rulebook.calendar, texts)
    held.count, held.last = count, last
    return held.current.fingerprint != before


async def enter(tx: Transaction, year: CalendarYear, *, by: str, office: Office) -> None:
    """Keep the year and count by it; raises the CaseError of ``check_entry``."""
    check_entry(year, office=office)
    entered = EnteredYear(year=year.year, content=year_text(year), entered_by=by, entered_at=office.now())
    await tx.calendar.put(entered)
    await refresh(tx, office=office, anyhow=True)
    log.info("A year of the calendar was entered.", extra={"action": "calendar", "year": year.year, "staff": by})


def check_entry(year: CalendarYear, *, office: Office) -> None:
    """CaseError ``calendar_file`` when a file of the site has published the year with other days."""
    known = next((known for known in office.rulebook.calendar.years if known.year == year.year), None)
    if known and known.published and (known.off, known.work) != (year.off, year.work):
        raise CaseError("calendar_file", year=str(year.year))


async def preview(tx: Transaction, year: CalendarYear, *, office: Office) -> Preview:
    """What would change; raises the CaseError of ``check_entry``."""
    check_entry(year, office=office)
    calendar = office.calendar.with_years([year])
    moved = 0
    async for rows in _running(tx):
        reaching = [row.clock for row in rows if row.clock.due_on.year >= year.year]
        cases = await tx.cases.some({clock.case_no for clock in reaching})
        moved += sum(_moves(clock, cases[clock.case_no], calendar=calendar, office=office) for clock in reaching)
    return Preview(year=year, moved=moved)


async def _running(tx: Transaction) -> AsyncIterator[Sequence[ClockRow]]:
    last = 0
    while rows := await tx.clocks.running_after(last, limit=BATCH, lock=False):
        yield rows
        last = rows[-1].id


def _moves(clock: Clock, case: Case, *, calendar: WorkCalendar, office: Office) -> bool:
    rule = rule_of(clock, case, office=office)
    if rule is None or not counted_by_days(clock):
        return False
    proof = proof_of(clock, rule, calendar)
    return proof is not None and proof.due_on != clock.due_on


def typed_year(number: int, *, off: str, work: str, basis: str, office: Office) -> CalendarYear:
    """A year typed in a line, with the statutory days that are known already. RulebookFault names each fault."""
    known = next((year for year in office.calendar.years if year.year == number), None)
    return year_of(number, off=off, work=work, basis=basis, statutory=known.statutory if known else ())


async def known_years(tx: Transaction, *, office: Office) -> list[KnownYear]:
    """Every year that is known, the latest first."""
    entered = {row.year: row for row in await tx.calendar.all()}
    names = await tx.staff.names({row.entered_by for row in entered.values()})
    found = []
    for year in reversed(office.calendar.years):
        row = entered.get(year.year)
        if row and not office.rulebook.calendar.published(year.year):
            by = names.get(row.entered_by) or office.say(f"calendar.by.{OPERATOR}")
            found.append(KnownYear(year=year, by=by, at=row.entered_at))
        else:
            found.append(KnownYear(year=year))
    return found


def draft(office: Office) -> str:
    """A text to begin with: the next year that is missing, with its statutory days off."""
    estimated = [year for year in office.calendar.years if not year.published and year.year >= office.today().year]
    return year_text(estimated[0]) if estimated else ""
