"""Files that people send: fetched whole, as they are, or a clear failure."""

from __future__ import annotations

import hashlib
import random
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from telegram import Bot, InputFile

from bot.telegram import Pace, Telegram
from bot.telegram_http import AiohttpRequest
from cases.errors import DeliveryError
from cases.messages import Attachment, AttachmentKind
from tests.bot_api import BotApi, FaultKind
from tests.bot_api.harness import FAST, Inbox, telegram

PICTURE = random.Random(1).randbytes(700_000)


@pytest_asyncio.fixture
async def server() -> AsyncIterator[BotApi]:
    async with BotApi() as server:
        yield server


async def received(inbox: Inbox) -> Attachment:
    incoming = (await inbox.wait_for(len(inbox.kept) + 1))[-1]
    return incoming.attachments[0]


async def fetched(channel: Telegram, attachment: Attachment) -> bytes:
    return b"".join([piece async for piece in channel.fetch(attachment)])


async def test_a_photo_is_fetched_in_its_full_size(server: BotApi) -> None:
    inbox = Inbox()
    async with telegram(server, inbox.receive, polls=True) as channel:
        server.sends_photo(7, PICTURE, caption="小票")
        photo = await received(inbox)
        content = await fetched(channel, photo)
    assert (photo.kind, photo.size) == (AttachmentKind.PHOTO, len(PICTURE))
    assert hashlib.sha256(content).digest() == hashlib.sha256(PICTURE).digest()


async def test_a_document_keeps_its_name_and_bytes(server: BotApi) -> None:
    inbox = Inbox()
    async with telegram(server, inbox.receive, polls=True) as channel:
        server.sends_document(7, b"%PDF", file_name="合同 扫描件.pdf")
        document = await received(inbox)
        assert await fetched(channel, document) == b"%PDF"
    assert (document.file_name, document.media_type) == ("合同 扫描件.pdf", "application/pdf")


@pytest.mark.parametrize("known_before", [True, False])
async def test_a_file_that_telegram_does_not_hand_out_is_given_up(known_before: bool, server: BotApi) -> None:
    inbox = Inbox()
    async with telegram(server, inbox.receive, polls=True) as channel:
        server.sends_document(7, bytes(21 * 1024 * 1024))
        big = await received(inbox)
        size = big.size if known_before else None
        with pytest.raises(DeliveryError) as caught:
            await fetched(channel, Attachment(kind=big.kind, reference=big.reference, size=size))
    assert not caught.value.retryable
    assert server.count("getFile") == 0


@pytest.mark.parametrize("reference", ["nonsense", "", None])
async def test_an_unknown_file_is_given_up(reference: str | None, server: BotApi) -> None:
    async with telegram(server, Inbox().receive) as channel:
        with pytest.raises(DeliveryError) as caught:
            await fetched(channel, Attachment(kind=AttachmentKind.PHOTO, reference=reference))
    assert not caught.value.retryable


@pytest.mark.parametrize("kind", list(FaultKind))
async def test_a_download_that_breaks_may_be_tried_again(kind: FaultKind, server: BotApi) -> None:
    inbox = Inbox()
    # The client itself asks once more when a connection that it had kept breaks.
    server.faults.add(kind, method="file", count=2 if kind is FaultKind.RESET_BEFORE else 1)
    pace = Pace(poll=1, read_timeout=0.15 if kind is FaultKind.HANG else 5.0)
    async with telegram(server, inbox.receive, polls=True, pace=pace) as channel:
        server.sends_photo(7, PICTURE)
        photo = await received(inbox)
        with pytest.raises(DeliveryError) as caught:
            await fetched(channel, photo)
        assert await fetched(channel, photo) == PICTURE
    assert caught.value.retryable
    assert server.token not in caught.value.reason


async def test_files_are_uploaded_through_the_same_client(server: BotApi) -> None:
    server.knows(7)
    request = AiohttpRequest(connections=2, read_timeout=FAST.read_timeout)
    bot = Bot(server.token, base_url=f"{server.url}/bot", base_file_url=f"{server.url}/file/bot", request=request)
    async with bot:
        sent = await bot.send_document(7, InputFile(PICTURE, filename="统计.xlsx"), caption="十一月")
        assert sent.document is not None
        file = await bot.get_file(sent.document.file_id)
        assert bytes(await file.download_as_bytearray()) == PICTURE
    assert (sent.document.file_name, sent.caption) == ("统计.xlsx", "十一月")
