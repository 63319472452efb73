"""The county that promised more than the law: suspect food is seen to within 24 hours, by day and by night."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime
from pathlib import Path

import pytest

from cases.calendar import CHINA
from cases.clocks import Clock as CaseClock
from cases.model import CaseNo, Role
from tests.clock import Clock
from tests.house import MILK, Person, Town, files_complaint, town

COUNTY, STATION = "620823", "620823100"
FOOD = MILK.replace("华龙区", "崇信县锦屏镇")
CLOTHES = "昨天在崇信县锦屏镇惠万家超市建设路店买了件外套200元,洗一次就掉色了,他们不给退"


@pytest.fixture
async def chongxin(migrated_url: str, clock: Clock, tmp_path: Path) -> AsyncIterator[Town]:
    async with town(migrated_url, clock, tmp_path, site="chongxin") as here:
        yield here


async def clocks(here: Town, no: str) -> dict[str, CaseClock]:
    """The running clocks of a case by their rule."""
    async with here.house.database.read() as tx:
        found = await tx.clocks.of([CaseNo(no)])
    return {clock.rule: clock for clock in found.get(CaseNo(no), [])}


def fast_pings(person: Person) -> list[str]:
    return [told.text for told in person.told if "快速反应】" in told.text]


def here(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=CHINA)


async def test_food_complained_of_at_ten_to_midnight_is_due_24_hours_later_and_is_pinged_for_by_night(
    chongxin: Town,
) -> None:
    li = await chongxin.staff("李明", bureau=STATION)
    chongxin.clock.at("2026-11-23 23:50")
    no = await files_complaint(chongxin.person("wang"), FOOD)
    assert (await clocks(chongxin, no))["fast_response"].due_at == here("2026-11-24 23:50")
    await chongxin.passes(hours=3, minutes=59)
    assert fast_pings(li) == []
    await chongxin.passes(minutes=1)
    (ping,) = fast_pings(li)
    assert no in ping
    assert "11月24日 23:50前处置" in ping


async def test_the_officer_who_is_there_stops_the_clocks_and_nobody_is_pinged_any_more(chongxin: Town) -> None:
    li = await chongxin.staff("李明", bureau=STATION)
    lead = await chongxin.staff("周局", bureau=COUNTY, role=Role.LEAD)
    chongxin.clock.at("2026-11-23 23:50")
    no = await files_complaint(chongxin.person("wang"), FOOD)
    await li.reads()
    await li.presses("签收")
    assert (await clocks(chongxin, no))["arrival"].due_at == here("2026-11-24 00:00")
    await chongxin.passes(minutes=5)
    await li.presses("快速反应")
    await li.says("涉事牛奶已下架")
    assert not {"fast_response", "arrival"} & set(await clocks(chongxin, no))
    assert "accept" in await clocks(chongxin, no)
    await chongxin.days_pass(2)
    assert fast_pings(li) == fast_pings(lead) == []


async def test_who_does_not_come_in_ten_minutes_is_pinged_and_so_is_the_lead(chongxin: Town) -> None:
    li = await chongxin.staff("李明", bureau=STATION)
    lead = await chongxin.staff("周局", bureau=COUNTY, role=Role.LEAD)
    await files_complaint(chongxin.person("wang"), FOOD)
    await li.reads()
    await li.presses("签收")
    await chongxin.passes(minutes=10)
    assert [len(fast_pings(person)) for person in (li, lead)] == [1, 1]


async def test_a_missed_24_hours_is_told_to_the_officer_the_lead_and_the_desk(chongxin: Town) -> None:
    li = await chongxin.staff("李明", bureau=STATION)
    desk = await chongxin.staff("赵台", bureau=COUNTY, role=Role.DESK)
    chongxin.clock.at("2026-11-23 23:50")
    await files_complaint(chongxin.person("wang"), FOOD)
    chongxin.clock.at("2026-11-24 23:50")
    await chongxin.passes()
    assert "已超过11月24日 23:50" in fast_pings(li)[-1]
    assert "已超过11月24日 23:50" in fast_pings(desk)[-1]


async def test_clothes_have_no_such_clock_and_no_such_button(chongxin: Town) -> None:
    li = await chongxin.staff("李明", bureau=STATION)
    no = await files_complaint(chongxin.person("wang"), CLOTHES)
    await li.reads()
    await li.presses("签收")
    assert not {"fast_response", "arrival"} & set(await clocks(chongxin, no))
    assert "快速反应" not in {choice.label for told in li.told for row in told.choices for choice in row}


async def test_another_site_has_no_such_clock(puyang: Town) -> None:
    no = await files_complaint(puyang.person("wang"), MILK)
    assert "fast_response" not in await clocks(puyang, no)
