"""Consumers are told where they can be reached: in a chat, by short message, and as they ask for it."""

from __future__ import annotations

import pytest

from cases.messages import Address
from cases.model import CaseNo
from handlers import calling, unread
from storage.outbox_store import Delivered, DeliveryState
from tests.handlers.reached import ACCEPTED, COAT, NUMBER, accepts, cast, proofs
from tests.house import MILK, Town, files_complaint


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
    await files_complaint(other, COAT, phone=NUMBER)
    wang.leaves()
    await accepts(officer, no)
    other.hears(ACCEPTED)
    assert phone.told == []


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


async def test_who_asked_for_short_messages_and_has_no_such_number_any_more_is_told_in_the_chat(puyang: Town) -> None:
    officer, wang, phone, no = await cast(puyang)
    await wang.says("用短信通知我")
    phone.leaves()
    await accepts(officer, no)
    wang.hears(ACCEPTED)
    wang.leaves(gone=False)
    await officer.presses("回复")
    await officer.says("请保留小票")
    assert [state for state, _ in await proofs(puyang, no, about="请保留小票")] == ["未送达", "未送达"]


async def test_who_is_told_by_short_message_asks_there_for_the_chat_again(puyang: Town) -> None:
    officer, wang, phone, no = await cast(puyang)
    await wang.says("用短信通知我")
    assert "原来的对话" in (await phone.says("不用短信"))[0]
    await accepts(officer, no)
    wang.hears(ACCEPTED)


async def test_a_number_given_only_for_short_messages_is_forgotten_with_everything_else(puyang: Town) -> None:
    li = puyang.person("li")
    await li.says("你好")
    await li.presses("同意")
    await li.says("发短信给我")
    await li.says("13900000001")
    await li.says("删除我的信息")
    async with puyang.house.database.read() as tx:
        assert await tx.sms.number_of(puyang.phone("13900000001").address.value) is None
        assert (await tx.reaches.way_of(li.address)).way is None


async def test_a_crash_before_a_loss_is_noted_leaves_nothing_half_done(puyang: Town) -> None:
    _, _, phone, no = await cast(puyang)
    async with puyang.house.database.read() as tx:
        lost = (await tx.told.of_case(CaseNo(no)))[0]
    result = Delivered(id=lost.id, state=DeliveryState.FAILED, at=puyang.clock(), not_before=puyang.clock())

    async def killed() -> None:
        async with puyang.house.database.begin() as tx:
            await tx.outbox.settle([result])
            await calling.aftermath(tx, [result], office=puyang.house.office)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        await killed()
    await puyang.settle()
    async with puyang.house.database.read() as tx:
        told = await tx.told.of_case(CaseNo(no))
    assert told[0].state is DeliveryState.SENT
    assert phone.told == []
