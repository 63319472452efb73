"""What a person corrects in free words. A whole story corrects nothing."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from cases.understanding import Correction
from nlp.lexicon import load, patterns

_TABLE = load("corrections")
_SLOTS = {word: slot for slot, words in _TABLE["field"].items() for word in words.split()}
_FIELD = "|".join(sorted(map(re.escape, _SLOTS), key=len, reverse=True))
_PATTERNS = patterns("corrections", field=_FIELD)
_GUESS = {key: re.compile(source) for key, source in _TABLE["guess"].items()}
_LONGEST = 100
_NAMED = ("wrong", "change", "notbut", "butnot", "states")
_CLAUSES = re.compile(r";|(?<=\d),(?=\D)")

Guess = Callable[[str, str | None], str | None]
"""From a new value and the old one to the slot that they can fill."""


def corrections(text: str, *, guess: Guess) -> tuple[Correction, ...]:
    """The corrections in a normalised text, at most one a slot; () when it is an ordinary message."""
    if not text or len(text) > _LONGEST or (len(text) > 25 and _PATTERNS["story"].search(text)):
        return ()
    found: dict[str, Correction] = {}
    for clause in (text, *_CLAUSES.split(text)):
        for correction in _of_clause(clause.strip(" ,"), guess=guess):
            found.setdefault(correction.slot, correction)
    return tuple(found.values())


def _of_clause(clause: str, *, guess: Guess) -> Iterator[Correction]:
    for key, slot in (("live", "address"), ("prefer", "demands"), ("instead", "demands")):
        match = _PATTERNS[key].search(clause)
        if match:
            yield Correction(slot=slot, value=match["v"].strip())
            return
    for key in _NAMED:
        match = _PATTERNS[key].search(clause)
        correction = _correction(match, guess=guess) if match else None
        if correction is not None:
            yield correction
            return


def _correction(match: re.Match[str], *, guess: Guess) -> Correction | None:
    groups = match.groupdict()
    value = match["v"].strip(" ,:\"'")
    field = groups.get("f")
    slot = _SLOTS[field] if field else guess(value, groups.get("o"))
    if not slot or not value:
        return None
    if slot == "merchant_address" and _GUESS["own"].search(match.string[: match.start("f")]):
        slot = "address"
    return Correction(slot=slot, value=value)


def looks_like_address(value: str) -> bool:
    """Whether a value without a field reads as a street or a branch on one."""
    return bool(_GUESS["address"].search(value))
