"""An officer, a consumer and their telephone, and what the file says of how they were told."""

from __future__ import annotations

from typing import Any

from cases.events import EventName
from handlers.telling import proof_of
from tests.house import MILK, Person, Town, files_complaint

HUALONG = "410902"
NUMBER = "13812345678"
ACCEPTED = "已受理"
COAT = "昨天在华龙区丹尼斯百货中原路店买了件外套200元,洗一次就掉色了,他们不给退"
BOTH = f"{MILK},我还要举报他们卖过期食品"


async def cast(town: Town) -> tuple[Person, Person, Person, str]:
    """An officer, a consumer with a filed and signed complaint, and the consumer's telephone."""
    officer = await town.staff("赵", bureau=HUALONG)
    wang, phone = town.person("wang"), town.phone(NUMBER)
    no = await files_complaint(wang, MILK)
    await officer.says(no)
    await officer.presses("签收")
    return officer, wang, phone, no


async def accepts(officer: Person, no: str) -> None:
    await officer.says(no)
    await officer.presses("受理")


async def proofs(town: Town, no: str, *, about: str = ACCEPTED) -> list[tuple[str, str]]:
    """State and details of the notices that speak of something, in order."""
    async with town.house.database.read() as tx:
        case = await tx.cases.get(no)
        assert case
        told = await tx.told.of_case(case.no)
    every = [proof_of(one, office=town.house.office) for one in told if about in one.text]
    return [(proof.state, proof.details) for proof in every]


async def events(town: Town, no: str) -> list[tuple[EventName, dict[str, Any]]]:
    async with town.house.database.read() as tx:
        case = await tx.cases.get(no)
        assert case
        return [(event.name, dict(event.facts)) for event in await tx.cases.journal(case.no)]
