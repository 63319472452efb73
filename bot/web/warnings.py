"""The public page of what was published, one page for each, and the feed: no session, nothing personal, cacheable."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from aiohttp import web

from bot.web.atom import Entry, feed_of
from bot.web.context import context
from handlers.office import Office
from handlers.warnings import Shown

PATH = "/warnings"
FEED = "/warnings.atom"
PICTURES = "/pictures"
FRESH = timedelta(minutes=1)
"""How long a copy may be shown unasked: a warning that was taken back should not live on in caches."""
IN_FEED = 50


async def show(request: web.Request) -> web.Response:
    """Everything published, the newest first."""
    parts = context(request)
    found = await parts.pages.warnings.recent()
    return _page(request, "warnings.html", found, rows=found)


async def one(request: web.Request) -> web.Response:
    parts = context(request)
    found = await parts.pages.warnings.one(request.match_info["no"])
    return _page(request, "warning.html", [found], row=found)


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
        updated=max((one.changed_at for one in found), default=datetime(now.year, 1, 1, tzinfo=UTC)),
    )
    return _cached(request, body, media_type="application/atom+xml", changed=found)


def _entry(one: Shown, *, office: Office) -> Entry:
    mark = office.say("page.warnings.mark_corrected") if one.corrected else ""
    title = office.say("page.warnings.entry_title", kind=one.kind, title=one.title, mark=mark)
    return Entry(
        id=one.id,
        path=f"{PATH}/{one.id}",
        kind=one.kind,
        title=one.title if one.recalled else title,
        paragraphs=[text for text in (one.recalled, one.corrected, *one.body.split("\n")) if text.strip()],
        picture=f"{PICTURES}/{one.picture}" if one.picture else None,
        published=one.published_at,
        updated=one.changed_at,
    )


def _page(request: web.Request, template: str, changed: Sequence[Shown], **facts: Any) -> web.Response:
    html = context(request).environment.get_template(template).render(feed=FEED, **facts)
    return _cached(request, html.encode(), media_type="text/html", changed=changed)


def _cached(request: web.Request, body: bytes, *, media_type: str, changed: Sequence[Shown]) -> web.Response:
    """The answer, or 304 for who has it already."""
    etag = hashlib.sha256(body).hexdigest()[:32]
    last = max((one.changed_at for one in changed), default=None)
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
