"""What the law owes and no channel takes is told by telephone, and the file says so."""

from __future__ import annotations

import asyncio

from cases.errors import CaseError
from cases.events import EventName
from cases.model import Role
from handlers import calling, worklist
from storage.outbox_store import Delivered, DeliveryState
from tests.handlers.reached import HUALONG, NUMBER, accepts, cast, events, proofs
from tests.house import MILK, Town, files_complaint


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


async def test_a_call_that_is_owed_at_night_is_asked_for_when_the_office_opens(puyang: Town) -> None:
    officer, wang, phone, no = await cast(puyang)
    wang.leaves()
    phone.leaves()
    puyang.clock.advance(hours=14)
    await accepts(officer, no)
    assert (await proofs(puyang, no))[1][0] == "未送达，请电话告知"
    assert "请打电话告诉对方" not in officer.texts
    puyang.clock.advance(hours=10)
    assert await calling.remind(puyang.house.database, office=puyang.house.office) == 1
    assert await calling.remind(puyang.house.database, office=puyang.house.office) == 0, "once a day"
    assert any("还有1件要打电话告知消费者" in text for text in await officer.reads())


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


async def test_a_call_that_is_recorded_twice_at_once_is_in_the_file_once(puyang: Town) -> None:
    officer, wang, phone, no = await cast(puyang)
    wang.leaves()
    phone.leaves()
    await accepts(officer, no)
    async with puyang.house.database.read() as tx:
        zhao = await tx.staff.named(HUALONG, "赵")
    assert zhao
    facts = {"whom": "本人", "reason": "说了"}
    act = puyang.house.pages.act
    presses = [act(zhao, no, "told_by_phone", facts=facts, version=None) for _ in range(4)]
    told = await asyncio.gather(*presses, return_exceptions=True)
    assert [error.key for error in told if isinstance(error, CaseError)] == ["no_call_owed"] * 3
    assert [name for name, _ in await events(puyang, no)].count(EventName.PHONED) == 1


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
