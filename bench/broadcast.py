"""A broadcast under Telegram's limits: how much of the permitted rate it reaches, and who waits how long beside it."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path

from bench.crowd import TOKEN
from bench.programs import environment, program, wait_until
from bench.telegram_town import BROADCAST, NOTICES, TALKERS, TEXTS, Arrived, Server, Town, limited_server
from cases.notices import Priority

PER_SECOND = 30
SEED = 12315
BETWEEN = (0.4, 0.9)
"""Seconds between two case notices, and between two persons who write."""
DELAY = "0.04"
"""Seconds that the server takes for a call, as a way there and back would."""


@dataclass(kw_only=True)
class Course:
    """What was seen of one broadcast."""

    share: float = 0.0
    hasty: int = 0
    missing: int = 0
    notices: list[float] = field(default_factory=list)
    replies: list[float] = field(default_factory=list)


async def ours(folder: Path, *, people: int) -> Course:
    """The whole program."""
    with limited_server("--delay", DELAY) as server:
        town = Town(folder, server)
        with town.running():
            server.says(TALKERS - 1, "/help")
            await _until(lambda: server.count() == 1)
            chats = range(BROADCAST, BROADCAST + people)
            await town.promise(chats, TEXTS["warning"], priority=Priority.BROADCAST)
            course = await _beside(
                server, people, lambda chat: town.promise([chat], TEXTS["notice"], priority=Priority.NOTICE)
            )
        await town.close()
    return course


async def peer(*, people: int) -> Course:
    """python-telegram-bot with its AIORateLimiter."""
    with limited_server("--delay", DELAY) as server:
        arguments = ("-m", "bench.limited_peer", server.url, TOKEN, str(BROADCAST), str(people))
        with program(*arguments, env=environment(Path())) as process:

            async def notice(chat_id: int) -> float:
                assert process.stdin
                process.stdin.write(f"{chat_id}\n".encode())
                process.stdin.flush()
                return time.monotonic()

            server.says(TALKERS - 1, "?")
            await _until(lambda: server.count() == 1)
            server.says(TALKERS - 2, "/broadcast")
            return await _beside(server, people, notice)


async def _beside(server: Server, people: int, notice: Callable[[int], Awaitable[float]]) -> Course:
    """While the broadcast runs, case notices are promised and people write; then all of it is looked at."""
    promised: dict[int, float] = {}
    said: dict[int, float] = {}
    await _until(lambda: server.count() >= 2)
    async with asyncio.TaskGroup() as group:
        over = asyncio.Event()

        async def notices() -> None:
            chance = random.Random(SEED)
            while not over.is_set():
                await asyncio.sleep(chance.uniform(*BETWEEN))
                promised[chat := NOTICES + len(promised)] = time.monotonic()
                promised[chat] = await notice(chat)

        async def talkers() -> None:
            chance = random.Random(SEED + 1)
            while not over.is_set():
                await asyncio.sleep(chance.uniform(*BETWEEN))
                chat = TALKERS + len(said)
                said[chat] = await asyncio.to_thread(server.says, chat, "/help")

        group.create_task(notices())
        group.create_task(talkers())
        await _until(lambda: server.count() >= people, every=0.5)
        over.set()
    await _until(lambda: server.count() >= people + len(promised) + len(said) + 1, every=0.5)
    return _seen(server, people=people, promised=promised, said=said)


def _seen(server: Server, *, people: int, promised: dict[int, float], said: dict[int, float]) -> Course:
    arrived = server.arrived()
    first: dict[int, Arrived] = {}
    for text in arrived:
        first.setdefault(text.chat_id, text)
    broadcast = [text for text in arrived if BROADCAST <= text.chat_id < BROADCAST + people]
    begin, end = broadcast[0].at, broadcast[-1].at
    within = sum(begin < text.at <= end for text in arrived)
    return Course(
        share=within / (PER_SECOND * (end - begin)),
        hasty=server.hasty(),
        missing=people - len({text.chat_id for text in broadcast}),
        notices=_waits(promised, first, end=end),
        replies=_waits(said, first, end=end),
    )


def _waits(begun: dict[int, float], first: dict[int, Arrived], *, end: float) -> list[float]:
    """How long each waited that began while the broadcast ran."""
    return [first[chat].at - at for chat, at in begun.items() if at < end and chat in first]


async def _until(condition: Callable[[], bool], *, every: float = 0.05) -> None:
    await asyncio.to_thread(wait_until, condition, every=every, within=900.0)
