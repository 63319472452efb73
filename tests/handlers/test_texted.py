"""Short messages that people send: ratings, additions, the end of broadcasts, and whole complaints."""

from __future__ import annotations

import pytest

from cases.errors import CaseError
from cases.events import EventName
from cases.messages import Address
from cases.model import CaseNo
from handlers import casework
from handlers.access import case_of, case_told
from tests.handlers.reached import ACCEPTED, BOTH, COAT, HUALONG, NUMBER, accepts, cast, events
from tests.house import MILK, Town, files_complaint


async def test_a_number_opens_complaints_in_which_it_was_given_and_ends_none(puyang: Town) -> None:
    _, wang, phone, no = await cast(puyang)
    stranger = puyang.phone("13700000009")
    pretender = Address(channel=wang.address.channel, value=phone.address.value)
    office = puyang.house.office
    async with puyang.house.database.begin() as tx:
        assert (await case_told(tx, phone.address, no, office=office)).no == no
        for deed in (
            case_told(tx, stranger.address, no, office=office),
            case_told(tx, pretender, no, office=office),
            case_of(tx, phone.address, no),
            casework.withdraw(tx, phone.address, no, office=office),
            casework.decide(tx, phone.address, no, verb="settle", facts={"reason": "x"}, office=office),
        ):
            with pytest.raises(CaseError, match="case_unknown"):
                await deed


async def test_of_a_tipoff_a_number_learns_nothing_unless_it_was_told_there_before(puyang: Town) -> None:
    officer = await puyang.staff("赵", bureau=HUALONG)
    wang, phone = puyang.person("wang"), puyang.phone(NUMBER)
    await files_complaint(wang, BOTH)
    async with puyang.house.database.read() as tx:
        tipoff = next(case.no for case in await tx.cases.of_person(wang.address, limit=9) if "J" in case.no)
    assert tipoff not in "".join(await phone.says("进度"))
    assert "没有找到" in "".join(await phone.says(tipoff)) or tipoff not in phone.texts

    wang.leaves()
    await officer.says(tipoff)
    for label in ("签收", "回复"):
        await officer.presses(label)
    await officer.says("线索已收到")
    phone.hears("线索已收到")
    assert tipoff in "".join(await phone.says("进度"))


async def test_an_answer_by_short_message_is_added_to_the_case_it_was_told_of(puyang: Town) -> None:
    officer, wang, phone, no = await cast(puyang)
    wang.leaves()
    await accepts(officer, no)
    await phone.reads()
    assert await phone.says("我找到小票了") == [
        f"【濮阳市场监管】已补充到{no}，并告诉了承办人。要说新的事，请回复「投诉」或「举报」。"
    ]
    name, facts = (await events(puyang, no))[-1]
    assert (name, facts["reason"]) == (EventName.ADDED, "我找到小票了")
    await officer.reads()
    officer.hears("我找到小票了")
    assert no in (await phone.says("进度"))[0]
    assert all(out.choices == () for out in phone.told)


@pytest.mark.parametrize(("words", "rating"), [("1", 1), ("2基本满意", 2), ("不满意", 3), ("①。", 1)])
async def test_a_rating_by_short_message_is_of_the_case_last_asked_about_there(
    words: str, rating: int, puyang: Town
) -> None:
    officer = await puyang.staff("赵", bureau=HUALONG)
    phone, numbers = puyang.phone(NUMBER), []
    for name, story in (("王大芳", COAT), ("王小芳", MILK)):
        person = puyang.person(name)
        numbers.append(no := await files_complaint(person, story, name=name, phone=NUMBER))
        await officer.says(no)
        for label in ("签收", "受理", "办结", "达成调解"):
            await officer.presses(label)
        if story == MILK:
            person.leaves()
        await officer.says("商家退款58元")
    phone.hears("请评价:回复1满意")
    await phone.says(words)
    async with puyang.house.database.read() as tx:
        cases = await tx.cases.some(numbers)
    assert [cases[CaseNo(no)].rating for no in numbers] == [None, rating]
    await phone.says(words)
    async with puyang.house.database.read() as tx:
        cases = await tx.cases.some(numbers)
    assert [cases[CaseNo(no)].rating for no in numbers] == [rating, rating]
    assert "没有等待评价" in (await phone.says("1"))[0]


async def test_one_letter_ends_broadcasts_for_good_and_answers_once(puyang: Town) -> None:
    _, _, phone, no = await cast(puyang)
    for word in ("R", "td", "退订"):
        assert len(await phone.says(word)) == 1
    phone.hears("已退订")
    assert EventName.ADDED not in [name for name, _ in await events(puyang, no)]
    async with puyang.house.database.read() as tx:
        table = tx.schema.refusals
        kept = (await tx.execute(table.select())).all()
    assert [row.person for row in kept] == [str(phone.address)]


async def test_who_has_no_case_brings_one_by_short_message_and_is_told_there(puyang: Town) -> None:
    officer = await puyang.staff("赵", bureau=HUALONG)
    li = puyang.phone("13900000002")
    told = await li.says(MILK)
    assert "可以回复：同意" in told[0]
    for words in ("同意", "李明", "13900000002", "华龙区中原路某小区"):
        await li.says(words)
    texts = "".join(await li.says("确认提交"))
    no = texts.split("编号")[1][:15]
    await officer.says(no)
    await officer.presses("签收")
    await accepts(officer, no)
    li.hears(ACCEPTED)


async def test_a_case_is_looked_at_and_added_to_by_number_without_another_consent(puyang: Town) -> None:
    _, _, phone, no = await cast(puyang)
    other = await files_complaint(puyang.person("li"), COAT, name="李芳", phone=NUMBER)
    assert no in (await phone.says(no))[0]
    listed = (await phone.says("进度"))[0]
    assert f"可以回复：{other}、{no}" in listed
    assert no in (await phone.says(no))[0]
    assert "要给哪一件补充" in (await phone.says("补充"))[0]
    await phone.says(no)
    await phone.says("小票在这里")
    assert (await events(puyang, no))[-1][1]["reason"] == "小票在这里"
    assert "同意" not in phone.texts


async def test_what_a_number_may_not_do_is_said_in_one_sentence(puyang: Town) -> None:
    _, _, phone, no = await cast(puyang)
    for words in ("撤回", "帮助", "你好"):
        told = await phone.says(words)
        assert len(told) == 1
        assert "直接回复是给您的件补充情况" in told[0]
    assert "没有等待评价" in (await phone.says("2"))[0]
    assert [name for name, _ in await events(puyang, no)][-1] is EventName.SIGNED


async def test_who_has_a_case_begins_another_by_short_message_after_being_told_of_privacy(puyang: Town) -> None:
    _, _, phone, no = await cast(puyang)
    assert "可以回复：同意" in (await phone.says("投诉"))[0]
    await phone.says("同意")
    await phone.says(COAT)
    assert EventName.ADDED not in [name for name, _ in await events(puyang, no)]
    phone.hears("怎么称呼您")
