"""After the end: the consumer is asked how it went, some are called back, and what went badly is done again."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path

import pytest

from cases.model import Case, CaseNo, Role, Staff, Status
from cases.rulebook import SITES
from handlers.following import drawn
from handlers.worklist import todo
from tests.clock import Clock
from tests.house import MILK, Person, Town, files_complaint, rulebook, town

HUALONG, DESK = "410902", "410900-12315"
At = Callable[[int], AbstractAsyncContextManager[Town]]


@pytest.fixture
def sampling(migrated_url: str, clock: Clock, tmp_path: Path) -> At:
    """A town whose site calls back this share of the closed cases, in percent."""

    def at(percent: int) -> AbstractAsyncContextManager[Town]:
        site = Path(shutil.copytree(SITES / "puyang", tmp_path / "site"))
        text = (site / "site.toml").read_text("utf-8")
        assert "[follow_up]" not in text
        (site / "site.toml").write_text(f"{text}\n[follow_up]\npercent = {percent}\n", "utf-8")
        return town(migrated_url, clock, tmp_path, site=str(site))

    return at


@pytest.fixture
async def everyone(sampling: At) -> AsyncIterator[Town]:
    """A town that calls everybody back."""
    async with sampling(100) as here:
        yield here


@pytest.fixture
async def nobody(sampling: At) -> AsyncIterator[Town]:
    """A town that calls nobody back."""
    async with sampling(0) as here:
        yield here


async def case_of(here: Town, no: str) -> Case:
    async with here.house.database.read() as tx:
        case = await tx.cases.get(no)
    assert case
    return case


async def clocks(here: Town, no: str) -> set[str]:
    async with here.house.database.read() as tx:
        return {clock.rule for clock in (await tx.clocks.of([CaseNo(no)])).get(CaseNo(no), [])}


async def list_of(here: Town, role: Role) -> list[str]:
    """The numbers on the work list of the member of staff in this role, from the top."""
    async with here.house.database.read() as tx:
        member: Staff = (await tx.staff.of(roles=(role,)))[0]
        return [item.case.no for item in await todo(tx, member, office=here.house.office)]


async def closes(here: Town, li: Person, wang: Person, *, story: str = MILK) -> str:
    """A complaint is filed, mediated and closed."""
    no = await files_complaint(wang, story)
    await li.reads()
    for label in ("签收", "受理", "办结", "达成调解"):
        await li.presses(label)
    await li.says("商家退款58元")
    await wang.reads()
    return no


async def test_a_closed_case_that_is_drawn_waits_for_the_desk_with_its_date_and_ends_with_what_was_said(
    everyone: Town,
) -> None:
    li = await everyone.staff("李明", bureau=HUALONG)
    desk = await everyone.staff("赵台", bureau=DESK, role=Role.DESK)
    wang = everyone.person("wang")
    no = await closes(everyone, li, wang)
    wang.hears("请评价")
    await desk.reads()
    desk.hears(f"投诉{no}被抽中回访", "请在11月30日前回访")
    assert await clocks(everyone, no) == {"call_back"}
    assert await list_of(everyone, Role.DESK) == [no]
    await desk.presses("回访记录")
    await desk.says("消费者说已收到退款,满意")
    assert (await case_of(everyone, no)).status is Status.ARCHIVED
    assert await clocks(everyone, no) == set()
    assert await list_of(everyone, Role.DESK) == []


async def test_the_desk_is_reminded_of_a_call_back_that_it_has_not_made(everyone: Town) -> None:
    li = await everyone.staff("李明", bureau=HUALONG)
    desk = await everyone.staff("赵台", bureau=DESK, role=Role.DESK)
    no = await closes(everyone, li, everyone.person("wang"))
    everyone.clock.at("2026-11-30 09:00")
    await everyone.passes()
    desk.hears("今天到期 1件", f"回访今天到期 投诉{no}")
    assert (await case_of(everyone, no)).status is Status.FOLLOWING_UP


async def test_a_consumer_who_answers_by_himself_need_not_be_called(everyone: Town) -> None:
    li = await everyone.staff("李明", bureau=HUALONG)
    await everyone.staff("赵台", bureau=DESK, role=Role.DESK)
    wang = everyone.person("wang")
    no = await closes(everyone, li, wang)
    await wang.presses("满意")
    assert (await case_of(everyone, no)).status is Status.ARCHIVED
    assert await list_of(everyone, Role.DESK) == []


@pytest.mark.parametrize("again", ["mediated", "closed with a sentence"])
async def test_a_bad_rating_pings_lead_and_desk_is_done_again_and_asked_about_again(again: str, everyone: Town) -> None:
    li = await everyone.staff("李明", bureau=HUALONG)
    lead = await everyone.staff("周局", bureau=HUALONG, role=Role.LEAD)
    desk = await everyone.staff("赵台", bureau=DESK, role=Role.DESK)
    wang = everyone.person("wang")
    no = await closes(everyone, li, wang)
    await wang.presses("不满意")
    wang.hears("退回重办")
    for person in (lead, desk):
        await person.reads()
        person.hears(f"投诉{no}评价不满意")
    assert await clocks(everyone, no) == {"amends"}
    assert no in await list_of(everyone, Role.LEAD)
    await lead.presses("退回重办")
    await lead.says("消费者说钱没有退到")
    await li.reads()
    await wang.reads()
    li.hears(f"投诉{no}不满意退回重办", "消费者说钱没有退到")
    wang.hears("已退回重新办理")
    assert {"sign", "redo"} <= await clocks(everyone, no)
    await li.presses("签收")
    asked = wang.texts.count("请评价")
    await (_mediates(li) if again == "mediated" else _closes(li))
    assert wang.texts.count("请评价") == asked + 1
    case = await case_of(everyone, no)
    assert (case.status, case.rehandled, case.rating) == (Status.FOLLOWING_UP, 1, None)
    await wang.presses("满意")
    assert (await case_of(everyone, no)).status is Status.ARCHIVED
    assert await clocks(everyone, no) == set()


async def _mediates(li: Person) -> None:
    await li.presses("办结")
    await li.presses("达成调解")
    await li.says("商家当面退款58元")


async def _closes(li: Person) -> None:
    await li.presses("说明办结")
    await li.says("已核实退款到账,并向消费者说明")


async def test_where_nobody_answers_the_case_ends_by_itself(nobody: Town) -> None:
    li = await nobody.staff("李明", bureau=HUALONG)
    desk = await nobody.staff("赵台", bureau=DESK, role=Role.DESK)
    no = await closes(nobody, li, nobody.person("wang"))
    assert not (await case_of(nobody, no)).sampled
    assert "回访" not in desk.texts
    await nobody.days_pass(3)
    assert (await case_of(nobody, no)).status is Status.FOLLOWING_UP
    await nobody.days_pass(2)
    assert (await case_of(nobody, no)).status is Status.ARCHIVED


async def test_the_draw_is_the_same_however_often_it_is_made_and_spreads_over_the_whole_range(puyang: Town) -> None:
    no = await files_complaint(puyang.person("wang"), MILK)
    case = await case_of(puyang, no)
    async with puyang.house.database.read() as tx:
        draws = [drawn(tx, case.evolve(no=CaseNo(f"{no}{n}"))) for n in range(2000)]
        assert drawn(tx, case) == drawn(tx, case)
    assert all(0 <= number < 100 for number in draws)
    assert 0.07 < sum(number < 10 for number in draws) / len(draws) < 0.13


async def test_quanzhou_draws_tourism_more_often_and_shows_it_first(
    migrated_url: str, clock: Clock, tmp_path: Path
) -> None:
    site = rulebook("quanzhou").site
    async with town(migrated_url, clock, tmp_path, site="quanzhou") as here:
        await here.staff("赵台", bureau=site.desk, role=Role.DESK)
        milk = await files_complaint(here.person("wang"), MILK.replace("华龙区", "晋江市安海镇"))
        case = await case_of(here, milk)
        tour = case.evolve(no=CaseNo(f"{milk[:-3]}002"), category="旅游", problem="价格")
        assert site.called_back(tour) > site.called_back(case) > 0
        async with here.house.database.begin() as tx:
            for drawn_case in (case, tour):
                ended = drawn_case.evolve(status=Status.FOLLOWING_UP, outcome="agreed", sampled=True)
                if drawn_case is tour:
                    tx.cases.add(ended)
                else:
                    await tx.clocks.stop(case.no, None, at=here.clock())
                    await tx.cases.update(ended.evolve(version=case.version + 1), expected=case.version)
        assert await list_of(here, Role.DESK) == [tour.no, milk]
