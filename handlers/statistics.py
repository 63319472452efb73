"""The indicators over the cases received in some days, read a thousand at a time."""

from __future__ import annotations

from collections.abc import Sequence

from cases.calendar import Days
from cases.indicators import EVENTS, Measure, Tally, Told
from handlers.office import Office
from storage.database import Database, Transaction

PAGE = 1000
"""Cases held in memory at a time."""


async def measured(database: Database, *, office: Office, days: Days) -> list[Measure]:
    """Every indicator of the site for every kind, as the cases stand now."""
    tally = Tally(office.rulebook.indicators, now=office.now())
    after = ""
    while True:
        async with database.read() as tx:
            page = await _page(tx, days, after=after)
        for told in page:
            tally.add(told)
        if len(page) < PAGE:
            return tally.measures
        after = page[-1].case.no


async def _page(tx: Transaction, days: Days, *, after: str) -> Sequence[Told]:
    cases = await tx.cases.all_from(after, limit=PAGE, span=days.instants)
    numbers = [case.no for case in cases]
    clocks = await tx.clocks.of(numbers, running=False)
    events = await tx.cases.moments(numbers, EVENTS)
    return [
        Told(case=case, events=[name for name, _ in events.get(case.no, ())], clocks=clocks.get(case.no, ()))
        for case in cases
    ]
