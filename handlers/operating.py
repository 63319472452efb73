"""What the person at the machine does on the command line; each is one transaction and returns what to print."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from cases.calendar import CalendarYear
from cases.clocks import Clock
from cases.errors import CaseError
from cases.model import Case, Role
from cases.rulebook import changed_routing
from handlers import calendars, dry_run, staffing, subscriptions
from handlers.office import Office
from handlers.wording import bureau_words
from storage.database import Database


async def invite(
    database: Database, office: Office, *, bureau: str, role: Role, name: str, deputy_for: str | None
) -> str:
    """A one-time code for a member of staff; raises the CaseErrors of ``staffing.invite``."""
    async with database.begin() as tx:
        made = await staffing.invite(tx, bureau=bureau, role=role, name=name, deputy_for=deputy_for, office=office)
    return office.say(
        "start.invited",
        name=made.staff.name,
        bureau=bureau_words(made.staff.bureau, office=office),
        role=office.say(f"role.{made.staff.role.value}"),
        code=made.code,
        link=made.desk_link,
    )


async def invite_to_group(database: Database, office: Office, *, group: str, name: str) -> str:
    """A one-time code for a member of a group; raises the CaseErrors of ``subscriptions.invite``."""
    async with database.begin() as tx:
        made = subscriptions.invite(tx, group, name=name, office=office)
    return office.say("start.group_invited", name=made.name, group=made.group.label, code=made.code)


async def enter_calendar(database: Database, office: Office, *, year: CalendarYear, only_look: bool) -> str:
    """A year of the calendar entered, or what it would change; raises the CaseError of ``calendars.check_entry``."""
    async with database.begin() as tx:
        await calendars.refresh(tx, office=office)
        seen = await calendars.preview(tx, year, office=office)
        if not only_look:
            await calendars.enter(tx, year, by=calendars.OPERATOR, office=office)
    key = "calendar.seen" if only_look else "calendar.told"
    return office.say(key, year=year.year, off=len(year.off), work=len(year.work), moved=seen.moved)


async def clocks_of(database: Database, office: Office, *, no: str) -> tuple[Case, Sequence[Clock]]:
    """A case with its running and stopped clocks, by the calendar of now; CaseError ``case_unknown``."""
    await database.ping()
    async with database.read() as tx:
        await calendars.refresh(tx, office=office)
        case = await tx.cases.get(no)
        clocks = await tx.clocks.of([case.no], running=False) if case else {}
    if case is None:
        raise CaseError("case_unknown", no=no)
    return case, clocks.get(case.no, [])


async def routing_against(database: Database, office: Office, *, file: Path) -> str:
    """What a changed routing.toml would do to the cases in the database.

    RulebookFault lists what is wrong with the file, StorageFault says that the database cannot be read.
    """
    changed = changed_routing(file, office.rulebook)
    found = await dry_run.moves(database, changed=changed, office=office)
    return "\n".join(dry_run.report(found, changed=changed, file=file, office=office))
