"""A whole site behind a real HTTP server, and visitors with a cookie jar each."""

from __future__ import annotations

import asyncio
import json
import re
import uuid
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from aiohttp import ClientResponse, ClientSession, CookieJar, FormData
from aiohttp.test_utils import TestServer

from bot.settings import Settings
from bot.sms_making import make_sms
from bot.web import WebChannel, make_app
from cases.model import Role
from handlers.delivery import Channel
from handlers.house import House
from main import build
from tests.clock import Clock
from tests.house import CHANNEL, SHORT, Street, Town, rulebook

PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000000c4944415408d763f8cfc000000301010018dd8db0"
    "0000000049454e44ae426082"
)
HUALONG = "410902"


class Stream:
    """An open event stream."""

    def __init__(self, response: ClientResponse) -> None:
        self.response = response
        self.last = ""

    async def next(self) -> dict[str, Any]:
        """The next line told; its event id is kept in ``last``."""
        async with asyncio.timeout(10):
            event: dict[str, str] = {}
            while True:
                raw = (await self.response.content.readline()).decode()
                if not raw:
                    raise EOFError("the stream ended")
                name, _, value = raw.rstrip("\r\n").partition(": ")
                if not name and "data" in event:
                    self.last = event["id"]
                    line: dict[str, Any] = json.loads(event["data"])
                    return line
                event = {**event, name: value} if name else {}

    async def until(self, part: str) -> dict[str, Any]:
        """The next line whose text holds ``part``."""
        while part not in (line := await self.next())["text"]:
            pass
        return line


class Visitor:
    """A browser without scripts: cookies, and the headers that browsers send."""

    def __init__(self, session: ClientSession) -> None:
        self.session = session

    async def get(self, path: str, **more: Any) -> tuple[int, str]:
        async with self.session.get(path, **more) as response:
            return response.status, await response.text()

    async def submit(self, path: str, **fields: str) -> tuple[int, str]:
        """Post a form as a page does, and follow where it leads."""
        headers = {"Sec-Fetch-Site": "same-origin", "Accept": "text/html"}
        async with self.session.post(path, data=fields, headers=headers) as response:
            return response.status, await response.text()

    async def post(self, *, headers: dict[str, str] | None = None, **fields: Any) -> tuple[int, dict[str, Any]]:
        """Post a message as the page's script does."""
        values: dict[str, Any] = {"key": str(uuid.uuid4()), **fields}
        sent = {"Sec-Fetch-Site": "same-origin", "Accept": "application/json"} if headers is None else headers
        async with self.session.post("/chat/messages", json=values, headers=sent) as response:
            return response.status, await response.json()

    async def uploads(self, *files: tuple[str, bytes], **fields: str) -> tuple[int, dict[str, Any]]:
        data = FormData(quote_fields=False)  # browsers send names as they are
        for name, value in {"key": str(uuid.uuid4()), **fields}.items():
            data.add_field(name, value)
        for name, content in files:
            data.add_field("files", content, filename=name, content_type="image/png")
        headers = {"Sec-Fetch-Site": "same-origin", "Accept": "application/json"}
        async with self.session.post("/chat/messages", data=data, headers=headers) as response:
            return response.status, await response.json()

    @asynccontextmanager
    async def stream(self, after: int = 0, *, last: str = "") -> AsyncIterator[Stream]:
        headers = {"Last-Event-ID": last} if last else {}
        async with self.session.get(f"/chat/events?after={after}", headers=headers) as response:
            assert response.status == 200
            yield Stream(response)

    async def history(self) -> dict[str, Any]:
        status, body = await self.get("/chat/history")
        assert status == 200, body
        found: dict[str, Any] = json.loads(body)
        return found

    async def talks(self, *steps: tuple[str, str]) -> None:
        """Say (or, with a leading ``>``, press) each first part and wait until the second is told."""
        for said, heard in steps:
            after = (await self.history())["last"]
            async with self.stream(after) as stream:
                pressed = await self.button(said[1:]) if said.startswith(">") else ""
                text = "" if pressed else said
                assert (await self.post(text=text, pressed=pressed))[0] == 202
                await stream.until(heard)

    async def button(self, label: str) -> str:
        lines = (await self.history())["lines"]
        found = [c["value"] for line in lines for row in line["choices"] for c in row if c["label"] == label]
        assert found, f"no button {label}"
        value: str = found[-1]
        return value

    async def files_complaint(self, story: str, *, name: str = "王芳") -> str:
        """From the first page to a filed case; returns its number."""
        await self.get("/")
        await self.talks(
            (story, "同意"),
            (">同意", "怎么称呼"),
            (name, "电话"),
            ("13812345678", "地址"),
            ("华龙区中原路某小区", "请核对"),
            (">确认提交", "编号"),
        )
        texts = "".join(line["text"] for line in (await self.history())["lines"])
        found = re.search(r"410900\d{9}", texts)
        assert found
        return found.group()


