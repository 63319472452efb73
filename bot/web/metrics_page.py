"""``/metrics``, as a Prometheus server asks for it."""

from __future__ import annotations

import logging

from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST

from bot.web.context import context
from cases.errors import DatabaseAway

log = logging.getLogger("lianxin.web")

WANTED = {"WWW-Authenticate": "Bearer"}


async def show(request: web.Request) -> web.Response:
    """The numbers, or one word why not."""
    parts = context(request)
    refused = parts.metrics.refuses(request.remote, request.headers)
    if refused:
        return web.Response(text="forbidden", status=refused, headers=WANTED if refused == 401 else None)
    try:
        figures = await parts.pages.gauges.read()
    except DatabaseAway:
        log.warning("No numbers: the database is away.", extra={"action": "metrics"})
        return web.Response(text="not ready", status=503)
    headers = {"Content-Type": CONTENT_TYPE_LATEST, "Cache-Control": "no-store"}
    return web.Response(body=parts.metrics.text(figures), headers=headers)
