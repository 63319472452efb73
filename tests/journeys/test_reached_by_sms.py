"""Somebody blocks the bot: the next notice comes by short message, then by telephone, and the file proves each."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from cases.errors import DeliveryError
from cases.messages import Address, Incoming
from handlers.telling import proof_of
from tests.clock import Clock
from tests.house import MILK, SHORT
from tests.telegram_house import Chat, TelegramTown, telegram_town

HUALONG, NUMBER = "410902", "13812345678"
WANG, LI = 1001, 9001


@pytest.fixture
async def puyang(migrated_url: str, clock: Clock, tmp_path: Path) -> AsyncIterator[TelegramTown]:
    async with telegram_town(migrated_url, clock, tmp_path) as here:
        yield here


async def cast(town: TelegramTown) -> tuple[Chat, Chat, str]:
    """An officer, and a consumer whose complaint is signed."""
    li, wang = town.chat(LI), town.chat(WANG)
    await li.says(f"/join {await town.code('李明', bureau=HUALONG)}")
    await wang.says(MILK)
    await wang.presses("同意")
    town.server.sends_contact(WANG, NUMBER, first_name="王芳")
    await wang.reads()
    await wang.says("华龙区中原路某小区")
    no = "".join(await wang.presses("确认提交")).split("编号")[1].split("。")[0]
    await li.presses("签收")
    return li, wang, no


async def states(town: TelegramTown, no: str, *, about: str) -> list[str]:
    async with town.house.database.read() as tx:
        case = await tx.cases.get(no)
        assert case
        told = await tx.told.of_case(case.no)
    return [proof_of(one, office=town.house.office).state for one in told if about in one.text]


def phone_of(town: TelegramTown) -> Address:
    return Address(channel=SHORT, value=town.house.database.vault.blind_index(NUMBER))


async def test_who_blocks_the_bot_is_told_by_short_message_then_by_telephone_and_the_file_proves_it(
    puyang: TelegramTown,
) -> None:
    li, wang, no = await cast(puyang)
    phone = phone_of(puyang)
    puyang.server.blocks(WANG)
    await wang.reads()
    await li.presses("受理")
    assert [(out.address, out.choices) for out in puyang.phones.sent] == [(phone, ())]
    assert "已受理" in puyang.phones.sent[0].text
    assert await states(puyang, no, about="已受理") == ["未送达", "已发送"]

    puyang.phones.shut[phone] = DeliveryError("no such number", unreachable=True)
    await li.presses("组织调解")
    await li.presses("安排调解")
    told = await li.says("12月1日10点在华龙区局")
    assert "请打电话告诉对方" in "".join(told)
    assert await states(puyang, no, about="12月1日10点") == ["未送达，请电话告知"]

    await li.presses("已电话告知")
    await li.says("本人")
    card = (await li.says("12月1日的调解，她能来"))[-1]
    assert await states(puyang, no, about="12月1日10点") == ["已电话告知"]
    assert "已电话告知" in card


async def test_who_comes_back_is_told_in_the_chat_again(puyang: TelegramTown) -> None:
    li, wang, no = await cast(puyang)
    puyang.server.blocks(WANG)
    await wang.reads()
    await li.presses("受理")
    puyang.server.unblocks(WANG)
    await wang.says("你好")
    await li.presses("回复")
    await li.says("请保留小票")
    await wang.reads()
    wang.hears("请保留小票")
    assert len(puyang.phones.sent) == 1, no


async def test_what_is_answered_to_a_short_message_reaches_the_officer(puyang: TelegramTown) -> None:
    li, wang, no = await cast(puyang)
    puyang.server.blocks(WANG)
    await wang.reads()
    await li.presses("受理")
    phone = phone_of(puyang)
    message = Incoming(address=phone, key="1", at=puyang.house.office.now(), text="小票找到了，可以拍照给你们")
    await puyang.house.reception.receive([message])
    told = await li.reads()
    assert "小票找到了" in "".join(told)
    assert [out.text for out in puyang.phones.sent][1:] == [
        f"【濮阳市场监管】已补充到{no}，并告诉了承办人。要说新的事，请回复「投诉」或「举报」。"
    ]
