"""What stands before every handler: headers, errors in one sentence, requests from other sites, too many requests."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol
from urllib.parse import urlsplit

from aiohttp import web

from bot.web.context import CONTEXT, context, visitor
from bot.web.rendering import sentence
from cases.errors import CaseError

log = logging.getLogger("lianxin.web")

POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' blob: data:",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    # "no-referrer" would blank the Origin of forms, by which pages over plain HTTP prove that they are ours.
    "Referrer-Policy": "same-origin",
}
SAFE = frozenset({"GET", "HEAD"})
WEBHOOK = "/telegram/webhook"
SMS = "/sms/"
BY_SECRET = (WEBHOOK, SMS)
"""Addresses that servers call, not browsers: each call carries a secret of its own."""
HIDDEN = frozenset({"case_unknown", "file_missing", "broadcast_unknown", "warning_unknown", "signal_unknown"})
"""Errors that say "not found" rather than "forbidden", so that a number tells nothing."""
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Middleware(Protocol):
    async def __call__(self, request: web.Request, handler: Handler) -> web.StreamResponse: ...


async def protect(request: web.Request, response: web.StreamResponse) -> None:
    """Headers of every response, whoever made it."""
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    if request.path.startswith("/static/"):
        response.headers["Cache-Control"] = "no-cache"  # asked for again each time, so that an update is seen at once
    response.headers.pop("Server", None)


@web.middleware
async def errors(request: web.Request, handler: Handler) -> web.StreamResponse:
    """No traceback reaches a person: one sentence does, with an id that stands in the log."""
    try:
        return await handler(request)
    except CaseError as error:
        text = context(request).pages.error_text(error)
        return await sentence(request, text, status=404 if error.key in HIDDEN else 403)
    except web.HTTPException as error:
        if error.status < 400:
            raise
        return await _refused(request, error)
    except Exception as error:  # the edge to people: a bug becomes a sentence
        return await _fault(request, error)


async def _refused(request: web.Request, error: web.HTTPException) -> web.StreamResponse:
    parts = context(request)
    known = f"page.error.{error.status}"
    key = known if known in parts.pages.office.rulebook.texts else "page.error.400"
    return await sentence(request, parts.say(key), status=error.status)


async def _fault(request: web.Request, error: Exception) -> web.StreamResponse:
    parts = context(request)
    fault = parts.pages.office.new_id()
    clean = RuntimeError(type(error).__name__)  # its own words may hold what a person wrote
    bare = (RuntimeError, clean, error.__traceback__)
    log.error("A request failed.", extra={"action": "web", "fault": fault}, exc_info=bare)
    text = parts.say("page.error.fault", id=fault)
    try:
        return await sentence(request, text, status=500)
    except Exception:  # the database is away: even who asks cannot be known
        return web.Response(text=text, status=500)


@web.middleware
async def same_site(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Refuse what another site makes a browser send here; what servers call has its own secret."""
    if request.method in SAFE or request.path.startswith(BY_SECRET) or _is_ours(request):
        return await handler(request)
    return await sentence(request, context(request).say("page.error.other_site"), status=403)


def _is_ours(request: web.Request) -> bool:
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site in ("same-origin", "none")
    origin = urlsplit(request.headers.get("Origin", "")).netloc
    ours = urlsplit(context(request).pages.office.public_url).netloc
    return bool(origin) and origin in (request.host, ours)


@dataclass(kw_only=True)
class _Bucket:
    left: float
    at: datetime


class Limit:
    """So many requests a minute from one session: a bucket that refills evenly."""

    MOST_KEPT = 10_000

    def __init__(self, *, per_minute: int) -> None:
        self._full = float(per_minute)
        self._buckets: dict[str, _Bucket] = {}

    def allows(self, who: str, *, at: datetime) -> bool:
        bucket = self._buckets.setdefault(who, _Bucket(left=self._full, at=at))
        minutes = max(at - bucket.at, timedelta()) / timedelta(minutes=1)
        bucket.left, bucket.at = min(self._full, bucket.left + minutes * self._full), at
        if len(self._buckets) > self.MOST_KEPT:
            self._forget(at)
        if bucket.left < 1:
            return False
        bucket.left -= 1
        return True

    def _forget(self, at: datetime) -> None:
        minute = timedelta(minutes=1)
        self._buckets = {who: bucket for who, bucket in self._buckets.items() if at - bucket.at < minute}


def limited(limit: Limit) -> Middleware:
    """Answer 429 with a sentence when a session posts too much."""

    @web.middleware
    async def check(request: web.Request, handler: Handler) -> web.StreamResponse:
        if request.method in SAFE or request.path.startswith(BY_SECRET):
            return await handler(request)
        person = (await visitor(request)).person
        who = str(person) if person else f"stranger:{request.remote}"
        if limit.allows(who, at=request.app[CONTEXT].now()):
            return await handler(request)
        response = await sentence(request, context(request).say("page.error.429"), status=429)
        response.headers["Retry-After"] = "20"
        return response

    return check
