"""Consumer messages: how many a second, beside what the parts and other bots reach; the start; the memory at rest."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from pathlib import Path

from bench.contestants import committing_echo, echo, form, ours
from bench.crowd import FarEnd, Take, crowd
from bench.figures import Figure, at_least, at_most, median, rounded, skipped
from bench.programs import chat_start, run_start
from bench.servers import postgres
from bench.wire import echo_on_the_wire, ours_on_the_wire

BENCH = "messages"
SHARE = 0.6
"""Least part of an echo with one committed row a message that the whole dialogue reaches."""
START, MEMORY = 1.5, 160.0
Raw = dict[str, list[float]]


@dataclass(frozen=True, kw_only=True)
class Size:
    people: int
    rounds: int
    starts: int
    rest: float


SIZES = {
    "small": Size(people=8, rounds=1, starts=0, rest=0.2),
    "full": Size(people=64, rounds=7, starts=5, rest=3.0),
}


@dataclass(frozen=True, kw_only=True)
class Contestant:
    open: Callable[[FarEnd], AbstractAsyncContextManager[Take]]
    plain: bool = True


def run(size: str) -> tuple[list[Figure], Raw]:
    """Every figure, and the rounds behind them."""
    raw: Raw = {}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        figures = _throughput(SIZES[size], folder, raw)
        figures += _programs(SIZES[size], folder, raw)
        figures += _on_the_wire(SIZES[size], folder, raw)
    return figures, raw


def _throughput(size: Size, folder: Path, raw: Raw) -> list[Figure]:
    sqlite = f"sqlite+aiosqlite:///{folder}"
    contestants = {"echo": Contestant(open=echo), "aiogram form": Contestant(open=form)}
    contestants |= _on("SQLite", f"{sqlite}/ours.db", row_url=f"{sqlite}/row.db", folder=folder)
    with postgres() as url:
        if url:
            contestants |= _on("PostgreSQL", url, row_url=url, folder=folder)
        raw |= asyncio.run(_rounds(contestants, size))
    return [figure for name in ("SQLite", "PostgreSQL") for figure in _compared(name, raw)]


def _on(name: str, url: str, *, row_url: str, folder: Path) -> dict[str, Contestant]:
    """Ours and the committing echo on one database."""
    return {
        f"ours, {name}": Contestant(open=lambda far: ours(far, url=url, folder=folder), plain=False),
        f"echo and a row, {name}": Contestant(open=lambda far: committing_echo(far, url=row_url)),
    }


async def _rounds(contestants: dict[str, Contestant], size: Size) -> Raw:
    """One contestant after the other, round by round, so that a busy moment of the machine meets all of them."""
    found: Raw = {name: [] for name in contestants}
    warm_up = 1 if size.rounds > 1 else 0
    for number in range(size.rounds + warm_up):
        for name, contestant in contestants.items():
            far = FarEnd(first=number * 1_000_000)
            async with contestant.open(far) as take:
                reached = await crowd(far, take, people=size.people, plain=contestant.plain)
            if number >= warm_up:
                found[name].append(rounded(reached))
    return found


def _compared(name: str, raw: Raw) -> list[Figure]:
    mine = raw.get(f"ours, {name}")
    if mine is None:
        return [skipped(BENCH, f"dialogue on {name}", unit="messages/s", why="no server can be started here")]
    value = median(mine)
    row, bare, peer = (median(raw[key]) for key in (f"echo and a row, {name}", "echo", "aiogram form"))
    first = Figure(
        bench=BENCH,
        figure=f"dialogue on {name}, of an echo with a row",
        unit="messages/s",
        floor=rounded(row),
        peer=rounded(peer),
        note=f"floor: PTB echo + one committed row; a bare echo: {bare:.0f}",
        **at_least(value, SHARE * row),
    )
    second = Figure(
        bench=BENCH,
        figure=f"dialogue on {name}, of a form in memory",
        unit="messages/s",
        floor=rounded(row),
        peer=rounded(peer),
        note="peer: aiogram 3 FSM form in memory, nothing kept",
        **at_least(value, peer),
    )
    return [first, second]


def _programs(size: Size, folder: Path, raw: Raw) -> list[Figure]:
    """The first start makes the tables and the key; it is told apart from the others."""
    chats = [chat_start(folder / "chat") for _ in range(size.starts + 1)]
    runs = [run_start(folder / "run", rest=size.rest) for _ in range(size.starts + 1)]
    starts, memory = [spent for spent, _ in runs], [used for _, used in runs]
    raw |= {"chat start": chats, "run start": starts, "memory": memory}
    return [
        _start("start of `chat` to the first answer", chats),
        _start("start of `run` to the first page", starts),
        Figure(bench=BENCH, figure="memory of `run` at rest", unit="MB", **at_most(median(memory), MEMORY)),
    ]


def _start(figure: str, values: list[float]) -> Figure:
    note = f"the very first start, which makes tables and key: {values[0]:.2f} s"
    return Figure(bench=BENCH, figure=figure, unit="s", note=note, **at_most(median(values[1:] or values), START))


def _on_the_wire(size: Size, folder: Path, raw: Raw) -> list[Figure]:
    rounds = max(1, size.rounds // 2)
    raw["ours, whole way"] = ours_on_the_wire(folder / "wire", people=size.people, rounds=rounds)
    raw["PTB echo with httpx, whole way"] = echo_on_the_wire(people=size.people, rounds=rounds)
    peer = median(raw["PTB echo with httpx, whole way"])
    figure = Figure(
        bench=BENCH,
        figure="dialogue through Telegram by polling, SQLite",
        unit="messages/s",
        peer=rounded(peer),
        note="peer: PTB echo with its own HTTP client; a test server in a process of its own, people in waves",
        **at_least(median(raw["ours, whole way"]), peer),
    )
    return [figure]
