"""The staff desk: the list by due date, a case with its forms, and what staff do to it."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import quote

from aiohttp import web

from bot.web import desk_views
from bot.web.context import clean, context, visitor
from bot.web.filetypes import HEAD, recognise
from bot.web.rendering import go, page
from cases.errors import CaseError
from cases.model import Case, Staff
from handlers.forms import GROUNDED, VERBS

LONGEST = 4000
"""Characters of a form field that are kept."""


async def member(request: web.Request) -> Staff:
    """The member of staff who asks; HTTP 401 for everyone else."""
    staff = (await visitor(request)).staff
    if staff is None:
        raise web.HTTPUnauthorized
    return staff


async def todo(request: web.Request) -> web.Response:
    """The list, or the door for those who are not staff."""
    staff = (await visitor(request)).staff
    if staff is None:
        return await page(request, "join.html", status=401, code="", bad=False)
    parts = context(request)
    items = await parts.pages.todo(staff)
    groups = desk_views.groups(items, office=parts.pages.office)
    return await page(request, "todo.html", groups=groups, count=len(items))


async def find(request: web.Request) -> web.Response:
    """From a typed number to its case, also one that is on nobody's list any more."""
    staff = await member(request)
    no = clean(request.query.get("no", ""), longest=LONGEST).replace(" ", "")
    dossier = await context(request).pages.dossier(staff, no)
    return go(request, f"/desk/case/{dossier.case.no}")


async def case(request: web.Request) -> web.Response:
    """One case with everything that this member of staff may see and do."""
    return await _case_page(request, request.match_info["no"], status=200)


async def _case_page(
    request: web.Request,
    no: str,
    *,
    status: int,
    verb: str = "",
    given: Mapping[str, str] | None = None,
    refused: str = "",
) -> web.Response:
    parts = context(request)
    staff = await member(request)
    dossier = await parts.pages.dossier(staff, no)
    beside = await parts.pages.beside(staff, dossier)
    view = desk_views.case_view(dossier, office=parts.pages.office)
    shown = {"view": view, "beside": beside, "opened": verb, "given": given or {}, "refused": refused}
    return await page(request, "case.html", status=status, **shown)


async def act(request: web.Request) -> web.Response:
    """Do a verb. What cannot be done is said above the form, which keeps what was typed."""
    staff, no, verb = await member(request), request.match_info["no"], request.match_info["verb"]
    if verb not in VERBS:
        raise web.HTTPNotFound
    parts = context(request)
    form = {name: clean(value, longest=LONGEST) for name, value in (await request.post()).items()}
    try:
        case = await parts.pages.act(staff, no, verb, facts=_facts(form), version=_version(form))
    except CaseError as error:
        said = parts.pages.error_text(error)
        await parts.pages.dossier(staff, no)  # who may not see the case gets no page of it
        return await _case_page(request, no, status=409, verb=verb, given=form, refused=said)
    note = parts.say("page.desk.done", verb=parts.say(f"verb.{verb}"), no=case.no)
    return go(request, await _after(request, staff, case), note=note)


def _facts(form: Mapping[str, str]) -> dict[str, str]:
    """The facts that were given; the use case says which are missing."""
    facts = {name: value for name, value in form.items() if name != "version" and value}
    if facts.get("outcome", "") not in GROUNDED and "outcome" in facts:
        facts.pop("ground", None)
    return facts


def _version(form: Mapping[str, str]) -> int | None:
    version = form.get("version", "")
    return int(version) if version.isascii() and version.isdigit() and len(version) < 10 else None


async def _after(request: web.Request, staff: Staff, case: Case) -> str:
    """Back to the case, or to the list when it went to somebody else."""
    try:
        await context(request).pages.dossier(staff, case.no)
    except CaseError:
        return "/desk"
    return f"/desk/case/{case.no}"


async def evidence(request: web.Request) -> web.Response:
    """A file of a case: shown when it really is a picture, else only handed out to be saved."""
    staff = await member(request)
    no, evidence_id = request.match_info["no"], request.match_info["id"]
    try:
        found, content = await context(request).pages.evidence(staff, no, evidence_id)
    except FileNotFoundError:
        raise CaseError("file_missing", no=no) from None
    known = recognise(content[:HEAD])
    shown = known is not None and known.shown
    name = found.attachment.file_name or evidence_id
    disposition = "inline" if shown else "attachment"
    headers = {
        "Content-Disposition": f"{disposition}; filename*=UTF-8''{quote(name, safe='')}",
        "Content-Security-Policy": "default-src 'none'; sandbox",
        "Cache-Control": "private, no-store",
    }
    media_type = known.media_type if known and shown else "application/octet-stream"
    return web.Response(body=content, content_type=media_type, headers=headers)
