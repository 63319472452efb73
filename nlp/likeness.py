"""What is alike: names of one business, stories of one matter, ways to write one address."""

from __future__ import annotations

from dataclasses import dataclass

from nlp.businesses import core
from nlp.lexicon import patterns
from nlp.named import SHORTEST, Named
from nlp.numerals import DIGITS
from nlp.text import normalise

COMPARED = 1000
"""Characters of a story that are compared: it is told at the beginning, and comparing must stay bounded."""
_PATTERNS = patterns("likeness")
_DIGITS = str.maketrans({char: str(value) for char, value in DIGITS.items() if value < 10})


@dataclass(frozen=True, kw_only=True)
class Business:
    """``key`` is the same for all names of one business, empty for what is no name; ``branch`` is the one named."""

    key: str
    branch: str | None = None


def business(name: str, named: Named | None) -> Business:
    """The business of a normalised name; ``named`` is how a reader of texts takes it, and where a branch begins."""
    ends = named is not None and named.end == len(name) and len(core(named.name)) >= SHORTEST
    whole = named.name if named and ends and _leads(name, named) else name
    key = core(whole)
    branch = _PATTERNS["branch"].search(whole)
    return Business(key=key if len(key) >= SHORTEST else "", branch=branch["b"] if branch else None)


def _leads(name: str, named: Named) -> bool:
    """Whether nothing but the place of the business stands before what was taken for its name."""
    return core(name).startswith(core(named.name))


def share(one: str, other: str) -> float:
    """How many pairs of neighbouring characters two texts share (Dice, 1945), from 0 to 1; punctuation aside."""
    pairs, others = _pairs(one), _pairs(other)
    return 2 * len(pairs & others) / (len(pairs) + len(others)) if pairs and others else 0.0


def _pairs(text: str) -> set[str]:
    letters = "".join(char for char in normalise(text[:COMPARED]).lower() if char.isalnum())
    return {letters[at : at + 2] for at in range(len(letters) - 1)}


def address_key(text: str) -> str:
    """The same for one house or flat, however it was written.

    Empty without a number: a whole compound or village is the address of many who have nothing to do with each other.
    """
    plain = _PATTERNS["blank"].sub("", normalise(text)).lower().translate(_DIGITS)
    numbered = _PATTERNS["unit"].sub("-", _PATTERNS["city"].sub("", plain))
    return numbered.strip("-") if _PATTERNS["number"].search(numbered) else ""
