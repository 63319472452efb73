"""Writes a feed as Atom (RFC 4287): every value escaped, every address whole, ids that never change."""

from __future__ import annotations

import re
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from html import escape
from xml.etree import ElementTree as ET

ATOM = "http://www.w3.org/2005/Atom"
LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"
UNFIT = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What no XML may hold (XML 1.0, 2.2)."""
ET.register_namespace("", ATOM)


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One text of the feed; ``path`` and ``picture`` are addresses on this host."""

    id: str
    path: str
    kind: str
    title: str
    paragraphs: Sequence[str]
    picture: str | None
    published: datetime
    updated: datetime


def feed_of(entries: Sequence[Entry], *, url: str, name: str, title: str, author: str, updated: datetime) -> bytes:
    """The feed as UTF-8. ``name`` tells this site from others, wherever it is served."""
    feed = ET.Element(f"{{{ATOM}}}feed", {LANGUAGE: "zh-CN"})
    _text(feed, "id", _urn(name))
    _text(feed, "title", title)
    _text(feed, "updated", _instant(updated))
    _text(_below(feed, "author"), "name", author)
    _below(feed, "link", rel="self", type="application/atom+xml", href=f"{url}/warnings.atom")
    _below(feed, "link", rel="alternate", type="text/html", href=f"{url}/warnings")
    for entry in entries:
        _add(feed, entry, url=url, name=name)
    written: bytes = ET.tostring(feed, encoding="utf-8", xml_declaration=True)
    return written


def _add(feed: ET.Element, entry: Entry, *, url: str, name: str) -> None:
    here = _below(feed, "entry")
    _text(here, "id", _urn(f"{name}/{entry.id}"))
    _text(here, "title", entry.title)
    _text(here, "published", _instant(entry.published))
    _text(here, "updated", _instant(entry.updated))
    _below(here, "link", rel="alternate", type="text/html", href=f"{url}{entry.path}")
    _below(here, "category", term=entry.kind)
    html = "".join(f"<p>{escape(text)}</p>" for text in entry.paragraphs)
    html += f'<p><img src="{escape(url + entry.picture)}" alt=""></p>' if entry.picture else ""
    _text(here, "content", html, type="html")


def _below(parent: ET.Element, name: str, **attributes: str) -> ET.Element:
    return ET.SubElement(parent, f"{{{ATOM}}}{name}", attributes)


def _text(parent: ET.Element, name: str, text: str, **attributes: str) -> None:
    _below(parent, name, **attributes).text = UNFIT.sub("", text)


def _urn(name: str) -> str:
    """An id that stays when the host's name changes."""
    return uuid.uuid5(uuid.NAMESPACE_URL, f"https://lianxin.invalid/{name}").urn


def _instant(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
