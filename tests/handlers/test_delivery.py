"""Delivery: nothing promised is lost, each person reads in order, and a channel's word on waiting is kept."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from cases.errors import DeliveryError
from cases.messages import Address, Outgoing
from cases.notices import Priority
from handlers.delivery import FIRST_WAIT, LEASE, LONGEST_WAIT, TRIES, Channel, Delivery, verdict
from storage.database import Database, Transaction
from storage.outbox_store import Delivered, DeliveryState, Promise
from storage.receipts import Receipts
from storage.vault import Vault
from tests.clock import Clock
from tests.house import Street

VAULT = Vault({1: b"key"}, current=1)
WANG, LI = (Address(channel="street", value=name) for name in ("wang", "li"))
PATIENCE = 500
"""Looks at the outbox before a test fails."""
WAITING = "waiting"
SENT, QUEUED = DeliveryState.SENT.value, DeliveryState.QUEUED.value
FAILED, GONE = DeliveryState.FAILED.value, DeliveryState.UNREACHABLE.value


class Post:
    """A delivery at work over one database."""

    def __init__(self, url: str, clock: Clock, folder: Path) -> None:
        self.folder = folder
        self.database = Database(url, vault=VAULT)
        self.clock, self.street = clock, Street()
        self.delivery = self.another()

    def another(self, channel: Channel | None = None) -> Delivery:
        """One more process that delivers."""
        channels = {"street": channel or self.street}
        receipts = Receipts(self.folder / "receipts")
        return Delivery(database=self.database, channels=channels, receipts=receipts, now=self.clock)

    async def promise(self, *texts: str, to: Address = WANG, priority: Priority = Priority.NOTICE) -> None:
        async with self.database.begin() as tx:
            for text in texts:
                outgoing = Outgoing(address=to, text=text)
                tx.outbox.promise(Promise(outgoing=outgoing, priority=priority, at=self.clock()))

    async def replies(self, text: str) -> None:
        """Promise a text that this process sends itself."""
        promise = Promise(outgoing=Outgoing(address=WANG, text=text), priority=Priority.REPLY, at=self.clock())
        async with self.database.begin() as tx:
            parcels = await tx.outbox.promise_now([promise], lease=self.delivery.lease)
        self.delivery.take(parcels)

    async def states(self) -> dict[str, str]:
        """How far each text got; one that was put off is "waiting"."""
        outbox = self.database.schema.outbox
        async with self.database.read() as tx:
            told = [*await tx.outbox.since(WANG, after=0, limit=99), *await tx.outbox.since(LI, after=0, limit=99)]
            rows = {row.id: row for row in await tx.execute(outbox.select())}
        later = {n for n, row in rows.items() if row.state == QUEUED and row.not_before > self.clock()}
        return {outgoing.text: WAITING if n in later else rows[n].state for n, _, outgoing in told}

    async def until(self, wanted: dict[str, str]) -> None:
        """Let the delivery work until the texts are as wanted."""
        found: dict[str, str] = {}
        for _ in range(PATIENCE):
            if (found := await self.states()) == wanted:
                return
            self.delivery.wake()
            await asyncio.sleep(0.002)
        assert found == wanted

    async def until_leased(self) -> None:
        """Let the delivery work until everything that is owed is in somebody's hands."""
        outbox = self.database.schema.outbox
        for _ in range(PATIENCE):
            async with self.database.read() as tx:
                rows = (await tx.execute(outbox.select())).all()
            if all(row.not_before > self.clock() for row in rows):
                return
            await asyncio.sleep(0.002)
        raise AssertionError("something is left in the outbox")

    @property
    def sent(self) -> list[str]:
        return [outgoing.text for outgoing in self.street.sent]


@asynccontextmanager
async def at_work(delivery: Delivery) -> AsyncIterator[None]:
    async with asyncio.TaskGroup() as group:
        running = group.create_task(delivery.run())
        await delivery.started.wait()
        try:
            yield
        finally:
            running.cancel()


@pytest.fixture
async def post(migrated_url: str, clock: Clock, tmp_path: Path) -> AsyncIterator[Post]:
    post = Post(migrated_url, clock, tmp_path)
    async with at_work(post.delivery):
        yield post
    await post.database.close()


async def test_each_person_reads_in_the_order_of_the_promises(post: Post) -> None:
    texts = [f"{n:02}" for n in range(30)]
    await post.promise(*texts)
    await post.promise(*(f"li {text}" for text in texts), to=LI)
    await post.until(dict.fromkeys([*texts, *(f"li {text}" for text in texts)], SENT))
    for person, wanted in ((WANG, texts), (LI, [f"li {text}" for text in texts])):
        assert [out.text for out in post.street.sent if out.address == person] == wanted


