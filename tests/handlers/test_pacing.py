"""The rate of a channel is kept whatever the network does, used to the full, and shared fairly."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from heapq import heappop, heappush
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.pacing import CATCH_UP, LEARNING, TRANSIT, Pacer, Rate, Turn

RATE = Rate(per_second=30)
Latencies = Callable[[], tuple[float, float]]
"""Seconds there, and back, of one call."""


@dataclass(kw_only=True)
class Line:
    """A sender who always has something to say, on a simulated clock; ``arrivals`` are the other side's."""

    pacer: Pacer
    latencies: Latencies
    now: float = 0.0
    arrivals: list[float] = field(default_factory=list)
    _ends: list[tuple[float, int, Turn]] = field(default_factory=list)

    def sends(self, count: int, *, broadcast: bool = True, to: str | None = None) -> None:
        for number in range(count):
            person = to or f"{len(self.arrivals)}-{number}"
            self._wait(person, broadcast=broadcast)
            there, back = self.latencies()
            turn = self.pacer.begin(person, self.now)
            self.arrivals.append(self.now + there)
            heappush(self._ends, (self.now + there + back, len(self.arrivals), turn))

    def _may(self, person: str, *, broadcast: bool) -> float:
        return max(self.pacer.ready_at(self.now, broadcast=broadcast), self.pacer.person_at(person, self.now))

    def _wait(self, person: str, *, broadcast: bool) -> None:
        while (moment := self._may(person, broadcast=broadcast)) > self.now:
            if self._ends and self._ends[0][0] <= moment:
                end, _, turn = heappop(self._ends)
                self.now = max(self.now, end)
                self.pacer.end(turn, self.now, answered=True)
            else:
                self.now = moment


def most_in_a_second(arrivals: Sequence[float]) -> int:
    ordered = sorted(arrivals)
    return max(sum(start <= other < start + 1 for other in ordered) for start in ordered)


@given(
    least=st.floats(0.0, 0.3),
    spread=st.lists(st.floats(0.0, TRANSIT), min_size=1, max_size=20),
    urgent=st.lists(st.booleans(), min_size=1, max_size=10),
    seed=st.integers(0, 1000),
)
def test_never_more_arrive_in_a_second_than_are_permitted(
    least: float, spread: list[float], urgent: list[bool], seed: int
) -> None:
    chance = random.Random(seed)

    def latencies() -> tuple[float, float]:
        there = least / 2 + chance.choice(spread) * chance.random()
        return min(there, TRANSIT), least / 2 + chance.choice(spread) * chance.random()

    line = Line(pacer=Pacer(RATE, now=0.0), latencies=lambda: (least / 2, least / 2))
    line.sends(LEARNING)  # the shortest way is seen once
    line.latencies = latencies
    for number in range(20):
        line.sends(10, broadcast=not urgent[number % len(urgent)])
    assert most_in_a_second(line.arrivals) <= RATE.per_second


@pytest.mark.parametrize("there_and_back", [0.002, 0.08, 0.4])
def test_a_broadcast_uses_the_rate_to_the_full_on_a_steady_line(there_and_back: float) -> None:
    line = Line(pacer=Pacer(RATE, now=0.0), latencies=lambda: (there_and_back / 2, there_and_back / 2))
    line.sends(LEARNING * 2)
    start, sent = line.now, len(line.arrivals)
    line.sends(900)
    used = (len(line.arrivals) - sent) / (RATE.per_second * (line.now - start))
    assert used > 1 / (1 + 0.1 * there_and_back) - 0.001, "a tenth of the way is kept as a reserve"


def test_one_person_gets_one_text_a_second_and_others_go_on() -> None:
    line = Line(pacer=Pacer(RATE, now=0.0), latencies=lambda: (0.01, 0.01))
    line.sends(5, broadcast=False, to="wang")
    assert all(after - before >= 1 for before, after in pairwise(line.arrivals))
    now = line.now
    assert line.pacer.person_at("wang", now) > now
    assert line.pacer.ready_at(now, broadcast=False) == line.pacer.person_at("li", now) == now


def test_places_fall_free_one_after_the_other_while_a_broadcast_runs() -> None:
    line = Line(pacer=Pacer(RATE, now=0.0), latencies=lambda: (0.02, 0.02))
    line.sends(300)
    waits = []
    for _ in range(100):
        line.sends(7)
        before = line.now
        line.sends(1, broadcast=False)
        waits.append(line.now - before)
    assert max(waits) < 4 / RATE.per_second


def test_a_moment_that_was_missed_is_made_up_for_by_no_burst() -> None:
    line = Line(pacer=Pacer(RATE, now=0.0), latencies=lambda: (0.01, 0.01))
    line.sends(60)
    line.now += 30
    start = line.now
    line.sends(10)
    assert sum(arrival < start + 0.1 for arrival in line.arrivals[60:]) <= 1 + CATCH_UP + 0.1 * RATE.per_second


def test_a_call_that_hangs_gives_its_place_back_long_before_it_is_given_up() -> None:
    pacer = Pacer(Rate(per_second=2), now=0.0)
    for person, now in (("wang", 2.0), ("li", 2.0)):
        pacer.begin(person, now)
    assert pacer.ready_at(2.5, broadcast=False) == pacer.person_at("wang", 2.5) == 2.0 + TRANSIT + 1


def test_processes_on_one_channel_share_its_rate() -> None:
    lines = [Line(pacer=Pacer(RATE, now=0.0), latencies=lambda: (0.01, 0.01)) for _ in range(3)]
    for line in lines:
        line.pacer.share(3)
        line.sends(100)
    assert most_in_a_second([arrival for line in lines for arrival in line.arrivals]) <= RATE.per_second
    lines[0].pacer.share(100)
    assert lines[0].pacer.count == 1, "nobody is shut out"


def test_who_comes_second_waits_until_it_was_seen_and_who_comes_first_begins_at_once() -> None:
    assert Pacer(RATE, now=10.0).ready_at(10.0, broadcast=False) < 10.1
    assert Pacer(RATE, now=10.0, quiet=3.0).ready_at(10.0, broadcast=False) > 13.0
