"""Updates by long polling and by webhook: kept before acknowledged, whatever fails."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from bot.telegram import Telegram
from cases.messages import Choice, Outgoing
from tests.bot_api import BotApi, FaultKind
from tests.bot_api.harness import FAST, SECRET, Inbox, eventually, hooked, telegram


@pytest_asyncio.fixture
async def server() -> AsyncIterator[BotApi]:
    async with BotApi() as server:
        yield server


async def test_a_message_arrives_by_long_polling(server: BotApi) -> None:
    inbox = Inbox()
    async with telegram(server, inbox.receive, polls=True):
        server.says(7, "牛奶过期了")
        kept = await inbox.wait_for(1)
    assert [(str(incoming.address), incoming.text) for incoming in kept] == [("telegram:7", "牛奶过期了")]


async def test_what_was_sent_while_the_bot_was_away_arrives_in_order(server: BotApi) -> None:
    for number in range(250):
        server.says(7, f"第{number}条")
    inbox = Inbox()
    async with telegram(server, inbox.receive, polls=True):
        kept = await inbox.wait_for(250)
        await eventually(lambda: server.pending == [])
    assert [incoming.text for incoming in kept] == [f"第{number}条" for number in range(250)]
    assert len({incoming.key for incoming in kept}) == 250


async def test_an_update_is_not_acknowledged_before_it_is_kept(server: BotApi) -> None:
    number = server.says(7, "你好")
    entered, leave = asyncio.Event(), asyncio.Event()

    async def receive(_: object) -> None:
        entered.set()
        await leave.wait()

    async with telegram(server, receive, polls=True):
        await entered.wait()
        await asyncio.sleep(0.02)
        assert server.pending == [number]
        leave.set()
        await eventually(lambda: server.pending == [])


async def test_an_update_that_could_not_be_kept_comes_again(server: BotApi, caplog: pytest.LogCaptureFixture) -> None:
    server.says(7, "我要投诉")
    inbox = Inbox(failures=2)
    async with telegram(server, inbox.receive, polls=True):
        kept = await inbox.wait_for(1)
    assert len(inbox.refused) == 2
    assert inbox.refused[0][0].key == inbox.refused[1][0].key == kept[0].key
    assert "我要投诉" not in caplog.text


async def test_a_killed_bot_loses_nothing(server: BotApi) -> None:
    server.says(7, "一")

    async def killed(_: object) -> None:
        await asyncio.Event().wait()

    async with telegram(server, killed, polls=True):
        await asyncio.sleep(0.02)
    inbox = Inbox()
    async with telegram(server, inbox.receive, polls=True):
        assert [incoming.text for incoming in await inbox.wait_for(1)] == ["一"]


@pytest.mark.parametrize("kind", [kind for kind in FaultKind if kind is not FaultKind.HANG])
async def test_polling_survives(kind: FaultKind, server: BotApi) -> None:
    server.faults.add(kind, method="getUpdates", count=3, retry_after=0)
    inbox = Inbox()
    async with telegram(server, inbox.receive, polls=True):
        server.says(7, "还在吗")
        assert (await inbox.wait_for(1))[0].text == "还在吗"
        await eventually(lambda: len(server.faults.hits) == 3)
        server.says(7, "在的")
        assert [incoming.text for incoming in await inbox.wait_for(2)][-1] == "在的"


async def test_polling_survives_a_server_that_never_answers(server: BotApi) -> None:
    server.faults.add(FaultKind.HANG, method="getUpdates")
    pace = FAST.__class__(poll=0, first_pause=0.005, longest_pause=0.01, read_timeout=0.05)
    inbox = Inbox()
    async with telegram(server, inbox.receive, polls=True, pace=pace):
        server.says(7, "喂")
        await inbox.wait_for(1)


async def test_polling_goes_on_after_another_poller_has_come_and_gone(server: BotApi) -> None:
    inbox, other = Inbox(), Inbox()
    async with telegram(server, inbox.receive, polls=True):
        await eventually(lambda: server.count("deleteWebhook") == 1)
        async with telegram(server, other.receive, polls=True):
            await asyncio.sleep(0.02)
        server.says(7, "谁收到")
        await inbox.wait_for(1)


async def test_one_malformed_update_does_not_hold_up_the_others(server: BotApi) -> None:
    inbox = Inbox()
    for body in ({}, {"chat": 5}, {"chat": {"id": "x", "type": "private"}, "text": "?"}, "text", None, [1]):
        server.pushes("message", body)
        server.pushes("callback_query", body)
    server.says(7, "正常")
    async with telegram(server, inbox.receive, polls=True):
        kept = await inbox.wait_for(1)
        await eventually(lambda: server.pending == [])
    assert [incoming.text for incoming in kept] == ["正常"]


async def test_a_pressed_button_comes_back_and_is_answered(server: BotApi) -> None:
    inbox = Inbox()
    server.knows(7)
    async with telegram(server, inbox.receive, polls=True) as channel:
        await channel.send(_question())
        server.presses(7, "是")
        kept = await inbox.wait_for(1)
        await eventually(lambda: server.answered == [True])
    assert (kept[0].pressed, kept[0].text) == ("yes", "")


async def test_a_button_that_cannot_be_answered_is_no_harm(server: BotApi) -> None:
    inbox = Inbox()
    server.knows(7)
    async with telegram(server, inbox.receive, polls=True) as channel:
        await channel.send(_question())
        server.faults.add(FaultKind.SERVER_ERROR, method="answerCallbackQuery")
        server.presses(7, "是")
        server.says(7, "好了")
        assert len(await inbox.wait_for(2)) == 2


async def test_only_the_kinds_that_the_bot_reads_are_asked_for(server: BotApi) -> None:
    inbox = Inbox()
    async with telegram(server, inbox.receive, polls=True):
        server.says(7, "一")
        await inbox.wait_for(1)
        server.pushes("poll", {"id": "1"})
        server.blocks(7)
        await eventually(lambda: server.pending == [])
    assert len(inbox.kept) == 1


async def test_the_bot_starts_while_telegram_cannot_be_reached(caplog: pytest.LogCaptureFixture) -> None:
    server = BotApi()
    server.url = "http://127.0.0.1:9"
    inbox = Inbox()
    with caplog.at_level(logging.INFO):
        async with telegram(server, inbox.receive, polls=True) as channel:
            await eventually(lambda: caplog.text.count("next try") >= 2)
            assert channel.username is None
    assert "cannot be reached" in caplog.text
    assert server.token not in caplog.text


async def test_the_bot_connects_once_telegram_answers(server: BotApi) -> None:
    for kind in (FaultKind.BAD_GATEWAY, FaultKind.GARBAGE, FaultKind.RESET_BEFORE, FaultKind.FLOOD):
        server.faults.add(kind, method="getMe", retry_after=0)
    async with telegram(server, Inbox().receive) as channel:
        await eventually(lambda: channel.username is not None)
        assert channel.username == "lianxin_test_bot"


async def test_telegram_is_reached_through_the_proxy_of_the_machine(
    server: BotApi, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("http_proxy", server.url)
    monkeypatch.setenv("no_proxy", "localhost")
    server.url = "http://far-away.invalid"
    async with telegram(server, Inbox().receive) as channel:
        await eventually(lambda: channel.username is not None)


@pytest.mark.parametrize("token", ["987654321:AAanother-token_another-token_another-0", "987654321:short"])
async def test_a_wrong_token_is_said_without_showing_it(
    token: str, server: BotApi, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO):
        async with telegram(server, Inbox().receive, token=token, polls=True):
            await eventually(lambda: "the bot token is refused" in caplog.text)
    assert token.partition(":")[2] not in caplog.text
    assert {getattr(record, "action", None) for record in caplog.records} == {"telegram_connect_failed"}


async def test_polling_removes_a_webhook_that_was_left_behind(server: BotApi) -> None:
    inbox = Inbox()
    async with hooked(server, inbox.receive):
        await eventually(lambda: server.hook is not None)
    async with telegram(server, inbox.receive, polls=True):
        await eventually(lambda: server.hook is None)
        server.says(7, "轮询")
        await inbox.wait_for(1)


async def test_a_webhook_delivers_and_is_registered_with_its_secret(server: BotApi) -> None:
    inbox = Inbox()
    async with hooked(server, inbox.receive):
        await eventually(lambda: server.hook is not None)
        server.says(7, "你好")
        server.says(8, "您好")
        kept = await inbox.wait_for(2)
        await eventually(lambda: server.pending == [])
    assert sorted(incoming.text for incoming in kept) == ["你好", "您好"]
    assert server.hook is not None
    assert server.hook.secret == SECRET


async def test_a_webhook_that_could_not_keep_an_update_gets_it_again(server: BotApi) -> None:
    inbox = Inbox(failures=2)
    async with hooked(server, inbox.receive):
        await eventually(lambda: server.hook is not None)
        for text in ("一", "二", "三"):
            server.says(7, text)
        kept = await inbox.wait_for(3)
    assert [incoming.text for incoming in kept] == ["一", "二", "三"]
    assert server.hook is not None
    assert server.hook.refused == 2


async def _statuses(channel: Telegram, *calls: tuple[bytes, str | None]) -> list[int]:
    return [await channel.handle_webhook(body, secret) for body, secret in calls]


async def test_a_webhook_call_needs_the_secret_and_an_update(server: BotApi) -> None:
    inbox = Inbox()
    update = json.dumps(
        {"update_id": 1, "message": {"chat": {"id": 7, "type": "private"}, "date": 1_795_000_000, "text": "好"}}
    ).encode()
    async with hooked(server, inbox.receive) as channel:
        forged = await _statuses(channel, (update, None), (update, ""), (update, "wrong"), (update, "错"))
        nonsense = await _statuses(
            channel, (b"", SECRET), (b"\xff", SECRET), (b"[]", SECRET), (b"{}", SECRET), (b'{"update_id":"1"}', SECRET)
        )
        assert inbox.kept == []
        assert forged == [403] * 4
        assert nonsense == [400] * 5
        assert await _statuses(channel, (update, SECRET), (b'{"update_id":2,"message":{}}', SECRET)) == [200, 200]
    assert [incoming.text for incoming in inbox.kept] == ["好"]


async def test_without_a_webhook_every_call_is_forbidden(server: BotApi) -> None:
    async with telegram(server, Inbox().receive) as channel:
        assert await _statuses(channel, (b"{}", None), (b"{}", "")) == [403, 403]


async def test_a_failure_to_keep_is_answered_503(server: BotApi) -> None:
    inbox = Inbox(failures=1)
    update = b'{"update_id":1,"message":{"chat":{"id":7,"type":"private"},"date":1795000000,"text":"a"}}'
    async with hooked(server, inbox.receive) as channel:
        assert await _statuses(channel, (update, SECRET), (update, SECRET)) == [503, 200]


def _question() -> Outgoing:
    from cases.messages import Address

    choices = ((Choice(label="是", value="yes"), Choice(label="否", value="no")),)
    return Outgoing(address=Address(channel="telegram", value="7"), text="要调解吗?", choices=choices)
