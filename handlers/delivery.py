"""Delivers what was promised: nothing is lost, each person's texts in order, people side by side.

``queued → sending → sent | failed | unreachable``. A row that is being sent is taken again when its lease ends without
a result, so a crash repeats at most what was in flight. A process that starts where no other delivers takes it at once.
"""

from __future__ import annotations

import asyncio
import logging
from collections import defaultdict, deque
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

from cases.errors import DatabaseAway, DeliveryError
from cases.messages import Address, Outgoing
from handlers.batching import Batcher
from handlers.office import Now
from handlers.pacing import Rate
from handlers.stopping import finished
from storage.database import Database, Transaction
from storage.outbox_store import Delivered, DeliveryState, Parcel
from storage.presence import attending
from storage.receipts import Receipt, Receipts

log = logging.getLogger("lianxin.delivery")

LEASE = timedelta(seconds=15)
SEND_LIMIT = timedelta(seconds=10)
POLL = timedelta(seconds=1)
CLAIM = 100
SENDERS = 64
"""Persons whose texts are sent or noted side by side, on each channel."""
ABROAD = 8
"""So many texts are with one channel at once, and a killed process says no more than these twice. At a tenth of a
second each, that is still more than any of the channels allows in a second."""
MOST = 400
"""So many texts are held at once; more would outlive their leases before their turn."""
TRIES = 450
"""With the longest wait between them, tries go on for three days: a line that is down over a weekend loses nothing."""
FIRST_WAIT = timedelta(seconds=1)
LONGEST_WAIT = timedelta(minutes=10)
CLOSING = timedelta(seconds=3)


Aftermath = Callable[[Transaction, Sequence[Delivered]], Awaitable[None]]
"""What is done, in the transaction that notes them, about texts that did not arrive."""
LOST = (DeliveryState.FAILED, DeliveryState.UNREACHABLE)


class Channel(Protocol):
    """A way to reach people. ``name`` is that of its addresses."""

    @property
    def name(self) -> str: ...

    @property
    def rate(self) -> Rate | None:
        """What its operator permits; None when nothing limits it."""

    async def send(self, outgoing: Outgoing) -> str:
        """Send and return the channel's reference of the message; DeliveryError when it was not taken."""


@dataclass(frozen=True, kw_only=True)
class _Held:
    parcel: Parcel
    lease: datetime


@dataclass(kw_only=True)
class _Pause:
    """A person's texts wait until ``until``; ``owed`` are those which later ones must not overtake."""

    until: datetime
    owed: set[int] = field(default_factory=set)


