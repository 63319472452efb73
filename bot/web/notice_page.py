"""The page on which staff see every text that people are sent, and try one with facts of their own."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import groupby
from typing import Any

from aiohttp import web

from bot.notice_lines import words
from bot.web.context import clean, context
from bot.web.desk import member
from bot.web.rendering import page
from cases.model import Role
from cases.site import Rulebook
from handlers.notice_previews import Preview, preview, previews

LONGEST = 2000
GUESTS = (Role.MERCHANT, Role.MEDIATOR)


async def show(request: web.Request) -> web.Response:
    """All texts; with ``key`` the form to try this one."""
    return await _page(request, {})


async def count(request: web.Request) -> web.Response:
    """The text of ``key`` with the facts that were sent along; they are kept nowhere."""
    form = {name: clean(value, longest=LONGEST) for name, value in (await request.post()).items()}
    return await _page(request, form)


async def _page(request: web.Request, given: Mapping[str, str]) -> web.Response:
    staff, parts = await member(request), context(request)
    rulebook = parts.pages.office.rulebook
    key = request.query.get("key", "")
    if staff.role in GUESTS or (key and not (key in rulebook.texts and rulebook.samples.covers(key))):
        raise web.HTTPNotFound
    tried = preview(rulebook, key, given=given) if key else None
    groups = [(group, list(some)) for group, some in groupby(previews(rulebook), key=lambda one: one.group)]
    rows = [(group, [_row(one, rulebook) for one in some]) for group, some in groups]
    return await page(request, "notices.html", groups=rows, tried=_row(tried, rulebook) if tried else None)


def _row(one: Preview, rulebook: Rulebook) -> dict[str, Any]:
    texts = rulebook.texts
    named = {name: f"preview.fact.{name}" for name in one.facts}
    fields = [(name, texts.render(key) if key in texts else name, one.facts[name]) for name, key in named.items()]
    return {**words(one, texts), "one": one, "fields": fields}
