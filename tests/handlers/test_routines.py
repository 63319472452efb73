"""Routines of an office: a reminder to the desk on the first working day from their day on, once."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import date
from pathlib import Path

import pytest

from cases.model import Role
from cases.site import Routine
from tests.clock import Clock
from tests.house import Person, Town, rulebook, town

DESK = "320507-shensu"
LEDGER = "核对本季度未办结件"


@pytest.fixture
async def xiangcheng(migrated_url: str, clock: Clock, tmp_path: Path) -> AsyncIterator[Town]:
    async with town(migrated_url, clock, tmp_path, site="xiangcheng") as here:
        yield here


async def told(here: Town, person: Person, at: str) -> int:
    """How often the desk has been reminded of its ledger by then."""
    here.clock.at(at)
    await here.duties.remind()
    await here.duties.remind()
    await person.reads()
    return person.texts.count(LEDGER)


async def test_the_desk_is_reminded_once_a_quarter_in_office_hours(xiangcheng: Town) -> None:
    desk = await xiangcheng.staff("赵台", bureau=DESK, role=Role.DESK)
    assert await told(xiangcheng, desk, "2026-12-24 10:00") == 0
    assert await told(xiangcheng, desk, "2026-12-25 08:00") == 0
    assert await told(xiangcheng, desk, "2026-12-25 08:31") == 1
    assert await told(xiangcheng, desk, "2026-12-28 10:00") == 1
    assert await told(xiangcheng, desk, "2027-03-25 10:00") == 2


async def test_a_day_off_moves_it_to_the_next_working_day(xiangcheng: Town) -> None:
    desk = await xiangcheng.staff("赵台", bureau=DESK, role=Role.DESK)
    assert await told(xiangcheng, desk, "2026-09-25 10:00") == 0  # the Mid-Autumn holiday
    assert await told(xiangcheng, desk, "2026-09-28 10:00") == 1


async def test_a_program_that_was_down_tells_it_later_but_not_weeks_later(xiangcheng: Town) -> None:
    desk = await xiangcheng.staff("赵台", bureau=DESK, role=Role.DESK)
    assert await told(xiangcheng, desk, "2026-10-20 10:00") == 0
    assert await told(xiangcheng, desk, "2026-12-31 10:00") == 1


async def test_a_desk_where_nobody_was_is_told_when_somebody_comes(xiangcheng: Town) -> None:
    xiangcheng.clock.at("2026-12-25 10:00")
    assert await xiangcheng.duties.remind() == 0
    desk = await xiangcheng.staff("赵台", bureau=DESK, role=Role.DESK)
    assert await told(xiangcheng, desk, "2026-12-25 10:10") == 1


async def test_where_no_desk_is_at_work_the_administrator_is_told(xiangcheng: Town) -> None:
    boss = await xiangcheng.staff("管理", bureau=DESK, role=Role.ADMIN)
    assert await told(xiangcheng, boss, "2026-12-25 10:00") == 1


async def test_a_site_without_routines_reminds_of_nothing(puyang: Town) -> None:
    puyang.clock.at("2026-12-25 10:00")
    assert await puyang.duties.remind() == 0


def test_the_last_of_a_short_month_stands_for_a_day_that_it_has_not() -> None:
    routine = Routine(code="x", text="t", months=(2,), day=31, to="desk")
    calendar = rulebook().calendar
    assert routine.last_due(date(2026, 3, 31), calendar) == date(2026, 2, 28)
    assert routine.last_due(date(2026, 2, 27), calendar).year == 2025


def test_xiangcheng_checks_its_ledger_each_quarter_and_reviews_each_half_year() -> None:
    routines = {routine.code: routine.months for routine in rulebook("xiangcheng").site.routines}
    assert routines == {"ledger_check": (3, 6, 9, 12), "review_meeting": (6, 12), "quality_analysis": (6, 12)}
