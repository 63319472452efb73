"""The Bot API stand-in refuses what Telegram refuses, in Telegram's words, to whichever client asks."""

from __future__ import annotations

import asyncio
import json
import random
import sys
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
import pytest_asyncio
from aiogram import Bot
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.types import BufferedInputFile, InlineKeyboardButton, InlineKeyboardMarkup
from aiohttp import web
from aiohttp.test_utils import TestServer

from tests.bot_api import TOKEN, BotApi, FaultKind
from tests.bot_api.harness import eventually

Call = tuple[int, dict[str, Any]]


@pytest_asyncio.fixture
async def server() -> AsyncIterator[BotApi]:
    async with BotApi() as server:
        server.knows(7)
        yield server


async def call(server: BotApi, method: str, /, *, token: str = TOKEN, **params: Any) -> Call:
    address = f"{server.url}/bot{token}/{method}"
    async with aiohttp.ClientSession() as http, http.post(address, json=params) as response:
        return response.status, await response.json(content_type=None)


async def refusal(server: BotApi, **params: Any) -> tuple[int, str]:
    status, body = await call(server, "sendMessage", **{"chat_id": 7, "text": "好", **params})
    assert body["ok"] is False
    assert body["error_code"] == status
    assert server.sent(7) == []
    return status, body["description"]


def inline(**button: Any) -> dict[str, Any]:
    return {"inline_keyboard": [[{"text": "好", **button}]]}


@pytest.mark.parametrize("token", ["1:" + "x" * 35, "nonsense", "123456789:"])
async def test_a_wrong_token_is_401_or_404(token: str, server: BotApi) -> None:
    status, body = await call(server, "getMe", token=token)
    assert (status, body["description"]) in [(401, "Unauthorized"), (404, "Not Found")]


async def test_an_unknown_method_is_404(server: BotApi) -> None:
    assert (await call(server, "sendNothing"))[0] == 404


@pytest.mark.parametrize(
    ("params", "words"),
    [
        ({"text": ""}, "message text is empty"),
        ({"text": " \n"}, "message text is empty"),
        ({"text": "字" * 4097}, "message is too long"),
        ({"text": "😀" * 2049}, "message is too long"),
        ({"text": "\ud800"}, "strings must be encoded in UTF-8"),
        ({"chat_id": 8}, "chat not found"),
        ({"chat_id": "@nobody"}, "chat not found"),
        ({"reply_markup": inline(callback_data="a" * 65)}, "BUTTON_DATA_INVALID"),
        ({"reply_markup": inline(callback_data="类" * 22)}, "BUTTON_DATA_INVALID"),
        ({"reply_markup": inline(callback_data="")}, "BUTTON_DATA_INVALID"),
        ({"reply_markup": inline()}, "Text buttons are unallowed in the inline keyboard"),
        ({"reply_markup": inline(url="not a link")}, "Wrong HTTP URL"),
        ({"reply_markup": {"inline_keyboard": [{"text": "好"}]}}, "must be an Array of Arrays"),
        ({"reply_markup": {"inline_keyboard": 5}}, "must be of type Array"),
        ({"reply_markup": "{"}, "can't parse reply markup JSON object"),
        ({"reply_markup": []}, "object expected as reply markup"),
        ({"text": "<b>好", "parse_mode": "HTML"}, 'Can\'t find end tag corresponding to start tag "b"'),
        ({"text": "好</b>", "parse_mode": "HTML"}, "Unmatched end tag"),
        ({"text": "<h1>好</h1>", "parse_mode": "HTML"}, 'Unsupported start tag "h1" at byte offset 0'),
        ({"text": "价格 < 5", "parse_mode": "HTML"}, 'Unsupported start tag "" at byte offset'),
        ({"text": "a.b", "parse_mode": "MarkdownV2"}, "Character '.' is reserved and must be escaped"),
        ({"text": "*好", "parse_mode": "MarkdownV2"}, "Can't find end of Bold entity"),
        ({"text": "*好", "parse_mode": "Markdown"}, "Can't find end of the entity"),
    ],
)
async def test_what_telegram_refuses_is_400(params: dict[str, Any], words: str, server: BotApi) -> None:
    status, description = await refusal(server, **params)
    assert status == 400
    assert description.startswith("Bad Request: ")
    assert words in description


