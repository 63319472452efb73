"""A broadcast through Telegram: written in one chat, approved in another, sent, stopped, resumed, taken back."""

from __future__ import annotations

import asyncio
import shutil
import sys
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from bot.settings import Settings
from cases.broadcasts import Audience, BroadcastKind, BroadcastState
from cases.messages import Address
from cases.model import Role
from cases.rulebook import SITES, load_rulebook
from handlers import spreading, staffing
from handlers.delivery import ABROAD
from handlers.house import House
from main import build
from tests.bot_api import BotApi
from tests.bot_api.harness import eventually
from tests.clock import Clock
from tests.house import Town
from tests.processes import installed
from tests.telegram_house import Chat, TelegramTown, telegram_town
from tests.web.site import PNG

DESK = "410900-12315"
WRITER, READER = 9001, 9002
PEOPLE = range(1001, 1051)
TITLE, BODY = "冬季取暖用电安全", "不要购买没有3C标志的电热毯。"
MANY, KILLS = 300, 3


@pytest.fixture
async def telegram(migrated_url: str, clock: Clock, tmp_path: Path) -> AsyncIterator[TelegramTown]:
    async with telegram_town(migrated_url, clock, tmp_path) as here:
        yield here


async def staff_chats(town: TelegramTown) -> tuple[Chat, Chat]:
    chats = []
    for chat_id, name, role in ((WRITER, "起草", Role.DESK), (READER, "审批", Role.LEAD)):
        chat = town.chat(chat_id)
        await chat.says(f"/join {await town.code(name, bureau=DESK, role=role)}")
        chats.append(chat)
    return chats[0], chats[1]


async def subscribed(town: TelegramTown, *, region: str | None = "410902") -> None:
    async with town.house.database.begin() as tx:
        for chat_id in PEOPLE:
            town.server.knows(chat_id)
            person = Address(channel="telegram", value=str(chat_id))
            await tx.subscriptions.subscribe(person, ("food",), region, at=town.house.office.now())


async def writes(writer: Chat) -> str:
    """Everything by taps and short answers; returns the number."""
    await writer.says("群发")
    await writer.presses("消费提示")
    await writer.says(TITLE)
    await writer.says(BODY)
    await writer.presses("食品餐饮")
    await writer.presses("就这些")
    card = "".join(await writer.presses("华龙区"))
    assert BODY in card
    assert "现在共50人" in card
    return card.split()[0]


async def ticks(town: TelegramTown, clock: Clock, count: int = 3) -> None:
    for _ in range(count):
        await town.duties.spread()
        await town.settle()
        clock.advance(seconds=1)


def seen(server: BotApi, chat_id: int) -> list[str]:
    """What the person still has."""
    return [sent.text for sent in server.sent(chat_id) if not sent.deleted]


async def test_a_broadcast_written_approved_stopped_resumed_and_taken_back_in_chat(
    telegram: TelegramTown, clock: Clock
) -> None:
    writer, reader = await staff_chats(telegram)
    await subscribed(telegram)
    no = await writes(writer)
    await writer.presses("提交审批")
    reader.hears("群发待批", BODY)
    await reader.reads()
    assert "不会" not in "".join(await reader.presses("批准"))
    writer.hears("已批准")
    server, service = telegram.server, telegram.house.pages.broadcasts
    desk, lead = await service.member("起草"), await service.member("审批")
    await writer.presses("发送")
    async with telegram.house.database.begin() as tx:  # what was promised, and not yet taken up by the delivery
        await spreading.advance(tx, no, office=telegram.house.office)
        await tx.spread.postpone(no, until=clock().replace(hour=20))
    await writer.presses("停止")
    await ticks(telegram, clock)
    assert not any(seen(server, chat_id) for chat_id in PEOPLE)
    assert (await service.progress(desk, no)).count("stopped") == 50
    server.blocks(PEOPLE[0])
    await writer.presses("继续发送")
    await ticks(telegram, clock)
    for chat_id in PEOPLE[1:]:
        [text] = seen(server, chat_id)
        assert text.startswith("【濮阳市场监管】消费提示：")
    card = "".join(await writer.presses("看进度"))
    assert "50/50人（100%）" in card
    assert "联系不上1" in card
    await service.do(lead, no, "recall", reason="有误")
    await ticks(telegram, clock, 4)
    assert not any(seen(server, chat_id) for chat_id in PEOPLE)
    found = await service.progress(desk, no)
    assert (found.broadcast.state, found.count("recalled")) == (BroadcastState.RECALLED, 49)


async def test_with_a_picture_it_goes_up_once_and_what_is_too_old_to_delete_says_that_it_was_taken_back(
    telegram: TelegramTown, clock: Clock
) -> None:
    await staff_chats(telegram)
    await subscribed(telegram)
    service, server = telegram.house.pages.broadcasts, telegram.server
    desk, lead = await service.member("起草"), await service.member("审批")
    picture = await service.keep_picture(PNG, _nothing())
    made = await service.draft(
        desk, kind=BroadcastKind.ALERT, title=TITLE, body=BODY, audience=Audience(everyone=True), picture=picture
    )
    await service.do(lead, made.id, "approve")
    await service.send(desk, made.id)
    await ticks(telegram, clock)
    assert {sent.method for chat_id in PEOPLE for sent in server.sent(chat_id)} == {"sendPhoto"}
    uploads = [call for call in server.calls("sendPhoto") if not isinstance(call.params["photo"], str)]
    assert len(uploads) == 1
    await service.do(lead, made.id, "correct", body="更正后的内容")
    await ticks(telegram, clock, 4)
    assert all("更正后的内容" in seen(server, chat_id)[0] for chat_id in PEOPLE)
    clock.advance(hours=49)
    await service.do(lead, made.id, "recall")
    await ticks(telegram, clock, 4)
    assert all(
        seen(server, chat_id) == ["【濮阳市场监管】这条消息已由发布单位撤回，请以后续通知为准。"] for chat_id in PEOPLE
    )
    assert (await service.progress(desk, made.id)).count("recalled") == 50