class Delivery:
    """Sends through the channels of this process what any process promised on them."""

    def __init__(
        self,
        *,
        database: Database,
        channels: Mapping[str, Channel],
        now: Now,
        receipts: Receipts | None = None,
        aftermath: Aftermath | None = None,
    ) -> None:
        self._aftermath = aftermath
        self._database = database
        self._receipts = receipts or Receipts(None)
        self._channels = channels
        self._now = now
        self._lanes: dict[Address, deque[_Held]] = {}
        self._ready: defaultdict[str, asyncio.Queue[Address]] = defaultdict(asyncio.Queue)
        self._abroad = defaultdict[str, asyncio.Semaphore](lambda: asyncio.Semaphore(ABROAD))
        self._flying: set[int] = set()
        self._pauses: dict[Address, _Pause] = {}
        self._wake = asyncio.Event()
        self._landed = asyncio.Event()
        self._settle: Batcher[Delivered] = Batcher(self._write)
        self._running = False
        self.started = asyncio.Event()
        """Set once all that was owed when it started is on its way: what is said from then on comes after it."""

    def lease(self, person: Address) -> datetime | None:
        """Until when a text promised now is this process's to send; None when it does not deliver to the person."""
        return self._now() + LEASE if self._running and person.channel in self._channels else None

    def take(self, parcels: Sequence[Parcel]) -> None:
        """Send these, which the caller has just promised under a lease."""
        for parcel in parcels:
            lease = self.lease(parcel.outgoing.address)
            if lease and parcel.id not in self._flying:
                self._fly(_Held(parcel=parcel, lease=lease))

    def _fly(self, held: _Held) -> None:
        self._flying.add(held.parcel.id)
        person = held.parcel.outgoing.address
        lane = self._lanes.get(person)
        if lane is None:
            self._lanes[person] = deque([held])
            self._ready[person.channel].put_nowait(person)
        else:
            lane.append(held)

    def wake(self) -> None:
        """Something was promised: look now rather than at the next poll."""
        self._wake.set()

    async def run(self) -> None:
        """Deliver until cancelled; what is being sent then is finished first, within a few seconds."""
        with self._receipts.kept():
            async with attending(self._database, self._channels.keys(), alone=self._inherit):
                await self._deliver()

    async def _deliver(self) -> None:
        async with asyncio.TaskGroup() as group:
            self._running = True
            senders = [group.create_task(self._send_lanes(name)) for name in self._channels for _ in range(SENDERS)]
            try:
                await self._claim_all()
            finally:
                self._running = False
                await self._land()
                for sender in senders:
                    sender.cancel()

    async def _inherit(self, channels: Sequence[str]) -> None:
        """Nobody delivers on these channels: what is being sent there was a process's that is no more."""
        now, sent = self._now(), DeliveryState.SENT
        with self._receipts.of_the_dead() as receipts:
            taken = [Delivered(id=r.id, state=sent, at=now, not_before=now, reference=r.reference) for r in receipts]
            async with self._database.begin() as tx:
                await tx.outbox.settle(taken)
                await tx.outbox.release(channels, now=now)

    async def _claim_all(self) -> None:
        while True:
            self._wake.clear()
            await self._room()
            if await finished(self.claim()):
                continue
            self.started.set()
            try:
                async with asyncio.timeout(POLL.total_seconds()):
                    await self._wake.wait()
            except TimeoutError:
                pass

    async def _room(self) -> None:
        while len(self._flying) >= MOST:
            self.started.set()
            self._landed.clear()
            await self._landed.wait()

    async def claim(self) -> int:
        """Take what is owed now and start sending it; returns how much that was."""
        if not self._running:
            return 0
        now = self._now()
        try:
            async with self._database.begin() as tx:
                parcels = await tx.outbox.claim(self._channels.keys(), now=now, lease=now + LEASE, limit=CLAIM)
        except Exception:  # one of the three loops: a database that is away comes back
            log.exception("The outbox could not be read.", extra={"action": "delivery"})
            await asyncio.sleep(POLL.total_seconds())
            return 0
        for parcel in parcels:
            self._resume(parcel)
        self.take(parcels)
        return len(parcels)

    async def _land(self) -> None:
        try:
            async with asyncio.timeout(CLOSING.total_seconds()):
                await self.idle()
        except TimeoutError:
            log.warning("Some texts were still being sent.", extra={"action": "delivery", "left": len(self._flying)})

    async def idle(self) -> None:
        """Returns when nothing is being sent."""
        while self._flying:
            self._landed.clear()
            await self._landed.wait()

    async def _send_lanes(self, channel: str) -> None:
        while True:
            person = await self._ready[channel].get()
            lane = self._lanes[person]
            while lane:
                await self._send_first(lane)
            del self._lanes[person]

    async def _send_first(self, lane: deque[_Held]) -> None:
        held = lane[0]
        try:
            if self._now() < held.lease:
                result = self._behind(held.parcel) or await self._sent(held.parcel)
                if result.state is DeliveryState.QUEUED:
                    self._pause(held.parcel, until=result.not_before)
                await self._note(result)
        except Exception:  # one of the three loops
            log.exception("A delivery could not be noted.", extra={"action": "delivery", "id": held.parcel.id})
        finally:
            lane.popleft()
            self._flying.discard(held.parcel.id)
            self._landed.set()

    async def _note(self, result: Delivered) -> None:
        """Write down how an attempt ended; what is not written down would be sent once more."""
        while True:
            try:
                await self._settle.put([result])
            except DatabaseAway:
                log.warning("A delivery could not be noted yet.", extra={"action": "delivery", "id": result.id})
                await asyncio.sleep(POLL.total_seconds())
            else:
                self._receipts.settled(result.id)
                return

    def _behind(self, parcel: Parcel) -> Delivered | None:
        """What comes after a text that has to wait waits too, so that a person reads things in order."""
        pause = self._pauses.get(parcel.outgoing.address)
        if pause is None or parcel.id < min(pause.owed):
            return None
        if self._now() > pause.until + LEASE:  # another process has sent it
            del self._pauses[parcel.outgoing.address]
            return None
        return Delivered(id=parcel.id, state=DeliveryState.QUEUED, at=pause.until, not_before=pause.until, tried=False)

    def _pause(self, parcel: Parcel, *, until: datetime) -> None:
        pause = self._pauses.setdefault(parcel.outgoing.address, _Pause(until=until))
        pause.owed.add(parcel.id)

    def _resume(self, parcel: Parcel) -> None:
        """The person's texts are on their way again once all that waited are."""
        pause = self._pauses.get(parcel.outgoing.address)
        if pause is None:
            return
        pause.owed.discard(parcel.id)
        if not pause.owed:
            del self._pauses[parcel.outgoing.address]

    async def _sent(self, parcel: Parcel) -> Delivered:
        channel = self._channels[parcel.outgoing.address.channel]
        now = self._now()
        try:
            async with self._abroad[channel.name], asyncio.timeout(SEND_LIMIT.total_seconds()):
                reference = await channel.send(parcel.outgoing)
        except DeliveryError as error:
            return self._failed(parcel, error)
        except TimeoutError:
            return self._failed(parcel, DeliveryError("no answer in time", retryable=True))
        except Exception as error:  # the same loop: a mistake in a channel must not be repeated for ever
            log.exception("A channel made a mistake.", extra={"action": "delivery", "id": parcel.id})
            return self._failed(parcel, DeliveryError(type(error).__name__, retryable=True))
        self._receipts.note(Receipt(id=parcel.id, reference=reference))
        return Delivered(id=parcel.id, state=DeliveryState.SENT, at=now, not_before=now, reference=reference)

    def _failed(self, parcel: Parcel, error: DeliveryError) -> Delivered:
        state, wait = verdict(error, attempts=parcel.attempts)
        log.info(
            "A text was not taken.",
            extra={"action": "delivery", "id": parcel.id, "state": state.value, "reason": error.reason},
        )
        now = self._now()
        return Delivered(id=parcel.id, state=state, at=now, not_before=now + wait, reason=error.reason[:200])

    async def _write(self, results: list[Delivered]) -> None:
        async with self._database.begin() as tx:
            await tx.outbox.settle(results)
            await self.see_after(tx, results)

    async def see_after(self, tx: Transaction, results: Sequence[Delivered]) -> None:
        """Do what follows for those texts that did not arrive, in the transaction that noted it."""
        lost = [result for result in results if result.state in LOST]
        if self._aftermath and lost:
            await self._aftermath(tx, lost)


def verdict(error: DeliveryError, *, attempts: int) -> tuple[DeliveryState, timedelta]:
    """What becomes of a text after an error, and how long it waits: the channel's own delay, else doubling."""
    if error.unreachable:
        return DeliveryState.UNREACHABLE, timedelta()
    if error.retryable and error.retry_after is not None:  # a busy channel is no failing one
        return DeliveryState.QUEUED, timedelta(seconds=error.retry_after)
    if not error.retryable or attempts >= TRIES:
        return DeliveryState.FAILED, timedelta()
    return DeliveryState.QUEUED, min(FIRST_WAIT * 2 ** min(attempts - 1, 16), LONGEST_WAIT)
