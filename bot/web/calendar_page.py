"""The calendar on the desk: the years that are known, and a new one entered after a look at what it changes."""

from __future__ import annotations

from aiohttp import web

from bot.web.context import clean, context
from bot.web.desk import member
from bot.web.rendering import go, page
from cases.errors import CaseError, RulebookFault
from cases.rulebook_calendars import year_from
from handlers.calendars import KnownYear, Preview, draft
from handlers.office import Office
from handlers.wording import days_words, instant_words

LONGEST = 8000
"""Characters of a year that may be typed, with its notes."""


async def show(request: web.Request) -> web.Response:
    """The years, and a text to begin with."""
    return await _page(request, text=draft(context(request).pages.office))


async def enter(request: web.Request) -> web.Response:
    """First a look at what would change, then, confirmed, the entry; what was typed stays whatever is wrong with it."""
    staff, parts = await member(request), context(request)
    form = await request.post()
    text = clean(form.get("text", ""), longest=LONGEST)
    try:
        year = year_from(text)
        if "sure" not in form:
            return await _page(request, text=text, seen=await parts.pages.preview_year(staff, year))
        await parts.pages.enter_year(staff, year)
    except RulebookFault as error:
        return await _page(request, text=text, status=409, refused=[str(fault) for fault in error.faults])
    except CaseError as error:
        if error.key == "admin_only":
            raise
        return await _page(request, text=text, status=409, refused=[parts.pages.error_text(error)])
    return go(request, "/desk/calendar", note=parts.say("page.calendar.done", year=year.year))


async def _page(
    request: web.Request, *, text: str, status: int = 200, seen: Preview | None = None, refused: list[str] | None = None
) -> web.Response:
    parts = context(request)
    office = parts.pages.office
    known = await parts.pages.known_years(await member(request))
    return await page(
        request,
        "calendar.html",
        status=status,
        rows=[_row(year, office=office) for year in known],
        text=text,
        preview=_preview(seen, office=office) if seen else None,
        refused=refused or [],
    )


def _row(known: KnownYear, *, office: Office) -> dict[str, object]:
    state = "entered" if known.at else "published" if known.year.published else "estimated"
    return {
        "year": known.year.year,
        "state": state,
        "basis": known.year.basis,
        "off": len(known.year.off),
        "work": len(known.year.work),
        "by": known.by,
        "at": instant_words(known.at, office=office) if known.at else "",
    }


def _preview(seen: Preview, *, office: Office) -> dict[str, object]:
    year = seen.year
    return {
        "year": year.year,
        "basis": year.basis,
        "off": len(year.off),
        "off_days": days_words(year.off, office=office),
        "work": len(year.work),
        "work_days": days_words(year.work, office=office),
        "moved": seen.moved,
    }
