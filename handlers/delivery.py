"""Delivers what was promised: nothing is lost, each person's texts in order, people side by side.

``queued → sending → sent | failed | unreachable``. A row that is being sent is taken again when its lease ends without
a result, so a crash repeats at most what was in flight. A process that starts where no other delivers takes it at once.
The most urgent text goes first, in the outbox as in memory, and as fast as the channel's rate permits.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime, timedelta

from cases.errors import DatabaseAway, DeliveryError
from cases.messages import Address
from handlers.batching import Batcher
from handlers.lanes import Held, Lane
from handlers.office import Now
from handlers.pacing import Turn
from handlers.stopping import finished
from handlers.verdicts import FIRST_WAIT, LONGEST_WAIT, TRIES, Pauses, put_off, verdict
from handlers.wires import ABROAD, LOOK, SHORT, Channel, Wire
from storage.database import Database, Transaction
from storage.outbox_wire import LOST, Delivered, DeliveryState, Parcel, Want
from storage.presence import Attendance, attending
from storage.receipts import Receipt, Receipts

__all__ = ["ABROAD", "FIRST_WAIT", "LEASE", "LONGEST_WAIT", "TRIES", "Aftermath", "Channel", "Delivery", "verdict"]

log = logging.getLogger("lianxin.delivery")

LEASE = timedelta(seconds=30)
"""Longer than what is held takes at its channel's rate, a short pause and a call that hangs together."""
SEND_LIMIT = timedelta(seconds=10)
POLL = timedelta(seconds=0.4)
"""What another process promises is on the wire within a second."""
RETRY = timedelta(seconds=1)
"""Before a database that is away is tried again."""
CLOSING = timedelta(seconds=3)


