"""An officer puts right what the program took a case for: by taps in chat, by a form on the desk; the journal tells."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from cases.errors import CaseError
from cases.events import Event, EventName
from cases.messages import CHOICE_BYTES
from cases.model import Case, CaseNo, Role, Staff
from tests.clock import Clock
from tests.house import MILK, Person, Town, files_complaint, town

HUALONG, QINGFENG, DESK = "410902", "410922", "410900-12315"
COUNTY, STATION = "620823", "620823100"
CLOTHES = "昨天在崇信县锦屏镇惠万家超市建设路店买了件外套200元,洗一次就掉色了,他们不给退"
FAST = "fast_response"


async def case(town: Town, no: str) -> Case:
    async with town.house.database.read() as tx:
        found = await tx.cases.get(no)
    assert found is not None
    return found


async def corrections(town: Town, no: str) -> list[Event]:
    async with town.house.database.read() as tx:
        return [event for event in await tx.cases.journal(CaseNo(no)) if event.name is EventName.CORRECTED]


async def member(town: Town, name: str, *, bureau: str = HUALONG) -> Staff:
    async with town.house.database.read() as tx:
        found = await tx.staff.named(bureau, name)
    assert found is not None
    return found


async def corrects(town: Town, no: str, name: str = "李明", *, bureau: str = HUALONG, **labels: str) -> None:
    staff = await member(town, name, bureau=bureau)
    await town.house.pages.act(staff, no, "correct", facts=labels, version=None)
    await town.settle()


async def opens(li: Person, no: str, *labels: str) -> None:
    """Open the case and press these buttons, behind the last one of its card where they found no room."""
    await li.says(no)
    if not any(choice.label == labels[0] for row in li.told[-1].choices for choice in row):
        await li.presses("更多")
    for label in labels:
        await li.presses(label)


async def test_an_officer_corrects_the_category_by_taps_and_the_consumer_is_not_troubled(puyang: Town) -> None:
    li = await puyang.staff("李明", bureau=HUALONG)
    wang = puyang.person("wang")
    no = await files_complaint(wang, MILK)
    await wang.reads()
    before = await case(puyang, no)
    await opens(li, no, "改类别", "类别：食品", "餐饮住宿")
    after = await case(puyang, no)
    assert (after.category, after.object, after.problem) == ("餐饮住宿", "service", before.problem)
    assert (after.bureau, after.status) == (before.bureau, before.status)
    (told,) = await corrections(puyang, no)
    assert (told.facts["from_category"], told.facts["category"]) == ("食品", "餐饮住宿")
    assert "分类：餐饮住宿 食品安全" in li.told[-1].text
    assert await wang.reads() == []


async def test_the_longest_labels_find_room_in_the_buttons_of_a_chat(puyang: Town) -> None:
    li = await puyang.staff("李明", bureau=HUALONG)
    wang = puyang.person("wang")
    await wang.says("举报华龙区建设路的惠万家超市卖过期牛奶")
    for label in ("同意", "匿名", "确认提交"):
        await wang.presses(label)
    no = wang.texts.split("编号")[1][:16].strip("，。")
    for question in ("类别：食品", "问题：食品安全", "部门：市场监管局"):
        await opens(li, no, "改类别", question)
        sizes = [len(choice.value.encode()) for row in li.told[-1].choices for choice in row]
        assert max(sizes) <= CHOICE_BYTES - 3, "a version of three digits finds room too"
        assert len(sizes) > 10


async def test_several_labels_are_corrected_at_once_on_the_desk(puyang: Town) -> None:
    await puyang.staff("李明", bureau=HUALONG)
    no = await files_complaint(puyang.person("wang"), MILK)
    await corrects(puyang, no, category="餐饮住宿", problem="服务质量", department="卫健委")
    after = await case(puyang, no)
    assert (after.category, after.problem, after.department) == ("餐饮住宿", "服务质量", "卫健委")
    (told,) = await corrections(puyang, no)
    assert told.facts["from_problem"] == "食品安全"
    assert told.facts["from_department"] == "市场监管局"


@pytest.mark.parametrize(
    ("labels", "refused"),
    [
        ({"category": "餐饮住宿"}, ""),
        ({}, "nothing_corrected"),
        ({"category": "食品"}, "choice_unknown"),
        ({"category": "牛奶"}, "choice_unknown"),
        ({"problem": "餐饮住宿"}, "choice_unknown"),
    ],
)
async def test_only_another_label_of_the_closed_lists_is_taken(
    labels: dict[str, str], refused: str, puyang: Town
) -> None:
    await puyang.staff("李明", bureau=HUALONG)
    no = await files_complaint(puyang.person("wang"), MILK)
    said = ""
    try:
        await corrects(puyang, no, **labels)
    except CaseError as error:
        said = error.key
    assert said == refused
    assert len(await corrections(puyang, no)) == (0 if refused else 1)


@pytest.mark.parametrize(
    ("bureau", "role", "refused"),
    [
        (HUALONG, Role.LEAD, ""),
        (DESK, Role.DESK, ""),
        (QINGFENG, Role.OFFICER, "case_unknown"),
        (HUALONG, Role.MEDIATOR, "case_unknown"),
    ],
)
async def test_the_office_that_has_the_case_and_the_intake_desk_may_correct_it_and_nobody_else(
    bureau: str, role: Role, refused: str, puyang: Town
) -> None:
    await puyang.staff("张强", bureau=bureau, role=role)
    no = await files_complaint(puyang.person("wang"), MILK)
    said = ""
    try:
        await corrects(puyang, no, "张强", bureau=bureau, category="餐饮住宿")
    except CaseError as error:
        said = error.key
    assert said == refused
    assert ((await case(puyang, no)).category == "餐饮住宿") is not bool(refused)


async def test_of_complaints_handled_together_each_keeps_and_gets_its_own_labels(puyang: Town) -> None:
    li = await puyang.staff("李明", bureau=HUALONG)
    one = await files_complaint(puyang.person("wang"), MILK)
    hong = puyang.person("hong")
    other = await files_complaint(hong, MILK, name="洪梅", phone="13812345679")
    await opens(li, one, "签收")
    await opens(li, other, "签收")
    await opens(li, other, "征询合并", one)
    await hong.reads()
    await hong.presses("同意合并")
    assert (await case(puyang, other)).part_of == one
    await corrects(puyang, one, category="烟酒饮料")
    assert (await case(puyang, other)).category == "食品"
    await opens(li, other, "改类别", "类别：食品", "日用百货")
    assert [(await case(puyang, no)).category for no in (one, other)] == ["烟酒饮料", "日用百货"]


@pytest.fixture
async def chongxin(migrated_url: str, clock: Clock, tmp_path: Path) -> AsyncIterator[Town]:
    async with town(migrated_url, clock, tmp_path, site="chongxin") as here:
        yield here


async def test_a_limit_for_some_matters_runs_from_receipt_once_the_matter_is_known_and_ends_when_it_was_none(
    chongxin: Town,
) -> None:
    await chongxin.staff("周局", bureau=COUNTY, role=Role.LEAD)
    no = await files_complaint(chongxin.person("wang"), CLOTHES)

    async def running() -> set[str]:
        async with chongxin.house.database.read() as tx:
            clocks = (await tx.clocks.of([CaseNo(no)])).get(CaseNo(no), [])
        assert all(clock.due_at == received + (clock.due_at - clock.started_at) for clock in clocks if clock.due_at)
        return {clock.rule for clock in clocks}

    received = (await case(chongxin, no)).received_at
    before = await running()
    assert FAST not in before
    chongxin.clock.advance(hours=2)
    await corrects(chongxin, no, "周局", bureau=COUNTY, category="食品", problem="食品安全")
    assert await running() == before | {FAST}
    assert (await case(chongxin, no)).urgent
    await corrects(chongxin, no, "周局", bureau=COUNTY, problem="质量")
    assert await running() == before
    await corrects(chongxin, no, "周局", bureau=COUNTY, problem="食品安全")
    assert await running() == before | {FAST}
