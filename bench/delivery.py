"""Delivery: a broadcast under Telegram's limits and those who wait beside it; the outbox alone; storms and kills."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from bench import broadcast, outbox, storm
from bench.figures import Figure, at_least, at_most, median, rounded, skipped, true_share
from bench.servers import postgres

BENCH = "delivery"
SHARE, NOTICE, REPLY = 0.99, 1.0, 0.3
ROWS_A_SECOND, RECOVERY = 1500.0, 10.0
LIMITED = "a test server that keeps to 30/s and 1/s in a chat, 40 ms away"
PEER = "peer: PTB's AIORateLimiter(max_retries=5), the same server"
Raw = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Size:
    """``rounds``: of the outbox alone; ``stormy``: seconds."""

    people: int
    peer: int
    rows: int
    rounds: int
    notices: int
    broadcasts: int
    stormy: float
    killed: int
    kills: int


SIZES = {
    "small": Size(people=90, peer=60, rows=400, rounds=1, notices=20, broadcasts=100, stormy=1.0, killed=90, kills=1),
    "full": Size(
        people=3000, peer=900, rows=10_000, rounds=2, notices=300, broadcasts=1200, stormy=20.0, killed=3000, kills=10
    ),
}


def run(size: str) -> tuple[list[Figure], Raw]:
    """Every figure, and what they were made of."""
    raw: Raw = {}
    with tempfile.TemporaryDirectory() as name:
        folder, wanted = Path(name), SIZES[size]
        figures = _broadcast(wanted, folder / "broadcast", raw)
        figures += _outbox(wanted, folder / "outbox", raw)
        figures += _storm(wanted, folder / "storm", raw)
        figures += _kills(wanted, folder / "kills", raw)
    return figures, raw


def _broadcast(size: Size, folder: Path, raw: Raw) -> list[Figure]:
    folder.mkdir()
    ours = asyncio.run(broadcast.ours(folder, people=size.people))
    peer = asyncio.run(broadcast.peer(people=size.peer))
    raw |= {"broadcast": asdict(ours), "broadcast, AIORateLimiter": asdict(peer)}
    share = Figure(
        bench=BENCH,
        figure=f"broadcast to {size.people}: of the permitted rate",
        unit="share",
        peer=round(peer.share, 3),
        note=f"{LIMITED}; {PEER}, {size.peer} persons",
        **true_share(ours.share, SHARE),
    )
    return [
        share,
        _few("broadcast: calls refused with 429", ours.hasty, peer=peer.hasty),
        _few("broadcast: persons missed", ours.missing, peer=peer.missing),
        *_waiting("a case notice that another process promises", ours.notices, peer.notices, goal=NOTICE),
        *_waiting("a reply to a person who writes", ours.replies, peer.replies, goal=REPLY),
    ]


def _few(figure: str, value: int, *, peer: int | None = None, most: int = 0, note: str = "") -> Figure:
    return Figure(bench=BENCH, figure=figure, unit="", peer=peer, note=note, **at_most(value, most))


def _waiting(who: str, ours: Sequence[float], peer: Sequence[float], *, goal: float) -> list[Figure]:
    note = f"{len(ours)} while the broadcast runs; the longest {max(ours):.2f} s, of the peer {max(peer):.1f} s"
    values = {"p50": 0.5, "p99": 0.99}
    return [
        Figure(
            bench=BENCH,
            figure=f"{who}: wait, {name}",
            unit="s",
            peer=rounded(_quantile(peer, part)),
            note=note,
            **at_most(_quantile(ours, part), goal),
        )
        for name, part in values.items()
    ]


def _quantile(values: Sequence[float], part: float) -> float:
    """The least value that so great a part is no greater than."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * part))]


def _outbox(size: Size, folder: Path, raw: Raw) -> list[Figure]:
    folder.mkdir()
    urls: dict[str, str | None] = {"SQLite": f"sqlite+aiosqlite:///{folder}/outbox.db"}
    with postgres() as url:
        urls["PostgreSQL"] = url
        return [figure for name, url in urls.items() for figure in _on(name, url, size=size, folder=folder, raw=raw)]


def _on(name: str, url: str | None, *, size: Size, folder: Path, raw: Raw) -> list[Figure]:
    """One worker and two, by turns with the floor, so that a busy moment meets all of them."""
    if url is None:
        return [skipped(BENCH, f"outbox on {name}", unit="rows/s", why="no server can be started here")]
    found: dict[str, list[float]] = {"1 worker": [], "2 workers": [], "floor": []}
    for _ in range(size.rounds):
        found["floor"].append(asyncio.run(outbox.floor(url, rows=size.rows)))
        for workers, key in enumerate(("1 worker", "2 workers"), start=1):
            reached = outbox.delivered(url, folder, rows=size.rows, workers=workers)
            found[key].append(asyncio.run(reached))
    raw |= {f"outbox on {name}, {key}": values for key, values in found.items()}
    return [
        Figure(
            bench=BENCH,
            figure=f"outbox on {name}, {key}",
            unit="rows/s",
            floor=rounded(median(found["floor"])),
            note="floor: two bare statements for each hundred rows",
            **at_least(median(found[key]), ROWS_A_SECOND),
        )
        for key in ("1 worker", "2 workers")
    ]


def _storm(size: Size, folder: Path, raw: Raw) -> list[Figure]:
    folder.mkdir()
    seen = asyncio.run(storm.storm(folder, notices=size.notices, broadcasts=size.broadcasts, seconds=size.stormy))
    raw["storm"] = asdict(seen)
    texts = size.notices + size.broadcasts
    note = f"{seen.faults} of the calls failed in {size.stormy:g} s, {seen.hasty} refused for haste beside them"
    return [
        _few(f"storm: texts of {texts} that came twice", seen.more, note=note),
        _few(f"storm: texts of {texts} lost", seen.missing + seen.unsent),
        Figure(
            bench=BENCH,
            figure="storm: until the rate is full again",
            unit="s",
            note="to the end of the first second with 95 % of the rate",
            **at_most(seen.recovery, RECOVERY),
        ),
    ]


def _kills(size: Size, folder: Path, raw: Raw) -> list[Figure]:
    folder.mkdir()
    seen = asyncio.run(storm.killed(folder, people=size.killed, kills=size.kills))
    raw["kills"] = asdict(seen)
    in_flight = f"{seen.in_flight}, {seen.unanswered} without the {storm.READING * 1000:g} ms of an answer's way"
    note = f"in flight at the {seen.kills} kills: {in_flight}; refused for haste: {seen.hasty}"
    return [
        _few(f"killed in a broadcast to {size.killed}: persons missed", seen.missing + seen.unsent),
        _few(f"killed in a broadcast to {size.killed}: texts repeated", seen.repeated, most=seen.in_flight, note=note),
    ]
