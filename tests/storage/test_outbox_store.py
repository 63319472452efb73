"""The outbox on both databases: promised once, claimed by one, in order of need."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from cases.messages import Address
from cases.notices import Priority
from storage.database import Database
from storage.outbox_store import Delivered, DeliveryState
from storage.outbox_wire import EACH, Want
from tests.storage.cast import NOW, SOON, promise


async def test_a_promise_with_a_key_is_owed_once(database: Database, elsewhere: Database) -> None:
    for where, expected in ((database, {"a", "b"}), (elsewhere, set[str]())):
        async with where.begin() as tx:
            new = await tx.outbox.promise_once([promise("a"), promise("a"), promise("b")])
            assert (new, await tx.outbox.promise_once([])) == (expected, set())
    async with database.begin() as tx:
        parcels = await tx.outbox.claim(["street"], now=NOW, lease=NOW + SOON, limit=9)
    assert [parcel.outgoing for parcel in parcels] == [promise("a").outgoing, promise("b").outgoing]


async def test_what_was_claimed_is_left_alone_until_its_lease_ends(database: Database, elsewhere: Database) -> None:
    async with database.begin() as tx:
        tx.outbox.promise(promise())

    async def claimed(where: Database, at: datetime) -> list[int]:
        async with where.begin() as tx:
            return [p.attempts for p in await tx.outbox.claim(["street"], now=at, lease=at + SOON, limit=9)]

    assert await claimed(database, NOW) == [1]
    assert await claimed(elsewhere, NOW + SOON / 2) == []
    assert await claimed(elsewhere, NOW + SOON) == [1]


async def test_the_most_pressing_is_claimed_first_and_other_channels_are_left(database: Database) -> None:
    late = [Priority.BROADCAST, Priority.NOTICE, Priority.PING, Priority.REPLY]
    async with database.begin() as tx:
        for priority in late:
            tx.outbox.promise(promise(priority=priority))
        tx.outbox.promise(promise(person=Address(channel="pigeon", value="x")))
    async with database.begin() as tx:
        parcels = await tx.outbox.claim(["street"], now=NOW, lease=NOW + SOON, limit=9)
        assert [parcel.priority for parcel in parcels] == [0, 1, 2, 3]
        assert await tx.outbox.depth() == 5


async def test_what_was_sent_or_given_up_is_owed_no_more(database: Database) -> None:
    ends = [DeliveryState.SENT, DeliveryState.FAILED, DeliveryState.UNREACHABLE, DeliveryState.QUEUED]
    later = NOW + timedelta(hours=1)
    async with database.begin() as tx:
        for state in ends:
            tx.outbox.promise(promise(person=Address(channel="street", value=state.value)))
    async with database.begin() as tx:
        parcels = await tx.outbox.claim(["street"], now=NOW, lease=NOW + SOON, limit=9)
        states = [Delivered(id=p.id, state=s, at=NOW, not_before=later) for p, s in zip(parcels, ends, strict=True)]
        await tx.outbox.settle(states)
        await tx.outbox.settle([])
        assert await tx.outbox.claim(["street"], now=NOW + SOON, lease=later, limit=9) == []
        again = await tx.outbox.claim(["street"], now=later, lease=later + SOON, limit=9)
        assert [p.id for p in again] == [parcels[3].id]


@pytest.mark.parametrize(
    ("meanwhile", "outcome", "state"),
    [
        (DeliveryState.STOPPED, DeliveryState.SENT, DeliveryState.SENT),
        (DeliveryState.FAILED, DeliveryState.SENT, DeliveryState.SENT),
        (DeliveryState.DELIVERED, DeliveryState.SENT, DeliveryState.DELIVERED),
        (DeliveryState.RECALLED, DeliveryState.SENT, DeliveryState.RECALLED),
        (DeliveryState.STOPPED, DeliveryState.QUEUED, DeliveryState.STOPPED),
        (DeliveryState.STOPPED, DeliveryState.FAILED, DeliveryState.STOPPED),
        (DeliveryState.SENT, DeliveryState.QUEUED, DeliveryState.SENT),
    ],
)
async def test_what_was_decided_while_a_text_was_under_way_stands_unless_it_was_sent(
    database: Database, meanwhile: DeliveryState, outcome: DeliveryState, state: DeliveryState
) -> None:
    table = database.schema.outbox
    async with database.begin() as tx:
        tx.outbox.promise(promise())
        tx.outbox.promise(promise())
    async with database.begin() as tx:
        parcels = await tx.outbox.claim(["street"], now=NOW, lease=NOW + SOON, limit=9)
        await tx.execute(table.update().values(state=meanwhile.value))
        await tx.outbox.settle(
            [Delivered(id=p.id, state=outcome, at=NOW, not_before=NOW, reference=f"r{p.id}") for p in parcels]
        )
        rows = (await tx.execute(table.select())).all()
    sent = outcome is DeliveryState.SENT
    assert {row.state for row in rows} == {state.value}
    assert [row.reference for row in rows] == [f"r{p.id}" if sent else None for p in parcels]
    assert [row.sent_at for row in rows] == [NOW if sent else None] * 2


@pytest.mark.parametrize("outcome", [DeliveryState.QUEUED, DeliveryState.FAILED, DeliveryState.UNREACHABLE])
async def test_what_becomes_of_an_attempt_is_not_noted_once_the_text_was_claimed_anew(
    database: Database, elsewhere: Database, outcome: DeliveryState
) -> None:
    leases = [NOW + SOON, NOW + 2 * SOON]
    async with database.begin() as tx:
        tx.outbox.promise(promise())
    async with database.begin() as tx:
        (first,) = await tx.outbox.claim(["street"], now=NOW, lease=leases[0], limit=9)
    async with elsewhere.begin() as tx:
        (second,) = await tx.outbox.claim(["street"], now=leases[0], lease=leases[1], limit=9)
    assert [first.lease, second.lease] == leases
    lost = outcome is not DeliveryState.QUEUED
    for parcel, state in ((first, DeliveryState.SENDING), (second, outcome), (second, outcome)):
        result = Delivered(id=parcel.id, state=outcome, at=NOW, not_before=leases[0], lease=parcel.lease)
        new = parcel is second and await _state(database) is DeliveryState.SENDING
        async with database.begin() as tx:
            assert await tx.outbox.settle([result]) == ({parcel.id} if lost and new else set())
        assert await _state(database) is state


async def _state(database: Database) -> DeliveryState:
    """Of the one text that there is."""
    async with database.read() as tx:
        return DeliveryState((await tx.execute(database.schema.outbox.select())).one().state)


async def test_that_a_text_was_sent_is_noted_even_if_it_was_claimed_anew(database: Database) -> None:
    async with database.begin() as tx:
        tx.outbox.promise(promise())
    async with database.begin() as tx:
        (first,) = await tx.outbox.claim(["street"], now=NOW, lease=NOW + SOON, limit=9)
        await tx.outbox.claim(["street"], now=NOW + SOON, lease=NOW + 2 * SOON, limit=9)
        sent = Delivered(id=first.id, state=DeliveryState.SENT, at=NOW, not_before=NOW, lease=first.lease)
        assert await tx.outbox.settle([sent]) == set()
    assert await _state(database) is DeliveryState.SENT


async def test_of_one_persons_own_texts_only_some_are_in_hand_at_once_and_with_one_process(
    database: Database, elsewhere: Database
) -> None:
    wang, li = (Address(channel="street", value=name) for name in ("wang", "li"))
    async with database.begin() as tx:
        for person in (*[wang] * (2 * EACH + 1), li, *[wang] * EACH, li):
            tx.outbox.promise(promise(person=person, priority=Priority.PING))

    async def taken(where: Database, *, limit: int = 99, **held: int) -> list[str]:
        have = {f"street:{name}": count for name, count in held.items()}
        wants = [Want(channel="street", broadcasts=False, limit=limit, held=have)]
        async with where.begin() as tx:
            owing = await tx.outbox.owing(wants, now=NOW)
            parcels = await tx.outbox.take_up(wants, now=NOW, lease=NOW + SOON)
        assert owing or not parcels
        return [parcel.outgoing.address.value for parcel in parcels]

    assert await taken(database, limit=EACH + 1) == ["wang"] * EACH + ["li"]
    assert await taken(elsewhere) == []
    assert await taken(database, wang=EACH, li=1) == ["li"]
    assert await taken(database, wang=EACH - 2) == ["wang"] * 2
    async with database.read() as tx:
        full = Want(channel="street", broadcasts=False, limit=9, held={str(wang): EACH})
        assert not await tx.outbox.owing([full], now=NOW)


async def test_broadcasts_and_all_else_are_claimed_apart_each_up_to_its_limit(database: Database) -> None:
    async with database.begin() as tx:
        for _ in range(3):
            for priority in (Priority.BROADCAST, Priority.NOTICE, Priority.REPLY):
                tx.outbox.promise(promise(priority=priority))
    wants = [
        Want(channel="street", broadcasts=False, limit=4),
        Want(channel="street", broadcasts=True, limit=1),
        Want(channel="pigeon", broadcasts=False, limit=9),
    ]
    async with database.begin() as tx:
        assert await tx.outbox.owing(wants, now=NOW)
        assert not await tx.outbox.owing(wants[2:], now=NOW)
        parcels = await tx.outbox.take_up(wants, now=NOW, lease=NOW + SOON)
    assert [parcel.priority for parcel in parcels] == [0, 0, 0, 2, 3]
    assert [parcel.broadcast for parcel in parcels] == [False] * 4 + [True]
