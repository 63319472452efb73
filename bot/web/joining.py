"""Who works at the desk: an invitation used, a browser left, colleagues and new invitations."""

from __future__ import annotations

from aiohttp import web

from bot.web.context import clean, context, keep_session, known, visitor
from bot.web.desk import member
from bot.web.desk_views import bureau_groups
from bot.web.rendering import go, page
from cases.errors import CaseError
from cases.model import STAFF_ROLES, Role
from handlers.staffing import Invitation
from handlers.wording import bureau_words

LONGEST_CODE = 100
LONGEST_NAME = 30


async def door(request: web.Request) -> web.Response:
    """Shows the button only: what looks at links beforehand must not use up the code."""
    return await page(request, "join.html", code=request.query.get("code", "")[:LONGEST_CODE], bad=False)


async def join(request: web.Request) -> web.Response:
    """Use the invitation for this browser."""
    code = clean((await request.post()).get("code", ""), longest=LONGEST_CODE)
    person, token = await known(request)
    parts = context(request)
    staff = await parts.pages.join(code, person) if code else None
    if staff is None:
        response = await page(request, "join.html", status=403, code="", bad=True)
    else:
        response = go(request, "/desk", note=parts.say("page.join.welcome", name=staff.name))
    keep_session(request, response, token)
    return response


async def leave(request: web.Request) -> web.Response:
    """This browser is no member of staff's any more."""
    person = (await visitor(request)).person
    if person is not None:
        await context(request).pages.leave(person)
    return go(request, "/desk", note=context(request).say("page.join.left"))


async def colleagues(request: web.Request) -> web.Response:
    """Who works on the site, for the administrator."""
    return await _staff_page(request, status=200)


async def invite(request: web.Request) -> web.Response:
    """A new invitation; its code is shown once, on the answer itself."""
    staff = await member(request)
    form = {name: clean(value, longest=LONGEST_NAME) for name, value in (await request.post()).items()}
    parts = context(request)
    role, name = form.get("role", ""), form.get("name", "")
    if role not in STAFF_ROLES or not name:
        return await _staff_page(request, status=400, given=form, refused=parts.say("page.staff.incomplete"))
    try:
        made = await parts.pages.invite(
            staff, bureau=form.get("bureau", ""), role=Role(role), name=name, deputy_for=form.get("deputy_for") or None
        )
    except CaseError as error:
        if error.key == "admin_only":
            raise
        return await _staff_page(request, status=409, given=form, refused=parts.pages.error_text(error))
    return await _staff_page(request, status=200, made=made)


async def retire(request: web.Request) -> web.Response:
    """A colleague has left: their addresses and browsers lose the desk at once."""
    staff, parts = await member(request), context(request)
    form = {name: clean(value, longest=LONGEST_NAME) for name, value in (await request.post()).items()}
    try:
        gone = await parts.pages.retire(staff, form.get("id", ""))
    except CaseError as error:
        if error.key == "admin_only":
            raise
        return await _staff_page(request, status=409, refused=parts.pages.error_text(error))
    return go(request, "/desk/staff", note=parts.say("page.staff.retired", name=gone.name))


async def _staff_page(
    request: web.Request,
    *,
    status: int,
    given: dict[str, str] | None = None,
    refused: str = "",
    made: Invitation | None = None,
) -> web.Response:
    parts = context(request)
    office = parts.pages.office
    people = await parts.pages.colleagues(await member(request))
    names = {person.id: person.name for person in people}
    rows = [
        {
            "id": person.id,
            "name": person.name,
            "role": office.say(f"role.{person.role.value}"),
            "bureau": bureau_words(person.bureau, office=office),
            "deputy_for": names.get(person.deputy_for, "") if person.deputy_for else "",
        }
        for person in people
    ]
    return await page(
        request,
        "staff.html",
        status=status,
        rows=rows,
        roles=[role.value for role in STAFF_ROLES],
        bureaus=bureau_groups(office),
        given=given or {},
        refused=refused,
        made=made,
    )
