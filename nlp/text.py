"""Raw text to the form that all rules read: one width, one script, one line, only the writer's words."""

from __future__ import annotations

import html
import re
import unicodedata
from functools import cache
from typing import Any

from nlp.lexicon import load, patterns

FACT_CHARS = 4000
"""How much of a text is read: a complaint's facts stand at its beginning, and reading must stay bounded."""

_RAW_CHARS = FACT_CHARS * 5
"""Markup takes room; more than this is not looked at."""

_QUOTES = patterns("quotes")
_MARKUP = {key: re.compile(source) for key, source in load("quotes")["markup"].items()}
_TRADITIONAL = re.compile(f"[{''.join(load('traditional')['chars'].split())}]")
_INVISIBLE = re.compile(
    "[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufe00-\ufe0f\ufeff\ue000-\uf8ff\ufffc\ufffd\ud800-\udfff]"
)
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")
_SPACES = re.compile(r"\s{2,}")
_LINES = re.compile(r"(?<=[^\s,;.!?:\u3002\uff0c\uff1b\uff01\uff1f\uff1a])[ \t]*\r?\n\s*(?=\S)")
_SWAPS = (
    ("\uff0c", ","), ("\uff1a", ":"), ("\uff01", "!"), ("\uff1f", "?"), ("\uff08", "("), ("\uff09", ")"),
    ("\uff1b", ";"),
    ("\uffe5", "\u00a5"), ("\u3002", ";"), ("\uff61", ";"), ("\u2019", "'"), ("\u30fb", "\u00b7"), ("\u3000", " "),
)  # fmt: skip
"""The commonest of what NFKC would do, faster, and what it would not."""


def normalise(text: str) -> str:
    """NFKC, half-width, simplified, without markup, control and zero-width characters; ``FACT_CHARS`` at most.

    The heads of quoted chats and what customer services say in them are left out. The Chinese full stop and the end of
    a line become a semicolon, so that a point is always a decimal point.
    """
    return simplified(_narrowed(text))[:FACT_CHARS]


def simplified(word: str) -> str:
    """A name as it stands in a normalised text: some official names keep a traditional character."""
    return _converter().convert(word) if _TRADITIONAL.search(word) else word


def as_written(words: str, text: str) -> str:
    """Words found in a normalised text, in the script of their writer: a person's name is kept as it is."""
    original = _narrowed(text)
    if not _TRADITIONAL.search(original):
        return words
    simplified = _converter().convert(original)
    at = simplified.find(words)
    return original[at : at + len(words)] if at >= 0 and len(simplified) == len(original) else words


def _narrowed(text: str) -> str:
    text = _own_words(_unmarked(text[:_RAW_CHARS]))[: FACT_CHARS * 2]
    for old, new in _SWAPS:
        text = text.replace(old, new)
    text = _INVISIBLE.sub("", text)
    if not unicodedata.is_normalized("NFKC", text):
        text = unicodedata.normalize("NFKC", text)
    return _SPACES.sub(" ", _CONTROL.sub(" ", text)).strip()[:FACT_CHARS]


def _unmarked(text: str) -> str:
    """Without HTML: block tags end a line, other tags vanish, entities are what they stand for."""
    if "<" in text:
        text = _MARKUP["hidden"].sub(" ", text)
        text = _MARKUP["tag"].sub("", _MARKUP["line"].sub("\n", text))
    return html.unescape(text) if "&" in text else text


def _own_words(text: str) -> str:
    """Lines without heads of chats and words of the other side; all of it when nothing would be left."""
    if "\n" not in text:
        return text
    own = _QUOTES["head"].sub("", _QUOTES["theirs"].sub("", text)) if ":" in text or "\uff1a" in text else text
    return _LINES.sub(";", own if own.strip() else text)


@cache
def _converter() -> Any:
    """OpenCC takes 25 ms to load; most texts never need it."""
    import opencc

    return opencc.OpenCC("t2s")
