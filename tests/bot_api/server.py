"""A Bot API server for tests and benchmarks: it accepts what Telegram accepts and refuses what Telegram refuses."""

from __future__ import annotations

import asyncio
import hmac
import json
import time
from collections.abc import Callable
from http import HTTPStatus
from types import TracebackType
from typing import Any

from aiohttp import web

from tests.bot_api.control import add_control
from tests.bot_api.faults import Fault, FaultKind, Faults
from tests.bot_api.methods import Methods, Upload
from tests.bot_api.people import People
from tests.bot_api.records import Call, Json, Params, Refused, Sent
from tests.bot_api.state import State
from tests.bot_api.updates import Hook

TOKEN = "123456789:AAtest-token_test-token_test-token_0"


def _unix_time() -> float:
    return time.time()  # noqa: TID251  another machine has its own clock


class BotApi(People):
    """One bot's server on a free port of this machine.

    ``enforce_limits``: 429 above 30 messages a second or one a second in a chat. ``any_chat``: everybody has started
    the bot. ``pauses``: first and longest wait in seconds before an update goes to a failing webhook again. ``delay``:
    seconds before a call is seen to, ``linger``: seconds from then to its answer.
    """

    def __init__(
        self,
        *,
        token: str = TOKEN,
        username: str = "lianxin_test_bot",
        enforce_limits: bool = False,
        any_chat: bool = False,
        seed: int = 0,
        clock: Callable[[], float] = _unix_time,
        pauses: tuple[float, float] = (0.01, 0.2),
        delay: float = 0.0,
        linger: float = 0.0,
    ) -> None:
        state = State(
            token=token,
            username=username,
            enforce_limits=enforce_limits,
            any_chat=any_chat,
            seed=seed,
            clock=clock,
            pauses=pauses,
        )
        super().__init__(state)
        self._methods = Methods(state)
        self._delay, self._linger = delay, linger
        self._closing = asyncio.Event()
        self._runner: web.AppRunner | None = None
        self._busy: set[asyncio.Task[Any]] = set()
        self.token = token
        self.url = ""

    async def start(self, *, host: str = "127.0.0.1", port: int = 0) -> None:
        """Listens; ``url`` is then the root that a bot is given."""
        app = web.Application(client_max_size=60 * 1024 * 1024)
        app.router.add_route("*", "/bot{token}/{method}", self._serve)
        app.router.add_get("/file/bot{token}/{path:.+}", self._serve_file)
        add_control(app, self)
        self._runner = web.AppRunner(app, access_log=None, handler_cancellation=True, shutdown_timeout=0.05)
        await self._runner.setup()
        site = web.TCPSite(self._runner, host, port, backlog=1024)
        await site.start()
        self.url = f"http://{host}:{self._runner.addresses[0][1]}"

    async def stop(self) -> None:
        """Closes everything, hanging calls as well."""
        self._closing.set()
        for task in self._busy:
            task.cancel()
        await self._state.updates.close()
        if self._runner is not None:
            await self._runner.cleanup()

    async def __aenter__(self) -> BotApi:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()

    @property
    def faults(self) -> Faults:
        """The plan of what goes wrong."""
        return self._state.faults

    @property
    def hook(self) -> Hook | None:
        """The webhook, when one is set."""
        return self._state.updates.hook

    @property
    def pending(self) -> list[int]:
        """Ids of the updates that the bot has not acknowledged."""
        return sorted(self._state.updates.waiting)

    @property
    def waiting(self) -> list[Json]:
        """These updates, as the bot will get them."""
        return [self._state.updates.waiting[number] for number in self.pending]

    def sent(self, chat_id: int) -> list[Sent]:
        """What the bot sent into one chat, oldest first, as it looks now."""
        return list(self._state.chat(chat_id).sent)

    def texts(self, chat_id: int) -> list[str]:
        """Only the texts of these."""
        return [sent.text for sent in self._state.chat(chat_id).sent]

    def calls(self, method: str | None = None) -> list[Call]:
        """The accepted calls but getUpdates, oldest first."""
        return [call for call in self._state.calls if method in (None, call.method)]

    def count(self, method: str) -> int:
        """How many calls of a method were accepted."""
        return self._state.counts[method]

    @property
    def counts(self) -> dict[str, int]:
        """How many calls of each method were accepted."""
        return dict(self._state.counts)

    @property
    def refusals(self) -> dict[int, int]:
        """How many calls were refused with each status, planned misfortune not among them."""
        return dict(self._state.refusals)

    @property
    def spans(self) -> list[tuple[float, float]]:
        """From when to when each sending call was with the server, in monotonic seconds; broken off ones as well."""
        return list(self._state.spans)

    @property
    def chat_ids(self) -> list[int]:
        """Everybody whom the server knows."""
        return list(self._state.chats)

    @property
    def answered(self) -> list[bool]:
        """For each pressed button, in order, whether the bot has answered."""
        return list(self._state.queries.values())

    def forgets_files(self) -> None:
        """From now on no file is known by its id."""
        self._state.files.clear()

    async def wait_for(self, chat_id: int, count: int = 1, timeout: float = 5.0) -> list[Sent]:
        """Returns once the bot has sent so many messages into the chat. TimeoutError says what is there."""
        await self._state.wait(chat_id, count=count, timeout=timeout)
        return self.sent(chat_id)

    async def _serve(self, request: web.Request) -> web.StreamResponse:
        task = asyncio.current_task()
        assert task is not None
        self._busy.add(task)
        try:
            return await self._answer(request)
        finally:
            self._busy.discard(task)

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        if not hmac.compare_digest(request.match_info["token"].encode(), self.token.encode()):
            return self._wrong_token(request.match_info["token"])
        if self._delay:
            await asyncio.sleep(self._delay)
        method = request.match_info["method"]
        fault = self.faults.strike(method)
        if fault is not None and fault.kind is not FaultKind.RESET_AFTER:
            return await self._misfortune(request, fault)
        begin = time.monotonic()
        try:
            return await self._done(request, method, fault)
        finally:
            if method.lower().startswith("send"):
                self._state.spans.append((begin, time.monotonic()))

    async def _done(self, request: web.Request, method: str, fault: Fault | None) -> web.StreamResponse:
        status, body = await self._apply(method, await _params(request))
        if self._linger:
            await asyncio.sleep(self._linger)
        if fault is not None:
            return _reset(request)
        return _json(body, status=status)

    async def _apply(self, method: str, params: Params) -> tuple[int, Json]:
        try:
            return 200, {"ok": True, "result": await self._methods.call(method, params)}
        except Refused as refusal:
            self._state.refusals[refusal.status] += 1
            return refusal.status, refusal.answer()
        except (ValueError, TypeError):
            return 400, {"ok": False, "error_code": 400, "description": "Bad Request: a parameter has a wrong type"}

    @staticmethod
    def _wrong_token(token: str) -> web.Response:
        """Telegram answers 401 to a token of the right shape and 404 to anything else."""
        number, colon, rest = token.partition(":")
        status, words = (401, "Unauthorized") if number.isdigit() and colon and len(rest) > 30 else (404, "Not Found")
        return _json({"ok": False, "error_code": status, "description": words}, status=status)

    async def _misfortune(self, request: web.Request, fault: Fault) -> web.StreamResponse:
        if fault.kind is FaultKind.FLOOD:
            words = f"Too Many Requests: retry after {fault.retry_after}"
            return _json(Refused(429, words, retry_after=fault.retry_after).answer(), status=429)
        if fault.kind in (FaultKind.SERVER_ERROR, FaultKind.BAD_GATEWAY):
            status = 500 if fault.kind is FaultKind.SERVER_ERROR else 502
            page = f"<html><body><h1>{status} {HTTPStatus(status).phrase}</h1></body></html>"
            return web.Response(text=page, status=status, content_type="text/html")
        if fault.kind is FaultKind.HANG:
            await self._closing.wait()
        if fault.kind is FaultKind.GARBAGE:
            return web.Response(text='{"ok":true,"result":{"mess', content_type="application/json")
        return _reset(request)

    async def _serve_file(self, request: web.Request) -> web.StreamResponse:
        if request.match_info["token"] != self.token:
            return self._wrong_token(request.match_info["token"])
        file = self._state.paths.get(request.match_info["path"])
        fault = self.faults.strike("file")
        if fault is not None and fault.kind is not FaultKind.RESET_AFTER:
            return await self._misfortune(request, fault)
        if file is None:
            return _json({"ok": False, "error_code": 404, "description": "Not Found"}, status=404)
        if fault is not None:
            return await _half(request, file.content)
        return web.Response(body=file.content, content_type="application/octet-stream")


