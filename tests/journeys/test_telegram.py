"""The main story in Telegram: through its network and its server, by long polling and by webhook."""

from __future__ import annotations

import hashlib
import random
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from cases.messages import Address
from cases.model import CaseNo
from tests.clock import Clock
from tests.house import MILK
from tests.telegram_house import Chat, TelegramTown, telegram_town

HUALONG = "410902"
WANG, LI, STRANGER = 1001, 9001, 6666
RECEIPT = random.Random(7).randbytes(300_000)
CONTRACT = b"%PDF-1.7 contract"


@pytest.fixture(params=["polling", "webhook"])
async def puyang(
    request: pytest.FixtureRequest, migrated_url: str, clock: Clock, tmp_path: Path
) -> AsyncIterator[TelegramTown]:
    async with telegram_town(migrated_url, clock, tmp_path, hooked=request.param == "webhook") as here:
        yield here


async def officer(town: TelegramTown) -> Chat:
    li = town.chat(LI)
    await li.says(f"/join {await town.code('李明', bureau=HUALONG)}")
    li.hears("李明您好", "承办人")
    return li


async def filed(town: TelegramTown, wang: Chat) -> str:
    """Wang's way to a number: the story, consent, her contact card, her address, the confirmation."""
    await wang.says(MILK)
    await wang.presses("同意")
    town.server.sends_contact(WANG, "13812345678", first_name="王芳")
    await wang.reads()
    await wang.says("华龙区中原路某小区")
    texts = await wang.presses("确认提交")
    return "".join(texts).split("编号")[1].split("。")[0]


async def test_a_complaint_told_corrected_and_documented_in_telegram_is_handled_there_and_rated(
    puyang: TelegramTown,
) -> None:
    li, wang = await officer(puyang), puyang.chat(WANG)
    await wang.says(MILK)
    wang.hears("同意", "12315")
    await wang.presses("同意")
    wang.hears("惠万家超市(建设路店)", "58元", "怎么称呼")
    puyang.server.sends_photo(WANG, RECEIPT, album="a")
    puyang.server.sends_document(WANG, CONTRACT, file_name="合同.pdf", album="a")
    wang_hears = await wang.reads()
    assert len([text for text in wang_hears if "按原图保存" in text]) == 1, wang_hears
    puyang.server.sends_contact(WANG, "13812345678", first_name="王芳")
    assert "通讯地址" in "".join(await wang.reads())
    await wang.says("华龙区中原路某小区")
    assert "85元" in "".join(await wang.says("金额是85"))
    summary = "".join(await wang.says("地址写错了,是胜利路店"))
    assert "惠万家超市(胜利路店)" in summary
    assert "材料：2份" in summary
    no = "".join(await wang.presses("确认提交")).split("编号")[1].split("。")[0]
    wang.hears("已登记", "已分流至")
    await evidence_is_kept_as_it_was_sent(puyang, no)
    await handled(li, wang, no=no)


async def evidence_is_kept_as_it_was_sent(town: TelegramTown, no: str) -> None:
    assert await town.duties.fetch() == 2
    async with town.house.database.read() as tx:
        kept = await tx.evidence.of(CaseNo(no))
    assert {piece.sha256 for piece in kept} == {hashlib.sha256(sent).hexdigest() for sent in (RECEIPT, CONTRACT)}
    for piece, sent in [(piece, sent) for piece in kept for sent in (RECEIPT, CONTRACT)]:
        assert (town.house.files.read(str(piece.sha256)) == sent) == (piece.size == len(sent))


async def handled(li: Chat, wang: Chat, *, no: str) -> None:
    assert no in "".join(await li.reads())
    li.hears("惠万家超市(胜利路店)", "85元")
    await li.presses("签收")
    await li.presses("受理")
    assert "已受理" in "".join(await wang.reads())
    await li.presses("办结")
    await li.presses("达成调解")
    await li.says("商家退款85元")
    assert "商家退款85元" in "".join(await wang.reads())
    assert "谢谢" in "".join(await wang.presses("满意"))
    wang.hears(no)


async def test_an_invitation_link_of_telegram_binds_an_officer(puyang: TelegramTown) -> None:
    li = puyang.chat(LI)
    await li.says(f"/start {await puyang.code('李明', bureau=HUALONG)}")
    li.hears("李明您好")
    no = await filed(puyang, puyang.chat(WANG))
    assert no in "".join(await li.reads())


async def test_a_stranger_who_presses_an_officers_button_gets_one_sentence_and_changes_nothing(
    puyang: TelegramTown,
) -> None:
    li, wang, stranger = await officer(puyang), puyang.chat(WANG), puyang.chat(STRANGER)
    no = await filed(puyang, wang)
    await li.reads()
    sign = next(
        button for sent in puyang.server.sent(LI) for row in sent.buttons for button in row if no in str(button.data)
    )
    await stranger.says("你好")
    await stranger.presses("同意")
    forged = {"id": "1", "from": {"id": STRANGER}, "message": {"chat": {"id": STRANGER, "type": "private"}}}
    puyang.server.pushes("callback_query", {**forged, "data": sign.data}, chat_id=STRANGER)
    assert len(await stranger.reads()) == 1
    assert "已分流" in "".join(await wang.says("进度")) + "".join(puyang.server.texts(WANG))
    assert no not in "".join(puyang.server.texts(STRANGER))


async def test_the_same_update_twice_is_answered_once(puyang: TelegramTown) -> None:
    wang = puyang.chat(WANG)
    await wang.says(MILK)
    await wang.presses("同意")
    before = len(puyang.server.texts(WANG))
    async with puyang.house.database.read() as tx:
        first = (await tx.inbox.said_by(Address(channel="telegram", value=str(WANG)), after=0, limit=1))[0].message
    await puyang.house.reception.receive([first, first])
    await wang.reads()
    assert len(puyang.server.texts(WANG)) == before
