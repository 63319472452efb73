"""The number of an order and the make of what was bought."""

from __future__ import annotations

from nlp.lexicon import Hits, Lexicon, load, patterns

_TABLE = load("orders")
_PATTERNS = patterns("orders")
_HINTS: tuple[str, ...] = tuple(_TABLE["hints"]["words"].split())
_MAKE: str = _TABLE["hints"]["make"]
_SURE, _ALSO = 2, 1
_LEAD = 6


def fill(lexicon: Lexicon) -> None:
    """Adds the group make (weight 2: nothing else, 1: also a word)."""
    lexicon.add("make", "", _TABLE["make"]["words"].split(), weight=_SURE)
    lexicon.add("make", "", _TABLE["make"]["also"].split(), weight=_ALSO)


def order_no(text: str) -> str | None:
    """The number of an order, a payment or a parcel, as written, if the text calls it so; an order's first."""
    if not any(word in text for word in _HINTS):
        return None
    found = [
        (match["v"].rstrip("-"), match[0])
        for key in ("bare", "order")
        for match in _PATTERNS[key].finditer(text)
        if _PATTERNS["ordered"].search(text, max(0, match.start() - _LEAD), match.end())
    ]
    return found[0][0] if found else None


def brand(text: str, hits: Hits, *, merchant: tuple[int, int]) -> str | None:
    """The make of the goods: called so, or listed; ``merchant`` is the span of the business, whose name is no make."""
    for key in ("named", "stamped") if _MAKE in text else ():
        for match in _PATTERNS[key].finditer(text):
            make = next(filter(None, match.groups()), "")
            if make and not _PATTERNS["notmake"].search(make):
                return make
    for hit in hits.get("make", ()):
        inside = merchant[0] <= hit.start < merchant[1]
        if not inside and (hit.weight == _SURE or _PATTERNS["thing"].match(text, hit.end)):
            return hit.word
    return None