Aftermath = Callable[[Transaction, Sequence[Delivered]], Awaitable[None]]
"""What is done, in the transaction that notes them, about texts that did not arrive."""


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
        self._alone: set[str] = set()
        self._wires: dict[str, Wire] = {}
        self._kicks: dict[str, asyncio.Event] = {}
        self._flying: dict[int, Held] = {}
        self._pauses = Pauses(patience=LEASE)
        self._wake = asyncio.Event()
        self._landed = asyncio.Event()
        self._settle: Batcher[Delivered] = Batcher(self._write)
        self._running = False
        self.started = asyncio.Event()
        """Set once all that was owed when it started is on its way: what is said from then on comes after it."""

    def lease(self, person: Address) -> datetime | None:
        """Until when a text promised now is this process's to send; None when it does not deliver to the person, or
        has its hands full."""
        wire = self._wires.get(person.channel)
        if wire is None or not self._running:
            return None
        now = self._now()
        return now + LEASE if wire.takes(person) and not wire.pause_left(now) else None

    def take(self, parcels: Sequence[Parcel]) -> None:
        """Send these, which the caller has just promised under a lease."""
        for parcel in parcels:
            wire = self._wires.get(parcel.outgoing.address.channel)
            if self._running and wire is not None:
                self._hold(parcel, wire)
                self._kicks[wire.channel.name].set()

    def _hold(self, parcel: Parcel, wire: Wire) -> None:
        if held := self._flying.get(parcel.id):
            held.parcel = parcel  # its lease had run out before its turn came: it keeps its place under the new one
            return
        self._flying[parcel.id] = held = Held(parcel=parcel)
        wire.put(held)

    def wake(self) -> None:
        """Something was promised: look now rather than at the next poll."""
        self._wake.set()

    async def run(self) -> None:
        """Deliver until cancelled; what is being sent then is finished first, within a few seconds."""
        with self._receipts.kept():
            async with attending(self._database, self._channels.keys(), alone=self._inherit) as attendance:
                await self._deliver(attendance)

    async def _inherit(self, channels: Sequence[str]) -> None:
        """Nobody delivers on these channels: what is being sent there was a process's that is no more."""
        now, sent = self._now(), DeliveryState.SENT
        self._alone.update(channels)
        with self._receipts.of_the_dead() as receipts:
            taken = [Delivered(id=r.id, state=sent, at=now, not_before=now, reference=r.reference) for r in receipts]
            async with self._database.begin() as tx:
                await tx.outbox.settle(taken)
                await tx.outbox.release(channels, now=now)

    async def _deliver(self, attendance: Attendance) -> None:
        async with asyncio.TaskGroup() as group:
            for name, channel in self._channels.items():
                self._wires[name] = Wire(channel, clock=time.perf_counter, alone=name in self._alone)
                self._kicks[name] = asyncio.Event()
            self._running = True
            loops = [group.create_task(self._drive(name, group)) for name in self._wires]
            loops.append(group.create_task(self._share(attendance)))
            try:
                await self._claim_all()
            finally:
                self._running = False
                await self._land()
                for loop in loops:
                    loop.cancel()

    # ---- out of the outbox ------------------------------------------------------------------------------------------

    async def _claim_all(self) -> None:
        look_first = False
        while True:
            self._wake.clear()
            if await finished(self._claim(look_first=look_first)):
                look_first = False
                continue
            look_first = True
            self.started.set()
            try:
                async with asyncio.timeout(POLL.total_seconds()):
                    await self._wake.wait()
            except TimeoutError:
                pass
            for kick in self._kicks.values():
                kick.set()

    async def claim(self) -> int:
        """Take what is owed now and start sending it; returns how much that was."""
        return await self._claim(look_first=False)

    async def _claim(self, *, look_first: bool) -> int:
        """``look_first``: most likely nothing is owed, and to see that takes no lock."""
        now = self._now()
        wants = [want for wire in self._wires.values() for want in wire.wants(now=now)] if self._running else []
        if not wants:
            return 0
        try:
            if look_first and not await self._owing(wants):
                return 0
            async with self._database.begin() as tx:
                parcels = await tx.outbox.take_up(wants, now=now, lease=now + LEASE)
        except Exception:  # one of the three loops: a database that is away comes back
            log.exception("The outbox could not be read.", extra={"action": "delivery"})
            await asyncio.sleep(RETRY.total_seconds())
            return 0
        for want in wants:
            self._wires[want.channel].fetched(want, [parcel for parcel in parcels if want.fits(parcel)])
        for parcel in parcels:
            self._pauses.resume(parcel)
        self.take(parcels)
        return len(parcels)

    async def _owing(self, wants: Sequence[Want]) -> bool:
        async with self._database.read() as tx:
            return await tx.outbox.owing(wants, now=self._now())

    async def _share(self, attendance: Attendance) -> None:
        """Processes that send on the same channel share its rate. Without one they are counted all the same: that
        keeps us known to those who come."""
        while True:
            for name, wire in self._wires.items():
                wire.share(await attendance.count(name))
            await asyncio.sleep(LOOK)

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

    # ---- onto the wire ----------------------------------------------------------------------------------------------

    async def _drive(self, name: str, group: asyncio.TaskGroup) -> None:
        """Start what may go now; then wait until something changes, or until the next may."""
        wire, kick = self._wires[name], self._kicks[name]
        while True:
            kick.clear()
            while isinstance(lane := wire.next(now=self._now()), Lane):
                self._go(wire, lane, group)
            try:
                async with asyncio.timeout(lane):
                    await kick.wait()
            except TimeoutError:
                pass

    def _go(self, wire: Wire, lane: Lane, group: asyncio.TaskGroup) -> None:
        held = wire.go(lane)
        waits = self._waits(wire, held)
        # Its place is taken at once: the task begins only after the next lane was looked at.
        back = self._noted(held, put_off(held.parcel, until=waits)) if waits else None
        work = back or self._send(wire, held, wire.begin(lane.person))
        group.create_task(self._see_to(wire, lane, held=held, work=work))

    def _waits(self, wire: Wire, held: Held) -> datetime | None:
        """Until when a text whose turn it is has to wait all the same."""
        now, parcel = self._now(), held.parcel
        if wire.pause_left(now) > SHORT:
            return wire.paused
        if now + SEND_LIMIT >= held.lease:  # a call that hangs would outlive the lease: fetch it anew
            self._pauses.pause(parcel, until=now)
            return now
        return self._pauses.behind(parcel, now=now)

    async def _see_to(self, wire: Wire, lane: Lane, *, held: Held, work: Awaitable[bool]) -> None:
        over = True
        try:
            over = await work
        except Exception:  # one of the three loops
            log.exception("A delivery could not be noted.", extra={"action": "delivery", "id": held.parcel.id})
        finally:
            if over:
                wire.done(lane, held)
                self._flying.pop(held.parcel.id, None)
                self._landed.set()
            else:
                wire.again(lane)
            self._kicks[wire.channel.name].set()
            if wire.hungry:
                self._wake.set()

    async def _send(self, wire: Wire, held: Held, turn: Turn) -> bool:
        """False when the text was taken in part and goes on at its next turn."""
        try:
            result = await self._sent(wire, held.parcel, turn)
        except DeliveryError as error:
            if error.partly:
                return False
            result = self._failed(wire, held.parcel, error)
        return await self._noted(held, result)

    async def _noted(self, held: Held, result: Delivered) -> bool:
        """False when the text is not sent and we took it up anew while that was written: it goes on at its turn."""
        parcel = held.parcel
        await self._note(result)
        return held.parcel is parcel or result.state is DeliveryState.SENT

    async def _sent(self, wire: Wire, parcel: Parcel, turn: Turn) -> Delivered:
        now = self._now()
        answered = False
        try:
            async with asyncio.timeout(SEND_LIMIT.total_seconds()):
                reference = await wire.channel.send(parcel.outgoing)
            answered = True
        except DeliveryError:
            raise
        except TimeoutError:
            raise DeliveryError("no answer in time", retryable=True) from None
        except Exception as error:  # the same loop: a mistake in a channel must not be repeated for ever
            log.exception("A channel made a mistake.", extra={"action": "delivery", "id": parcel.id})
            raise DeliveryError(type(error).__name__, retryable=True) from None
        finally:
            wire.end(turn, answered=answered)
            self._kicks[wire.channel.name].set()
        wire.accepted()
        self._receipts.note(Receipt(id=parcel.id, reference=reference))
        return Delivered(id=parcel.id, state=DeliveryState.SENT, at=now, not_before=now, reference=reference)

    def _failed(self, wire: Wire, parcel: Parcel, error: DeliveryError) -> Delivered:
        state, wait = verdict(error, attempts=parcel.attempts)
        log.info(
            "A text was not taken.",
            extra={"action": "delivery", "id": parcel.id, "state": state.value, "reason": error.reason},
        )
        now = self._now()
        if state is DeliveryState.QUEUED:
            hasty = error.retry_after is not None
            self._pauses.pause(parcel, until=now + wait, busy=hasty)
            if hasty:
                wire.refused(parcel.outgoing.address, until=now + wait)
        until, reason = now + wait, error.reason[:200]
        return Delivered(id=parcel.id, state=state, at=now, not_before=until, reason=reason, lease=parcel.lease)

    async def _note(self, result: Delivered) -> None:
        """Write down how an attempt ended; what is not written down would be sent once more."""
        while True:
            try:
                await self._settle.put([result])
            except DatabaseAway:
                log.warning("A delivery could not be noted yet.", extra={"action": "delivery", "id": result.id})
                await asyncio.sleep(RETRY.total_seconds())
            else:
                self._receipts.settled(result.id)
                return

    async def _write(self, results: list[Delivered]) -> None:
        async with self._database.begin() as tx:
            lost = await tx.outbox.settle(results)
            await self.see_after(tx, [result for result in results if result.id in lost])

    async def see_after(self, tx: Transaction, results: Sequence[Delivered]) -> None:
        """Do what follows for those texts that did not arrive, in the transaction that noted it."""
        lost = [result for result in results if result.state in LOST]
        if self._aftermath and lost:
            await self._aftermath(tx, lost)
