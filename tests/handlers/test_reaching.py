"""A consumer is told where they can be reached, and what the law owes is told by telephone when nothing else is left."""

from __future__ import annotations

from typing import Any

import pytest

from cases.errors import CaseError
from cases.events import EventName
from cases.messages import Address
from cases.model import CaseNo, Role
from handlers import calling, casework, unread, worklist
from handlers.access import case_of, case_told
from handlers.telling import proof_of
from storage.outbox_store import Delivered, DeliveryState
from tests.house import MILK, Person, Town, files_complaint

HUALONG = "410902"
NUMBER = "13812345678"
ACCEPTED = "已受理"
SHOES = "上周在华龙区飞跃鞋店中原路店买了双皮鞋300块,穿三天开胶了,要求退货"
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


async def test_who_has_left_the_chat_is_told_by_short_message_and_then_there_until_they_write_again(
    puyang: Town,
) -> None:
    officer, wang, phone, no = await cast(puyang)
    wang.leaves()
    await accepts(officer, no)
    phone.hears(no, ACCEPTED)
    assert len(phone.told) == 1
    assert [state for state, _ in await proofs(puyang, no)] == ["未送达", "已发送"]
    assert "对方已离开或停用" in (await proofs(puyang, no))[0][1]
    assert "短信" in (await proofs(puyang, no))[1][1]

    await officer.presses("回复")
    await officer.says("请保留小票")
    phone.hears("请保留小票")
    assert len(await proofs(puyang, no, about="请保留小票")) == 1, "the chat was not tried again"

    wang.returns()
    await wang.says("你好")
    await officer.presses("回复")
    await officer.says("明天联系您")
    wang.hears("明天联系您")
    assert "明天联系您" not in phone.texts


async def test_a_notice_that_the_chat_refuses_goes_to_the_telephone_and_the_next_one_tries_the_chat_again(
    puyang: Town,
) -> None:
    officer, wang, phone, no = await cast(puyang)
    wang.leaves(gone=False)
    await accepts(officer, no)
    phone.hears(ACCEPTED)
    wang.returns()
    await officer.presses("回复")
    await officer.says("请保留小票")
    wang.hears("请保留小票")


async def test_a_lost_text_is_promised_anew_once_however_often_its_loss_is_noted(puyang: Town) -> None:
    officer, wang, phone, no = await cast(puyang)
    wang.leaves()
    await accepts(officer, no)
    async with puyang.house.database.begin() as tx:
        case = await tx.cases.get(no)
        assert case
        lost = next(told for told in await tx.told.of_case(case.no) if ACCEPTED in told.text)
        again = Delivered(id=lost.id, state=DeliveryState.UNREACHABLE, at=puyang.clock(), not_before=puyang.clock())
        await calling.aftermath(tx, [again, again], office=puyang.house.office)
    await puyang.settle()
    assert len(phone.told) == 1


async def test_a_notice_that_the_law_owes_and_no_channel_takes_is_told_by_telephone_and_the_file_says_so(
    puyang: Town,
) -> None:
    officer, wang, phone, no = await cast(puyang)
    wang.leaves()
    phone.leaves()
    await accepts(officer, no)
    officer.hears("请打电话告诉对方", no)
    assert [state for state, _ in await proofs(puyang, no)] == ["未送达", "未送达，请电话告知"]

    await officer.presses("已电话告知")
    await officer.says("本人")
    told = await officer.says("已告知受理和联系人，对方知道了")
    assert f"{no}：已电话告知" in told[0]
    name, facts = (await events(puyang, no))[-1]
    assert name is EventName.PHONED
    assert facts == {"on": "2026-11-23", "whom": "本人", "reason": "已告知受理和联系人，对方知道了"}
    assert (await proofs(puyang, no))[1][0] == "已电话告知"
    assert "已电话告知" in told[1], "the card in the chat tells it"
    assert (await officer.presses("已电话告知"))[0].startswith(f"{no}没有要打电话告知的内容")


async def test_an_owed_call_stands_on_the_list_and_is_reminded_of_every_working_day_until_it_is_made(
    puyang: Town,
) -> None:
    officer, wang, phone, no = await cast(puyang)
    wang.leaves()
    phone.leaves()
    await accepts(officer, no)
    assert any("待电话告知" in text for text in await officer.says("待办"))
    assert await calling.remind(puyang.house.database, office=puyang.house.office) == 0, "asked today already"

    for _ in range(2):
        puyang.clock.advance(days=1)
        assert await calling.remind(puyang.house.database, office=puyang.house.office) == 1
        assert await calling.remind(puyang.house.database, office=puyang.house.office) == 0, "once a day"
    puyang.clock.advance(hours=10)
    puyang.clock.advance(hours=4)
    assert await calling.remind(puyang.house.database, office=puyang.house.office) == 0, "nobody is at work at night"
    puyang.clock.advance(hours=10)
    assert any("还有1件要打电话告知消费者" in text for text in await officer.reads())

    await officer.presses("已电话告知")
    await officer.says("家属")
    await officer.says("已转告")
    puyang.clock.advance(days=1)
    assert await calling.remind(puyang.house.database, office=puyang.house.office) == 0
    assert not any("待电话告知" in text for text in await officer.says("待办"))


