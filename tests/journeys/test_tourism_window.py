"""One window for tourism in Fujian: 12315 takes every complaint in, and passes on what is another department's."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from cases.model import Role
from tests.clock import Clock
from tests.house import Person, Town, town

DESK = "350000-12315"
TRIP = "前天在武夷山报了春风旅行社的团1200元，导游半路甩团，少了两个景点，要求退款"


@pytest.fixture
async def fujian(migrated_url: str, clock: Clock, tmp_path: Path) -> AsyncIterator[Town]:
    async with town(migrated_url, clock, tmp_path, site="fujian") as here:
        yield here


async def files(person: Person, story: str) -> str:
    """Answer until the summary is there, then submit; returns the number."""
    await person.says(story)
    await person.presses("同意")
    for _ in range(8):
        labels = {choice.label for row in person.told[-1].choices for choice in row}
        if "确认提交" in labels:
            break
        asked = person.told[-1].text
        answers = {"怎么称呼": "王芳", "手机": "13812345678", "地址": "福州市鼓楼区某某小区"}
        await person.says(next((value for key, value in answers.items() if key in asked), "不清楚"))
    texts = await person.presses("确认提交")
    return next(word for word in "".join(texts).split("编号")[1].split("。")[0].split("、"))


async def test_a_complaint_about_a_tour_is_taken_in_by_12315_and_passed_on(fujian: Town) -> None:
    desk = await fujian.staff("赵台", bureau=DESK, role=Role.DESK)
    wang = fujian.person("wang")
    no = await files(wang, TRIP)
    assert no.startswith("350000")
    assert "您看怎么办" not in wang.texts  # nobody is sent away first
    await desk.reads()
    desk.hears(no, "旅游投诉由12315统一受理", "这件会转给福建省文化和旅游厅")
    await desk.presses("不予受理")
    await desk.presses(desk.told[-1].choices[0][0].label)
    await desk.says("已转福建省文化和旅游厅办理")
    await wang.reads()
    wang.hears(no, "已转福建省文化和旅游厅办理")


async def test_what_is_no_tour_is_first_told_of_its_own_door(fujian: Town) -> None:
    wang = fujian.person("wang")
    await wang.says("昨天在福州东街寄的快递丢了，快递公司不赔，要求赔偿300元")
    await wang.presses("同意")
    wang.hears("福建省邮政管理局", "您看怎么办")
