"""On the wire: the urgent overtakes the rest, a channel's rate is kept, and haste, floods and hangs are borne."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import update

from cases.errors import DeliveryError
from cases.messages import Address, Outgoing
from cases.notices import Priority
from handlers.lanes import Held, Lane
from handlers.pacing import Rate
from handlers.wires import ABROAD, FLOODED, Wire
from storage.outbox_store import DeliveryState, Promise
from storage.outbox_wire import EACH, Parcel
from tests.clock import Clock
from tests.handlers.test_delivery import LI, QUEUED, SENT, WAITING, WANG, Post, at_work
from tests.handlers.test_pacing import most_in_a_second
from tests.house import CHANNEL, Street

PATIENCE = 15.0
"""Seconds of real time before a test fails."""


class Narrow(Street):
    """A channel with a rate; ``times`` are those of the arrivals."""

    def __init__(self, per_second: int) -> None:
        super().__init__()
        self.rate = Rate(per_second=per_second)  # type: ignore[assignment]
        self.times: list[float] = []

    async def send(self, outgoing: Outgoing) -> str:
        reference = await super().send(outgoing)
        self.times.append(time.perf_counter())
        return reference

    @property
    def texts(self) -> list[str]:
        return [outgoing.text for outgoing in self.sent]


def crowd(count: int) -> list[Address]:
    return [Address(channel=CHANNEL, value=f"person {n}") for n in range(count)]


@pytest.fixture
async def post(migrated_url: str, clock: Clock, tmp_path: Path) -> AsyncIterator[Post]:
    """Nobody delivers yet."""
    post = Post(migrated_url, clock, tmp_path)
    yield post
    await post.database.close()


async def everything_sent(post: Post) -> None:
    """Returns when nothing is owed."""
    async with asyncio.timeout(PATIENCE):
        while await depth(post):  # noqa: ASYNC110  the loops owe us no event
            await asyncio.sleep(0.01)


async def depth(post: Post) -> int:
    async with post.database.read() as tx:
        return await tx.outbox.depth()


async def promised_to_all(post: Post, people: list[Address], text: str, *, priority: Priority) -> None:
    for person in people:
        await post.promise(text, to=person, priority=priority)


async def test_what_is_urgent_overtakes_a_broadcast_that_is_being_sent(post: Post) -> None:
    street = Narrow(40)
    await promised_to_all(post, crowd(100), "broadcast", priority=Priority.BROADCAST)
    async with at_work(post.another(street)):
        async with asyncio.timeout(PATIENCE):
            while len(street.sent) < 10:  # noqa: ASYNC110
                await asyncio.sleep(0.005)
        before = len(street.sent)
        await post.promise("notice", to=WANG)
        await everything_sent(post)
    assert street.texts.index("notice") < before + 40, "within the second, from another process"
    assert street.texts.count("broadcast") == 100


async def test_of_what_waits_the_most_urgent_goes_first(post: Post) -> None:
    people = iter(crowd(12))
    for priority in [Priority.BROADCAST, Priority.NOTICE, Priority.PING, Priority.REPLY] * 3:
        await post.promise(priority.value, to=next(people), priority=priority)
    street = Narrow(50)
    async with at_work(post.another(street)):
        await everything_sent(post)
    assert street.texts == [priority for priority in ("reply", "ping", "notice", "broadcast") for _ in range(3)]


async def test_a_persons_own_texts_keep_their_order_and_overtake_only_broadcasts(post: Post) -> None:
    await post.promise("warning", priority=Priority.BROADCAST)
    await post.promise("notice")
    await post.promise("reply", priority=Priority.REPLY)
    street = Street()
    async with at_work(post.another(street)):
        await everything_sent(post)
    assert [outgoing.text for outgoing in street.sent] == ["notice", "reply", "warning"]


async def test_two_processes_keep_to_the_rate_together(post: Post, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in ("handlers.wires", "handlers.delivery"):
        monkeypatch.setattr(f"{module}.LOOK", 0.05)
    streets = Narrow(40), Narrow(40)
    async with at_work(post.another(streets[0])), at_work(post.another(streets[1])):
        await asyncio.sleep(0.3)
        await promised_to_all(post, crowd(120), "broadcast", priority=Priority.BROADCAST)
        post.delivery.wake()
        await everything_sent(post)
    assert all(street.sent for street in streets)
    assert most_in_a_second([*streets[0].times, *streets[1].times]) <= 40


async def test_one_who_is_sent_too_much_waits_alone(post: Post) -> None:
    street = Street()
    street.errors = [DeliveryError("429", retryable=True, retry_after=30) for _ in range(FLOODED - 1)]
    people = crowd(10)
    async with at_work(post.another(street)):
        await promised_to_all(post, people, "notice", priority=Priority.NOTICE)
        async with asyncio.timeout(PATIENCE):
            while len(street.sent) < len(people) - (FLOODED - 1):  # noqa: ASYNC110
                await asyncio.sleep(0.01)
        post.clock.advance(seconds=30.1)
        await everything_sent(post)
    assert {outgoing.address for outgoing in street.sent} == set(people)


async def test_when_several_are_refused_in_a_row_the_channel_is_left_alone_and_nothing_is_lost(post: Post) -> None:
    street = Narrow(100)
    street.errors = [DeliveryError("429", retryable=True, retry_after=60) for _ in range(FLOODED)]
    people = crowd(40)
    await promised_to_all(post, people, "notice", priority=Priority.NOTICE)
    delivery = post.another(street)
    async with at_work(delivery):
        await delivery.idle()
        calls = len(street.sent)
        assert calls < len(people) / 2
        post.clock.advance(seconds=30)
        await post.promise("late", to=LI)
        await asyncio.sleep(0.5)
        assert len(street.sent) == calls
        assert delivery.lease(LI) is None, "it is promised to whoever can send it"
        post.clock.advance(seconds=30.1)
        await everything_sent(post)
    assert len(street.sent) == len(people) + 1


async def test_one_who_is_owed_hundreds_holds_up_nobody_else_and_reads_in_order(post: Post) -> None:
    street = Narrow(10)
    pings = [f"{n:03}" for n in range(120)]
    await post.promise(*pings, priority=Priority.PING)
    delivery = post.another(street)
    async with at_work(delivery):
        assert delivery.lease(LI), "a reply to another goes at once"
        assert delivery.lease(WANG) is None, "a reply to this one comes after some of what waits"
        await post.promise("notice", to=LI)
        async with asyncio.timeout(5):
            while "notice" not in street.texts:  # noqa: ASYNC110
                await asyncio.sleep(0.005)
        assert len(street.sent) < 10
    told = [outgoing.text for outgoing in street.sent if outgoing.address == WANG]
    assert told == pings[: len(told)]


async def test_who_was_served_while_the_outbox_was_asked_still_has_what_waits_there_before_a_reply(
    clock: Clock,
) -> None:
    wire = Wire(Street(), clock=lambda: 0.0, alone=True)
    for number in range(EACH):
        outgoing = Outgoing(address=WANG, text=str(number))
        wire.put(Held(parcel=Parcel(id=number, outgoing=outgoing, attempts=1, lease=clock())))
    asked = next(want for want in wire.wants(now=clock()) if not want.broadcasts)
    lane = wire.next(now=clock())
    assert isinstance(lane, Lane)
    wire.done(lane, wire.go(lane))
    wire.fetched(asked, [])
    assert not wire.takes(WANG), "no more than five of WANG were asked for: there may be others"
    assert wire.takes(LI)


async def test_who_writes_a_hundred_times_at_once_is_answered_in_order_and_holds_up_nobody(post: Post) -> None:
    delivery, replies = post.delivery, [f"{n:03}" for n in range(3 * EACH)]
    async with at_work(delivery):
        for some in (replies[: 2 * EACH], replies[2 * EACH :]):
            async with post.database.begin() as tx:
                outgoing = [Outgoing(address=WANG, text=text) for text in some]
                promises = [Promise(outgoing=one, priority=Priority.REPLY, at=post.clock()) for one in outgoing]
                parcels = await tx.outbox.promise_now(promises, lease=delivery.lease)
            assert len(parcels) == (EACH if some[0] == replies[0] else 0)
            delivery.take(parcels)
        await everything_sent(post)
    assert [outgoing.text for outgoing in post.street.sent] == replies


async def test_calls_that_hang_stop_nobody_else(post: Post) -> None:
    class Hanging(Street):
        hung = 0

        async def send(self, outgoing: Outgoing) -> str:
            if outgoing.text == "hangs":
                self.hung += 1
                await asyncio.Event().wait()
            return await super().send(outgoing)

    street = Hanging()
    await promised_to_all(post, crowd(ABROAD), "hangs", priority=Priority.REPLY)
    async with at_work(post.another(street)):
        await post.promise("notice", to=WANG)
        async with asyncio.timeout(5):
            while not street.sent:  # noqa: ASYNC110
                await asyncio.sleep(0.01)
        assert street.hung == ABROAD


async def test_a_text_of_several_parts_takes_a_turn_for_each(post: Post) -> None:
    class Parts(Street):
        left = 3

        async def send(self, outgoing: Outgoing) -> str:
            if outgoing.text == "long" and self.left:
                self.left -= 1
                raise DeliveryError("the rest follows", retryable=True, partly=True)
            return await super().send(outgoing)

    street = Parts()
    await post.promise("long", "short")
    async with at_work(post.another(street)):
        await everything_sent(post)
    assert [outgoing.text for outgoing in street.sent] == ["long", "short"]


async def test_a_broadcast_that_is_stopped_goes_on_no_longer_than_what_is_held(post: Post) -> None:
    street = Narrow(10)
    people = crowd(100)
    await promised_to_all(post, people, "broadcast", priority=Priority.BROADCAST)
    async with at_work(post.another(street)):
        async with asyncio.timeout(PATIENCE):
            while not street.sent:  # noqa: ASYNC110
                await asyncio.sleep(0.005)
        outbox = post.database.schema.outbox
        async with post.database.begin() as tx:
            stopped = update(outbox).where(outbox.c.state == QUEUED).values(state=DeliveryState.STOPPED.value)
            await tx.execute(stopped)
        await everything_sent(post)
    assert len(street.sent) <= 10 * 3 + 10


async def test_a_lease_that_ends_while_a_text_waits_leaves_the_order_as_it_was(post: Post) -> None:
    street = Narrow(5)
    await post.promise(*(f"{n}" for n in range(4)))
    async with at_work(post.another(street)):
        async with asyncio.timeout(PATIENCE):
            while not street.sent:  # noqa: ASYNC110
                await asyncio.sleep(0.005)
        post.clock.advance(seconds=25)
        await everything_sent(post)
    assert street.texts == ["0", "1", "2", "3"]


async def test_a_reply_is_not_held_up_by_a_broadcast_that_failed(post: Post) -> None:
    street = Street()
    street.errors = [DeliveryError("502", retryable=True)]
    await post.promise("warning", priority=Priority.BROADCAST)
    async with at_work(post.another(street)):
        async with asyncio.timeout(PATIENCE):
            while street.errors:  # noqa: ASYNC110
                await asyncio.sleep(0.005)
        await post.promise("reply", priority=Priority.REPLY)
        async with asyncio.timeout(PATIENCE):
            while not street.sent:  # noqa: ASYNC110
                await asyncio.sleep(0.005)
        assert await post.states() == {"warning": WAITING, "reply": SENT}
