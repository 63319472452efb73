"""What every handler of a request needs at hand, and who is asking."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime

from aiohttp import web
from jinja2 import Environment

from bot.sms_entrance import Entrance
from bot.web.channel import WebChannel
from bot.web.meters import Metrics
from cases.messages import Address
from cases.model import Staff
from handlers.pages import Pages

COOKIE = "lianxin"
KEPT_SECONDS = 180 * 24 * 3600


@dataclass(frozen=True, kw_only=True)
class Context:
    """The parts behind the pages. ``upload_limit`` is in bytes a file; ``now`` gives aware instants."""

    pages: Pages
    web: WebChannel
    environment: Environment
    telegram_webhook: Callable[[bytes, str | None], Awaitable[int]] | None
    ready: Callable[[], Awaitable[None]]
    now: Callable[[], datetime]
    upload_limit: int
    metrics: Metrics
    sms: Entrance | None = None

    def say(self, key: str, **facts: object) -> str:
        return self.pages.office.say(key, **facts)


@dataclass(frozen=True, kw_only=True)
class Visitor:
    """Whose browser this is; ``person`` is None for a stranger, ``staff`` for everyone who is not."""

    person: Address | None = None
    staff: Staff | None = None


CONTEXT = web.AppKey("context", Context)
VISITOR = web.RequestKey("visitor", Visitor)


def context(request: web.Request) -> Context:
    return request.app[CONTEXT]


async def visitor(request: web.Request) -> Visitor:
    """Who asks, looked up once a request."""
    found = request.get(VISITOR)
    if found is None:
        found = await _look_up(request)
        request[VISITOR] = found
    return found


async def _look_up(request: web.Request) -> Visitor:
    parts = context(request)
    person = await parts.pages.session(request.cookies.get(COOKIE), channel=parts.web.name)
    staff = await parts.pages.staff_at(person) if person else None
    return Visitor(person=person, staff=staff)


async def known(request: web.Request) -> tuple[Address, str | None]:
    """The person, and the token of a new session that the answer must set when there was none."""
    who = await visitor(request)
    if who.person:
        return who.person, None
    parts = context(request)
    token, person = await parts.pages.new_session(channel=parts.web.name)
    request[VISITOR] = Visitor(person=person)
    return person, token


def keep_session(request: web.Request, response: web.StreamResponse, token: str | None) -> None:
    """Give the browser its session, or keep the one that it has alive."""
    token = token or request.cookies.get(COOKIE)
    if token is None:
        return
    secure = context(request).pages.office.public_url.startswith("https:")
    response.set_cookie(COOKIE, token, max_age=KEPT_SECONDS, path="/", httponly=True, samesite="Lax", secure=secure)


def wants_page(request: web.Request) -> bool:
    """Whether a form without scripts asks, which expects a page; scripts ask for JSON."""
    return "text/html" in request.headers.get("Accept", "")


def clean(value: object, *, longest: int) -> str:
    """A form field as databases take it: no control characters, no halves of characters, no more than ``longest``."""
    text = str(value).encode("utf-8", "ignore").decode()
    return "".join(c for c in text if c >= " " or c in "\n\t")[:longest].strip()
