"""The public page of what was published, one page for each, and the feed: no session, nothing personal, cacheable."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from aiohttp import web

from bot.web.atom import Entry, feed_of
from bot.web.context import context
from cases.calendar import china_date
from handlers.office import Office
from handlers.wording import day_words
from storage.broadcast_store import Published

PATH = "/warnings"
FEED = "/warnings.atom"
FRESH = timedelta(minutes=1)
"""How long a copy may be shown unasked: a warning that was taken back should not live on in caches."""
IN_FEED = 50


@dataclass(frozen=True, kw_only=True)
class Shown:
    """One as the page shows it. Of what was taken back, only that is told: its words may have been wrong."""

    id: str
    kind: str
    title: str
    day: str
    iso: str
    body: str = ""
    picture: str | None = None
    corrected: str = ""
    recalled: str = ""


def shown(one: Published, *, office: Office) -> Shown:
    kind = office.say(f"broadcast.kind_{one.kind.value}")
    facts: dict[str, Any] = {
        "id": one.id,
        "kind": kind,
        "day": day_words(china_date(one.published_at), office=office),
        "iso": china_date(one.published_at).isoformat(),
    }
    if one.recalled_at:
        day = day_words(china_date(one.recalled_at), office=office)
        title = office.say("page.warnings.recalled_title", kind=kind, no=one.id)
        return Shown(**facts, title=title, recalled=office.say("page.warnings.recalled", no=one.id, day=day))
    day = day_words(china_date(one.corrected_at), office=office) if one.corrected_at else ""
    corrected = office.say("page.warnings.corrected", day=day) if day else ""
    picture = f"/pictures/{one.picture}" if one.picture else None
    return Shown(**facts, title=one.title, body=one.body, picture=picture, corrected=corrected)


def changed_at(one: Published) -> datetime:
    """When what is to be read of it changed last."""
    return one.recalled_at or one.corrected_at or one.published_at


async def show(request: web.Request) -> web.Response:
    """Everything published, the newest first."""
    parts = context(request)
    found = await parts.pages.warnings.recent()
    rows = [shown(one, office=parts.pages.office) for one in found]
    return _page(request, "warnings.html", found, rows=rows)


async def one(request: web.Request) -> web.Response:
    parts = context(request)
    found = await parts.pages.warnings.one(request.match_info["no"])
    return _page(request, "warning.html", [found], row=shown(found, office=parts.pages.office))


async def feed(request: web.Request) -> web.Response:
    """The same as an Atom feed (RFC 4287)."""
    parts = context(request)
    office = parts.pages.office
    found = await parts.pages.warnings.recent(IN_FEED)
    site = office.rulebook.site
    now = parts.now()
    body = feed_of(
        [_entry(one, office=office) for one in found],
        url=office.public_url,
        name=f"{site.name}/{site.region}",
        title=office.say("page.warnings.feed_title"),
        author=site.name,
        updated=max(map(changed_at, found), default=datetime(now.year, 1, 1, tzinfo=UTC)),
    )
    return _cached(request, body, media_type="application/atom+xml", changed=found)


def _entry(one: Published, *, office: Office) -> Entry:
    seen = shown(one, office=office)
    mark = office.say("page.warnings.mark_corrected") if seen.corrected else ""
    title = office.say("page.warnings.entry_title", kind=seen.kind, title=seen.title, mark=mark)
    return Entry(
        id=one.id,
        path=f"{PATH}/{one.id}",
        kind=seen.kind,
        title=seen.title if seen.recalled else title,
        paragraphs=[text for text in (seen.recalled, seen.corrected, *seen.body.splitlines()) if text.strip()],
        picture=seen.picture,
        published=one.published_at,
        updated=changed_at(one),
    )


def _page(request: web.Request, template: str, changed: Sequence[Published], **facts: Any) -> web.Response:
    html = context(request).environment.get_template(template).render(feed=FEED, **facts)
    return _cached(request, html.encode(), media_type="text/html", changed=changed)


def _cached(request: web.Request, body: bytes, *, media_type: str, changed: Sequence[Published]) -> web.Response:
    """The answer, or 304 for who has it already."""
    etag = hashlib.sha256(body).hexdigest()[:32]
    last = max(map(changed_at, changed), default=None)
    known = _known(request, etag, last)
    content: dict[str, Any] = {} if known else {"body": body, "content_type": media_type, "charset": "utf-8"}
    response = web.Response(status=304 if known else 200, **content)
    response.etag = etag
    response.last_modified = last
    response.headers["Cache-Control"] = f"public, max-age={int(FRESH.total_seconds())}"
    return response


def _known(request: web.Request, etag: str, last: datetime | None) -> bool:
    """Whether the reader's copy is this one; its tag says more than its date (RFC 9110, 13.2.2)."""
    tags = request.if_none_match
    if tags is not None:
        return any(tag.value in (etag, "*") for tag in tags)
    since = request.if_modified_since
    return since is not None and last is not None and last.replace(microsecond=0) <= since
