"""Fifty people write at once, some of them in bursts: everything is kept, in order, and answered in order."""

from __future__ import annotations

import random
import sys
import time
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import pytest
from sqlalchemy import func, select

from cases.messages import Address
from tests.clock import Clock
from tests.house import MILK
from tests.telegram_house import TelegramTown, telegram_town

PEOPLE = range(1001, 1051)
FORWARDER, PHOTOGRAPHER = 3001, 3002
LETTERS = "甲乙丙丁戊己庚辛壬癸"
FORWARDED = (MILK, *(f"第{letter}次去,商家说不退" for letter in LETTERS[1:]))


@pytest.fixture
async def puyang(migrated_url: str, clock: Clock, tmp_path: Path) -> AsyncIterator[TelegramTown]:
    async with telegram_town(migrated_url, clock, tmp_path) as here:
        yield here


def name(chat_id: int) -> str:
    return "王" + LETTERS[chat_id // 10 % 10] + LETTERS[chat_id % 10]


def script(chat_id: int) -> list[str]:
    story = f"昨天在华龙区惠万家超市建设路店买了箱纯牛奶{chat_id}块,回家发现过期了,他们不给退"
    return [story, "同意", name(chat_id), f"1381234{chat_id}", f"华龙区中原路{chat_id}号"]


def said_at_once(town: TelegramTown, *, seed: int = 12315) -> int:
    """Everybody's messages mixed, each person's in order, with two bursts between; how many there are."""
    scripts = {chat_id: script(chat_id) for chat_id in PEOPLE}
    turns = [chat_id for chat_id, texts in scripts.items() for _ in texts]
    random.Random(seed).shuffle(turns)
    for chat_id in turns[: len(turns) // 2]:
        town.server.says(chat_id, scripts[chat_id].pop(0))
    bursts(town)
    for chat_id in turns[len(turns) // 2 :]:
        town.server.says(chat_id, scripts[chat_id].pop(0))
    return len(turns) + 2 * len(LETTERS)


def bursts(town: TelegramTown) -> None:
    for number, text in enumerate(FORWARDED):
        town.server.forwards(FORWARDER, text)
        town.server.sends_photo(PHOTOGRAPHER, f"photo {number}".encode() * 50, album="receipts")


async def test_fifty_people_who_write_at_once_each_keep_every_answer_in_order(puyang: TelegramTown) -> None:
    started = time.perf_counter()
    count = said_at_once(puyang)
    await puyang.settle()
    spent = time.perf_counter() - started
    sys.stdout.write(f"{puyang.house.database.engine.dialect.name}: {count / spent:.0f} messages/s\n")
    assert await kept(puyang) == count
    for chat_id in PEOPLE:
        heard = puyang.server.texts(chat_id)
        assert in_order(("同意", "怎么称呼", "手机号", "通讯地址", "请核对"), heard), heard
        assert all(fact in heard[-1] for fact in (f"{chat_id}元", name(chat_id), f"华龙区中原路{chat_id}号")), heard[-1]
        assert len(heard) == len(puyang.server.texts(PEOPLE[0]))
        await sent_as_promised(puyang, chat_id)


async def test_a_forwarded_burst_is_kept_in_order_and_answered_once(puyang: TelegramTown) -> None:
    bursts(puyang)
    await puyang.settle()
    forwarder = puyang.chat(FORWARDER)
    heard = await forwarder.reads()
    assert len(heard) == 1
    assert "谁在用您的信息" in heard[0]
    await forwarder.presses("同意")
    for answer in ("王芳", "13812345678"):
        await forwarder.says(answer)
    assert "\n".join(FORWARDED) in "".join(await forwarder.says("华龙区中原路某小区"))


async def test_an_album_is_kept_whole_and_answered_once(puyang: TelegramTown) -> None:
    bursts(puyang)
    photographer = puyang.chat(PHOTOGRAPHER)
    assert len(await photographer.reads()) == 1
    photographer.hears("谁在用您的信息")
    await photographer.presses("同意")
    async with puyang.house.database.read() as tx:
        evidence = tx.schema.evidence
        mine = select(func.count()).where(evidence.c.person == f"telegram:{PHOTOGRAPHER}")
        assert (await tx.execute(mine)).scalar_one() == len(LETTERS)


async def kept(town: TelegramTown) -> int:
    """How many messages were worked; each update is one row."""
    async with town.house.database.read() as tx:
        inbox = tx.schema.inbox
        rows = (await tx.execute(select(inbox.c.key, inbox.c.done_at))).all()
    assert all(row.done_at for row in rows)
    return len({row.key for row in rows})


def in_order(parts: Sequence[str], texts: Sequence[str]) -> bool:
    rest = iter(texts)
    return all(any(part in text for text in rest) for part in parts)


async def sent_as_promised(town: TelegramTown, chat_id: int) -> None:
    async with town.house.database.read() as tx:
        told = await tx.outbox.since(Address(channel="telegram", value=str(chat_id)), after=0, limit=100)
    assert [outgoing.text for _, _, outgoing in told] == town.server.texts(chat_id)
