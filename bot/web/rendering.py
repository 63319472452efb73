"""Pages from templates: every text from the site's texts, every value escaped; and one sentence after an action."""

from __future__ import annotations

import base64
import binascii
from pathlib import Path
from typing import Any

from aiohttp import web
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from bot.web.context import context, visitor
from handlers.office import Office
from handlers.wording import bureau_words

FOLDER = Path(__file__).parent
NOTE = "note"
"""Cookie of the one sentence that the next page shows: a link cannot put words into the office's mouth."""
NOTE_SECONDS = 60


def make_environment(office: Office) -> Environment:
    """The templates, with ``t`` for texts of the site."""
    environment = Environment(
        loader=FileSystemLoader(FOLDER / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals.update(t=office.say, site=office.rulebook.site)
    return environment


async def page(request: web.Request, template: str, *, status: int = 200, **facts: Any) -> web.Response:
    """A page with the sentence left for it; it is not stored by browsers, as it may show personal data."""
    parts = context(request)
    staff = (await visitor(request)).staff
    note = _note(request) if "note" not in facts else facts.pop("note")
    bureau = bureau_words(staff.bureau, office=parts.pages.office) if staff else ""
    html = parts.environment.get_template(template).render(staff=staff, staff_bureau=bureau, note=note, **facts)
    response = web.Response(text=html, content_type="text/html", status=status)
    response.headers["Cache-Control"] = "no-store"
    if NOTE in request.cookies:
        response.del_cookie(NOTE, path="/")
    return response


async def sentence(request: web.Request, text: str, *, status: int) -> web.Response:
    """A page with one sentence, or the sentence as JSON where a script asks."""
    if request.path.startswith("/chat/") and "text/html" not in request.headers.get("Accept", ""):
        return web.json_response({"error": text}, status=status)
    return await page(request, "sentence.html", status=status, sentence=text, note=None)


def go(request: web.Request, path: str, *, note: str | None = None) -> web.Response:
    """Send the browser to ``path``, where ``note`` is shown once."""
    response = web.Response(status=303, headers={"Location": path})
    if note:
        value = base64.urlsafe_b64encode(note.encode()).decode()
        secure = context(request).pages.office.public_url.startswith("https:")
        response.set_cookie(NOTE, value, max_age=NOTE_SECONDS, path="/", httponly=True, samesite="Lax", secure=secure)
    return response


def _note(request: web.Request) -> str | None:
    try:
        return base64.urlsafe_b64decode(request.cookies.get(NOTE, "")).decode() or None
    except (binascii.Error, ValueError):
        return None