async def test_a_courtesy_that_is_lost_is_noted_and_bothers_nobody(puyang: Town) -> None:
    officer, wang, phone, no = await cast(puyang)
    wang.leaves()
    phone.leaves()
    await officer.says(no)
    await officer.presses("回复")
    await officer.says("请保留小票")
    assert [state for state, _ in await proofs(puyang, no, about="请保留小票")] == ["未送达", "未送达"]
    assert "请打电话" not in officer.texts


async def test_a_call_is_recorded_on_the_desk_with_its_day_and_refused_without_words_or_on_a_wrong_day(
    puyang: Town,
) -> None:
    officer, wang, phone, no = await cast(puyang)
    wang.leaves()
    phone.leaves()
    await accepts(officer, no)
    office = puyang.house.office
    async with puyang.house.database.read() as tx:
        zhao = await tx.staff.named(HUALONG, "赵")
        assert zhao
        found = await worklist.dossier(tx, zhao, no, office=office)
    assert found.actions[0] == "told_by_phone"
    assert [(field.name, field.needed) for field in found.forms["told_by_phone"]] == [
        ("on", False),
        ("whom", True),
        ("reason", True),
    ]

    async def refused(**facts: str) -> str:
        try:
            await puyang.house.pages.act(zhao, no, "told_by_phone", facts=facts, version=None)
        except CaseError as error:
            return error.key
        return ""

    assert await refused(whom="本人") == "fact_missing"
    for day in ("2026-11-22", "2026-11-24", "昨天"):
        assert await refused(whom="本人", reason="好", on=day) == "on_range"
    assert await refused(whom="本人", reason="好", on="2026-11-23") == ""
    assert await refused(whom="本人", reason="好") == "no_call_owed"


async def test_nobody_records_a_call_in_a_case_that_is_not_theirs(puyang: Town) -> None:
    officer, wang, phone, no = await cast(puyang)
    wang.leaves()
    phone.leaves()
    await accepts(officer, no)
    other = await puyang.staff("钱", bureau="410922")
    told = await other.sends(other.message(pressed=f"st:told_by_phone:{no}:1"))
    assert "请打电话" not in "".join(told)
    assert EventName.PHONED not in [name for name, _ in await events(puyang, no)]


async def test_a_call_that_nobody_of_the_bureau_can_make_is_asked_of_the_intake_desk(puyang: Town) -> None:
    desk = await puyang.staff("孙", bureau="410900-12315", role=Role.DESK)
    wang, phone = puyang.person("wang"), puyang.phone(NUMBER)
    no = await files_complaint(wang, MILK)
    wang.leaves()
    phone.leaves()
    async with puyang.house.database.begin() as tx:
        sun = await tx.staff.named("410900-12315", "孙")
        case = await tx.cases.get(no)
        assert sun
        assert case
        await tx.cases.update(case.evolve(bureau=None, version=case.version + 1), expected=case.version)
    async with puyang.house.database.begin() as tx:
        lost = (await tx.told.of_case(case.no))[0]
        result = Delivered(id=lost.id, state=DeliveryState.FAILED, at=puyang.clock(), not_before=puyang.clock())
        row = (await tx.told.lost([lost.id]))[0]
        assert not calling.is_statutory(row.outgoing, office=puyang.house.office)
        await calling.aftermath(tx, [result], office=puyang.house.office)
    await puyang.settle()
    assert "请打电话" not in desk.texts, "that a complaint is registered is a courtesy"


async def test_who_asks_for_short_messages_gets_them_until_they_ask_to_be_told_in_the_chat(puyang: Town) -> None:
    officer, wang, phone, no = await cast(puyang)
    told = await wang.says("用短信通知我")
    assert told == ["好的，以后办理进展用短信发到138****5678。想改回来，说「在这里告诉我」。"]
    await accepts(officer, no)
    phone.hears(ACCEPTED)
    assert ACCEPTED not in wang.texts
    assert "在这里告诉您" in (await wang.says("在这里告诉我"))[0]
    await officer.presses("回复")
    await officer.says("请保留小票")
    wang.hears("请保留小票")
    assert "请保留小票" not in phone.texts


