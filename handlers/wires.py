"""One channel as the delivery sees it: what waits for it, which text goes next and when, and whether it is flooded."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Protocol

from cases.messages import Address, Outgoing
from handlers.lanes import Held, Lane, Lanes
from handlers.pacing import SPAN, Pacer, Rate, Turn
from storage.outbox_wire import EACH, Parcel, Want

ABROAD = 8
"""So many texts are with a channel without a rate at once, and a killed process says no more than these twice. At a
rate of N there are N: no more have places."""
YOUNG = 1.0
"""A call that has had no answer for so many seconds no longer counts among these: some that hang stop nobody."""
MOST_ABROAD = 64
"""But so many are the most."""
OWN_AHEAD, BROADCASTS_AHEAD = 5, 3
"""So many seconds' worth of texts is held at most. Of broadcasts little: one that is called off stops in the outbox,
and what is held is not asked about again."""
MOST = 400
"""So many texts of each sort are held for a channel without a rate."""
WORTH, WORTH_PACED = 3, 9
"""More is fetched when at least this part of the room is free: one third, and at a rate one ninth. What is fetched is
opened in one go, and meanwhile no answer of the channel is read: who is killed then says it twice."""
LOOK = 2.0
"""Seconds between two looks at how many processes send on a channel."""
FLOODED = 3
"""When so many persons one after the other were refused for haste, it is the whole channel that has to wait."""
SHORT = timedelta(seconds=5)
"""What waits longer than this is put back into the outbox."""
FEW = EACH // 2
"""With no more than these left, one who is owed more is fetched more."""


class Channel(Protocol):
    """A way to reach people. ``name`` is that of its addresses."""

    @property
    def name(self) -> str: ...

    @property
    def rate(self) -> Rate | None:
        """What its operator permits; None when nothing limits it."""

    async def send(self, outgoing: Outgoing) -> str:
        """Send and return the channel's reference of the message; DeliveryError when it was not taken."""


