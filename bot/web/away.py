"""The page on which staff say when they are away, a lead for the bureau, and take it back."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from aiohttp import web

from bot.web.context import clean, context
from bot.web.desk import member
from bot.web.rendering import go, page
from cases.errors import CaseError
from handlers.absences import stand_in_words
from handlers.reminders import span_words

PATH = "/desk/away"
LONGEST = 40


async def show(request: web.Request) -> web.Response:
    """The form, and what is known."""
    return await _page(request, status=200)


async def go_away(request: web.Request) -> web.Response:
    """Enter an absence; what is wrong with it is said above the form, which keeps what was typed."""
    staff, parts = await member(request), context(request)
    form = {name: clean(value, longest=LONGEST) for name, value in (await request.post()).items()}
    office = parts.pages.office
    try:
        first, last = _days(form)
        who, others = await parts.pages.go_away(staff, form.get("who", ""), first=first, last=last)
    except CaseError as error:
        return await _page(request, status=409, given=form, refused=parts.pages.error_text(error))
    instead = stand_in_words(who, list(others), office=office)
    span = span_words(first, last, office=office)
    return go(request, PATH, note=parts.say("page.away.noted", name=who.name, span=span, instead=instead))


def _days(form: Mapping[str, str]) -> tuple[date, date]:
    """The two days; the last may be left empty for one day."""
    try:
        first = date.fromisoformat(form.get("first", ""))
        return first, date.fromisoformat(form["last"]) if form.get("last") else first
    except ValueError:
        raise CaseError("away_unclear") from None


async def cancel(request: web.Request) -> web.Response:
    """End an absence of one's own, or of those for whom one may say it."""
    staff, parts = await member(request), context(request)
    number = clean((await request.post()).get("id", ""), longest=9)
    try:
        if not (number.isascii() and number.isdigit()):
            raise CaseError("away_unknown")
        back = await parts.pages.come_back(staff, int(number))
    except CaseError as error:
        return await _page(request, status=409, refused=parts.pages.error_text(error))
    return go(request, PATH, note=parts.say("page.away.ended", name=back.name))


async def _page(
    request: web.Request, *, status: int, given: Mapping[str, str] | None = None, refused: str = ""
) -> web.Response:
    staff, parts = await member(request), context(request)
    office = parts.pages.office
    known, people = await parts.pages.absences(staff)
    rows = [
        {
            "id": one.absence.id,
            "name": one.staff.name,
            "span": span_words(one.absence.first, one.absence.last, office=office),
            "now": one.absence.covers(office.today()),
        }
        for one in known
    ]
    return await page(
        request,
        "away.html",
        status=status,
        rows=rows,
        people=people,
        me=staff.id,
        today=office.today().isoformat(),
        given=given or {},
        refused=refused,
    )
