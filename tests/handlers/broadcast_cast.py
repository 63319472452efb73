"""People and steps that tests of broadcasts share."""

from __future__ import annotations

import pytest

from cases.broadcasts import Audience, Broadcast, BroadcastKind
from cases.errors import CaseError
from cases.model import Role, Staff
from handlers.broadcast_progress import Progress
from tests.house import Person, Town

DESK, CITY = "410900-12315", "410900"
TITLE, BODY = "冬季取暖用电安全", "不要购买没有3C标志的电热毯。使用前检查电线。"
EVERYONE = Audience(everyone=True)
ALL_DELIVERED = 60
"""Ticks of the duty after which a broadcast that does not end never will."""


async def member(town: Town, name: str, *, bureau: str = DESK, role: Role = Role.DESK) -> Staff:
    await town.staff(name, bureau=bureau, role=role)
    async with town.house.database.read() as tx:
        found = await tx.staff.named(bureau, name)
    assert found is not None
    return found


async def desk_and_lead(town: Town) -> tuple[Staff, Staff]:
    return await member(town, "起草"), await member(town, "审批", role=Role.LEAD)


async def subscribers(town: Town, *names: str, topics: tuple[str, ...] = (), region: str | None = None) -> list[Person]:
    people = [town.person(name) for name in names]
    async with town.house.database.begin() as tx:
        for person in people:
            await tx.subscriptions.subscribe(person.address, topics, region, at=town.clock())
    return people


async def refuses(town: Town, person: Person) -> None:
    async with town.house.database.begin() as tx:
        tx.add(tx.schema.refusals, {"person": str(person.address), "at": town.clock()})


async def drafted(
    town: Town, by: Staff, *, audience: Audience = EVERYONE, title: str = TITLE, body: str = BODY
) -> Broadcast:
    return await town.house.pages.broadcasts.draft(
        by, kind=BroadcastKind.TIP, title=title, body=body, audience=audience
    )


async def does(town: Town, by: Staff, broadcast: Broadcast, verb: str, **facts: object) -> Broadcast:
    return await town.house.pages.broadcasts.do(by, broadcast.id, verb, **facts)


async def refused(town: Town, by: Staff, broadcast: Broadcast, verb: str, **facts: object) -> str:
    with pytest.raises(CaseError) as caught:
        await does(town, by, broadcast, verb, **facts)
    assert town.house.pages.error_text(caught.value)
    return caught.value.key


async def ticks(town: Town, count: int = 1) -> None:
    for _ in range(count):
        await town.duties.spread()
        await town.settle()
        town.clock.advance(seconds=1)


async def sent(town: Town) -> tuple[Staff, Staff, Broadcast]:
    """A broadcast that everybody has."""
    desk, lead = await desk_and_lead(town)
    made = await drafted(town, desk)
    await does(town, lead, made, "approve")
    await does(town, desk, made, "send")
    await ticks(town, 4)
    return desk, lead, made


async def progress(town: Town, by: Staff, broadcast: Broadcast) -> Progress:
    return await town.house.pages.broadcasts.progress(by, broadcast.id)
