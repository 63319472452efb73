"""Broadcasts on the desk: the list with a form, one with its preview, buttons and live progress, and their pictures."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from aiohttp import web

from bot.web.broadcast_forms import Form, PictureFault, audience_of, form_of, kind_of, read_form
from bot.web.broadcast_views import form_rows, list_rows, result_rows, step_rows
from bot.web.context import context, visitor
from bot.web.desk import member
from bot.web.filetypes import HEAD, recognise
from bot.web.rendering import go, page
from bot.web.warnings import FRESH
from cases.broadcasts import BY_PEOPLE, BroadcastKind, BroadcastState, may
from cases.calendar import CHINA
from cases.errors import CaseError
from handlers.broadcast_progress import all_forms
from handlers.broadcast_texts import audience_words, kind_words, state_words
from handlers.broadcast_words import is_moving, preview_lines, progress_facts, progress_lines

PATH = "/desk/broadcasts"
KEPT_BY_ALL = f"public, max-age={int(FRESH.total_seconds())}"
RESULTS = 50
"""Lines of a page of results."""


async def show(request: web.Request) -> web.Response:
    """The list, and the form for a new one."""
    return await _list(request, status=200)


async def draft(request: web.Request) -> web.Response:
    """Keep a draft; what is wrong with it is said above the form, which keeps what was typed."""
    staff, parts = await member(request), context(request)
    form = Form()
    try:
        form = await read_form(request)
        made = await parts.pages.broadcasts.draft(
            staff,
            kind=kind_of(form),
            title=form.one("title"),
            body=form.one("body"),
            audience=audience_of(form, office=parts.pages.office),
            picture=form.picture,
        )
    except CaseError as error:
        form = error.form if isinstance(error, PictureFault) else form
        return await _list(request, status=409, form=form, refused=parts.pages.error_text(error))
    return go(request, f"{PATH}/{made.id}")


async def _list(request: web.Request, *, status: int, form: Form | None = None, refused: str = "") -> web.Response:
    staff, parts = await member(request), context(request)
    service, office = parts.pages.broadcasts, parts.pages.office
    rows = list_rows(await service.recent(staff), office=office)
    return await page(
        request,
        "broadcasts.html",
        status=status,
        rows=rows,
        form=form or Form(),
        choices=await _choices(request),
        refused=refused,
    )


async def _choices(request: web.Request) -> dict[str, Any]:
    """What can be ticked in the form."""
    parts = context(request)
    book = parts.pages.office.rulebook
    return {
        "kinds": [kind.value for kind in BroadcastKind],
        "topics": book.topics,
        "regions": [place for place in book.places if len(place.code) == 6],
        "channels": [rule for rule in book.broadcasting.channels.values() if rule.name != "terminal"],
        "groups": await parts.pages.broadcasts.groups(await member(request)),
        "categories": book.labels["category"],
        "limits": book.broadcasting,
    }


async def one(request: web.Request) -> web.Response:
    """One broadcast with everything that can be seen of it and done to it."""
    return await _one(request, status=200)


async def _one(request: web.Request, *, status: int, refused: str = "", opened: str = "") -> web.Response:
    staff, parts = await member(request), context(request)
    service, office = parts.pages.broadcasts, parts.pages.office
    shown = await service.show(staff, request.match_info["no"])
    found = shown.broadcast
    after = _after(request)
    results = await service.results(staff, found.id, limit=RESULTS, after=after)
    verbs = [verb for verb in BY_PEOPLE if found.allows(verb) and may(staff, verb, found)]
    return await page(
        request,
        "broadcast.html",
        status=status,
        one=found,
        kind=kind_words(found, office=office),
        state=state_words(found, office=office),
        audience=audience_words(found.audience, office=office),
        planned=found.send_at is not None,
        preview=list(preview_lines(found, shown.preview, office=office)),
        form=form_of(found),
        choices=await _choices(request),
        forms=form_rows(shown.preview.channels or all_forms(found, office=office), office=office),
        lines=list(progress_lines(shown.progress, office=office)),
        facts=progress_facts(shown.progress),
        moving=is_moving(shown.progress),
        results=result_rows(results, office=office),
        after=after,
        more=results[-1].n if len(results) == RESULTS else 0,
        steps=step_rows(shown, office=office),
        verbs=[verb for verb in verbs if verb != "stop" or found.state is BroadcastState.SENDING or found.send_at],
        refused=refused,
        opened=opened,
    )


def _after(request: web.Request) -> int:
    after = request.query.get("after", "")
    return int(after) if after.isascii() and after.isdigit() and len(after) < 19 else 0


async def progress(request: web.Request) -> web.Response:
    """How far it is, for the page's script: plain values, the lines in words, and whether to ask again."""
    staff, parts = await member(request), context(request)
    found = await parts.pages.broadcasts.progress(staff, request.match_info["no"])
    office = parts.pages.office
    body = {
        **progress_facts(found),
        "lines": list(progress_lines(found, office=office)),
        "state_words": state_words(found.broadcast, office=office),
        "moving": is_moving(found),
    }
    return web.json_response(body, headers={"Cache-Control": "no-store"})


