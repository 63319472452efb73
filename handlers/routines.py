"""Reminds of what an office does in some months by itself: a check of its ledger, a review; once each time."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from cases.messages import Outgoing, Wording
from cases.notices import Priority
from cases.site import Routine
from handlers.office import Office
from handlers.recipients import desk_addresses
from storage.database import Database, Transaction
from storage.outbox_store import Promise

LATE = timedelta(days=14)
"""How long after its day a reminder is still told, to a program that was down or a desk that nobody was at."""


async def remind(database: Database, *, office: Office) -> int:
    """Promise the reminders that are owed, in office hours; returns how many are new."""
    now = office.now()
    owed = _owed(now, office=office)
    if not owed:
        return 0
    async with database.begin() as tx:
        promises = [promise for routine, day in owed for promise in await _promises(tx, routine, day, office=office)]
        known = await tx.outbox.known([promise.key or "" for promise in promises])
        new = [promise for promise in promises if promise.key not in known]
        await tx.outbox.promise_once(new)
    return len(new)


def _owed(now: datetime, *, office: Office) -> list[tuple[Routine, date]]:
    site, calendar = office.rulebook.site, office.calendar
    if not site.routines or not site.hours.open_at(now, calendar):
        return []
    today = office.today()
    found = [(routine, routine.last_due(today, calendar)) for routine in site.routines]
    return [(routine, day) for routine, day in found if today - day <= LATE]


async def _promises(tx: Transaction, routine: Routine, day: date, *, office: Office) -> list[Promise]:
    wording = Wording(key="ping.routine", facts={"text": routine.text})
    text = office.say(wording.key, **wording.facts)
    return [
        Promise(
            outgoing=Outgoing(address=address, text=text, wording=wording),
            priority=Priority.PING,
            at=office.now(),
            key=f"routine/{routine.code}/{day.isoformat()}/{address}",
        )
        for address in await desk_addresses(tx, office=office)
    ]
