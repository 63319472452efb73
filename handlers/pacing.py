"""How much a channel may be sent in a second, and when the next text may start.

An operator counts what arrives in any second. We see only when a call began and when it was answered; a call arrives
somewhere between. So a call holds one of N places from its beginning until a second after its end, less the least that
a way there and back takes: whoever takes a place that has fallen free arrives a second or more after the one before.

Times are those of a clock that only runs on, in seconds.
"""

from __future__ import annotations

from bisect import insort
from collections.abc import Hashable
from dataclasses import dataclass

SPAN = 1.0
"""The operator counts what arrives in any span of so many seconds."""
TRANSIT = 1.0
"""A call is taken to arrive within so many seconds. Else calls that hang would hold their places until they are given
up; one that does arrive later still may make the operator count one too many, and is then sent again."""
TRUST = 0.9
"""Of the least round trip seen: the way may be a little shorter than it ever was."""
LEARNING = 150
"""So many answered calls tell how short the way can be."""
CATCH_UP = 2
"""So many broadcasts may follow close on each other when their moments were missed."""
KEPT = 512
"""So many persons' times are kept, at least, before those that say nothing any more are thrown away."""


@dataclass(frozen=True, kw_only=True)
class Rate:
    """What a channel's operator permits: so many messages in any second, and of these ``per_person`` to one person."""

    per_second: int
    per_person: int = 1


class Window:
    """``count`` places; each is held from the beginning of a call until it can no longer be counted."""

    def __init__(self, count: int) -> None:
        self.count = count
        self._ends: list[float] = []

    def free_at(self, now: float) -> float:
        """When the next place is free; ``now`` when one is."""
        ends = self._ends
        while ends and ends[0] <= now:
            ends.pop(0)
        return now if len(ends) < self.count else ends[len(ends) - self.count]

    def hold(self, until: float) -> None:
        insort(self._ends, until)

    def shorten(self, was: float, *, until: float) -> None:
        """A place is held until then, no longer until ``was``."""
        if until < was and was in self._ends:
            self._ends.remove(was)
            insort(self._ends, until)

    @property
    def empty(self) -> bool:
        return not self._ends


@dataclass(frozen=True, kw_only=True)
class Turn:
    """One call under way; ``held`` is how long its place is held at most."""

    person: Hashable
    start: float
    held: float


class Pacer:
    """When the next text of one channel, and the next to each person, may start.

    Broadcasts keep to a beat of one N-th of a second, so that places fall free one after the other and whatever is more
    urgent finds the next one at once. ``quiet`` is how long others, who may still send at their old rate, are waited
    for; for a second after that places fall free on the beat, as those of whoever sent before us do.
    """

    def __init__(self, rate: Rate, *, now: float, quiet: float = 0.0) -> None:
        self._rate = rate
        self._all = Window(rate.per_second)
        self._persons: dict[Hashable, Window] = {}
        self._kept = KEPT
        self._beat = now + quiet
        self._least: float | None = None
        self._answered = 0
        for place in range(rate.per_second):
            self._all.hold(now + quiet + (place + 1) * SPAN / rate.per_second)

    @property
    def count(self) -> int:
        """So many in a second are ours."""
        return self._all.count

    def share(self, processes: int) -> None:
        """So many processes, this one among them, send on the channel: together they keep to the rate."""
        self._all.count = max(1, self._rate.per_second // max(1, processes))

    def ready_at(self, now: float, *, broadcast: bool) -> float:
        """When the next text may start, to whomever."""
        free = self._all.free_at(now)
        return max(free, self._beat) if broadcast else free

    def person_at(self, person: Hashable, now: float) -> float:
        """When the next text to this person may start."""
        window = self._persons.get(person)
        return now if window is None else window.free_at(now)

    def begin(self, person: Hashable, now: float) -> Turn:
        """A call begins."""
        turn = Turn(person=person, start=now, held=now + TRANSIT + SPAN)
        step = SPAN / self.count
        self._beat = max(self._beat, now - CATCH_UP * step) + step
        self._all.hold(turn.held)
        self._window(person, now).hold(turn.held)
        return turn

    def end(self, turn: Turn, now: float, *, answered: bool) -> None:
        """It has ended; ``answered`` by the other side, not broken off."""
        if answered:
            self._learn(now - turn.start)
        until = now + SPAN - self._trip
        self._all.shorten(turn.held, until=until)
        if window := self._persons.get(turn.person):
            window.shorten(turn.held, until=until)

    def _learn(self, trip: float) -> None:
        self._answered += 1
        self._least = trip if self._least is None else min(self._least, trip)

    @property
    def _trip(self) -> float:
        """The least time that a way there and back takes."""
        return TRUST * self._least if self._least is not None and self._answered >= LEARNING else 0.0

    def _window(self, person: Hashable, now: float) -> Window:
        if len(self._persons) >= self._kept:
            self._forget(now)
        return self._persons.setdefault(person, Window(self._rate.per_person))

    def _forget(self, now: float) -> None:
        for person, window in list(self._persons.items()):
            if window.free_at(now) <= now and window.empty:
                del self._persons[person]
        self._kept = max(KEPT, 2 * len(self._persons))
