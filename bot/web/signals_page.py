"""What is complained of more than usual, on the desk: the list, and one with its numbers, cases and draft."""

from __future__ import annotations

from aiohttp import web

from bot.web.context import clean, context
from bot.web.desk import LONGEST, member
from bot.web.rendering import go, page
from bot.web.signal_views import bars, case_rows, row
from cases.errors import CaseError
from cases.signals import SignalState
from handlers.broadcast_texts import audience_words, state_words
from handlers.signal_words import effect_words

PATH = "/desk/signals"


async def show(request: web.Request) -> web.Response:
    """What is before the office, and what was decided."""
    staff, parts = await member(request), context(request)
    rows = [row(one, office=parts.pages.office) for one in await parts.pages.signals.recent(staff)]
    new = [one for one in rows if one["state"] == SignalState.NEW.value]
    return await page(request, "signals.html", new=new, decided=[one for one in rows if one not in new])


async def one(request: web.Request) -> web.Response:
    """One signal with everything that this member may see of it."""
    return await _one(request, status=200)


async def _one(request: web.Request, *, status: int, refused: str = "") -> web.Response:
    staff, parts = await member(request), context(request)
    office = parts.pages.office
    shown = await parts.pages.signals.show(staff, _number(request))
    warning, broadcast = shown.warning, shown.broadcast
    return await page(
        request,
        "signal.html",
        status=status,
        one=row(shown.signal, office=office),
        bars=bars(shown, office=office),
        cases=case_rows(shown.cases, office=office),
        hidden=shown.hidden,
        warning=warning,
        audience=audience_words(warning.audience, office=office) if warning else "",
        broadcast=broadcast,
        broadcast_state=state_words(broadcast, office=office) if broadcast else "",
        effect=effect_words(shown.effect, office=office) if shown.effect else "",
        decider=shown.decider,
        refused=refused,
    )


async def draft(request: web.Request) -> web.Response:
    """Take the draft up as a broadcast, and go on there."""
    staff, parts = await member(request), context(request)
    try:
        made = await parts.pages.signals.draft(staff, _number(request))
    except CaseError as error:
        return await _refused(request, error)
    return go(request, f"/desk/broadcasts/{made.id}", note=parts.say("page.signal.drafted"))


async def dismiss(request: web.Request) -> web.Response:
    """No warning, with the reason."""
    staff, parts = await member(request), context(request)
    reason = clean((await request.post()).get("reason", ""), longest=LONGEST)
    try:
        await parts.pages.signals.dismiss(staff, _number(request), reason=reason)
    except CaseError as error:
        return await _refused(request, error)
    return go(request, PATH, note=parts.say("page.signal.dismissed"))


async def _refused(request: web.Request, error: CaseError) -> web.Response:
    if error.key in ("signal_unknown", "signal_not_yours"):
        raise error
    return await _one(request, status=409, refused=context(request).pages.error_text(error))


def _number(request: web.Request) -> int:
    return int(request.match_info["id"])