class Wire:
    """The texts for one channel in this process. ``clock`` only runs on, in seconds; instants are calendar time."""

    def __init__(self, channel: Channel, *, clock: Callable[[], float], alone: bool = True) -> None:
        self.channel = channel
        self._clock = clock
        rate = channel.rate
        # Who was here before may send at the full rate until it has seen us.
        quiet = 0.0 if alone else LOOK + SPAN
        self._pacer = Pacer(rate, now=clock(), quiet=quiet) if rate else None
        self._lanes = Lanes(self._person_at)
        self._abroad: deque[float] = deque()
        self._flying = 0
        self._refused: set[Address] = set()
        self._present = 1 if alone else 2
        self._more = {False: False, True: False}
        self._behind: set[str] = set()
        self._served = False
        self.paused: datetime | None = None
        """Until when nothing may be sent on the channel at all."""

    def _person_at(self, person: Address, now: float) -> float:
        return self._pacer.person_at(person, now) if self._pacer else now

    def share(self, present: int) -> None:
        """So many processes send on the channel now. One that has gone is counted once more: what it sent still is."""
        if self._pacer:
            self._pacer.share(max(present, self._present))
        self._present = present

    def room(self, *, broadcasts: bool) -> int:
        """So many more texts can be held."""
        held = self._lanes.broadcasts if broadcasts else self._lanes.own
        return max(0, self._most(broadcasts=broadcasts) - held)

    def takes(self, person: Address) -> bool:
        """Whether a text that is promised to the person now comes here past the outbox. It does not when there is no
        room, nor then before what went into the outbox meanwhile is here."""
        if not self.room(broadcasts=False):
            self._behind.add(str(person))
        return str(person) not in self._behind

    def _most(self, *, broadcasts: bool) -> int:
        if self._pacer is None:
            return MOST
        return self._pacer.count * (BROADCASTS_AHEAD if broadcasts else OWN_AHEAD)

    def wants(self, *, now: datetime) -> list[Want]:
        """What is to be fetched from the outbox."""
        if self.pause_left(now):
            return []
        return [
            self._want(broadcasts)
            for broadcasts in (False, True)
            if (self._much_room(broadcasts) if broadcasts else self.room(broadcasts=False))
        ]

    def _want(self, broadcasts: bool) -> Want:
        held = {} if broadcasts else {str(person): count for person, count in self._lanes.everybody().items()}
        limit = self.room(broadcasts=broadcasts)
        alone = self._present == 1
        return Want(channel=self.channel.name, broadcasts=broadcasts, limit=limit, held=held, alone=alone)

    def _much_room(self, broadcasts: bool) -> bool:
        worth = WORTH_PACED if self._pacer else WORTH
        return self.room(broadcasts=broadcasts) * worth >= self._most(broadcasts=broadcasts)

    def fetched(self, want: Want, found: Sequence[Parcel]) -> None:
        """These were there of what was wanted; as many as that, or as one person may have, and there may be more."""
        self._more[want.broadcasts] = more = len(found) >= want.limit
        if want.broadcasts:
            return
        held = Counter(want.held)  # as it was when we asked: who was served meanwhile may be owed more
        held.update(str(parcel.outgoing.address) for parcel in found)
        full = {person for person, count in held.items() if count >= EACH}
        self._behind = self._behind | full if more else full

    @property
    def hungry(self) -> bool:
        """There is more in the outbox, and room for a good part of it."""
        return self._served or any(more and self._much_room(broadcasts) for broadcasts, more in self._more.items())

    def put(self, held: Held) -> None:
        self._lanes.put(held, now=self._clock())
        person = held.parcel.outgoing.address
        if self._lanes.own_of(person) >= EACH:
            self._behind.add(str(person))

    def next(self, *, now: datetime) -> Lane | float | None:
        """The lane whose first text goes now; else seconds until one can, or None: not before something changes."""
        clock = self._clock()
        left = self.pause_left(now)
        if timedelta() < left <= SHORT:
            return left.total_seconds()
        lane = self._lanes.first(clock)
        if left:
            return lane
        if (wait := self._crowded(clock)) is not None:
            return wait
        rested = self._lanes.next_rested()
        if lane is None:
            return None if rested is None else rested - clock
        if self._pacer is None:
            return lane
        at = self._pacer.ready_at(clock, broadcast=not lane.own)
        if at <= clock:
            return lane
        return (at if rested is None else min(at, rested)) - clock

    def _crowded(self, clock: float) -> float | None:
        """Seconds until one more call may be made beside those under way; None when it may be now."""
        while self._abroad and self._abroad[0] + YOUNG <= clock:
            self._abroad.popleft()
        if self._flying >= MOST_ABROAD:
            return YOUNG
        most = self._pacer.count if self._pacer else ABROAD
        return None if len(self._abroad) < most else self._abroad[0] + YOUNG - clock

    def go(self, lane: Lane) -> Held:
        return self._lanes.go(lane)

    def begin(self, person: Address) -> Turn:
        """A call begins."""
        clock = self._clock()
        self._flying += 1
        self._abroad.append(clock)
        return self._pacer.begin(person, clock) if self._pacer else Turn(person=person, start=clock, held=clock)

    def end(self, turn: Turn, *, answered: bool) -> None:
        """A call has ended."""
        self._flying -= 1
        if turn.start in self._abroad:
            self._abroad.remove(turn.start)
        if self._pacer:
            self._pacer.end(turn, self._clock(), answered=answered)

    def done(self, lane: Lane, held: Held) -> None:
        self._lanes.done(lane, held, now=self._clock())
        self._served = str(lane.person) in self._behind and len(lane.own) <= FEW

    def again(self, lane: Lane) -> None:
        self._lanes.again(lane, now=self._clock())

    def accepted(self) -> None:
        """The channel has taken a text."""
        self._refused.clear()

    def refused(self, person: Address, *, until: datetime) -> None:
        """The channel wants fewer texts. To one person, or from us altogether: that shows when others are refused."""
        self._refused.add(person)
        if len(self._refused) >= FLOODED:
            self.paused = max(self.paused or until, until)

    def pause_left(self, now: datetime) -> timedelta:
        """How long the channel still has to wait."""
        if self.paused and now >= self.paused:
            self.paused = None
            self._refused.clear()
        return self.paused - now if self.paused else timedelta()
