"""The thing or service bought."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from nlp import merchants
from nlp.lexicon import Hit, Hits, Lexicon, load, patterns

_TABLE = load("products")
_PATTERNS = patterns("products")
_REACH = 14
_CLAUSE = re.compile(r"[,;!?]")


@dataclass(frozen=True, kw_only=True)
class Product:
    """What was bought; ``category`` is None when its name is in no list; ``bought``: a verb of getting led to it."""

    name: str
    category: str | None
    bought: bool


def categories() -> Iterator[str]:
    """The categories under which products are listed."""
    return (key for key in _TABLE if key != "pattern")


def fill(lexicon: Lexicon) -> None:
    """Adds the group product; names of one character weigh 1, others 3."""
    for category in categories():
        words = _TABLE[category].split()
        lexicon.add("product", category, (word for word in words if len(word) > 1), weight=3)
        lexicon.add("product", category, (word for word in words if len(word) == 1), weight=1)


def main_product(text: str, hits: Hits, *, names: Iterable[tuple[int, int]]) -> Product | None:
    """The product after a verb of buying, else the first one named; ``names`` are spans of businesses' names."""
    spans = [*names, *((hit.start, hit.end) for hit in hits.get("suffix", ()) if not merchants.is_weak(hit.word))]
    listed = [hit for hit in hits.get("product", ()) if hit.label and not _within(hit, spans)]
    for start in _introduced(text):
        near = _nearest(text, listed, start=start)
        if near is not None:
            return Product(name=near.word, category=near.label, bought=True)
    first = next((hit for hit in listed if hit.weight > 1 and not _PATTERNS["notproduct"].search(hit.word)), None)
    if first is not None:
        return Product(name=first.word, category=first.label, bought=False)
    return _unlisted(text)


def _introduced(text: str) -> Iterator[int]:
    return (match.end() for match in _PATTERNS["bought"].finditer(text))


def _nearest(text: str, listed: list[Hit], *, start: int) -> Hit | None:
    """The product that follows within the same clause; one of a single character must follow at once."""
    measured = _PATTERNS["measure"].match(text, start)
    follows = measured.end() if measured else start
    for hit in listed:
        if start <= hit.start <= start + _REACH and not _CLAUSE.search(text, start, hit.start):
            if hit.weight > 1:
                return hit
            if hit.start == follows and not text[hit.end : hit.end + 1].isalpha():
                return hit
    return None


def _unlisted(text: str) -> Product | None:
    """A noun that is in no list, after a verb of buying and a measure word."""
    match = _PATTERNS["unlisted"].search(text)
    if match is None or _PATTERNS["notnoun"].search(match["v"]):
        return None
    return Product(name=match["v"], category=None, bought=True)


def _within(hit: Hit, spans: list[tuple[int, int]]) -> bool:
    return any(start <= hit.start and hit.end <= end for start, end in spans)