@pytest.mark.parametrize(
    ("text", "mode", "seen"),
    [
        ("<b>好 &lt; <i>坏</i></b>", "HTML", "好 < 坏"),
        ("*好* 1\\.5 [链](https://example.org)", "MarkdownV2", "好 1.5 链"),
        ("*好* `x`", "Markdown", "好 x"),
        ("<b>*_", None, "<b>*_"),
        ("字" * 4096, None, "字" * 4096),
    ],
)
async def test_what_telegram_takes_is_shown_as_a_person_sees_it(
    text: str, mode: str | None, seen: str, server: BotApi
) -> None:
    params = {"parse_mode": mode} if mode else {}
    status, body = await call(server, "sendMessage", chat_id=7, text=text, **params)
    assert (status, body["result"]["text"], server.texts(7)) == (200, seen, [seen])


async def test_a_blocked_bot_is_403(server: BotApi) -> None:
    server.blocks(7)
    assert await refusal(server) == (403, "Forbidden: bot was blocked by the user")


async def test_parameters_may_come_as_a_form_or_in_the_address(server: BotApi) -> None:
    address = f"{server.url}/bot{TOKEN}/sendMessage"
    async with aiohttp.ClientSession() as http:
        await http.post(
            address, data={"chat_id": "7", "text": "一", "reply_markup": json.dumps(inline(callback_data="x"))}
        )
        await http.get(address, params={"chat_id": "7", "text": "二"})
    assert server.texts(7) == ["一", "二"]
    assert server.sent(7)[0].labels() == ["好"]


async def test_an_offset_forgets_what_lies_before_it(server: BotApi) -> None:
    numbers = [server.says(7, text) for text in "一二三"]
    everything = (await call(server, "getUpdates"))[1]["result"]
    assert [update["update_id"] for update in everything] == numbers
    rest = (await call(server, "getUpdates", offset=numbers[1], limit=1))[1]["result"]
    assert [update["message"]["text"] for update in rest] == ["二"]
    assert server.pending == numbers[1:]
    assert [update["update_id"] for update in (await call(server, "getUpdates", offset=-1))[1]["result"]] == numbers[2:]


async def test_a_long_poll_returns_as_soon_as_something_comes(server: BotApi) -> None:
    poll = asyncio.create_task(call(server, "getUpdates", timeout=30))
    await asyncio.sleep(0.02)
    server.says(7, "来了")
    assert [update["message"]["text"] for update in (await poll)[1]["result"]] == ["来了"]


async def test_of_two_pollers_the_first_is_sent_away(server: BotApi) -> None:
    first = asyncio.create_task(call(server, "getUpdates", timeout=30))
    await asyncio.sleep(0.02)
    await call(server, "getUpdates", timeout=0)
    status, body = await first
    assert (status, "terminated by other getUpdates request" in body["description"]) == (409, True)


async def test_polling_beside_a_webhook_is_409(server: BotApi) -> None:
    assert (await call(server, "setWebhook", url="http://127.0.0.1:9/x", secret_token="geheim"))[0] == 200
    status, body = await call(server, "getUpdates")
    assert (status, "webhook is active" in body["description"]) == (409, True)
    assert (await call(server, "getWebhookInfo"))[1]["result"]["url"] == "http://127.0.0.1:9/x"
    await call(server, "deleteWebhook")
    assert (await call(server, "getUpdates"))[0] == 200


async def test_a_webhook_gets_each_chat_in_order_and_several_chats_at_once(server: BotApi) -> None:
    busy: list[int] = []
    texts: dict[int, list[str]] = {7: [], 8: [], 9: []}
    refused: set[int] = set()

    async def handle(request: web.Request) -> web.Response:
        update = await request.json()
        busy.append(busy[-1] + 1 if busy else 1)
        await asyncio.sleep(0.005)
        busy.append(busy[-1] - 1)
        if update["update_id"] % 3 == 0 and update["update_id"] not in refused:
            refused.add(update["update_id"])
            return web.Response(status=500)
        texts[update["message"]["chat"]["id"]].append(update["message"]["text"])
        return web.Response()

    app = web.Application()
    app.router.add_post("/hook", handle)
    async with TestServer(app) as hook:
        await call(server, "setWebhook", url=str(hook.make_url("/hook")), max_connections=2)
        for number in range(4):
            for chat_id in texts:
                server.says(chat_id, str(number))
        await eventually(lambda: server.pending == [])
    assert list(texts.values()) == [["0", "1", "2", "3"]] * 3
    assert max(busy) == 2
    assert len(refused) == 4


@pytest.mark.parametrize("params", [{"url": "http://example.org/x"}, {"url": "https://x.org", "secret_token": "a b"}])
async def test_a_bad_webhook_is_refused(params: dict[str, str], server: BotApi) -> None:
    assert (await call(server, "setWebhook", **params))[0] == 400


