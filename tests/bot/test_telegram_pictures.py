"""Pictures out, and what was sent changed or taken back: the real library against a server as strict as Telegram."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
import pytest_asyncio

from bot.telegram import RATE, Telegram
from cases.errors import DeliveryError
from cases.messages import Address, Choice, Outgoing
from handlers.pacing import Rate
from tests.bot_api import BotApi, FaultKind
from tests.bot_api.harness import FAST, NOW, Inbox
from tests.web.site import PNG

SHA = "ab" * 32
BUTTONS = ((Choice(label="退订", value="home:refuse"),),)
LONG = "很长的提示。" * 250
HOURS_48 = 48 * 3600


class Album:
    """Keeps one picture, and counts how often it is opened."""

    opened = 0

    def read(self, sha256: str) -> bytes:
        if sha256 != SHA:
            raise FileNotFoundError(sha256)
        self.opened += 1
        return PNG


class Hours:
    """The server's clock."""

    now = 1_795_140_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def hours() -> Hours:
    return Hours()


@pytest.fixture
def album() -> Album:
    return Album()


@pytest_asyncio.fixture
async def server(hours: Hours) -> AsyncIterator[BotApi]:
    async with BotApi(clock=hours) as server:
        for chat_id in range(7, 20):
            server.knows(chat_id)
        yield server


@asynccontextmanager
async def opened(server: BotApi, album: Album, *, rate: Rate | None) -> AsyncIterator[Telegram]:
    channel = Telegram(
        token=server.token,
        api_url=server.url,
        receive=Inbox().receive,
        now=lambda: NOW,
        pace=FAST,
        read_picture=album.read,
        rate=rate,
    )
    await channel.start()
    yield channel
    await channel.stop()


@pytest_asyncio.fixture
async def channel(server: BotApi, album: Album) -> AsyncIterator[Telegram]:
    async with opened(server, album, rate=None) as channel:
        yield channel


def message(text: str = "提示", *, to: int = 7, picture: str | None = SHA, revises: str | None = None) -> Outgoing:
    address = Address(channel="telegram", value=str(to))
    choices = BUTTONS if text else ()
    return Outgoing(address=address, text=text, picture=picture, revises=revises, choices=choices)


def there(server: BotApi, chat_id: int = 7) -> list[tuple[str, str]]:
    """What the person still sees: how it was sent, and its text."""
    return [(sent.method, sent.text) for sent in server.sent(chat_id) if not sent.deleted]


async def failure(channel: Telegram, outgoing: Outgoing) -> DeliveryError:
    with pytest.raises(DeliveryError) as caught:
        await channel.send(outgoing)
    return caught.value


async def test_a_picture_goes_out_with_its_text_and_buttons_below(server: BotApi, channel: Telegram) -> None:
    reference = await channel.send(message())
    [sent] = server.sent(7)
    assert (sent.method, sent.text, sent.labels(), reference) == ("sendPhoto", "提示", ["退订"], "1c")


async def test_a_text_too_long_for_a_caption_comes_after_the_picture(server: BotApi, channel: Telegram) -> None:
    reference = await channel.send(message(LONG))
    shown, told = server.sent(7)
    assert (shown.method, shown.text, shown.labels()) == ("sendPhoto", "", [])
    assert (told.text, told.labels(), reference) == (LONG, ["退订"], "1,2")


async def test_under_a_rate_a_picture_and_its_long_text_are_two_turns(server: BotApi, album: Album) -> None:
    async with opened(server, album, rate=RATE) as channel:
        assert (await failure(channel, message(LONG))).partly
        assert await channel.send(message(LONG)) == "1,2"
    assert [sent.method for sent in server.sent(7)] == ["sendPhoto", "sendMessage"]