async def test_a_busy_channel_is_left_alone_as_long_as_it_said_and_order_is_kept(post: Post) -> None:
    post.street.errors = [DeliveryError("429", retryable=True, retry_after=30)]
    await post.promise("first", "second")
    await post.until({"first": WAITING, "second": WAITING})
    post.clock.advance(seconds=29)
    await post.promise("third")
    await post.promise("other", to=LI)
    await post.until({"first": WAITING, "second": WAITING, "third": WAITING, "other": SENT})
    assert post.sent == ["other"], "another person is served meanwhile"
    post.clock.advance(seconds=1.001)
    await post.until(dict.fromkeys(["first", "second", "third", "other"], SENT))
    assert post.sent == ["other", "first", "second", "third"]


async def test_a_person_who_cannot_be_reached_is_not_tried_again(post: Post) -> None:
    post.street.errors = [DeliveryError("blocked", unreachable=True)]
    await post.promise("first")
    await post.until({"first": GONE})
    post.clock.advance(days=1)
    await post.promise("second")
    await post.until({"first": GONE, "second": SENT})
    assert post.sent == ["second"]


async def test_a_text_that_is_refused_for_good_is_given_up_and_does_not_hold_up_the_next(post: Post) -> None:
    post.street.errors = [DeliveryError("too long")]
    await post.promise("first", "second")
    await post.until({"first": FAILED, "second": SENT})


async def test_a_channel_that_is_away_is_tried_with_growing_waits_and_given_up_after_the_last(post: Post) -> None:
    post.street.errors = [DeliveryError("502", retryable=True) for _ in range(TRIES)]
    await post.promise("first")
    for tries in range(1, TRIES):
        await post.until({"first": WAITING})
        assert len(post.street.errors) == TRIES - tries
        post.clock.advance(seconds=LONGEST_WAIT.total_seconds() + 0.001)
    await post.until({"first": FAILED})
    assert post.street.errors == []
    assert post.sent == []


async def test_a_mistake_in_a_channel_is_tried_again_and_loses_nothing(post: Post) -> None:
    class Broken(Street):
        mistakes = 1

        async def send(self, outgoing: Outgoing) -> str:
            if self.mistakes:
                self.mistakes -= 1
                raise KeyError(outgoing.text)
            return await super().send(outgoing)

    broken = Broken()
    other = post.another(broken)
    await post.promise("early")
    await post.until({"early": SENT})
    async with at_work(other):
        post.clock.advance(minutes=1)
        async with post.database.begin() as tx:
            outgoing = Outgoing(address=WANG, text="王芳")
            now = post.clock()
            parcels = await tx.outbox.promise_now(
                [Promise(outgoing=outgoing, priority=Priority.REPLY, at=now)], lease=other.lease
            )
        other.take(parcels)
        await other.idle()
        assert await post.states() == {"early": SENT, "王芳": WAITING}
        post.clock.advance(seconds=FIRST_WAIT.total_seconds() + 0.001)
        await post.until({"early": SENT, "王芳": SENT})


async def test_what_a_dead_process_had_in_hand_is_sent_after_its_lease_and_not_before(post: Post) -> None:
    await post.promise("before")
    await post.until({"before": SENT})
    async with post.database.begin() as tx:
        outgoing = Outgoing(address=WANG, text="in hand")
        promise = Promise(outgoing=outgoing, priority=Priority.REPLY, at=post.clock())
        # Promised under a lease by a process that is killed before it sends.
        await tx.outbox.promise_now([promise], lease=lambda _: post.clock() + LEASE)
    post.clock.advance(seconds=LEASE.total_seconds() - 1)
    await post.promise("next", to=LI)
    await post.until({"before": SENT, "in hand": DeliveryState.SENDING.value, "next": SENT})
    post.clock.advance(seconds=1.001)
    await post.until({"before": SENT, "in hand": SENT, "next": SENT})
    assert post.sent.count("in hand") == 1


async def test_what_is_being_sent_when_the_process_stops_is_finished_first(
    migrated_url: str, clock: Clock, tmp_path: Path
) -> None:
    post = Post(migrated_url, clock, tmp_path)
    gate, begun = asyncio.Event(), asyncio.Event()

    class Slow(Street):
        async def send(self, outgoing: Outgoing) -> str:
            begun.set()
            await gate.wait()
            return await super().send(outgoing)

    slow = Slow()
    running = asyncio.create_task(post.another(slow).run())
    await post.promise("first")
    await begun.wait()
    running.cancel()
    gate.set()
    await asyncio.wait([running])
    assert [out.text for out in slow.sent] == ["first"]
    assert await post.states() == {"first": SENT}
    await post.database.close()


