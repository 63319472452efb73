"""Warns of clocks: before they are due, on the day, and when they are overdue; once a step, however often it runs."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime

from cases.calendar import china_date
from cases.clocks import Clock, ClockRule
from cases.clockwork import at_step, due_step
from cases.events import Event, EventName
from cases.messages import Address, Outgoing
from cases.model import SYSTEM, Case, Role
from cases.notices import Priority, Recipient
from handlers import casework
from handlers.cards import staff_buttons
from handlers.notices import notice_facts
from handlers.office import Office
from handlers.recipients import addresses
from handlers.wording import day_words
from storage.clock_store import ClockRow
from storage.database import Database, Transaction
from storage.outbox_store import Promise

log = logging.getLogger("lianxin.deadlines")

BATCH = 200


@dataclass(frozen=True, kw_only=True)
class _Owing:
    row: ClockRow
    case: Case
    rule: ClockRule

    @property
    def clock(self) -> Clock:
        return self.row.clock


async def warn_all(database: Database, *, office: Office) -> int:
    """Promise every warning that is owed now; returns how many clocks moved on."""
    moved = 0
    while count := await _warn_some(database, office=office):
        moved += count
    return moved


async def _warn_some(database: Database, *, office: Office) -> int:
    now = office.now()
    async with database.begin() as tx:
        rows = await tx.clocks.owing(now, limit=BATCH)
        moved = [await _warn(tx, row, now, office=office) for row in rows]
        await tx.clocks.move_on(moved)
    return len(rows)


async def _warn(tx: Transaction, row: ClockRow, now: datetime, *, office: Office) -> ClockRow:
    case = await tx.cases.get(row.clock.case_no)
    assert case is not None, "a clock belongs to a case"
    try:
        rule = office.rulebook.clock(row.clock.rule, china_date(case.received_at))
    except LookupError:
        return await _without_rule(tx, row, now)
    owing = _Owing(row=row, case=case, rule=rule)
    pace = office.pace(case)
    opening = pace.hours.next_opening(now, pace.calendar)
    if opening > now and not case.urgent and not row.clock.due_at:
        return ClockRow(id=row.id, clock=_waiting(row.clock, opening))
    step = due_step(row.clock, now, rule=rule, pace=pace)
    if step is None:
        step = row.clock.step - 1
    else:
        await _tell(tx, owing, step, now=now, office=office)
    moved = at_step(row.clock, step + 1, rule=rule, pace=pace)
    return ClockRow(id=row.id, clock=moved)


async def _without_rule(tx: Transaction, row: ClockRow, now: datetime) -> ClockRow:
    """Its rule was taken out of the data: the clock ends, and keeps nobody else's warnings."""
    log.error("A clock has no rule any more.", extra={"action": "deadlines", "rule": row.clock.rule})
    await tx.clocks.stop(row.clock.case_no, [row.clock.rule], at=now)
    return ClockRow(id=row.id, clock=_waiting(row.clock, None))


def _waiting(clock: Clock, until: datetime | None) -> Clock:
    return clock.evolve(next_warning=until)


async def _tell(tx: Transaction, owing: _Owing, step: int, *, now: datetime, office: Office) -> None:
    if step >= len(owing.rule.warnings):
        assert owing.rule.then is not None, "the ladder has a last step only for it"
        await _finish(tx, owing.case, owing.rule.then, office=office)
        return
    warning = owing.rule.warnings[step]
    event = Event(
        name=EventName.OVERDUE, case_no=owing.case.no, at=now, by=SYSTEM.label, facts={"rule": owing.rule.code}
    )
    if warning.days > 0:
        tx.cases.log([event])
    facts = await notice_facts(tx, owing.case, event, office=office)
    facts |= _clock_facts(owing, now, office=office)
    text = office.say(warning.text, **facts)
    outgoings = await _outgoings(tx, owing, text=text, to=warning.to, office=office)
    await tx.outbox.promise_once([_promise(owing, step, outgoing, at=now) for outgoing in outgoings])


async def _outgoings(
    tx: Transaction, owing: _Owing, *, text: str, to: tuple[str, ...], office: Office
) -> list[Outgoing]:
    """One ping an address, however many roles stand behind it."""
    case = owing.case
    found: dict[Address, Outgoing] = {}
    for name in to:
        recipient = Recipient(name)
        role = Role.DESK if recipient is Recipient.DESK else Role.OFFICER
        for address in await addresses(tx, recipient, case=case, office=office):
            choices = staff_buttons(case, (role,), office=office)
            found[address] = Outgoing(address=address, text=text, choices=choices)
    return list(found.values())


def _promise(owing: _Owing, step: int, outgoing: Outgoing, *, at: datetime) -> Promise:
    key = f"clock/{owing.row.id}/{step}/{outgoing.address}"
    return Promise(outgoing=outgoing, priority=Priority.PING, at=at, case_no=owing.case.no, key=key)


def _clock_facts(owing: _Owing, now: datetime, *, office: Office) -> dict[str, str]:
    left = office.calendar.working_days_between(china_date(now), owing.clock.due_on)
    return {
        "due": day_words(owing.clock.due_on, office=office),
        "due_name": owing.rule.name,
        "left": str(left) if left > 0 else "",
        "late": str(-left) if left < 0 else "",
    }


async def _finish(tx: Transaction, case: Case, verb: str, *, office: Office) -> None:
    """The clock has run out without an answer: the case ends by itself."""
    await casework.run_out(tx, case, verb, office=office)