async def act(request: web.Request) -> web.Response:
    """Do a verb; what cannot be done is said above the page."""
    staff, parts = await member(request), context(request)
    no, verb = request.match_info["no"], request.match_info["verb"]
    if verb not in (*BY_PEOPLE, "test"):
        raise web.HTTPNotFound
    service = parts.pages.broadcasts
    try:
        form = await read_form(request)
        if verb == "test":
            count = await service.test(staff, no)
            return go(request, f"{PATH}/{no}", note=parts.say("page.broadcast.tested", count=count))
        done = await service.do(staff, no, verb, **_facts(request, verb, form))
    except CaseError as error:
        if error.key in ("broadcast_unknown", "broadcast_not_yours"):
            raise
        return await _one(request, status=409, refused=parts.pages.error_text(error), opened=verb)
    state = state_words(done, office=parts.pages.office)
    note = parts.say("page.broadcast.done", no=no, deed=parts.say(f"broadcast.do_{verb}"), state=state)
    return go(request, f"{PATH}/{no}", note=note)


def _facts(request: web.Request, verb: str, form: Form) -> dict[str, Any]:
    version = form.one("version")
    facts: dict[str, Any] = {}
    if verb in ("approve", "edit") and version.isascii() and version.isdigit() and len(version) < 10:
        facts["version"] = int(version)
    if verb in ("edit", "correct"):
        facts |= {"title": form.one("title") or None, "body": form.one("body")}
    if verb == "edit":
        facts |= {"kind": kind_of(form), "audience": audience_of(form, office=context(request).pages.office)}
        facts["picture"] = form.picture or ("" if form.one("no_picture") else None)
    if verb in ("give_back", "recall"):
        facts["reason"] = form.one("reason")
    if verb == "send":
        facts["at"] = _instant(form.one("at"))
    return facts


def _instant(text: str) -> datetime | None:
    if not text:
        return None
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise CaseError("broadcast_no_time") from None
    return at if at.tzinfo else at.replace(tzinfo=CHINA)


async def picture(request: web.Request) -> web.Response:
    """A picture of a broadcast that was published; for who writes them, of any.

    What everybody may see stays in caches as long as the warning with it, what writers see in none.
    """
    parts = context(request)
    staff = (await visitor(request)).staff
    found = await parts.pages.broadcasts.picture(request.match_info["sha256"], by=staff)
    known = recognise(found.content[:HEAD]) if found else None
    if found is None or known is None or not known.shown:
        raise web.HTTPNotFound
    headers = {"Content-Security-Policy": "default-src 'none'; sandbox", "Cache-Control": KEPT_BY_ALL}
    if not found.public:
        headers["Cache-Control"] = "private, no-store"
    return web.Response(body=found.content, content_type=known.media_type, headers=headers)
