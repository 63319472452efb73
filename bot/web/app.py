"""The web application: its routes, its guards, and how it ends."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from datetime import datetime

from aiohttp.web import Application, HTTPNotFound, Request, Response, StreamResponse

from bot.sms_entrance import Entrance
from bot.web import (
    away,
    broadcasts_page,
    calendar_page,
    chat,
    desk,
    groups_page,
    joining,
    ledger,
    metrics_page,
    notice_page,
    short_messages,
    signals_page,
    warnings,
)
from bot.web.channel import WebChannel
from bot.web.context import CONTEXT, Context, context
from bot.web.guards import SMS, WEBHOOK, Limit, errors, limited, protect, same_site
from bot.web.meters import Metrics
from bot.web.rendering import FOLDER, make_environment
from handlers.pages import Pages

log = logging.getLogger("lianxin.web")

UPLOAD_LIMIT = 20_000_000
"""Bytes of one uploaded file."""
POSTS_PER_MINUTE = 60
NUMBER = "{no:[0-9A-Za-z_-]{1,40}}"
"""A case number in an address, as far as the web needs to know one."""
SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105 - the name of a header


def make_app(
    *,
    pages: Pages,
    web: WebChannel,
    telegram_webhook: Callable[[bytes, str | None], Awaitable[int]] | None,
    ready: Callable[[], Awaitable[None]] | None = None,
    now: Callable[[], datetime] | None = None,
    sms: Entrance | None = None,
    metrics: Metrics | None = None,
    upload_limit: int = UPLOAD_LIMIT,
    posts_per_minute: int = POSTS_PER_MINUTE,
) -> Application:
    """Everything that is served over HTTP.

    ``telegram_webhook`` takes a body and its secret and returns the HTTP status. ``ready`` raises when the program
    cannot serve, by default when its database cannot be used. ``sms`` takes what an operator of short messages calls
    back with. ``metrics`` counts what this process does. ``upload_limit`` is in bytes a file.
    """
    app = Application(middlewares=[errors, same_site, limited(Limit(per_minute=posts_per_minute))])
    app[CONTEXT] = Context(
        pages=pages,
        web=web,
        environment=make_environment(pages.office),
        telegram_webhook=telegram_webhook,
        ready=ready or pages.ready,
        now=now or pages.office.now,
        upload_limit=upload_limit,
        metrics=metrics or Metrics(),
        sms=sms,
    )
    app.on_response_prepare.append(protect)
    app.on_shutdown.append(_close_streams)
    _route(app)
    return app


def _route(app: Application) -> None:
    get, post = app.router.add_get, app.router.add_post
    get("/", chat.show)
    post("/chat/messages", chat.post)
    get("/chat/events", chat.events, allow_head=False)
    get("/chat/history", chat.history)
    get("/desk", desk.todo)
    get("/desk/join", joining.door)
    post("/desk/join", joining.join)
    post("/desk/leave", joining.leave)
    get("/desk/staff", joining.colleagues)
    post("/desk/staff", joining.invite)
    post("/desk/staff/retire", joining.retire)
    get("/desk/calendar", calendar_page.show)
    post("/desk/calendar", calendar_page.enter)
    get("/desk/away", away.show)
    post("/desk/away", away.go_away)
    post("/desk/away/cancel", away.cancel)
    get("/desk/broadcasts", broadcasts_page.show)
    post("/desk/broadcasts", broadcasts_page.draft)
    get(f"/desk/broadcasts/{NUMBER}", broadcasts_page.one)
    get(f"/desk/broadcasts/{NUMBER}/progress", broadcasts_page.progress)
    post(f"/desk/broadcasts/{NUMBER}/{{verb:[a-z_]+}}", broadcasts_page.act)
    get("/desk/groups", groups_page.show)
    post("/desk/groups", groups_page.invite)
    post("/desk/groups/remove", groups_page.remove)
    get(warnings.PATH, warnings.show)
    get(warnings.FEED, warnings.feed)
    get(f"{warnings.PATH}/{NUMBER}", warnings.one)
    get("/desk/signals", signals_page.show)
    get("/desk/signals/{id:[0-9]{1,9}}", signals_page.one)
    post("/desk/signals/{id:[0-9]{1,9}}/draft", signals_page.draft)
    post("/desk/signals/{id:[0-9]{1,9}}/dismiss", signals_page.dismiss)
    get("/pictures/{sha256:[0-9a-f]{64}}", broadcasts_page.picture)
    get("/desk/notices", notice_page.show)
    post("/desk/notices", notice_page.count)
    get("/desk/find", desk.find)
    get("/desk/export", ledger.export)
    get(f"/desk/case/{NUMBER}", desk.case)
    post(f"/desk/case/{NUMBER}/{{verb}}", desk.act)
    get(f"/desk/evidence/{NUMBER}/{{id:[0-9A-Za-z_-]{{1,64}}}}", desk.evidence)
    get("/desk/sms", short_messages.show)
    for call in (get, post):
        call(f"{SMS}{{gateway:[a-z]{{1,20}}}}/{{what:report|inbound}}", short_messages.called)
    post(WEBHOOK, _webhook)
    get("/healthz", _alive)
    get("/readyz", _ready)
    get("/metrics", metrics_page.show)
    app.router.add_static("/static", FOLDER / "static")


async def _close_streams(app: Application) -> None:
    app[CONTEXT].web.close()


async def _alive(_request: Request) -> Response:
    return Response(text="ok")


async def _ready(request: Request) -> Response:
    try:
        await context(request).ready()
    except Exception as error:  # whatever the reason, the answer is no
        log.warning("Not ready.", extra={"action": "web", "reason": type(error).__name__})
        return Response(text="not ready", status=503)
    return Response(text="ok")


async def _webhook(request: Request) -> StreamResponse:
    webhook = context(request).telegram_webhook
    if webhook is None:
        raise HTTPNotFound
    return Response(status=await webhook(await request.read(), request.headers.get(SECRET_HEADER)))