async def test_what_waits_for_a_text_that_another_process_has_taken_is_looked_at_once_a_second(post: Post) -> None:
    post.street.errors = [DeliveryError("502", retryable=True)]
    await post.promise("first")
    await post.until({"first": WAITING})
    post.clock.advance(seconds=FIRST_WAIT.total_seconds() / 2)
    outbox, soon = post.database.schema.outbox, post.clock() + LEASE
    async with post.database.begin() as tx:
        await tx.execute(outbox.update().values(state=DeliveryState.SENDING.value, not_before=soon))
    post.clock.advance(seconds=FIRST_WAIT.total_seconds())
    await post.replies("second")
    await post.until({"first": DeliveryState.SENDING.value, "second": WAITING})
    post.clock.advance(seconds=LEASE.total_seconds())
    await post.until({"first": SENT, "second": SENT})
    assert post.sent == ["first", "second"]


async def test_a_text_that_is_taken_up_again_while_it_waits_here_is_sent_under_its_new_lease(
    migrated_url: str, clock: Clock, tmp_path: Path
) -> None:
    post = Post(migrated_url, clock, tmp_path)
    gate, begun = asyncio.Event(), asyncio.Event()

    class Slow(Street):
        async def send(self, outgoing: Outgoing) -> str:
            begun.set()
            await gate.wait()
            return await super().send(outgoing)

    slow = Slow()
    async with at_work(post.another(slow)):
        await post.promise("first", "second")
        async with asyncio.timeout(5):
            await begun.wait()
        post.clock.advance(seconds=LEASE.total_seconds())
        await post.until_leased()
        gate.set()
        await post.until({"first": SENT, "second": SENT})
    assert [out.text for out in slow.sent] == ["first", "second"]
    await post.database.close()


async def test_what_follows_from_a_lost_text_is_done_once_and_not_while_another_process_tries_it_again(
    migrated_url: str, clock: Clock, tmp_path: Path
) -> None:
    post = Post(migrated_url, clock, tmp_path)
    outbox, followed = post.database.schema.outbox, list[int]()

    class Refusing(Street):
        async def send(self, outgoing: Outgoing) -> str:
            if outgoing.text == "taken":  # by another process, while we wait for the answer
                async with post.database.begin() as tx:
                    theirs = outbox.update().where(outbox.c.id == 1, outbox.c.state == DeliveryState.SENDING.value)
                    await tx.execute(theirs.values(not_before=post.clock() + 2 * LEASE))
            raise DeliveryError("too long")

    async def aftermath(_tx: Transaction, results: Sequence[Delivered]) -> None:
        followed.extend(result.id for result in results)

    channels = {"street": Refusing()}
    await post.promise("taken", to=LI)
    await post.promise("lost")
    async with at_work(Delivery(database=post.database, channels=channels, now=clock, aftermath=aftermath)):
        await post.until({"lost": FAILED, "taken": DeliveryState.SENDING.value})
    assert followed == [2]
    await post.database.close()


@pytest.mark.parametrize(
    ("error", "attempts", "state", "wait"),
    [
        (DeliveryError("x", unreachable=True), 1, GONE, 0),
        (DeliveryError("x", unreachable=True, retryable=True), 1, GONE, 0),
        (DeliveryError("x"), 1, FAILED, 0),
        (DeliveryError("x", retryable=True), 1, QUEUED, 1),
        (DeliveryError("x", retryable=True), 2, QUEUED, 2),
        (DeliveryError("x", retryable=True), 5, QUEUED, 16),
        (DeliveryError("x", retryable=True), TRIES - 1, QUEUED, 600),
        (DeliveryError("x", retryable=True), TRIES, FAILED, 0),
        (DeliveryError("x", retryable=True, retry_after=7), 1, QUEUED, 7),
        (DeliveryError("x", retryable=True, retry_after=7), TRIES + 5, QUEUED, 7),
    ],
)
def test_what_becomes_of_a_text_follows_from_the_error_and_the_attempts(
    error: DeliveryError, attempts: int, state: DeliveryState, wait: int
) -> None:
    assert verdict(error, attempts=attempts) == (state, timedelta(seconds=wait))


def test_the_waits_of_all_tries_together_outlast_an_hour() -> None:
    error = DeliveryError("x", retryable=True)
    assert sum((verdict(error, attempts=n)[1] for n in range(1, TRIES)), timedelta()) > timedelta(hours=1)