def _json(body: Json, *, status: int) -> web.Response:
    return web.Response(
        body=json.dumps(body, ensure_ascii=False).encode(), status=status, content_type="application/json"
    )


def _reset(request: web.Request) -> web.Response:
    if request.transport is not None:
        request.transport.abort()
    return web.Response()


async def _half(request: web.Request, content: bytes) -> web.StreamResponse:
    """Promises a whole file, sends half of it and hangs up."""
    response = web.StreamResponse(headers={"Content-Length": str(len(content))})
    await response.prepare(request)
    await response.write(content[: len(content) // 2])
    if request.transport is not None:
        request.transport.close()
    return response


async def _params(request: web.Request) -> dict[str, Any]:
    """The parameters of a call, however they came: in the address, as JSON, as a form or in parts."""
    params: dict[str, Any] = dict(request.query)
    if request.content_type == "application/json":
        body = json.loads(await request.read() or b"{}")
        return params | {name: value for name, value in body.items() if value is not None}
    if request.method == "POST" and request.can_read_body:
        for name, value in (await request.post()).items():
            params[name] = value if isinstance(value, str) else _upload(value)
    return params


def _upload(part: web.FileField | bytes | bytearray) -> Upload:
    if isinstance(part, web.FileField):
        return Upload(content=part.file.read(), name=part.filename, media_type=part.content_type)
    return Upload(content=bytes(part), name="file", media_type="application/octet-stream")
