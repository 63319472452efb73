"""The HTTP client under python-telegram-bot, on aiohttp: its own, on httpx, is several times slower side by side."""

from __future__ import annotations

import json
import os
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, cast
from urllib.parse import urlencode, urlsplit
from urllib.request import getproxies, proxy_bypass

import aiohttp
from telegram.error import BadRequest, Forbidden, NetworkError, TelegramError, TimedOut
from telegram.request import BaseRequest, RequestData

# The library's own switch for waiting times as timedelta; without it every 429 raises a deprecation warning.
os.environ.setdefault("PTB_TIMEDELTA", "true")

Limit = Any  # seconds, None for no limit, or the library's mark for "as the pool was made"
CHUNK = 64 * 1024


@dataclass(frozen=True, kw_only=True)
class Parameters:
    """A call's parameters as they are; the library's RequestData holds the same behind several conversions."""

    parameters: Mapping[str, Any]
    multipart_data: Mapping[str, tuple[str, bytes, str]] = field(default_factory=dict)
    """Files by the name of their parameter: file name, content, media type."""

    @property
    def contains_files(self) -> bool:
        return bool(self.multipart_data)

    @property
    def json_parameters(self) -> dict[str, str]:
        return {name: _field(value) for name, value in self.parameters.items()}


class AiohttpRequest(BaseRequest):
    """One pool of at most ``connections`` connections to one Bot API server. Limits are in seconds.

    ``read_timeout`` bounds the silence before and within an answer, and a whole call may take the sum of all limits.
    Raises TimedOut or NetworkError, whose text never holds an address: the address holds the token.
    """

    __slots__ = ("_connect", "_connections", "_media", "_pool", "_proxies", "_read", "_session", "_write")

    def __init__(
        self,
        *,
        connections: int = 64,
        connect_timeout: float = 5.0,
        read_timeout: float = 10.0,
        write_timeout: float = 10.0,
        pool_timeout: float = 30.0,
        media_write_timeout: float = 60.0,
    ) -> None:
        self._connections = connections
        self._connect, self._read, self._write = connect_timeout, read_timeout, write_timeout
        self._pool, self._media = pool_timeout, media_write_timeout
        self._session: aiohttp.ClientSession | None = None
        self._proxies: dict[str, str | None] = {}

    @property
    def read_timeout(self) -> float:
        """The read limit that a call gets unless it asks for another, in seconds."""
        return self._read

    async def initialize(self) -> None:
        """Opens the pool; a second call changes nothing."""
        if self._session is None:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=self._connections),
                headers={"User-Agent": self.USER_AGENT},
                cookie_jar=aiohttp.DummyCookieJar(),
            )

    async def shutdown(self) -> None:
        """Closes the pool and every connection in it; a second call changes nothing."""
        session, self._session = self._session, None
        if session is not None:
            await session.close()

    async def do_request(
        self,
        url: str,
        method: str,
        request_data: RequestData | None = None,
        read_timeout: Limit = BaseRequest.DEFAULT_NONE,
        write_timeout: Limit = BaseRequest.DEFAULT_NONE,
        connect_timeout: Limit = BaseRequest.DEFAULT_NONE,
        pool_timeout: Limit = BaseRequest.DEFAULT_NONE,
    ) -> tuple[int, bytes]:
        """The status and body of one call; the signature is the library's."""
        has_files = request_data is not None and request_data.contains_files
        timeout = _timeout(
            read=_given(read_timeout, default=self._read),
            write=_given(write_timeout, default=self._media if has_files else self._write),
            connect=_given(connect_timeout, default=self._connect),
            pool=_given(pool_timeout, default=self._pool),
        )
        try:
            async with self._open().request(
                method, url, timeout=timeout, proxy=self._proxy(url), **_body(request_data)
            ) as response:
                return response.status, await response.read()
        except (TimeoutError, aiohttp.ClientError, OSError) as error:
            raise _translated(error) from None

    async def call(
        self,
        url: str,
        parameters: Mapping[str, Any],
        *,
        files: Mapping[str, tuple[str, bytes, str]] | None = None,
        read_timeout: Limit = BaseRequest.DEFAULT_NONE,
    ) -> Any:
        """The result of one method as plain JSON values, with the library's errors.

        Its Bot would build objects of it all: twice the time for a sent message, twenty times for a batch of updates.
        """
        data = cast(RequestData, Parameters(parameters=parameters, multipart_data=files or {}))
        return await self.post(url, request_data=data, read_timeout=read_timeout)

    async def stream(self, url: str) -> AsyncIterator[bytes]:
        """The body behind ``url`` in pieces. Raises BadRequest, Forbidden, TimedOut or NetworkError, also half-way."""
        timeout = aiohttp.ClientTimeout(connect=self._pool + self._connect, sock_read=self._read)
        try:
            async with self._open().get(url, timeout=timeout, proxy=self._proxy(url)) as response:
                _refuse(response.status)
                async for piece in response.content.iter_chunked(CHUNK):
                    yield piece
        except (TimeoutError, aiohttp.ClientError, OSError) as error:
            raise _translated(error) from None

    @staticmethod
    def parse_json_payload(payload: bytes) -> Any:
        """The answer as a dictionary; TelegramError when it is none. Unlike the library's, it logs no answer."""
        try:
            answer = json.loads(payload)
        except ValueError:
            answer = None
        if not isinstance(answer, dict):
            raise TelegramError("the answer is not a JSON object")
        return answer

    def _proxy(self, url: str) -> str | None:
        """The proxy that HTTPS_PROXY, HTTP_PROXY and NO_PROXY name for a server, looked up once.

        Many machines reach Telegram only so; what runs on this one is asked directly. aiohttp itself would look it up
        in a thread, twice for every call: that leaves half of the throughput.
        """
        server = urlsplit(url)
        origin = f"{server.scheme}://{server.netloc}"
        if origin not in self._proxies:
            direct = server.hostname in ("127.0.0.1", "::1", "localhost") or proxy_bypass(server.netloc)
            self._proxies[origin] = None if direct else getproxies().get(server.scheme)
        return self._proxies[origin]

    def _open(self) -> aiohttp.ClientSession:
        if self._session is None:
            raise NetworkError("the connection pool is closed")
        return self._session


