"""An operator of short messages in one test: a real HTTP server that keeps what it was sent and answers as told."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.sms_templates import Approved
from cases.short_messages import SmsTemplate

NOW = datetime.fromtimestamp(1795658400, UTC)
NUMBER = "13800000000"


@dataclass(frozen=True, kw_only=True)
class Asked:
    """One call as it came in: ``target`` is the raw path with its query."""

    method: str
    target: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.body)
        return found


Reply = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Operator:
    """``answers`` are given in turn; the last one stays."""

    def __init__(self) -> None:
        self.asked: list[Asked] = []
        self.answers: list[Reply] = []
        self.url = ""

    def says(self, content: object, *, status: int = 200, **more: Any) -> None:
        text = content if isinstance(content, str) else json.dumps(content)

        async def reply(_request: web.Request) -> web.Response:
            return web.Response(text=text, status=status, **more)

        self.answers.append(reply)

    def drips(self, content: object) -> None:
        """The answer comes in two pieces, some time apart."""
        text = json.dumps(content).encode()

        async def reply(request: web.Request) -> web.StreamResponse:
            response = web.StreamResponse()
            await response.prepare(request)
            for piece in (text[:20], text[20:]):
                await response.write(piece)
                await asyncio.sleep(0.05)
            return response

        self.answers.append(reply)

    def hangs(self) -> None:
        async def reply(_request: web.Request) -> web.Response:
            await asyncio.sleep(3600)
            return web.Response()

        self.answers.append(reply)

    def breaks_off(self) -> None:
        async def reply(request: web.Request) -> web.Response:
            assert request.transport is not None
            request.transport.abort()
            return web.Response()

        self.answers.append(reply)

    async def _handle(self, request: web.Request) -> web.StreamResponse:
        self.asked.append(
            Asked(
                method=request.method,
                target=request.raw_path,
                query=dict(request.query),
                headers={name.lower(): value for name, value in request.headers.items()},
                body=await request.read(),
            )
        )
        reply = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        return await reply(request)


@asynccontextmanager
async def operator() -> AsyncIterator[Operator]:
    made = Operator()
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", made._handle)
    server = TestServer(app)
    await server.start_server(shutdown_timeout=0)
    made.url = str(server.make_url("/")).rstrip("/")
    try:
        yield made
    finally:
        with contextlib.suppress(asyncio.CancelledError):
            await server.close()


def approved(provider: str, *, signature: str = "濮阳市场监管", content: str = "") -> Approved:
    """One template for one text, as a site's file gives it."""
    code = {"aliyun": "SMS_100000001", "tencent": "1100001"}[provider]
    template = SmsTemplate(
        provider=provider, text="notice.accepted", code=code, variables=("no", "due"), content=content
    )
    common = {"signature": signature, "hotline": "12315"}
    templates = {(provider, template.text): template}
    return Approved(templates, provider=provider, signature=signature, common=common, blank="无")
