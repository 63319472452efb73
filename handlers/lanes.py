"""What waits in memory to be sent on one channel: a lane for each person, the most urgent lane first.

A person's texts keep their order, but that what is meant for this person alone overtakes broadcasts. A lane is as
urgent as the most urgent text in it: what stands before a reply must be out before the reply can be.
"""

from __future__ import annotations

from bisect import insort
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from heapq import heappop, heappush
from itertools import count

from cases.messages import Address
from storage.outbox_wire import BROADCAST, Parcel


@dataclass(kw_only=True, eq=False)
class Held:
    """A text that is ours to send until its lease ends; taken up anew, it has a new one."""

    parcel: Parcel

    @property
    def lease(self) -> datetime:
        return self.parcel.lease


@dataclass(kw_only=True, eq=False)
class Lane:
    """One person's texts. ``mark`` says which of its entries in the queue counts."""

    person: Address
    own: list[Held] = field(default_factory=list)
    broadcasts: deque[Held] = field(default_factory=deque)
    going: Held | None = None
    mark: int = 0

    @property
    def first(self) -> Held:
        return self.own[0] if self.own else self.broadcasts[0]

    @property
    def urgency(self) -> tuple[int, int]:
        if not self.own:
            return BROADCAST, self.broadcasts[0].parcel.id
        return min(held.parcel.priority for held in self.own), self.own[0].parcel.id


class Lanes:
    """The lanes of one channel. ``free_at(person, now)``: when the person may be sent something again."""

    def __init__(self, free_at: Callable[[Address, float], float]) -> None:
        self._free_at = free_at
        self._lanes: dict[Address, Lane] = {}
        self._ready: list[tuple[int, int, int, Lane]] = []
        self._resting: list[tuple[float, int, Lane]] = []
        self._marks = count(1)
        self.own = 0
        """So many texts wait, or are being sent, that are meant for one person alone."""
        self.broadcasts = 0

    def own_of(self, person: Address) -> int:
        """So many texts wait, or are being sent, that are meant for this person alone."""
        lane = self._lanes.get(person)
        return len(lane.own) if lane else 0

    def everybody(self) -> dict[Address, int]:
        """The same of everybody who has any."""
        return {person: len(lane.own) for person, lane in self._lanes.items() if lane.own}

    def put(self, held: Held, *, now: float) -> None:
        person = held.parcel.outgoing.address
        lane = self._lanes.get(person)
        if lane is None:
            lane = self._lanes[person] = Lane(person=person)
        if held.parcel.broadcast:
            lane.broadcasts.append(held)
            self.broadcasts += 1
        else:
            begun = lane.going is not None and lane.own[:1] == [lane.going]  # nothing goes before what is being sent
            insort(lane.own, held, lo=1 if begun else 0, key=lambda other: other.parcel.id)
            self.own += 1
        if lane.going is None:
            self._line_up(lane, now)

    def first(self, now: float) -> Lane | None:
        """The most urgent lane whose person may be sent something now; it stays where it is."""
        while self._resting and self._resting[0][0] <= now:
            _, mark, lane = heappop(self._resting)
            if lane.mark == mark:
                self._line_up(lane, now)
        while self._ready and self._ready[0][3].mark != self._ready[0][2]:
            heappop(self._ready)
        return self._ready[0][3] if self._ready else None

    def next_rested(self) -> float | None:
        """When the next of those lanes can go whose persons may be sent nothing now."""
        while self._resting and self._resting[0][2].mark != self._resting[0][1]:
            heappop(self._resting)
        return self._resting[0][0] if self._resting else None

    def go(self, lane: Lane) -> Held:
        """Its first text is being seen to; the lane waits for ``done`` or ``again``."""
        lane.going, lane.mark = lane.first, 0
        return lane.going

    def done(self, lane: Lane, held: Held, *, now: float) -> None:
        """The text is off our hands."""
        if held.parcel.broadcast:
            lane.broadcasts.remove(held)
            self.broadcasts -= 1
        else:
            lane.own.remove(held)
            self.own -= 1
        self.again(lane, now=now)

    def again(self, lane: Lane, *, now: float) -> None:
        """The lane goes on with its first text."""
        lane.going = None
        if lane.own or lane.broadcasts:
            self._line_up(lane, now)
        else:
            del self._lanes[lane.person]

    def _line_up(self, lane: Lane, now: float) -> None:
        lane.mark = next(self._marks)
        free = self._free_at(lane.person, now)
        if free > now:
            heappush(self._resting, (free, lane.mark, lane))
        else:
            heappush(self._ready, (*lane.urgency, lane.mark, lane))
