"""Two names of one business: with and without its branch, the place before it and its legal form."""

from __future__ import annotations

import re
import unicodedata

from nlp.lexicon import Hits
from nlp.named import PATTERNS, SHORTEST, proper


def rebranched(merchant: str, value: str) -> str | None:
    """The merchant's name with another branch, when ``value`` is the name of one; None when it is something else."""
    match = PATTERNS["branch"].fullmatch(value.strip())
    branch = (match["a"] or match["b"]) if match else None
    if not branch or not merchant.endswith(")") or PATTERNS["notbranch"].search(branch):
        return None
    return f"{merchant.rpartition('(')[0]}({branch})"


def same_business(one: str, other: str) -> bool:
    """Whether two names are of one business: its branch, the place before it and its legal form may be said or not."""
    cores = (_core(one), _core(other))
    if not all(len(core) >= SHORTEST for core in cores):
        return False
    return cores[0] == cores[1] or _branch_of(one, cores[1]) or _branch_of(other, cores[0])


def alike(one: str, other: str) -> bool:
    """Whether two names may mean one business: one of them is part of the other."""
    short, long = sorted((_core(one), _core(other)), key=len)
    return len(short) >= SHORTEST and short in long


def core(name: str) -> str:
    """What the names of one business have in common, however its branch, place and legal form were said."""
    return _core(name)


def is_trade(name: str, hits: Hits) -> bool:
    """Whether words name only a trade (the supermarket downstairs), which many businesses have."""
    ending = next((hit for hit in hits.get("suffix", ()) if hit.end == len(name)), None)
    return ending is not None and "brand" not in hits and not proper(name[: ending.start], ending=ending.word)


def own_part(name: str, hits: Hits) -> str:
    """A name without the trade at its end, as people say it for short; all of it where nothing else would be left."""
    ending = next((hit for hit in hits.get("suffix", ()) if hit.end == len(name)), None)
    return name[: ending.start] if ending and proper(name[: ending.start], ending=ending.word) else name


def _branch_of(name: str, core: str) -> bool:
    """Whether ``name`` is the business of that core with a branch written behind it, without brackets."""
    plain = PATTERNS["region"].sub("", _plain(name))
    return plain.startswith(core) and bool(PATTERNS["branching"].search(plain))


def _core(name: str) -> str:
    bare = PATTERNS["region"].sub("", _plain(name))
    while (cut := PATTERNS["form"].sub("", bare)) != bare and len(cut) >= SHORTEST:
        bare = cut
    return bare


def _plain(name: str) -> str:
    """Without brackets and what stands in them, white space, and differences of width and case."""
    return re.sub(r"\([^()]*\)|\s", "", unicodedata.normalize("NFKC", name)).lower()
