"""What may be the name of a business, wherever in a text it stands."""

from __future__ import annotations

import re
from dataclasses import dataclass

from nlp.lexicon import load, patterns

TABLE = load("merchants")
_CUTS = sorted(TABLE["cut"]["words"].split(), key=len, reverse=True)
PATTERNS = patterns("merchants", cuts="|".join(_CUTS), first="".join({word[0] for word in _CUTS}))
WEAK = frozenset(TABLE["suffix"]["weak"].split())
_GENERIC = frozenset(TABLE["core"]["generic"].split()) | WEAK
_KINDS = "|".join(sorted(map(re.escape, _GENERIC), key=len, reverse=True))
_ALL_GENERIC = re.compile(f"(?:{PATTERNS['particle'].pattern}|{_KINDS})+")

SHORTEST = 2
"""Fewer characters than this are no name to compare."""


@dataclass(frozen=True, kw_only=True)
class Named:
    """A business as named at ``text[start:end]``; the higher the score, the surer."""

    name: str
    start: int
    end: int
    score: int


def generic(words: str) -> bool:
    """Whether words only say of what kind a business is, or which one is meant (this, the next)."""
    return bool(_ALL_GENERIC.fullmatch(words))


def proper(core: str, *, ending: str) -> bool:
    """Whether what stands before the ending can be a name."""
    least = 2 if ending in WEAK or not ending else 1
    return len(core.replace("*", "")) >= least and not generic(core) and not PATTERNS["notname"].search(core)


def unled(words: str) -> int:
    """How many characters at the beginning are what people write before a name, and no part of it."""
    found = PATTERNS["cut"].match(words)
    return found.end() if found else 0
