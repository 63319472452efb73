"""Messages as they come in bad order, twice, too many or too odd: each is answered sensibly and nothing twice."""

from __future__ import annotations

import logging
import re
from pathlib import Path

import pytest

from bot.logs import TextFormat
from tests.clock import Clock
from tests.house import MILK, Town, files_complaint, town

ODD = [
    "",
    "   ",
    "。。。",
    "🦆🦆🦆",
    "\0\1\2",
    "a\ud83d",
    "<script>alert(1)</script> <b>&amp; *_`[",
    "{name} [[x]] %s {0} {",
    "'; DROP TABLE cases; --",
    "Hello, I bought milk yesterday and it was bad.",
    "\u202eأهلا وسهلا",
    "12345",
    "9" * 400,
    "很" * 100_000,
]


@pytest.mark.parametrize("stage", ["before consent", "at home", "asked for a name", "asked to confirm"])
async def test_odd_words_get_an_answer_at_every_stage_and_never_an_apology(stage: str, puyang: Town) -> None:
    wang = puyang.person("wang")
    if stage != "before consent":
        await wang.says("/start")
        await wang.presses("同意")
    if stage.startswith("asked"):
        await wang.says(MILK)
    if stage == "asked to confirm":
        for words in ("王芳", "13812345678", "华龙区中原路某小区"):
            await wang.says(words)
    for words in ODD:
        told = await wang.says(words)
        assert told, repr(words[:20])
        assert "是我们的问题" not in "".join(told), repr(words[:20])
    if stage == "asked to confirm":
        await wang.presses("确认提交")
        assert wang.texts.count("已经交上去了") == 1


async def test_the_same_message_twice_is_answered_once(puyang: Town) -> None:
    wang = puyang.person("wang")
    hello = wang.message("/start")
    assert len(await wang.sends(hello, hello)) == 1
    assert await wang.sends(hello) == []


async def test_two_confirmations_of_one_draft_file_one_case(puyang: Town) -> None:
    wang = puyang.person("wang")
    no = await files_complaint(wang, MILK)
    confirm = wang.button("确认提交").value
    twice = [wang.message(pressed=confirm), wang.message(pressed=confirm)]
    told = await wang.sends(*twice)
    assert [no in text for text in told] == [True, True]
    async with puyang.house.database.read() as tx:
        assert [case.no for case in await tx.cases.of_person(wang.address, limit=9)] == [no]


async def test_two_confirmations_in_one_breath_file_one_case(puyang: Town) -> None:
    wang = puyang.person("wang")
    await wang.says(MILK)
    await wang.presses("同意")
    for words in ("王芳", "13812345678", "华龙区中原路某小区"):
        await wang.says(words)
    confirm = wang.button("确认提交").value
    await wang.sends(*(wang.message(pressed=confirm) for _ in range(3)))
    async with puyang.house.database.read() as tx:
        assert len(await tx.cases.of_person(wang.address, limit=9)) == 1


async def test_ten_messages_at_once_are_taken_in_their_order(puyang: Town) -> None:
    wang = puyang.person("wang")
    await wang.says(MILK)
    await wang.presses("同意")
    amounts = [f"金额是{n}" for n in range(61, 71)]
    told = await wang.sends(*(wang.message(words) for words in amounts))
    heard = re.findall(r"(\d+)元", "\n".join(text for text in told if text.startswith("改好了")))
    assert heard == [str(n) for n in range(61, 71)]


async def test_many_people_at_once_are_each_answered_in_their_own_matter(puyang: Town) -> None:
    people = [puyang.person(f"p{n}") for n in range(12)]
    everything = [person.message(MILK.replace("58", str(100 + n))) for n, person in enumerate(people)]
    await puyang.house.reception.receive(everything)
    await puyang.settle()
    await puyang.house.reception.receive([p.message(pressed=p.button("同意").value) for p in people])
    await puyang.settle()
    for n, person in enumerate(people):
        person.hears(f"{100 + n}元")
        assert f"{101 + n}元" not in person.texts


async def test_an_album_is_answered_once_and_every_photo_is_kept(puyang: Town) -> None:
    wang = puyang.person("wang")
    no = await files_complaint(wang, MILK)
    await wang.says("补充")
    told = await wang.shows("a", "b", "c", album="one")
    assert len(told) == 1
    await wang.says("就这些")
    await puyang.duties.fetch()
    async with puyang.house.database.read() as tx:
        case = await tx.cases.get(no)
        assert case is not None
        kept = await tx.evidence.of(case.no)
    assert [piece.state for piece in kept] == ["kept"] * 3
    files = {puyang.house.files.read(piece.sha256 or "") for piece in kept}
    assert files == {f"bytes of {name}".encode() for name in "abc"}


async def test_a_mistake_in_one_message_is_apologised_for_and_stops_nobody_else(
    migrated_url: str, clock: Clock, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with town(migrated_url, clock, tmp_path) as here:
        broken, fine = here.person("broken"), here.person("fine")
        for person in (broken, fine):
            await person.says("/start")
            await person.presses("同意")
        # A case that was filed under a kind that this program does not know is a mistake only its reader meets.
        await files_badly(here, broken.address.value)
        messages = [broken.message("进度"), fine.message("帮助"), broken.message("帮助")]
        await here.house.reception.receive(messages)
        await here.settle()
    (apology,) = [out.text for out in broken.told if "是我们的问题" in out.text]
    fault = apology.partition("编号")[2].rstrip("）)")
    assert "直接说发生了什么事" in fine.told[-1].text
    assert "直接说发生了什么事" in broken.told[-1].text
    logged = [TextFormat().format(record) for record in caplog.records if record.levelno >= logging.ERROR]
    assert len(logged) == 1
    assert fault in logged[0]
    assert "Traceback" in logged[0] or "home.py" in logged[0]


async def files_badly(here: Town, person: str) -> None:
    async with here.house.database.begin() as tx:
        cases, identities = tx.schema.cases, tx.schema.identities
        row = {
            "no": "1", "kind": "prayer", "status": "received", "received_at": here.clock(), "because": "",
            "demands": "", "urgent": False, "narrative": "n", "version": 1,
        }  # fmt: skip
        await tx.execute(cases.insert(), [row])
        await tx.execute(identities.insert(), [{"case_no": "1", "person": f"street:{person}"}])


async def test_what_was_refused_is_not_kept(puyang: Town) -> None:
    wang = puyang.person("wang")
    await wang.says(MILK)
    await wang.presses("不同意")
    async with puyang.house.database.read() as tx:
        kept = [row.message.text for row in await tx.inbox.said_by(wang.address, after=0, limit=9)]
        session = await tx.conversations.get(wang.address)
    assert MILK not in kept
    assert session is not None
    assert "牛奶" not in str(session.data)


async def test_a_draft_is_resumed_days_later_and_forgotten_after_the_time_that_was_said(puyang: Town) -> None:
    wang = puyang.person("wang")
    await wang.says(MILK)
    await wang.presses("同意")
    puyang.clock.advance(days=9)
    await puyang.duties.tidy()
    assert "惠万家超市" in (await wang.says("继续"))[0]
    puyang.clock.advance(days=31)
    await puyang.duties.tidy()
    told = await wang.says("继续")
    assert "惠万家" not in "".join(told)
    async with puyang.house.database.read() as tx:
        kept = [row.message.text for row in await tx.inbox.said_by(wang.address, after=0, limit=9)]
    assert kept == ["继续"]
