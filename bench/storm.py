"""What comes through when a fifth of all calls fail, and when the program is killed again and again."""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.broadcast import PER_SECOND, SEED
from bench.programs import wait_until
from bench.telegram_town import BROADCAST, NOTICES, TEXTS, Server, Town, limited_server
from cases.notices import Priority
from storage.outbox_store import DeliveryState

SHARE = 0.2
RECOVERED = 0.95
"""Of the rate, in one whole second."""
LINGER = "0.05"
"""Seconds between what a call does and its answer: so long it is in flight and would be repeated."""


READING = 0.005
"""Seconds that an answer may be under way before the program has read it and written it down."""


@dataclass(frozen=True, kw_only=True)
class Weathered:
    """``recovery``: seconds from the end of the storm to the end of the first full second at the old rate."""

    once: int
    more: int
    missing: int
    unsent: int
    faults: int
    hasty: int
    recovery: float


async def storm(folder: Path, *, notices: int, broadcasts: int, seconds: float) -> Weathered:
    """A storm of so many seconds; none of the calls that fail in it has done anything."""
    with limited_server("--seed", str(SEED)) as server:
        town = Town(folder, server)
        await town.promise(range(NOTICES, NOTICES + notices), TEXTS["notice"], priority=Priority.NOTICE)
        await town.promise(range(BROADCAST, BROADCAST + broadcasts), TEXTS["warning"], priority=Priority.BROADCAST)
        with town.running():
            server.call("/control/faults", {"storm": SHARE})
            wait_until(lambda: server.count() > 0)
            _rest(seconds)
            server.call("/control/faults", {})
            calm = time.monotonic()
            wait_until(lambda: server.count() >= notices + broadcasts, every=0.5, within=900.0)
            _rest(1.0)
        states = await town.states()
        await town.close()
        arrived = server.arrived()
        heard = Counter(text.chat_id for text in arrived)
        return Weathered(
            once=sum(times == 1 for times in heard.values()),
            more=sum(times > 1 for times in heard.values()),
            missing=notices + broadcasts - len(heard),
            unsent=sum(states.values()) - states[DeliveryState.SENT.value],
            faults=int(server.count("faults")),
            hasty=server.hasty(),
            recovery=_recovery([text.at for text in arrived], calm=calm),
        )


def _recovery(times: list[float], *, calm: float) -> float:
    after = [at for at in times if at >= calm]
    full = int(PER_SECOND * RECOVERED)
    ends = (end for start, end in zip(after, after[full - 1 :], strict=False) if end - start <= 1.0)
    return next(ends, float("inf")) - calm


@dataclass(kw_only=True)
class Killed:
    """``in_flight``: how many calls had no answer at the kills, or one that was under way; ``unanswered``: had none."""

    kills: int = 0
    missing: int = 0
    unsent: int = 0
    repeated: int = 0
    in_flight: int = 0
    unanswered: int = 0
    hasty: int = 0


async def killed(folder: Path, *, people: int, kills: int) -> Killed:
    """A broadcast in which the program is killed (SIGKILL) at random moments, and started again."""
    chance = random.Random(SEED)
    found, moments = Killed(kills=kills), list[float]()
    with limited_server("--linger", LINGER) as server:
        town = Town(folder, server)
        await town.promise(range(BROADCAST, BROADCAST + people), TEXTS["warning"], priority=Priority.BROADCAST)
        for kill in range(kills):
            wanted = (kill + chance.random()) * people / (kills + 1)
            with town.running() as process:
                wait_until(lambda: server.count() >= wanted, every=0.005, within=300.0)  # noqa: B023  waited for at once
                moments.append(time.monotonic())
                process.kill()
                process.wait()
        with town.running():
            wait_until(lambda: _reached(server) >= people, every=1.0, within=300.0)
            _rest(1.0)
        states = await town.states()
        found.unsent = sum(states.values()) - states[DeliveryState.SENT.value]
        await town.close()
        heard = Counter(text.chat_id for text in server.arrived())
        found.missing, found.repeated = people - len(heard), sum(heard.values()) - len(heard)
        spans = server.call("/control/spans")
        found.in_flight, found.unanswered = (_in_flight(spans, moments, reading=reading) for reading in (READING, 0.0))
        found.hasty = server.hasty()
    return found


def _reached(server: Server) -> int:
    return len({text.chat_id for text in server.arrived()})


def _in_flight(spans: Sequence[tuple[float, float]], kills: Sequence[float], *, reading: float) -> int:
    """How many texts were with the server at the moments of the kills, or their answers on the way back for so long."""
    return sum(begin <= kill <= end + reading for kill in kills for begin, end in spans)


def _rest(seconds: float) -> None:
    time.sleep(seconds)
