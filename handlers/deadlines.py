"""Sees which clocks are due and writes down who is to be warned; once a step, however often it runs."""

from __future__ import annotations

import asyncio
from collections.abc import Collection

from cases.errors import StorageFault
from cases.messages import Address
from cases.notices import Recipient
from handlers import casework, digests, gathering
from handlers.attempts import attempt
from handlers.ladder import Batch, Owing
from handlers.notices import named_in
from handlers.office import Office
from handlers.recipients import addresses, roster_of
from storage.database import Database, Transaction

BATCH = 500
"""Clocks in one transaction; what is written meanwhile waits for it on SQLite, a fifth of a second at most."""
MOST_BROKEN = 20
"""So many clocks may fail by themselves before the whole run is given up."""


async def warn_all(database: Database, *, office: Office) -> int:
    """Promise everything that is owed now to those who work on cases; returns how many clocks moved on.

    First all that is due is written down, then everybody has a digest in the morning, and what that did not tell is
    gathered into one text an address. Each part may end anywhere and is taken up by the next run.
    """
    moved = await _sweep(database, office=office)
    await digests.send_all(database, office=office)
    await gathering.gather(database, office=office)
    return moved


async def _sweep(database: Database, *, office: Office) -> int:
    moved, broken = 0, set[int]()
    while True:
        sweep = _sweep_some(database, limit=BATCH, but=broken, office=office)
        count = await attempt(sweep, action="deadlines")
        if count is None:  # one case must not keep all others from being warned of
            count = await _one_by_one(database, broken, office=office)
        moved += count
        if count < BATCH:
            return moved
        await asyncio.sleep(0)


async def _one_by_one(database: Database, broken: set[int], *, office: Office) -> int:
    moved = 0
    while moved < BATCH:
        async with database.read() as tx:
            first = await tx.clocks.owing(office.now(), limit=1, but=broken)
        if not first:
            break
        sweep = _sweep_some(database, limit=1, but=broken, office=office)
        count = await attempt(sweep, action="deadlines", id=first[0].id)
        moved += count or 0
        if count is None:
            broken.add(first[0].id)
        if len(broken) > MOST_BROKEN:
            raise StorageFault(f"more than {MOST_BROKEN} clocks cannot be moved on")
    return moved


async def _sweep_some(database: Database, *, limit: int, but: Collection[int], office: Office) -> int:
    now = office.now()
    async with database.begin() as tx:
        rows = await tx.clocks.owing(now, limit=limit, but=but)
        if not rows:
            return 0
        cases = await tx.cases.some({row.clock.case_no for row in rows})
        batch = Batch(now=now, cases=cases, roster=await roster_of(tx, office=office), office=office)
        for row in rows:
            batch.look_at(row)
        await _write(tx, batch)
    return len(rows)


async def _write(tx: Transaction, batch: Batch) -> None:
    told = [owing for owing in batch.owing if owing.step.warning]
    more = [owing for owing in told if owing.step.more]
    clocks = await tx.clocks.of({owing.case.no for owing in more}) if more else {}
    names = await tx.staff.names({name for owing in more for name in named_in(owing.case, batch.event(owing))})
    for owing in told:
        consumers = await _consumers(tx, owing, office=batch.office)
        batch.tell(owing, clocks=clocks.get(owing.case.no, ()), names=names, consumers=consumers)
    await tx.warnings.add_once(batch.warned, at=batch.now)
    tx.cases.log(batch.events)
    await tx.clocks.move_on(batch.moved)
    for row in batch.without_rule:
        await tx.clocks.stop(row.clock.case_no, [row.clock.rule], at=batch.now)
    for owing in batch.owing:
        if owing.step.warning is None:
            await _finish(tx, owing, office=batch.office)


async def _consumers(tx: Transaction, owing: Owing, *, office: Office) -> list[Address]:
    if owing.step.warning is None or Recipient.CONSUMER not in owing.step.warning.to:
        return []
    return await addresses(tx, Recipient.CONSUMER, case=owing.case, office=office)


async def _finish(tx: Transaction, owing: Owing, *, office: Office) -> None:
    """The clock has run out without an answer: the case goes on by itself, from where it stands by now."""
    case = await tx.cases.get(owing.case.no)
    assert case is not None, "a clock belongs to a case"
    assert owing.rule.then is not None, "the ladder has a last step only for it"
    await casework.run_out(tx, case, owing.rule.then, office=office)
