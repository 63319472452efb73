"""The line of the week: where officers keep correcting the program, told once to the desk, in counts."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from pathlib import Path

import pytest

from cases.calendar import CHINA
from cases.model import SYSTEM, Case, CaseNo, Kind, Role, Status
from handlers import weekly
from handlers.moving import do
from tests.clock import Clock
from tests.handlers.cast import told
from tests.house import Person, Town, town

HUALONG, QINGFENG, DESK = "410902", "410922", "410900-12315"
RECEIVED = datetime(2026, 11, 20, 10, tzinfo=CHINA)


async def desk_and_officers(here: Town) -> Person:
    """Li who corrects, Zhang of another bureau, and the desk that is told."""
    await here.staff("李明", bureau=HUALONG)
    await here.staff("张强", bureau=QINGFENG)
    return await here.staff("赵台", bureau=DESK, role=Role.DESK)


async def does(here: Town, no: str, verb: str, *, name: str = "李明", bureau: str = HUALONG, **facts: str) -> None:
    async with here.house.database.read() as tx:
        staff = await tx.staff.named(bureau, name)
    assert staff
    await here.house.pages.act(staff, no, verb, facts=facts, version=None)


async def stands(here: Town, *numbers: int, **more: object) -> Sequence[str]:
    """Cases that the program has given to Li's bureau."""
    values = {"kind": Kind.COMPLAINT, "received_at": RECEIVED, "narrative": "n", "status": Status.RECEIVED, **more}
    made = [Case(no=CaseNo(f"410900261120{n:03d}"), **values) for n in numbers]  # type: ignore[arg-type]
    async with here.house.database.begin() as tx:
        for case in made:
            tx.cases.add(case)
            facts = {"bureau": HUALONG}
            await do(tx, case, "route", by=SYSTEM, facts=facts, office=here.house.office)
    return [case.no for case in made]


async def routes(here: Town, no: str, bureau: str) -> None:
    async with here.house.database.read() as tx:
        staff = await tx.staff.named(DESK, "赵台")
    assert staff
    await here.house.pages.act(staff, no, "route", facts={"bureau": bureau}, version=None)


async def corrects(here: Town, *numbers: int, said: str, **meant: str) -> None:
    (name,) = meant
    for no in await stands(here, *numbers, **{name: said}):
        await does(here, no, "correct", **meant)


async def lines(here: Town, person: Person, at: str) -> list[str]:
    """What the desk was told of weeks by then; the duty is done twice, as by two processes."""
    here.clock.at(at)
    await here.duties.remind()
    await here.duties.remind()
    await person.reads()
    return [outgoing.text for outgoing in told(person, "周报")]


async def test_the_desk_reads_on_monday_what_officers_corrected_most_and_no_case(puyang: Town) -> None:
    desk = await desk_and_officers(puyang)
    await corrects(puyang, *range(1, 6), said="食品", category="餐饮住宿")
    await corrects(puyang, *range(6, 9), said="家用电器", category="维修保养")
    await corrects(puyang, 9, said="旅游", category="交通运输")
    await corrects(puyang, 10, said="房屋", category="物业")
    await corrects(puyang, 11, said="质量", problem="服务质量")
    one, other, again = await stands(puyang, 12, 13, 14)
    for no, to in ((one, QINGFENG), (other, ""), (again, HUALONG)):
        await does(puyang, no, "send_back", reason="不归我们")
        if to:
            await routes(puyang, no, to)
    assert await lines(puyang, desk, "2026-11-27 17:00") == []
    assert await lines(puyang, desk, "2026-11-30 08:00") == []
    (line,) = await lines(puyang, desk, "2026-11-30 10:00")
    assert line == (
        "【12315周报】上周承办人改了10件的类别：食品→餐饮住宿5件，家用电器→维修保养3件，房屋→物业1件；"
        "改了1件的问题：质量→服务质量1件；退回2件：华龙区市场监管局→清丰县市场监管局1件。"
    )
    assert await lines(puyang, desk, "2026-12-04 10:00") == [line]
    assert await lines(puyang, desk, "2026-12-07 10:00") == [line]


async def test_a_week_without_corrections_has_no_line(puyang: Town) -> None:
    desk = await desk_and_officers(puyang)
    await stands(puyang, 1)
    assert await lines(puyang, desk, "2026-11-30 10:00") == []
    await corrects(puyang, 2, said="食品", category="餐饮住宿")
    assert len(await lines(puyang, desk, "2026-12-07 10:00")) == 1


async def test_what_an_officer_took_back_and_what_the_desk_itself_had_routed_is_not_the_programs_mistake(
    puyang: Town,
) -> None:
    desk = await desk_and_officers(puyang)
    (one, other) = await stands(puyang, 1, 2, category="食品")
    await does(puyang, one, "correct", category="餐饮住宿")
    await does(puyang, one, "correct", category="食品")
    await does(puyang, other, "send_back", reason="不归我们")
    await routes(puyang, other, HUALONG)
    await does(puyang, other, "send_back", reason="真的不归我们")
    await routes(puyang, other, QINGFENG)
    assert await lines(puyang, desk, "2026-11-30 10:00") == []


async def test_a_label_that_was_unknown_is_told_as_unknown(puyang: Town) -> None:
    desk = await desk_and_officers(puyang)
    for no in await stands(puyang, 1):
        await does(puyang, no, "correct", category="旅游")
    (line,) = await lines(puyang, desk, "2026-11-30 10:00")
    assert "未识别→旅游1件" in line


async def test_a_program_that_was_down_for_weeks_tells_them_late_and_once(puyang: Town) -> None:
    desk = await desk_and_officers(puyang)
    assert await lines(puyang, desk, "2026-11-23 10:00") == []
    await corrects(puyang, 1, said="食品", category="餐饮住宿")
    (line,) = await lines(puyang, desk, "2026-12-09 15:00")
    assert line == "【12315周报】11月23日到12月6日承办人改了1件的类别：食品→餐饮住宿1件。"
    assert await lines(puyang, desk, "2026-12-14 10:00") == [line]


async def test_a_monday_off_is_told_on_the_next_working_day(puyang: Town) -> None:
    desk = await desk_and_officers(puyang)
    puyang.clock.at("2026-09-30 10:00")
    await corrects(puyang, 1, said="食品", category="餐饮住宿")
    assert await lines(puyang, desk, "2026-10-05 10:00") == []  # National Day
    assert len(await lines(puyang, desk, "2026-10-08 10:00")) == 1


async def test_a_desk_where_nobody_was_is_told_when_somebody_comes(puyang: Town) -> None:
    await puyang.staff("李明", bureau=HUALONG)
    await corrects(puyang, 1, said="食品", category="餐饮住宿")
    puyang.clock.at("2026-11-30 10:00")
    assert await puyang.duties.remind() == 0
    desk = await puyang.staff("赵台", bureau=DESK, role=Role.DESK)
    assert len(await lines(puyang, desk, "2026-12-01 10:00")) == 1


@pytest.fixture
async def neighbour(migrated_url: str, clock: Clock, tmp_path: Path, puyang: Town) -> AsyncIterator[Town]:
    """A second process over the same database."""
    async with town(migrated_url, clock, tmp_path) as here:
        yield here


async def test_two_processes_tell_it_once(puyang: Town, neighbour: Town) -> None:
    await desk_and_officers(puyang)
    await corrects(puyang, 1, said="食品", category="餐饮住宿")
    puyang.clock.at("2026-11-30 10:00")
    houses = (puyang.house, neighbour.house)
    counts = await asyncio.gather(*(weekly.tell(house.database, office=house.office) for house in houses))
    assert sorted(counts) == [0, 1]