class Site:
    """The server with its loops running."""

    def __init__(self, *, town: Town, server: TestServer, house: House, web: WebChannel, stack: AsyncExitStack) -> None:
        self.town, self.server, self.house, self.web, self._stack = town, server, house, web, stack
        self._port = server.port

    @property
    def url(self) -> str:
        return str(self.server.make_url("/")).rstrip("/")

    async def visitor(self) -> Visitor:
        jar = CookieJar(unsafe=True)  # the server's address is a number
        session = ClientSession(self.server.make_url("/"), cookie_jar=jar)
        return Visitor(await self._stack.enter_async_context(session))

    async def stop(self) -> None:
        self._port = self.server.port
        await self.server.close()

    async def start_again(self) -> None:
        """The server as after a new start: at the same address, knowing nothing but the database."""
        app = make_app(
            pages=self.house.pages,
            web=WebChannel(),
            telegram_webhook=None,
            ready=self.house.pages.ready,
            now=self.house.office.now,
        )
        self.server = TestServer(app, port=self._port)
        await self.server.start_server()
        self._stack.push_async_callback(self.server.close)

    async def code(self, name: str, *, bureau: str = HUALONG, role: Role = Role.OFFICER) -> str:
        from handlers import staffing

        async with self.house.database.begin() as tx:
            made = await staffing.invite(tx, bureau=bureau, role=role, name=name, office=self.house.office)
        return made.code

    async def member(self, name: str, *, bureau: str = HUALONG, role: Role = Role.OFFICER) -> Visitor:
        """Someone signed in at the desk."""
        visitor = await self.visitor()
        status, text = await visitor.submit("/desk/join", code=await self.code(name, bureau=bureau, role=role))
        assert status == 200, text
        return visitor


def ticking(clock: Clock) -> Callable[[], datetime]:
    """Time that moves a little whenever it is looked at, so that nothing happens at the same instant."""
    return lambda: clock.advance(seconds=0.001)


@asynccontextmanager
async def open_site(url: str, clock: Clock, folder: Path, **options: Any) -> AsyncIterator[Site]:
    """A site over a migrated database; other ``options`` are the app's.

    ``book`` and ``settings`` are the program's; with settings its own channel of short messages is there, without them
    one in memory.
    """
    own = options.get("settings")
    given_settings = {
        "public_url": options.pop("public_url", None),
        **options.pop("settings", {"sms_provider": "http"}),
    }
    settings = Settings(data_dir=folder, database_url=url, _env_file=None, **given_settings)  # type: ignore[call-arg]
    web, street, phones = WebChannel(), Street(), Street(SHORT)
    now, port = ticking(clock), options.pop("port", None)
    channels: dict[str, Channel] = {web.name: web, CHANNEL: street, SHORT: phones}
    house = build(settings, options.pop("book", rulebook()), channels=channels, now=now)
    async with AsyncExitStack() as stack:
        stack.push_async_callback(house.database.close)
        sms = None
        if own is not None:
            sms = await stack.enter_async_context(make_sms(settings, house, channels=channels))
        given = {"ready": house.pages.ready, "telegram_webhook": None, "sms": sms, **options}
        for work in (house.delivery.run(), house.conversation(list(channels)).run()):
            stack.push_async_callback(_cancelled, asyncio.ensure_future(work))
        server = TestServer(make_app(pages=house.pages, web=web, now=now, **given), port=port)
        await server.start_server()
        stack.push_async_callback(server.close)
        yield Site(town=Town(house, street, clock, phones=phones), server=server, house=house, web=web, stack=stack)


async def _cancelled(task: asyncio.Future[None]) -> None:
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
