"""One look at the clocks over very many open cases: with nothing due, and with thousands due at once."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import delete, insert, select

from bench.open_cases import SEAL_SAMPLE, calm_down, furnish, make_due, multiply, opening
from bot.settings import Settings
from cases.rulebook import load_rulebook
from handlers.deadlines import warn_all
from handlers.house import House
from main import build
from storage.migrating import migrate

TICKS, WARM_UP = 40, 5


@dataclass(frozen=True, kw_only=True)
class Load:
    """``few`` and ``many`` open cases, of which ``due`` are warned of at once.

    That is done ``rounds`` times, or as often as begins within ``patience`` seconds; a tenth of it before, to warm up.
    """

    few: int
    many: int
    due: int
    rounds: int
    patience: float = 25.0


@dataclass(frozen=True, kw_only=True)
class Swept:
    """What was measured over one number of open cases: seconds, and texts in all rounds.

    ``wrong`` are the warnings that were missing, double or not owed.
    """

    ticks: list[float]
    sweeps: list[float]
    floors: list[float]
    promised: int
    wrong: int


async def sweep(url: str, *, folder: Path, load: Load) -> tuple[Swept, Swept]:
    """The same due clocks among few and among many open cases."""
    house = _house(url, folder)
    database = house.database
    try:
        bureaus = len(await furnish(house))
        await multiply(database, patterns=bureaus, have=bureaus, want=load.few)
        few = await _measured(house, load)
        await multiply(database, patterns=bureaus, have=load.few, want=load.many)
        return few, await _measured(house, load)
    finally:
        await database.close()


def _house(url: str, folder: Path) -> House:
    settings = Settings(data_dir=folder, database_url=url, _env_file=None)  # type: ignore[call-arg]
    migrate(settings.database)
    rulebook = load_rulebook(settings.site)

    def now() -> datetime:
        return opening(rulebook.site.hours)

    return build(settings, rulebook, channels={}, now=now)


async def _measured(house: House, load: Load) -> Swept:
    ticks = [await _look(house) for _ in range(WARM_UP + TICKS)][WARM_UP:]
    await _round(house, due=load.due // 10)
    rounds: list[_Round] = []
    while len(rounds) < load.rounds and sum(done.sweep for done in rounds) < load.patience:
        rounds.append(await _round(house, due=load.due))
    return Swept(
        ticks=ticks,
        sweeps=[done.sweep for done in rounds],
        floors=[done.floor for done in rounds],
        promised=sum(done.promised for done in rounds),
        wrong=sum(done.wrong for done in rounds),
    )


@dataclass(frozen=True, kw_only=True)
class _Round:
    sweep: float
    floor: float
    promised: int
    wrong: int


async def _round(house: House, *, due: int) -> _Round:
    """So many clocks fall due and are looked at twice; afterwards all is as before."""
    hours = house.office.rulebook.site.hours
    directory = house.office.rulebook.directory
    owed = Counter(await make_due(house.database, due=due, hours=hours, directory=directory))
    floor = await _floor(house, rows=len(owed))
    spent = await _look(house)
    await _look(house)
    told = await _told(house)
    await calm_down(house.database, hours=hours)
    wrong = (told - owed).total() + (owed - told).total()
    return _Round(sweep=spent, floor=floor, promised=told.total(), wrong=wrong)


async def _look(house: House) -> float:
    async def work() -> None:
        await warn_all(house.database, office=house.office)

    return await _seconds(work)


async def _seconds(work: Callable[[], Awaitable[None]]) -> float:
    began = time.perf_counter()
    await work()
    return time.perf_counter() - began


async def _told(house: House) -> Counter[tuple[str, str]]:
    """The warnings that stand in a text which was promised: of each the case and the person."""
    schema = house.database.schema
    warnings, outbox = schema.warnings, schema.outbox
    promised = select(outbox.c.person)
    told = warnings.c.gathered_at.is_not(None) & warnings.c.person.in_(promised)
    async with house.database.read() as tx:
        rows = await tx.execute(select(warnings.c.case_no, warnings.c.person).where(told))
        return Counter((row.case_no, row.person) for row in rows)


async def _floor(house: House, *, rows: int) -> float:
    """The bare SELECT of the due clocks and the bare INSERT of as many promises, in one transaction; then deleted."""
    schema, now = house.database.schema, house.office.now()
    clocks, outbox = schema.clocks, schema.outbox
    due = select(clocks).where(clocks.c.stopped_at.is_(None), clocks.c.next_warning <= now)
    row = {
        "channel": "floor",
        "person": "floor:floor",
        "priority": 1,
        "payload": SEAL_SAMPLE,
        "state": "queued",
        "attempts": 0,
        "not_before": now,
        "created_at": now,
    }

    async def work() -> None:
        async with house.database.begin() as tx:
            (await tx.execute(due)).all()
            await tx.execute(insert(outbox), [{**row, "key": f"floor/{n}"} for n in range(rows)])

    spent = await _seconds(work)
    async with house.database.begin() as tx:
        await tx.execute(delete(outbox))
    return spent
