"""Text as Telegram takes it: no control characters, at most so many UTF-16 code units in one message."""

from __future__ import annotations

import re

LIMIT = 4096
"""UTF-16 code units that one message may hold, as Telegram counts."""

# All but tab and line feed: half surrogate pairs, what Telegram turns into spaces, and its forbidden direction marks.
_REFUSED = re.compile("[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff\u2028-\u202e]")

# Where a cut hurts least, best first: after an empty line, a line, a sentence, a clause, a word.
_CUTS = (
    re.compile(r"\n\s*\n"),
    re.compile(r"\n"),
    re.compile("[\u3002\uff01\uff1f\u2026]|[.!?](?=\\s)"),
    re.compile("[\uff1b\uff0c\u3001;,]"),
    re.compile(r"\s"),
)


def clean(text: str) -> str:
    """``text`` without what Telegram refuses or strips; empty when nothing is left to read."""
    return _REFUSED.sub("", text.replace("\r\n", "\n").replace("\r", "\n")).strip()


def split(text: str, *, limit: int = LIMIT) -> list[str]:
    """``text`` in parts of at most ``limit`` UTF-16 code units, cut at a line, else a sentence, else anywhere."""
    parts = []
    rest = clean(text)
    while rest:
        head = _head(rest, limit=limit)
        part = head if len(head) == len(rest) else head[: _cut(head)]
        parts.append(part.strip())
        rest = rest[len(part) :].lstrip()
    return parts


def _head(text: str, *, limit: int) -> str:
    if len(text) * 2 <= limit:
        return text
    return text[:limit].encode("utf-16-le")[: limit * 2].decode("utf-16-le", "ignore")


def _cut(head: str) -> int:
    """Where to cut; a mark in the first half is no use, it would make many small messages."""
    for mark in _CUTS:
        ends = [match.end() for match in mark.finditer(head)]
        if ends and ends[-1] > len(head) // 2:
            return ends[-1]
    return len(head)
