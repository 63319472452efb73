"""Short messages on the web: the list on the desk, and the addresses at which an operator calls back."""

from __future__ import annotations

from aiohttp import web

from bot.sms import Call
from bot.sms_entrance import TOKEN, TOKEN_HEADER
from bot.web.context import context
from bot.web.desk import member
from bot.web.rendering import page
from cases.short_messages import masked_number
from handlers.office import Office
from handlers.short_messages import ShortMessage
from handlers.wording import instant_words

SHOWN = 50
"""Messages on a page."""


async def show(request: web.Request) -> web.Response:
    """The newest messages, or those below ``before``."""
    staff, pages = await member(request), context(request).pages
    given = request.query.get("before", "")
    before = int(given) if given.isascii() and given.isdigit() and len(given) < 18 else None
    found = await pages.short_messages(staff, before=before, limit=SHOWN + 1)
    rows = [_row(message, office=pages.office) for message in found[:SHOWN]]
    more = found[SHOWN - 1].id if len(found) > SHOWN else None
    return await page(request, "sms.html", rows=rows, more=more, later=before is not None)


def _row(message: ShortMessage, *, office: Office) -> dict[str, object]:
    return {
        "id": message.id,
        "number": masked_number(message.number) if message.number else "",
        "incoming": message.incoming,
        "text": message.text,
        "hidden": message.hidden,
        "segments": message.segments,
        "state": message.state.value,
        "reason": message.reason or "",
        "at": instant_words(message.at, office=office),
        "reported": instant_words(message.reported_at, office=office) if message.reported_at else "",
    }


async def called(request: web.Request) -> web.Response:
    """What an operator called back with; 404 where no gateway of that name is in use."""
    entrance = context(request).sms
    if entrance is None or request.match_info["gateway"] != entrance.gateway:
        raise web.HTTPNotFound
    call = Call(query=request.rel_url.raw_query_string, body=await request.read(), content_type=request.content_type)
    token = request.headers.get(TOKEN_HEADER) or request.query.get(TOKEN, "")
    status, media_type, text = await entrance.take(request.match_info["what"], call, token=token)
    return web.Response(status=status, content_type=media_type, text=text)
