"""The ledger on the desk: a form for the days, and the workbook to be saved."""

from __future__ import annotations

import logging
from tempfile import TemporaryFile
from urllib.parse import quote

from aiohttp import web

from bot.ledger_sheet import MEDIA_TYPE, write_ledger
from bot.web.context import context
from bot.web.desk import member
from bot.web.rendering import page
from cases.calendar import Days, iso_day
from handlers.ledger_export import Ledger

log = logging.getLogger("lianxin.web")


async def export(request: web.Request) -> web.Response:
    """The form; with ``from`` and ``to`` the ledger of these days of receipt, both included."""
    staff, pages = await member(request), context(request).pages
    today = pages.office.today()
    month = Days(first=today.replace(day=1), last=today)
    ledger = pages.ledger(staff, month)  # who may not take one along does not get the form either
    first, last = request.query.get("from"), request.query.get("to")
    if first is None and last is None:
        return await page(request, "ledger.html", first=month.first, last=month.last, refused=False)
    try:
        days = Days(first=iso_day(first or ""), last=iso_day(last or ""))
    except ValueError:
        return await page(request, "ledger.html", status=400, first=month.first, last=month.last, refused=True)
    ledger = pages.ledger(staff, days)
    response, count = await _download(request, ledger)
    log.info("A ledger was taken along.", extra={"action": "ledger", "staff": staff.id, "count": count})
    return response


async def _download(request: web.Request, ledger: Ledger) -> tuple[web.Response, int]:
    file = TemporaryFile()  # noqa: SIM115 - the answer closes it when it is sent
    try:
        count = await write_ledger(ledger, file)
    except BaseException:
        file.close()
        raise
    file.seek(0)
    name = context(request).say("ledger.file", first=ledger.days.first, last=ledger.days.last)
    headers = {
        "Content-Disposition": f"attachment; filename*=UTF-8''{quote(name, safe='')}",
        "Cache-Control": "private, no-store",
    }
    return web.Response(body=file, content_type=MEDIA_TYPE, headers=headers), count
