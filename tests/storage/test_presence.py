"""Who comes first is told so; who comes second is not, and takes nothing from the first."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from sqlalchemy import text

from storage.database import Database
from storage.presence import attending
from tests.storage.conftest import VAULT


class Came:
    """Remembers under which names it was alone."""

    def __init__(self) -> None:
        self.alone: list[str] = []

    async def __call__(self, names: Sequence[str]) -> None:
        self.alone += names


async def test_who_comes_first_is_alone_and_who_comes_second_is_not(database: Database, elsewhere: Database) -> None:
    first, second, third = Came(), Came(), Came()
    async with (
        attending(database, ["street"], alone=first),
        attending(elsewhere, ["street", "pigeon"], alone=second),
    ):
        pass
    async with attending(elsewhere, ["street"], alone=third):
        pass
    assert (first.alone, second.alone, third.alone) == (["street"], ["pigeon"], ["street"])


async def test_who_stays_is_not_overlooked_when_the_first_has_gone(database: Database, elsewhere: Database) -> None:
    third = Came()
    async with attending(elsewhere, ["pigeon"], alone=Came()):
        async with attending(database, ["street", "pigeon"], alone=Came()):
            pass
        async with attending(database, ["street", "pigeon"], alone=third):
            pass
    assert third.alone == ["street"]


async def test_nobody_comes_while_another_looks_after_what_the_dead_left(
    database: Database, elsewhere: Database
) -> None:
    order: list[str] = []

    async def looks_after(names: Sequence[str]) -> None:
        await asyncio.sleep(0.1)
        order.append("looked after")

    async def first() -> None:
        async with attending(database, ["street"], alone=looks_after):
            await asyncio.sleep(0.1)

    async def second() -> None:
        await asyncio.sleep(0.05)
        async with attending(elsewhere, ["street"], alone=Came()):
            order.append("came")

    await asyncio.gather(first(), second())
    assert order == ["looked after", "came"]


async def test_those_who_are_present_are_counted_for_each_name(database: Database, elsewhere: Database) -> None:
    async with attending(database, ["street", "pigeon"], alone=Came()) as first:
        assert [await first.count(name) for name in ("street", "pigeon")] == [1, 1]
        async with attending(elsewhere, ["street"], alone=Came()) as second:
            assert [await first.count(name) for name in ("street", "pigeon")] == [2, 1]
            assert await second.count("street") == 2
        assert await first.count("street") == 1


async def test_whoever_loses_the_session_to_the_server_is_present_again_and_counts_the_others(
    postgresql_url: str,
) -> None:
    homes = [Database(postgresql_url, vault=VAULT) for _ in range(3)]
    newcomer = Came()
    async with (
        attending(homes[0], ["street", "pigeon"], alone=Came()) as first,
        attending(homes[1], ["street"], alone=Came()) as second,
    ):
        await drop_sessions(homes[0])
        for one in (first, second):
            await one.count("street")
        assert [await first.count(name) for name in ("street", "pigeon")] == [2, 1]
        assert await second.count("street") == 2
        async with attending(homes[2], ["street", "pigeon"], alone=newcomer) as third:
            assert await third.count("street") == 3
    assert newcomer.alone == []
    async with attending(homes[2], ["street", "pigeon"], alone=newcomer):
        pass
    assert newcomer.alone == ["pigeon", "street"], "nobody has left a lock behind"
    for home in homes:
        await home.close()


async def drop_sessions(database: Database) -> None:
    """As a server that is started anew does with everybody who is present."""
    holders = text(
        "SELECT pg_terminate_backend(pid, 5000) FROM pg_locks WHERE locktype = 'advisory' AND pid <> pg_backend_pid() "
        "AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
    )
    async with database.begin() as tx:
        await tx.execute(holders)