async def test_who_gave_no_number_is_asked_for_one_and_it_is_kept_sealed(puyang: Town) -> None:
    li = puyang.person("li")
    await li.says("你好")
    await li.presses("同意")
    assert "手机号" in (await li.says("发短信给我"))[0]
    assert "不像手机号" in (await li.says("0393-4412345"))[0]
    assert "139****0001" in (await li.says("13900000001"))[0]
    index = puyang.phone("13900000001").address.value
    async with puyang.house.database.read() as tx:
        assert await tx.sms.number_of(index) == "13900000001"
        assert (await tx.reaches.way_of(li.address)).number_index == index


async def test_a_draft_waits_while_the_number_is_asked_for(puyang: Town) -> None:
    li = puyang.person("li")
    await li.says(MILK)
    await li.presses("同意")
    assert "手机号" in (await li.says("短信通知我"))[0]
    texts = await li.says("算了")
    assert "没有改" in texts[0]
    await li.says("王芳")
    async with puyang.house.database.read() as tx:
        session = await tx.conversations.get(li.address)
    assert session
    assert session.dialogue == "intake"


async def test_a_person_who_left_one_chat_is_told_in_another_from_which_they_brought_a_complaint(puyang: Town) -> None:
    officer, wang, phone, no = await cast(puyang)
    other = puyang.person("wang-anew")
    await files_complaint(other, SHOES, phone=NUMBER)
    wang.leaves()
    await accepts(officer, no)
    other.hears(ACCEPTED)
    assert phone.told == []


async def test_a_number_opens_complaints_in_which_it_was_given_and_ends_none(puyang: Town) -> None:
    _, wang, phone, no = await cast(puyang)
    stranger = puyang.phone("13700000009")
    pretender = Address(channel=wang.address.channel, value=phone.address.value)
    office = puyang.house.office
    async with puyang.house.database.begin() as tx:
        assert (await case_told(tx, phone.address, no, office=office)).no == no
        for person in (stranger.address, pretender):
            try:
                await case_told(tx, person, no, office=office)
                raise AssertionError(person)
            except CaseError as error:
                assert error.key == "case_unknown"
        for deed in (
            case_of(tx, phone.address, no),
            casework.withdraw(tx, phone.address, no, office=office),
            casework.decide(tx, phone.address, no, verb="settle", facts={"reason": "x"}, office=office),
        ):
            try:
                await deed
                raise AssertionError(deed)
            except CaseError as error:
                assert error.key == "case_unknown"


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
        f"已补充到{no}，并告诉了承办人。要说新的事，请回复「投诉」或「举报」。"
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
    wang, phone = puyang.person("wang"), puyang.phone(NUMBER)
    numbers = []
    await wang.says("你好")
    for story in (SHOES, MILK):
        numbers.append(no := await files_complaint(wang, story))
        await officer.says(no)
        for label in ("签收", "受理", "办结", "达成调解"):
            await officer.presses(label)
        if story == SHOES:
            wang.leaves()
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


async def test_what_nobody_opens_on_a_page_is_sent_by_short_message_after_the_sites_time(puyang: Town) -> None:
    office, database = puyang.house.office, puyang.house.database
    officer, wang, phone, no = await cast(puyang)
    page = Address(channel="web", value="somebody")
    async with database.begin() as tx:
        identities = tx.schema.identities
        await tx.execute(identities.update().values(person=str(page)))
        sent = tx.schema.outbox
        await tx.execute(sent.update().where(sent.c.person == str(wang.address)).values(delivered_at=puyang.clock()))
    await accepts(officer, no)
    async with database.begin() as tx:  # the web channel hands every text over at once
        await tx.execute(sent.update().where(sent.c.channel == "web").values(state="sent"))
    puyang.clock.advance(minutes=office.rulebook.site.unread_minutes - 1)
    assert await unread.tell_unread(database, office=office) == 0
    puyang.clock.advance(minutes=2)
    assert await unread.tell_unread(database, office=office) == 1
    assert await unread.tell_unread(database, office=office) == 0
    await puyang.settle()
    phone.hears(ACCEPTED)

    await officer.presses("回复")
    await officer.says("请保留小票")
    async with database.begin() as tx:
        await tx.execute(sent.update().where(sent.c.channel == "web").values(state="sent"))
    await puyang.house.pages.transcript(page)
    assert [state for state, _ in await proofs(puyang, no, about="请保留小票")] == ["对方已收到"]
    puyang.clock.advance(minutes=office.rulebook.site.unread_minutes + 1)
    assert await unread.tell_unread(database, office=office) == 0
