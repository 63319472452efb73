"""Housing estates: what people name who complain of a developer or a property manager without its own name."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import NamedTuple

from nlp.named import PATTERNS, TABLE, Named, proper, unled

_WEIGHTS: dict[str, int] = TABLE["weight"]["estate"]
_BEGINNING = 200
"""So far a text says what it is about; estates named later are mostly comparisons."""
_MOST = 5
"""So many mentions are looked at: each costs as much as a business does."""
_LONGEST = 16
_LEAST_AGAIN = 3
_NEAR = 30
_OFTEN = 2
_SURE, _BRIEF = 2, 150
"""In a text this long so much must speak for an estate; in a shorter one a single sign does."""


class _Estate(NamedTuple):
    """An estate named at ``text[start:end]``; with its property manager it ends at ``managed``."""

    start: int
    end: int
    managed: int


def main_estate(text: str, *, head: int) -> Named | None:
    """The estate most plainly named at the beginning of a text about housing; ``head`` is where its headline ends."""
    if not PATTERNS["housing"].search(text):
        return None
    found = ((_score(text, one, head=head), -one.start, one) for one in _estates(text, head=head))
    score, _, best = max(found, default=(0, 0, None))
    if best is None or score < (_SURE if len(text) >= _BRIEF else 1):
        return None
    return Named(name=text[best.start : best.managed], start=best.start, end=best.managed, score=score)


def _estates(text: str, *, head: int) -> Iterator[_Estate]:
    for match in islice(PATTERNS["estate"].finditer(text, 0, max(head, _BEGINNING)), _MOST):
        before = match.end("e") if match["e"] else match.start("a")
        ground = PATTERNS["ground"].search(text, max(0, before - _LONGEST), before)
        words = PATTERNS["estatetail"].sub("", ground[0]) if ground else ""
        end = ground.start() + len(words) if ground else before
        start = end - len(words) + unled(PATTERNS["likeestate"].sub("", words))
        start += _alone(text, text[start:end])
        name = text[start:end]
        if proper(name, ending="") and not PATTERNS["notestate"].search(name):
            managed = PATTERNS["managed"].match(text, end)
            yield _Estate(start, end, managed.end() if managed else end)


def _alone(text: str, name: str) -> int:
    """Where in the words the name begins that stands elsewhere without those before it: a second mention shows it."""
    if text.count(name) > 1:
        return 0
    return next((at for at in range(1, len(name) - _LEAST_AGAIN + 1) if text.count(name[at:]) > 1), 0)


def _score(text: str, estate: _Estate, *, head: int) -> int:
    """How surely it is the estate meant: each sign counts what the table says."""
    name = text[estate.start : estate.end]
    signs = {
        "headline": name in text[:head],
        "often": min(text.count(name) - 1, _OFTEN),
        "like": bool(PATTERNS["likeestate"].search(name)),
        "home": bool(PATTERNS["home"].match(text, estate.end)),
        "firm": estate.start - head < _NEAR and bool(PATTERNS["firm"].match(text, estate.end)),
        "bought": bool(PATTERNS["lead"].search(text, max(0, estate.start - _LONGEST), estate.start)),
    }
    return sum(_WEIGHTS[sign] * found for sign, found in signs.items())
