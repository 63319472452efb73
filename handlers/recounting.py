"""Counts every running clock anew when the calendar has changed, and tells those who were told another date."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from cases.clocks import Clock, ClockRule
from cases.clockwork import Pace, at_step
from cases.clockwork import recount as counted
from cases.events import Event, EventName
from cases.model import SYSTEM, Case, CaseNo
from handlers.calendars import BATCH, refresh
from handlers.dates import counted_by_days, rule_of
from handlers.notices import promise_notices
from handlers.office import Office
from storage.clock_store import ClockRow
from storage.database import Database, Transaction

MARK = "calendar"
SETTLED = timedelta(minutes=2)
"""After a year was entered, other processes may start clocks by the old one for a moment: so all is counted again."""


@dataclass(frozen=True, kw_only=True)
class _Counted:
    """A clock as it was and as it is now."""

    row: ClockRow
    after: Clock
    rule: ClockRule | None

    @property
    def moved(self) -> bool:
        return self.after.due_on != self.row.clock.due_on


class Recounter:
    """Counts anew once for each calendar that this process has had.

    It does not count for a calendar that only another process has: two that were started with different files would
    move the dates to and fro.
    """

    def __init__(self, database: Database, office: Office) -> None:
        self._database = database
        self._office = office
        self._known = ""

    async def work(self) -> int:
        """Returns how many clocks have another date. Done again after a crash, it tells nobody twice."""
        if not await self._wanted():
            return 0
        fingerprint, now = self._office.calendar.fingerprint, self._office.now()
        moved = await recount_all(self._database, office=self._office)
        async with self._database.begin() as tx:
            await tx.marks.put(MARK, fingerprint, at=now)
        self._known = fingerprint
        return moved

    async def _wanted(self) -> bool:
        async with self._database.read() as tx:
            await refresh(tx, office=self._office)
            mark = await tx.marks.get(MARK)
        fingerprint = self._office.calendar.fingerprint
        if mark is None or mark.value != fingerprint:
            return self._known != fingerprint
        self._known = fingerprint
        last = self._office.calendars.last
        return last is not None and mark.at < last + SETTLED <= self._office.now()


async def recount_all(database: Database, *, office: Office) -> int:
    """Every running clock by the calendar of now, in batches; returns how many have another date."""
    moved = last = 0
    while True:
        async with database.begin(bulk=True) as tx:
            rows = await tx.clocks.running_after(last, limit=BATCH)
            if rows:
                moved += await _recount_some(tx, {row.clock.case_no for row in rows}, office=office)
        if len(rows) < BATCH:
            return moved
        last = rows[-1].id


async def _recount_some(tx: Transaction, numbers: set[CaseNo], *, office: Office) -> int:
    """All clocks of these cases together, so that nobody hears twice of one case."""
    now, cases = office.now(), await tx.cases.some(numbers)
    found: dict[CaseNo, list[_Counted]] = {}
    for row in await tx.clocks.running_of(numbers):
        case = cases[row.clock.case_no]
        rule = rule_of(row.clock, case, office=office)
        clock = _anew(row.clock, now, rule=rule, pace=office.pace(case)) if rule else row.clock
        found.setdefault(case.no, []).append(_Counted(row=row, after=clock, rule=rule))
    every = [one for ones in found.values() for one in ones]
    await tx.clocks.rewrite([ClockRow(id=one.row.id, clock=one.after) for one in every if one.after != one.row.clock])
    # Logged at the end: what waits to be written would be written before each question that a notice asks.
    told = [await _tell(tx, cases[no], ones, office=office) for no, ones in found.items()]
    tx.cases.log([event for event in told if event])
    return sum(one.moved for one in every)


def _anew(clock: Clock, now: datetime, *, rule: ClockRule, pace: Pace) -> Clock:
    """The clock by the calendar of now. While its date stays, its ladder keeps its step: what is owed is still told."""
    if not counted_by_days(clock):
        return clock
    fresh = counted(clock, at=now, rule=rule, pace=pace)
    if fresh.due_on != clock.due_on:
        return fresh
    kept = at_step(clock.evolve(provisional=fresh.provisional), clock.step, rule=rule, pace=pace)
    owed = kept.next_warning is not None and kept.next_warning <= now
    return kept.evolve(next_warning=clock.next_warning) if owed else kept


async def _tell(tx: Transaction, case: Case, ones: Sequence[_Counted], *, office: Office) -> Event | None:
    """Tell of the date that leads: one that consumers are told before any other, then the soonest."""
    moved = [(one, one.rule) for one in ones if one.moved and one.rule]
    if not moved:
        return None
    first, rule = min(moved, key=lambda pair: (not pair[1].headline, pair[0].after.due_on))
    facts = {
        "rule": rule.code,
        "from": first.row.clock.due_on.isoformat(),
        "to": first.after.due_on.isoformat(),
        "headline": "yes" if rule.headline else "",
    }
    event = Event(name=EventName.RECOUNTED, case_no=case.no, at=office.now(), by=SYSTEM.label, facts=facts)
    await promise_notices(tx, case, event, office=office, clocks=[one.after for one in ones])
    return event