async def test_messages_are_numbered_in_each_chat_and_can_be_changed_and_deleted(server: BotApi) -> None:
    server.says(7, "你好")
    number = (await call(server, "sendMessage", chat_id=7, text="一"))[1]["result"]["message_id"]
    assert number == 2
    assert (await call(server, "editMessageText", chat_id=7, message_id=2, text="一"))[0] == 400
    assert (await call(server, "editMessageText", chat_id=7, message_id=2, text="二"))[0] == 200
    assert (server.texts(7), server.sent(7)[0].edited) == (["二"], True)
    assert (await call(server, "deleteMessage", chat_id=7, message_id=2))[1]["result"] is True
    assert (await call(server, "deleteMessage", chat_id=7, message_id=2))[0] == 400


async def test_an_unknown_button_press_cannot_be_answered(server: BotApi) -> None:
    assert (await call(server, "answerCallbackQuery", callback_query_id="5"))[0] == 400


async def test_pressing_a_button_that_is_not_there_names_those_that_are(server: BotApi) -> None:
    await call(server, "sendMessage", chat_id=7, text="?", reply_markup=inline(callback_data="x"))
    with pytest.raises(LookupError, match="好"):
        server.presses(7, "坏")


async def test_waiting_for_messages_says_what_is_there_when_they_do_not_come(server: BotApi) -> None:
    await call(server, "sendMessage", chat_id=7, text="只有这个")
    assert len(await server.wait_for(7, 1)) == 1
    with pytest.raises(TimeoutError, match="只有这个"):
        await server.wait_for(7, 2, timeout=0.01)


async def test_chance_faults_repeat_with_their_seed() -> None:
    runs = []
    for _ in range(2):
        async with BotApi(seed=5) as server:
            server.faults.add(FaultKind.SERVER_ERROR, method="getFile", count=None, probability=0.5)
            runs.append([server.faults.strike("getFile") is not None for _ in range(30)])
    assert runs[0] == runs[1]
    assert 5 < sum(runs[0]) < 25


async def test_another_client_understands_the_server(server: BotApi) -> None:
    bot = Bot(TOKEN, session=AiohttpSession(api=TelegramAPIServer.from_base(server.url)))
    try:
        keyboard = InlineKeyboardMarkup(inline_keyboard=[[InlineKeyboardButton(text="好", callback_data="ok")]])
        assert (await bot.get_me()).username == "lianxin_test_bot"
        assert (await bot.send_message(7, "你好", reply_markup=keyboard)).message_id == 1
        server.presses(7, "ok")
        server.sends_photo(7, b"jpeg" * 50, caption="照片")
        pressed, photo = await bot.get_updates()
        assert pressed.callback_query is not None
        assert await bot.answer_callback_query(pressed.callback_query.id)
        assert photo.message is not None
        assert photo.message.photo is not None
        content = await bot.download(photo.message.photo[-1].file_id)
        assert content is not None
        assert content.read() == b"jpeg" * 50
        document = await bot.send_document(7, BufferedInputFile(random.Random(2).randbytes(9), "表.xlsx"))
        assert document.document is not None
        assert document.document.file_name == "表.xlsx"
    finally:
        await bot.session.close()


async def test_the_server_runs_as_a_process_of_its_own() -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.bot_api", "--token", "1:abc", stdout=asyncio.subprocess.PIPE
    )
    try:
        assert process.stdout is not None
        url = (await process.stdout.readline()).decode().strip()
        async with aiohttp.ClientSession() as http:
            await http.post(f"{url}/control/person", json={"does": "says", "chat_id": 7, "text": "你好"})
            many = [{"does": "sends_photo", "chat_id": 8, "data": "AAAA"}] * 3
            await http.post(f"{url}/control/updates", json={"updates": many})
            await http.post(f"{url}/control/faults", json={"kind": "server_error", "method": "sendMessage"})
            sends = [await http.post(f"{url}/bot1:abc/sendMessage", json={"chat_id": 7, "text": "好"}) for _ in "12"]
            assert [response.status for response in sends] == [500, 200]
            sent = await (await http.get(f"{url}/control/sent?chat_id=7")).json()
            assert [message["text"] for message in sent] == ["好"]
            counts = await (await http.get(f"{url}/control/counts")).json()
            assert counts.pop("calls") == {"sendMessage": 1}
            assert counts == {"sent": 1, "pending": 4, "answered": 0, "faults": 1, "refusals": {}}
            refused = await http.post(f"{url}/control/person", json={"does": "flies", "chat_id": 7})
            assert refused.status == 400
    finally:
        process.terminate()
        assert await process.wait() == 0