async def test_words_that_outgrew_their_picture_are_taken_back_with_it(telegram: TelegramTown, clock: Clock) -> None:
    await staff_chats(telegram)
    await subscribed(telegram)
    service, server = telegram.house.pages.broadcasts, telegram.server
    desk, lead = await service.member("起草"), await service.member("审批")
    picture = await service.keep_picture(PNG, _nothing())
    made = await service.draft(
        desk, kind=BroadcastKind.ALERT, title=TITLE, body=BODY, audience=Audience(everyone=True), picture=picture
    )
    await service.do(lead, made.id, "approve")
    await service.send(desk, made.id)
    await ticks(telegram, clock)
    await service.do(lead, made.id, "correct", body="很长的提示。" * 250)
    await ticks(telegram, clock, 6)
    assert all("很长的提示" in seen(server, chat_id)[-1] for chat_id in PEOPLE)
    await service.do(lead, made.id, "recall")
    await ticks(telegram, clock, 6)
    assert not any(seen(server, chat_id) for chat_id in PEOPLE)


async def _nothing() -> AsyncIterator[bytes]:
    return
    yield b""


async def test_a_lead_gives_it_back_with_a_reason_and_the_steps_may_be_left(puyang: Town) -> None:
    async with puyang.house.database.begin() as tx:
        await tx.subscriptions.subscribe(Address(channel="street", value="p"), (), None, at=puyang.clock())
    writer = await puyang.staff("起草", bureau=DESK, role=Role.DESK)
    lead = await puyang.staff("审批", bureau=DESK, role=Role.LEAD)
    officer = await puyang.staff("承办", bureau="410902")
    assert "您的岗位不能" in "".join(await officer.says("群发"))
    await writer.says("群发")
    assert "写一条什么" in "".join(await writer.says("随便什么"))
    await writer.presses("消费警示")
    assert "标题最多60个字" in "".join(await writer.says("长" * 61))
    await writer.says(TITLE)
    await writer.says("取消")
    assert "群发" not in "".join(await writer.says("待办"))
    await writer.says("群发")
    await writer.presses("消费警示")
    for text in (TITLE, BODY):
        await writer.says(text)
    await writer.presses("全部订阅者")
    assert "限哪个区县" in "".join(await writer.says("不是区县"))
    await writer.presses("不限")
    await writer.presses("提交审批")
    await lead.presses("退回")
    await lead.says("语气再平实些")
    await writer.reads()
    writer.hears("语气再平实些")
    await writer.says("群发")
    assert "草稿，待批准" in writer.told[-1].text


@asynccontextmanager
async def _beside(settings: Settings, site: Path) -> AsyncIterator[House]:
    house = build(settings, load_rulebook(str(site)), channels={})
    yield house
    await house.database.close()


def site_that_never_rests(folder: Path) -> Path:
    """The clock of a program of its own is the real one; the test is to run at night as well."""
    site = folder / "site"
    shutil.copytree(SITES / "puyang", site)
    (site / "broadcasts.toml").write_text('[hours]\nstart = "00:00"\nend = "23:59:59.999999"\n', encoding="utf-8")
    return site


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
async def test_a_program_that_is_killed_again_and_again_misses_nobody(
    kind: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    url, site = request.getfixturevalue(f"{kind}_url"), site_that_never_rests(tmp_path)
    async with BotApi(any_chat=True) as server:
        wanted: dict[str, object] = {"data_dir": tmp_path, "database_url": url, "site": site}
        wanted |= {"telegram_token": server.token, "telegram_api_url": server.url}
        settings = Settings(data_dir=tmp_path, database_url=url, _env_file=None)  # type: ignore[call-arg]
        async with (
            installed(tmp_path, only="telegram,delivery,scheduler", settings=wanted) as program,
            _beside(settings, site) as house,
        ):
            service, no = house.pages.broadcasts, await _sending(house)
            for kill in range(KILLS):
                await program.start()
                await eventually(lambda: server.count("sendMessage") >= MANY * (kill + 1) // 5, timeout=40)  # noqa: B023
                await program.kill()
            await program.start()
            by = await service.member("起草")
            async with asyncio.timeout(60):
                while (await service.progress(by, no)).broadcast.state is not BroadcastState.SENT:  # noqa: ASYNC110
                    await asyncio.sleep(0.1)
            found = await service.progress(by, no)
            assert await program.end() == 0, program.log
        assert (found.people, found.count("sent")) == (MANY, MANY)
        heard = Counter({chat_id: len(server.texts(chat_id)) for chat_id in server.chat_ids})
    assert len(heard) == MANY
    repeated = sum(heard.values()) - MANY
    sys.stdout.write(f"{kind}: {KILLS} kills, {repeated} repeated\n")
    assert repeated <= KILLS * ABROAD


async def _sending(house: House) -> str:
    service, office = house.pages.broadcasts, house.office
    async with house.database.begin() as tx:
        for name, role in (("起草", Role.DESK), ("审批", Role.LEAD)):
            await staffing.invite(tx, bureau=DESK, role=role, name=name, office=office)
        for n in range(MANY):
            person = Address(channel="telegram", value=str(5000 + n))
            await tx.subscriptions.subscribe(person, (), None, at=office.now())
    desk, lead = await service.member("起草"), await service.member("审批")
    made = await service.draft(desk, kind=BroadcastKind.TIP, title=TITLE, body=BODY, audience=Audience(everyone=True))
    await service.do(lead, made.id, "approve")
    await service.send(desk, made.id)
    return made.id