def _given(value: Limit, *, default: float) -> float | None:
    return default if value is BaseRequest.DEFAULT_NONE else value


def _timeout(
    *, read: float | None, write: float | None, connect: float | None, pool: float | None
) -> aiohttp.ClientTimeout:
    limits = [limit for limit in (read, write, connect, pool) if limit is not None]
    return aiohttp.ClientTimeout(
        total=sum(limits) if len(limits) == 4 else None,  # the only bound that aiohttp has for writing
        connect=None if pool is None or connect is None else pool + connect,
        sock_connect=connect,
        sock_read=read,
    )


def _body(data: RequestData | None) -> dict[str, Any]:
    if data is None:
        return {}
    if not data.contains_files:
        # A form, as the library's own client sends it: every self-hosted server reads that, not every one JSON.
        body = urlencode({name: _field(value) for name, value in data.parameters.items()})
        return {"data": body.encode(), "headers": {"Content-Type": "application/x-www-form-urlencoded"}}
    form = aiohttp.FormData(data.json_parameters, quote_fields=False)  # names stay readable: Chinese as UTF-8
    for name, (file_name, content, media_type) in data.multipart_data.items():
        form.add_field(name, content, filename=file_name, content_type=media_type)
    return {"data": form}


def _field(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _translated(error: BaseException) -> NetworkError:
    if isinstance(error, TimeoutError):
        return TimedOut(f"no answer in time ({type(error).__name__})")
    return NetworkError(f"the connection failed ({type(error).__name__})")


def _refuse(status: int) -> None:
    if status == HTTPStatus.OK:
        return
    if status in (HTTPStatus.BAD_REQUEST, HTTPStatus.NOT_FOUND):
        raise BadRequest(f"the file is not there ({status})")
    raise Forbidden("the file is refused") if status == HTTPStatus.FORBIDDEN else NetworkError(f"status {status}")
