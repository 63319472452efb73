"""Groups on the desk, for the administrator: who is in them, and a one-time code for whoever is to come in."""

from __future__ import annotations

from aiohttp import web

from bot.web.context import clean, context
from bot.web.desk import member
from bot.web.rendering import go, page
from cases.calendar import china_date
from cases.errors import CaseError
from handlers.subscriptions import LONGEST_NAME, GroupInvitation
from handlers.wording import day_words

PATH = "/desk/groups"
LONGEST = 100


async def show(request: web.Request) -> web.Response:
    return await _page(request, status=200)


async def invite(request: web.Request) -> web.Response:
    """A new invitation; its code is shown once, on the answer itself."""
    staff, parts = await member(request), context(request)
    form = await request.post()
    name = clean(form.get("name", ""), longest=LONGEST_NAME)
    group = clean(form.get("group", ""), longest=LONGEST)
    if not name or not group:
        return await _page(request, status=400, refused=parts.say("page.groups.incomplete"))
    try:
        made = await parts.pages.groups.invite(staff, group, name=name)
    except CaseError as error:
        if error.key == "admin_only":
            raise
        return await _page(request, status=409, refused=parts.pages.error_text(error))
    return await _page(request, status=200, made=made)


async def remove(request: web.Request) -> web.Response:
    """Somebody is no member any more."""
    staff, parts = await member(request), context(request)
    form = await request.post()
    group, key = (clean(form.get(name, ""), longest=LONGEST) for name in ("group", "key"))
    name = await parts.pages.groups.remove(staff, group, key)
    note = parts.say("page.groups.removed", name=name) if name else parts.say("page.groups.gone")
    return go(request, PATH, note=note)


async def _page(
    request: web.Request, *, status: int, refused: str = "", made: GroupInvitation | None = None
) -> web.Response:
    parts = context(request)
    groups = await parts.pages.groups.listed(await member(request))
    since = {one.key: day_words(china_date(one.at), office=parts.pages.office) for row in groups for one in row.members}
    return await page(request, "groups.html", status=status, groups=groups, since=since, refused=refused, made=made)