async def test_a_picture_for_many_goes_up_once(server: BotApi, channel: Telegram, album: Album) -> None:
    await asyncio.gather(*(channel.send(message(to=chat_id)) for chat_id in range(7, 20)))
    assert album.opened == 1
    assert all(there(server, chat_id) == [("sendPhoto", "提示")] for chat_id in range(7, 20))
    uploads = [call for call in server.calls("sendPhoto") if not isinstance(call.params["photo"], str)]
    assert len(uploads) == 1


async def test_a_picture_that_the_server_has_forgotten_goes_up_again(
    server: BotApi, channel: Telegram, album: Album
) -> None:
    await channel.send(message())
    server.forgets_files()
    await channel.send(message())
    assert album.opened == 2
    assert len(there(server)) == 2


async def test_a_failed_upload_is_tried_again_by_the_next(server: BotApi, channel: Telegram, album: Album) -> None:
    server.faults.add(FaultKind.BAD_GATEWAY, method="sendPhoto")
    assert (await failure(channel, message())).retryable
    await channel.send(message())
    assert there(server) == [("sendPhoto", "提示")]


async def test_a_text_that_failed_after_its_picture_comes_without_the_picture_again(
    server: BotApi, channel: Telegram
) -> None:
    server.faults.add(FaultKind.BAD_GATEWAY, method="sendMessage")
    assert (await failure(channel, message(LONG))).retryable
    assert await channel.send(message(LONG)) == "1,2"
    assert there(server) == [("sendPhoto", ""), ("sendMessage", LONG)]


async def test_a_picture_that_is_lost_is_no_reason_to_try_for_days(channel: Telegram) -> None:
    error = await failure(channel, message(picture="cd" * 32))
    assert (error.retryable, error.unreachable) == (False, False)


@pytest.mark.parametrize(("text", "picture"), [("提示", None), ("提示", SHA), (LONG, SHA)])
async def test_what_was_sent_is_taken_back(text: str, picture: str | None, server: BotApi, channel: Telegram) -> None:
    reference = await channel.send(message(text, picture=picture))
    await channel.send(message("", picture=None, revises=reference))
    assert there(server) == []
    await channel.send(message("", picture=None, revises=reference))  # once more, or after the person did it: no error


@pytest.mark.parametrize(
    ("text", "picture", "seen"),
    [
        ("提示", None, [("sendMessage", "更正")]),
        ("提示", SHA, [("sendPhoto", "更正")]),
        (LONG, SHA, [("sendPhoto", ""), ("sendMessage", "更正")]),
    ],
)
async def test_what_was_sent_is_changed_in_its_place_and_keeps_its_buttons(
    text: str, picture: str | None, seen: list[tuple[str, str]], server: BotApi, channel: Telegram
) -> None:
    reference = await channel.send(message(text, picture=picture))
    for _ in range(2):  # the second time nothing changes, which is no error
        assert await channel.send(message("更正", picture=picture, revises=reference)) == reference
    assert there(server) == seen
    assert server.sent(7)[-1].labels() == ["退订"]


async def test_a_caption_that_grows_too_long_becomes_a_text_after_the_picture(
    server: BotApi, channel: Telegram
) -> None:
    reference = await channel.send(message())
    assert await channel.send(message(LONG, revises=reference)) == "2,3"
    assert there(server) == [("sendPhoto", ""), ("sendMessage", LONG)]


async def test_what_is_two_days_old_cannot_be_deleted_and_that_is_said_without_trying_again(
    server: BotApi, channel: Telegram, hours: Hours
) -> None:
    reference = await channel.send(message())
    hours.now += HOURS_48
    error = await failure(channel, message("", picture=None, revises=reference))
    assert (error.retryable, error.unreachable) == (False, False)
    assert "can't be deleted" in error.reason
    await channel.send(message("已撤回", revises=reference))
    assert there(server) == [("sendPhoto", "已撤回")]


async def test_a_person_who_has_blocked_the_bot_cannot_be_reached_for_a_recall(
    server: BotApi, channel: Telegram
) -> None:
    reference = await channel.send(message())
    server.blocks(7)
    assert (await failure(channel, message("", picture=None, revises=reference))).unreachable
