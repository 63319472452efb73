"""Due dates: whether they are true, how fast one is counted, and what it costs to look after very many clocks."""

from __future__ import annotations

import asyncio
import tempfile
import timeit
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from bench.clock_sweep import Load, Swept, sweep
from bench.clock_truth import Tally, compared, loop_of_the_peer, vectors
from bench.figures import Figure, at_most, median, rounded, skipped
from bench.servers import postgres
from cases.calendar import WorkCalendar
from cases.clocks import Unit
from cases.counting import due_date
from cases.rulebook import load_rulebook
from cases.site import Rulebook

BENCH = "clocks"
COUNT_US, TICK_MS, SWEEP_S, GROWTH = 10.0, 20.0, 5.0, 1.5
SEVEN = 7
STARTS = [date(2026, 1, 1) + timedelta(days=n) for n in range(330)]
Raw = dict[str, list[float]]


@dataclass(frozen=True, kw_only=True)
class Size:
    """``every``: each such start day is compared; ``rounds``: how often each speed is measured."""

    every: int
    rounds: int
    load: Load


SIZES = {
    "small": Size(every=13, rounds=3, load=Load(few=2_000, many=4_000, due=200, rounds=1)),
    "full": Size(every=1, rounds=21, load=Load(few=100_000, many=1_000_000, due=10_000, rounds=3)),
}


def run(size: str) -> tuple[list[Figure], Raw]:
    """Every figure, and the rounds behind them."""
    raw: Raw = {}
    rulebook = load_rulebook("puyang")
    figures = _truth(rulebook, SIZES[size])
    figures += _speed(rulebook.calendar, SIZES[size], raw)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for database, url in _databases(folder):
            figures += _sweep(database, url, folder=folder, load=SIZES[size].load, raw=raw)
    return figures, raw


# ---- truth ----------------------------------------------------------------------------------------------------------


def _truth(rulebook: Rulebook, size: Size) -> list[Figure]:
    found = compared(rulebook, every=size.every)
    figures = [_true(f"due dates right, {unit.value}", tally) for unit, tally in found.items()]
    figures.append(_true("due dates right, vectors checked by hand", vectors(rulebook.calendar)))
    for unit, tally in found.items():
        figures.append(_wrong(f"a Monday-to-Friday clock is wrong, {unit.value}", tally.weekdays_wrong, tally))
        figures.append(_wrong(f"a clock without makeup days is wrong, {unit.value}", tally.no_makeup_wrong, tally))
    return figures


def _true(figure: str, tally: Tally) -> Figure:
    note = f"{tally.right:,} of {tally.compared:,}"
    whole = tally.right == tally.compared
    share = 100.0 if whole else min(99.99, 100 * tally.right / tally.compared)
    return Figure(bench=BENCH, figure=figure, value=share, unit="%", goal=100.0, passes=whole, note=note)


def _wrong(figure: str, wrong: int, tally: Tally) -> Figure:
    share = round(100 * wrong / tally.compared, 1)
    return Figure(bench=BENCH, figure=figure, value=share, unit="%", note=f"{wrong:,} of {tally.compared:,}")


# ---- speed ----------------------------------------------------------------------------------------------------------


def _speed(calendar: WorkCalendar, size: Size, raw: Raw) -> list[Figure]:
    """Over the starts of a whole year: what a loop costs depends on the holidays ahead."""

    def ours() -> list[date]:
        return [due_date(Unit.WORKING_DAYS, start, SEVEN, calendar=calendar) for start in STARTS]

    def peer() -> list[date]:
        return [loop_of_the_peer(start, SEVEN) for start in STARTS]

    assert ours() == peer()
    ways = {"due date, us": ours, "chinese_calendar's loop, us": peer}
    for _ in range(size.rounds):
        for name, way in ways.items():
            raw.setdefault(name, []).append(rounded(timeit.timeit(way, number=1) / len(STARTS) * 1e6))
    mine, theirs = (median(raw[name]) for name in ways)
    figure = Figure(
        bench=BENCH,
        figure="a due date in 7 working days",
        unit="us",
        peer=theirs,
        note="mean over the starts of a year; peer: a loop over chinese_calendar.is_workday",
        **at_most(mine, COUNT_US),
    )
    return [figure]


# ---- sweep ----------------------------------------------------------------------------------------------------------


def _databases(folder: Path) -> Iterator[tuple[str, str | None]]:
    path = folder / "clocks.db"
    yield "SQLite", f"sqlite+aiosqlite:///{path}"
    path.unlink()
    with postgres() as url:
        yield "PostgreSQL", url


def _sweep(name: str, url: str | None, *, folder: Path, load: Load, raw: Raw) -> list[Figure]:
    if url is None:
        return [skipped(BENCH, f"clocks on {name}", unit="s", why="no server can be started here")]
    few, many = asyncio.run(sweep(url, folder=folder, load=load))
    for cases, swept in ((load.few, few), (load.many, many)):
        raw[f"tick on {name}, {cases} open, ms"] = [rounded(spent * 1000) for spent in swept.ticks]
        raw[f"sweep on {name}, {cases} open, s"] = [rounded(spent) for spent in swept.sweeps]
        raw[f"floor on {name}, {cases} open, s"] = [rounded(spent) for spent in swept.floors]
    return [
        _tick(name, load.few, few),
        _tick(name, load.many, many),
        _due(name, load, few),
        _growth(name, load, few=few, many=many),
        _wrongly(name, few=few, many=many),
    ]


def _tick(name: str, cases: int, swept: Swept) -> Figure:
    worst = max(swept.ticks) * 1000
    return Figure(
        bench=BENCH,
        figure=f"nothing due, {cases:,} open, {name}",
        unit="ms",
        note=f"the slowest of {len(swept.ticks)}: {worst:.1f}",
        **at_most(median(swept.ticks) * 1000, TICK_MS),
    )


def _due(name: str, load: Load, swept: Swept) -> Figure:
    texts = swept.promised // len(swept.sweeps)
    return Figure(
        bench=BENCH,
        figure=f"{load.due:,} due at once, {load.few:,} open, {name}",
        unit="s",
        floor=rounded(median(swept.floors)),
        note=f"{texts:,} texts promised; floor: one SELECT and one INSERT of as many rows",
        **at_most(median(swept.sweeps), SWEEP_S),
    )


def _growth(name: str, load: Load, *, few: Swept, many: Swept) -> Figure:
    before, after = median(few.sweeps), median(many.sweeps)
    return Figure(
        bench=BENCH,
        figure=f"the same among {load.many:,} open, {name}",
        unit="x",
        floor=rounded(median(many.floors) / median(few.floors)),
        note=f"{after:.2f} s against {before:.2f} s; the floor's own growth beside it ({median(many.floors):.2f} s)",
        **at_most(after / before, GROWTH),
    )


def _wrongly(name: str, *, few: Swept, many: Swept) -> Figure:
    """After a second look at the same clocks."""
    return Figure(
        bench=BENCH,
        figure=f"warnings missing, double or not owed, {name}",
        unit="texts",
        note=f"of {few.promised + many.promised:,} promised",
        **at_most(few.wrong + many.wrong, 0),
    )
