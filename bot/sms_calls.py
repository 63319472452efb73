"""Calls over HTTP to an operator, and what its refusals mean for a message."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from aiohttp import ClientError, ClientResponse, ClientSession, ClientTimeout
from yarl import URL

from cases.errors import DeliveryError

LIMIT = 8.0
"""Seconds that an operator is waited for; the delivery would break off the call a little later."""
LONGEST = 100_000
"""Bytes of an answer that are read."""
SHOWN = 80


@dataclass(frozen=True, kw_only=True)
class Codes:
    """An operator's own words for what went wrong, by how they begin.

    ``later``: it may be taken another time, or once somebody has mended the account; ``gone``: no message reaches this
    number. With every other one it never will be taken as it is.
    """

    later: tuple[str, ...]
    gone: tuple[str, ...]

    def error(self, code: str) -> DeliveryError:
        """What the code means. Of the operator's answer only the code is told: its sentence may name the number."""
        clean = "".join(c for c in code if c.isalnum() or c in "._-:")[:SHOWN]
        gone = code.startswith(self.gone)
        later = not gone and code.startswith(self.later)
        return DeliveryError(f"refused: {clean or 'no code'}", retryable=later, unreachable=gone)


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What came back."""

    status: int
    text: str

    def json(self) -> dict[str, Any]:
        """The answer as an object. A page in HTML is a proxy's or a broken server's, which may be mended."""
        try:
            found = json.loads(self.text)
        except ValueError:
            raise DeliveryError(f"a strange answer, status {self.status}", retryable=True) from None
        if not isinstance(found, dict):
            raise DeliveryError("a strange answer", retryable=True)
        return found


async def _whole(response: ClientResponse) -> bytes:
    """The body to its end, or its beginning when it is longer than any answer: ``read`` gives what has come so far."""
    content = b""
    async for piece in response.content.iter_any():
        content += piece
        if len(content) >= LONGEST:
            break
    return content[:LONGEST]


class Caller:
    """Keeps the connections to an operator."""

    def __init__(self, *, limit: float = LIMIT) -> None:
        self._limit = ClientTimeout(total=limit)
        self._session: ClientSession | None = None

    async def call(
        self, method: str, url: URL, *, headers: Mapping[str, str], body: bytes = b"", charset: str = "utf-8"
    ) -> Answer:
        """The answer, whatever its status. DeliveryError, to be tried again, when there is none or a server failed."""
        if self._session is None:
            self._session = ClientSession(timeout=self._limit, trust_env=True)
        try:
            async with self._session.request(
                method, url, headers=headers, data=body or None, allow_redirects=False
            ) as response:
                content = await _whole(response)
                wait = response.headers.get("Retry-After", "")
        except (ClientError, TimeoutError, OSError, ValueError) as error:
            raise DeliveryError(f"no answer: {type(error).__name__}", retryable=True) from None
        if response.status == 429:
            raise DeliveryError("told to wait", retryable=True, retry_after=float(wait) if wait.isdigit() else None)
        if response.status >= 500:
            raise DeliveryError(f"the server failed: {response.status}", retryable=True)
        return Answer(status=response.status, text=content.decode(charset, "replace"))

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()
