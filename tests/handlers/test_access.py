"""Who may see what: forged buttons, other people's cases, an informant's name; and what lies in files and logs."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest
from sqlalchemy.engine import make_url

from bot.logs import JsonFormat
from cases.errors import DeliveryError
from cases.events import Event
from cases.model import Case, CaseNo, Role
from handlers.access import case_for, case_of
from tests.clock import Clock
from tests.house import MILK, Person, Town, files_complaint, town

HUALONG, QINGFENG = "410902", "410922"
TIPOFF = "举报华龙区建设路的惠万家超市卖过期牛奶"
NAME, PHONE, ADDRESS, WORD = "欧阳娜娜", "13912345679", "华龙区中原路桃花苑", "过期"
SECRETS = (NAME, PHONE, ADDRESS)


async def files_tipoff(person: Person, *, named: bool) -> None:
    await person.says(TIPOFF)
    await person.presses("同意")
    await person.presses("留下姓名" if named else "匿名")
    if named:
        await person.says(NAME)
        await person.says(PHONE)
    await person.presses("确认提交")


async def journal(town: Town, no: str) -> list[Event]:
    async with town.house.database.read() as tx:
        return await tx.cases.journal(CaseNo(no))


async def case(town: Town, no: str) -> Case:
    async with town.house.database.read() as tx:
        found = await tx.cases.get(no)
    assert found is not None
    return found


CONSUMER_BUTTONS = [
    "pg:card:{no}",
    "pg:withdraw:{no}",
    "pg:withdraw_now:{no}",
    "pg:chase:{no}",
    "pg:add:{no}",
    "rt:{no}:1",
]


async def test_a_case_of_another_person_is_as_unknown_as_one_that_does_not_exist(puyang: Town) -> None:
    no = await files_complaint(puyang.person("wang"), MILK)
    before = await case(puyang, no)
    thief = puyang.person("thief")
    await files_complaint(thief, MILK)
    for button in CONSUMER_BUTTONS:
        for number in (no, "410900261123999"):
            told = await thief.sends(thief.message(pressed=button.format(no=number)))
            assert told == [f"没有找到{number}，请核对编号。"], button
    assert await thief.says(no) == [f"没有找到{no}，请核对编号。"]
    assert await case(puyang, no) == before


STAFF_BUTTONS = [
    "st:card:{no}:2",
    "st:why:{no}:2",
    "st:sign:{no}:2",
    "st:send_back:{no}:2",
    "st:decline:{no}:2:16-1",
    "st:reply:{no}:2",
]


async def test_an_officer_of_another_bureau_and_a_consumer_with_a_staff_button_get_nowhere(puyang: Town) -> None:
    wang = puyang.person("wang")
    no = await files_complaint(wang, MILK)
    before = await case(puyang, no)
    zhang = await puyang.staff("张强", bureau=QINGFENG)
    for button in STAFF_BUTTONS:
        assert await zhang.sends(zhang.message(pressed=button.format(no=no))) == [f"没有找到{no}，请核对编号。"]
        (told,) = await wang.sends(wang.message(pressed=button.format(no=no)))
        assert told.startswith("这个按钮已经过期了")
    assert await case(puyang, no) == before
    assert await zhang.says(no) == [f"没有找到{no}，请核对编号。"]


FORGED = [
    "in", "in:x", "in::s", "in:x:s:kind", "pg", "pg:", "pg:fly:1", "pg:card", "rt", "rt:1", "rt:1:9", "rt::",
    "home", "home:", "home:fly", "cs", "cs:maybe", "st", "st:fly", "st:fly:1:x", "xx:yy", ":", "::::::", "🦆",
    "in:x:s:name:", "st:why", "st:year", "st:year:sure",
]  # fmt: skip


async def test_no_forged_button_breaks_anything_for_a_consumer_or_for_staff(puyang: Town) -> None:
    wang = puyang.person("wang")
    no = await files_complaint(wang, MILK)
    li = await puyang.staff("李明", bureau=HUALONG)
    before = await case(puyang, no)
    for button in [*FORGED, f"st:fly:{no}:1", f"st:close:{no}:1", f"st:close_with:{no}:2:fly", f"st:route:{no}:2:999"]:
        for person in (wang, li):
            told = await person.sends(person.message(pressed=button))
            assert told, button
            assert "是我们的问题" not in "".join(told), button
    assert await case(puyang, no) == before


async def test_a_forged_button_skips_no_required_fact_and_sets_none_that_is_not_in_the_lists(puyang: Town) -> None:
    wang = puyang.person("wang")
    await wang.says("在华龙区惠万家超市买的纯牛奶过期了,58块,昨天买的,要求退货")
    await wang.presses("同意")
    nonce = next(c.value.split(":")[1] for out in wang.told for row in out.choices for c in row if c.value[:3] == "in:")
    for slot in ("name", "phone", "address", "confirm", "kind", "narrative"):
        await wang.sends(wang.message(pressed=f"in:{nonce}:s:{slot}:"))
    for slot, value in (("region", "9" * 20), ("demands", "一千万"), ("named", "perhaps"), ("kind", "king")):
        await wang.sends(wang.message(pressed=f"in:{nonce}:s:{slot}:{value}"))
    await wang.sends(wang.message(pressed=f"in:{nonce}:confirm"))
    assert "编号" not in wang.texts
    assert not [word for word in ("9" * 20, "一千万", "perhaps", "king") if word in wang.texts]


async def test_an_old_card_does_what_is_still_allowed_and_says_how_things_stand_otherwise(puyang: Town) -> None:
    li = await puyang.staff("李明", bureau=HUALONG)
    no = await files_complaint(puyang.person("wang"), MILK)
    await li.reads()
    old = li.button("签收").value
    await li.presses("签收")
    assert await li.sends(li.message(pressed=old)) == [f"{no}已经变了，现在是「初查中」。请点「查看」看最新情况。"]


async def test_a_case_that_went_to_another_bureau_is_no_longer_seen(puyang: Town) -> None:
    li = await puyang.staff("李明", bureau=HUALONG)
    desk = await puyang.staff("赵台", bureau="410900-12315", role=Role.DESK)
    no = await files_complaint(puyang.person("wang"), MILK)
    await li.reads()
    await li.presses("退回")
    await li.says("经营地在清丰县")
    await desk.reads()
    await desk.presses("分派")
    await desk.presses("清丰县市场监管局")
    assert await li.says(no) == [f"没有找到{no}，请核对编号。"]
    assert (await li.says("待办"))[0] == "现在没有待办。"


async def test_those_above_a_bureau_see_its_cases_and_those_below_or_beside_do_not(puyang: Town) -> None:
    no = await files_complaint(puyang.person("wang"), MILK)
    people = {
        ("410900", Role.LEAD): True,
        (HUALONG, Role.OFFICER): True,
        (QINGFENG, Role.LEAD): False,
        ("410902002", Role.OFFICER): False,
        ("410900-12315", Role.DESK): True,
        ("410900-12315", Role.OFFICER): False,
        ("410900-12315", Role.ADMIN): True,
    }
    found = await case(puyang, no)
    assert found.bureau in (HUALONG, "410902003")
    for (bureau, role), sees in people.items():
        person = await puyang.staff(f"{bureau}{role}", bureau=bureau, role=role)
        told = await person.says(no)
        assert ("没有找到" not in told[0]) is sees or found.bureau == bureau, (bureau, role)


async def test_an_informant_is_named_in_no_ping_no_notice_and_no_journal(puyang: Town) -> None:
    li = await puyang.staff("李明", bureau=HUALONG)
    lead = await puyang.staff("周局", bureau=HUALONG, role=Role.LEAD)
    wang = puyang.person("wang")
    await files_tipoff(wang, named=True)
    no = wang.texts.split("编号")[1][:16].strip("，,。")
    await li.reads()
    for parts in (("签收",), ("回复", "正在核查")):
        await li.presses(parts[0])
        for words in parts[1:]:
            await li.says(words)
    puyang.clock.at("2026-12-15 09:00")
    await puyang.passes()
    pings = [out.text for who in (li, lead) for out in who.told if out.text.startswith("【12315")]
    notices = [out.text for out in wang.told if out.text.startswith("【濮阳市场监管】")]
    facts = [str(event.facts) for event in await journal(puyang, no)]
    assert min(len(pings), len(notices), len(facts)) > 2
    everything = "\n".join([*pings, *notices, *facts])
    assert [secret for secret in SECRETS if secret in everything] == []
    assert [word for word in ("惠万家", WORD) if word in "\n".join(notices)] == []


async def test_an_anonymous_informant_leaves_no_name_even_when_one_was_said(puyang: Town) -> None:
    wang = puyang.person("wang")
    await wang.says(f"我叫{NAME},电话{PHONE},{TIPOFF}")
    await wang.presses("同意")
    await wang.presses("匿名")
    await wang.presses("确认提交")
    no = wang.texts.split("编号")[1][:16].strip("，,。")
    async with puyang.house.database.read() as tx:
        identity = await tx.cases.identity(CaseNo(no))
    assert identity is not None
    assert identity.consumer.anonymous
    assert identity.consumer.phone is None


async def test_no_name_phone_address_or_story_lies_readable_in_the_database_file(
    sqlite_url: str, clock: Clock, tmp_path: Path
) -> None:
    async with town(sqlite_url, clock, tmp_path) as here:
        li = await here.staff("李明", bureau=HUALONG)
        wang = here.person("wang")
        await wang.says(MILK)
        await wang.presses("同意")
        for words in (NAME, PHONE, ADDRESS):
            await wang.says(words)
        await wang.shows("receipt")
        await wang.presses("确认提交")
        await here.duties.fetch()
        await files_tipoff(here.person("informant"), named=True)
        await li.reads()
    database = Path(str(make_url(sqlite_url).database))
    files = [database, *database.parent.glob(f"{database.name}-*"), *(tmp_path / "evidence").rglob("*")]
    content = b"".join(file.read_bytes() for file in files if file.is_file())
    assert b"410900261123" in content
    for secret in (*SECRETS, "他们不给退", "卖过期牛奶", "bytes of receipt"):
        assert secret.encode() not in content, secret
        assert secret.encode("unicode-escape") not in content, secret


@pytest.mark.parametrize("named", [True, False])
async def test_no_log_line_holds_a_name_a_number_a_story_or_a_code(
    named: bool, puyang: Town, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, "lianxin")
    for logger in ("", "sqlalchemy.engine", "aiosqlite"):
        caplog.set_level(logging.INFO, logger)
    li = await puyang.staff("李明", bureau=HUALONG)
    wang = puyang.person("wang")
    await files_tipoff(wang, named=named) if named else await files_complaint(wang, MILK, name=NAME, phone=PHONE)
    puyang.street.errors = [DeliveryError("502", retryable=True), DeliveryError("blocked", unreachable=True)]
    await wang.says("\0" * 9 + "x" * 9000)
    await li.says("/login")
    await puyang.passes(days=12)
    lines = "\n".join(JsonFormat().format(record) for record in caplog.records)
    said = (*SECRETS, "惠万家", "牛奶", WORD, "xxxx", "/join", "code=", "李明")
    assert [word for word in said if word in lines] == []


async def test_a_case_is_reached_only_through_its_person_or_its_bureau(puyang: Town) -> None:
    wang = puyang.person("wang")
    no = await files_complaint(wang, MILK)
    li = await puyang.staff("李明", bureau=HUALONG)
    async with puyang.house.database.read() as tx:
        assert (await case_of(tx, wang.address, no)).no == no
        session = await tx.conversations.get(li.address)
        assert session is not None
        assert session.staff is not None
        assert (await case_for(tx, session.staff, no, office=puyang.house.office)).no == no
