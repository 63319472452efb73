"""Messages out, through the real library and the network, against a server that refuses as Telegram does."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from bot.telegram import RATE, Pace, Telegram
from cases.errors import DeliveryError
from cases.messages import Address, Choice, Outgoing
from tests.bot_api import BotApi, FaultKind
from tests.bot_api.checks import units
from tests.bot_api.harness import Inbox, telegram

TEXT = "您的投诉已受理,编号2026-0017。"


@pytest_asyncio.fixture
async def server() -> AsyncIterator[BotApi]:
    async with BotApi() as server:
        server.knows(7)
        yield server


@pytest_asyncio.fixture
async def channel(server: BotApi) -> AsyncIterator[Telegram]:
    async with telegram(server, Inbox().receive) as channel:
        yield channel


def message(text: str = TEXT, *, to: str = "7", rows: tuple[tuple[Choice, ...], ...] = ()) -> Outgoing:
    return Outgoing(address=Address(channel="telegram", value=to), text=text, choices=rows)


async def failure(channel: Telegram, outgoing: Outgoing) -> DeliveryError:
    with pytest.raises(DeliveryError) as caught:
        await channel.send(outgoing)
    return caught.value


async def test_a_message_arrives_and_its_id_is_returned(server: BotApi, channel: Telegram) -> None:
    assert [await channel.send(message("一")), await channel.send(message("二"))] == ["1", "2"]
    assert server.texts(7) == ["一", "二"]


async def test_markup_characters_stay_as_they_are(server: BotApi, channel: Telegram) -> None:
    text = "<b>5*3=15</b> _a_ [x](y) `z` & \\ #1."
    await channel.send(message(text))
    assert server.texts(7) == [text]


async def test_buttons_arrive_in_their_rows(server: BotApi, channel: Telegram) -> None:
    rows = (
        (Choice(label="是", value="yes"), Choice(label="否", value="no")),
        (),
        (Choice(label="其他", value="类别"),),
    )
    await channel.send(message(rows=rows))
    sent = server.sent(7)[0]
    assert [[(button.label, button.data) for button in row] for row in sent.buttons] == [
        [("是", "yes"), ("否", "no")],
        [("其他", "类别")],
    ]


async def test_links_get_no_preview(server: BotApi, channel: Telegram) -> None:
    await channel.send(message("登录:https://example.org/once/abc"))
    assert json.loads(server.calls("sendMessage")[0].params["link_preview_options"]) == {"is_disabled": True}


async def test_a_long_text_goes_out_in_parts_with_the_buttons_under_the_last(server: BotApi, channel: Telegram) -> None:
    lines = [f"第{number}条:" + "消费者" * 20 for number in range(300)]
    number = await channel.send(message("\n".join(lines), rows=((Choice(label="好", value="ok"),),)))
    parts = server.sent(7)
    assert [line for part in parts for line in part.text.split("\n")] == lines
    assert all(units(part.text) <= 4096 for part in parts)
    assert [len(part.buttons) for part in parts] == [0] * (len(parts) - 1) + [1]
    assert number == str(parts[-1].message_id)


async def test_characters_outside_the_basic_plane_count_twice(server: BotApi, channel: Telegram) -> None:
    await channel.send(message("😀" * 5000))
    assert "".join(server.texts(7)) == "😀" * 5000
    assert len(server.texts(7)) == 3


async def test_what_telegram_cannot_take_is_taken_out(server: BotApi, channel: Telegram) -> None:
    await channel.send(message("\x00编\ud800号\x07:\r\n1\u202e2\x1b "))
    assert server.texts(7) == ["编号:\n12"]


@pytest.mark.parametrize("text", ["", "  \n\t ", "\x00\x01"])
async def test_an_empty_message_is_refused_before_it_leaves(text: str, server: BotApi, channel: Telegram) -> None:
    error = await failure(channel, message(text))
    assert (error.retryable, error.unreachable) == (False, False)
    assert server.sent(7) == []


async def test_a_person_who_blocked_the_bot_is_unreachable(server: BotApi, channel: Telegram) -> None:
    server.blocks(7)
    error = await failure(channel, message())
    assert (error.unreachable, error.retryable) == (True, False)


@pytest.mark.parametrize("stranger", ["8", "nobody", "@somebody"])
async def test_an_unknown_chat_is_unreachable(stranger: str, channel: Telegram) -> None:
    error = await failure(channel, message(to=stranger))
    assert (error.unreachable, error.retryable) == (True, False)


async def test_a_refused_button_is_an_error_that_no_repetition_mends(channel: Telegram) -> None:
    error = await failure(channel, message(rows=((Choice(label="空", value=""),),)))
    assert (error.unreachable, error.retryable) == (False, False)
    assert "button_data_invalid" in error.reason.lower()


async def test_a_flood_limit_says_how_long_to_wait_and_the_next_try_succeeds(server: BotApi, channel: Telegram) -> None:
    server.faults.add(FaultKind.FLOOD, method="sendMessage", retry_after=3)
    error = await failure(channel, message())
    assert (error.retryable, error.retry_after) == (True, 3.0)
    await channel.send(message())
    assert server.texts(7) == [TEXT]


@pytest.mark.parametrize(
    "kind",
    [
        FaultKind.SERVER_ERROR,
        FaultKind.BAD_GATEWAY,
        FaultKind.RESET_BEFORE,
        FaultKind.RESET_AFTER,
        FaultKind.GARBAGE,
        FaultKind.HANG,
    ],
)
async def test_trouble_on_the_way_may_be_tried_again(kind: FaultKind, server: BotApi) -> None:
    server.faults.add(kind, method="sendMessage")
    pace = Pace(read_timeout=0.15 if kind is FaultKind.HANG else 5.0)
    async with telegram(server, Inbox().receive, pace=pace) as channel:
        error = await failure(channel, message())
        await channel.send(message())
    assert (error.retryable, error.retry_after, error.unreachable) == (True, None, False)
    assert server.texts(7) == [TEXT] * (2 if kind is FaultKind.RESET_AFTER else 1)


async def test_a_long_text_that_broke_off_goes_on_where_it_broke_off(server: BotApi, channel: Telegram) -> None:
    text = "\n".join("甲" * 3000 for _ in range(4))
    server.faults.add(FaultKind.BAD_GATEWAY, method="sendMessage", after=2, count=2)
    for _ in range(2):
        assert (await failure(channel, message(text))).retryable
    await channel.send(message(text))
    assert server.texts(7) == ["甲" * 3000] * 4
    await channel.send(message(text))
    assert len(server.texts(7)) == 8


async def test_under_a_rate_each_part_of_a_long_text_is_a_call_of_its_own(server: BotApi, channel: Telegram) -> None:
    channel.rate = RATE
    text = "\n".join("甲" * 3000 for _ in range(3))
    assert [(await failure(channel, message(text))).partly for _ in range(2)] == [True, True]
    assert server.texts(7) == ["甲" * 3000] * 2
    assert await channel.send(message(text)) == "3"
    await channel.send(message())
    assert server.texts(7) == [*["甲" * 3000] * 3, TEXT]


async def test_a_wrong_token_keeps_messages_for_later(server: BotApi) -> None:
    token = "987654321:AAanother-token_another-token_another-0"
    async with telegram(server, Inbox().receive, token=token) as channel:
        error = await failure(channel, message())
    assert error.retryable
    assert "token is refused" in error.reason


async def test_a_stopped_channel_says_try_again(server: BotApi) -> None:
    async with telegram(server, Inbox().receive) as channel:
        await channel.stop()
        assert (await failure(channel, message())).retryable


async def test_no_failure_shows_token_or_text(server: BotApi, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    reasons = []
    async with telegram(server, Inbox().receive, pace=Pace(read_timeout=0.1)) as channel:
        for kind in FaultKind:
            server.faults.add(kind, method="sendMessage")
            reasons.append((await failure(channel, message())).reason)
        reasons.append((await failure(channel, message(to="8"))).reason)
    told = "\n".join(reasons) + caplog.text
    assert server.token not in told
    assert "投诉" not in told
    assert "127.0.0.1" not in told


async def test_many_messages_side_by_side_all_arrive(server: BotApi, channel: Telegram) -> None:
    for chat_id in range(100, 400):
        server.knows(chat_id)
    await asyncio.gather(*(channel.send(message(to=str(chat_id))) for chat_id in range(100, 400)))
    assert all(server.texts(chat_id) == [TEXT] for chat_id in range(100, 400))


async def test_limits_are_told_apart_by_person_and_overall() -> None:
    seconds = [1_795_140_000.0]
    server = BotApi(enforce_limits=True, any_chat=True, clock=lambda: seconds[0])
    async with server, telegram(server, Inbox().receive) as channel:
        await channel.send(message(to="1"))
        assert (await failure(channel, message(to="1"))).retry_after == 1.0
        for chat_id in range(2, 31):
            await channel.send(message(to=str(chat_id)))
        assert (await failure(channel, message(to="31"))).retry_after == 1.0
        seconds[0] += 1.0
        await channel.send(message(to="31"))
        await channel.send(message(to="1"))
