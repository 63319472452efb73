"""Who comes first is told so; who comes second is not, and takes nothing from the first."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from storage.database import Database
from storage.presence import attending


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
