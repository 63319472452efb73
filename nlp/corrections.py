"""What a person corrects in free words. A whole story corrects nothing."""

from __future__ import annotations

import re
from collections.abc import Callable

from cases.understanding import Correction
from nlp.lexicon import load, patterns

_TABLE = load("corrections")
_SLOTS = {word: slot for slot, words in _TABLE["field"].items() for word in words.split()}
_FIELD = "|".join(sorted(map(re.escape, _SLOTS), key=len, reverse=True))
_PATTERNS = patterns("corrections", field=_FIELD)
_GUESS = {key: re.compile(source) for key, source in _TABLE["guess"].items()}
_SHAPE = {key: re.compile(source) for key, source in _TABLE["shape"].items()}
_LONGEST = 100
_NAMED = ("wrong", "change", "notbut", "butnot", "reworded", "states", "fieldless")
_SURE = (
    ("live", "address"),
    ("callme", "phone"),
    ("stands", "merchant_address"),
    ("moved", "merchant_address"),
    ("prefer", "demands"),
    ("instead", "demands"),
)
"""Patterns that name their fact themselves."""

Guess = Callable[[str, str | None], str | None]
"""From a new value and the old one to the slot that they can fill."""


def corrections(text: str, *, guess: Guess) -> tuple[Correction, ...]:
    """The corrections in a normalised text, at most one a slot; () when it is an ordinary message."""
    if not text or len(text) > _LONGEST or (len(text) > 25 and _PATTERNS["story"].search(text)):
        return ()
    found: dict[str, Correction] = {}
    rest = text
    while rest:
        correction, end = _first(rest, guess=guess)
        if correction is None:
            break
        found.setdefault(correction.slot, correction)
        rest = rest[end:].lstrip(" ,;!?")
    return tuple(found.values())


def _first(text: str, *, guess: Guess) -> tuple[Correction | None, int]:
    """The correction that stands first, by the order of the patterns, and where it ends."""
    for key, slot in _SURE:
        match = _PATTERNS[key].search(text)
        if match:
            return Correction(slot=slot, value=match["v"].strip()), match.end()
    for key in _NAMED:
        match = _PATTERNS[key].search(text)
        correction = _correction(match, guess=guess) if match else None
        if match and correction is not None:
            return correction, match.end()
    return None, 0


def _correction(match: re.Match[str], *, guess: Guess) -> Correction | None:
    groups = match.groupdict()
    value = _PATTERNS["lead"].sub("", (match["v"] or groups.get("w") or "").strip(" ,:\"'"))
    field = groups.get("f")
    slot = _SLOTS[field] if field else guess(value, groups.get("o"))
    home = _PATTERNS["home"].match(value)
    if home and slot in ("address", "merchant_address"):
        slot, value = "address", value[home.end() :]
    if not slot or not value or _PATTERNS["told"].search(value):
        return None
    if slot in _SHAPE and not _SHAPE[slot].search(value):
        return None
    if slot == "merchant_address" and _GUESS["own"].search(match.string[: match.start("f")]):
        slot = "address"
    return Correction(slot=slot, value=value)


def looks_like_address(value: str) -> bool:
    """Whether a value without a field reads as a street or a branch on one."""
    return bool(_GUESS["address"].search(value))
