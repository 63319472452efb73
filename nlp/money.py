"""Sums of money in a text, and which of them is the one in dispute."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

from nlp.lexicon import load, patterns
from nlp.numerals import UNITS, number

_TABLE = load("money")
_PATTERNS = patterns("money")
_WEIGHTS: dict[str, int] = _TABLE["weights"]
_PIECE: str = _TABLE["piece"]["unit"]
_AFTER_YUAN = tuple(_TABLE["piece"]["after_yuan"].split())
_BUYING = frozenset(_TABLE["piece"]["buying"].split())
_TEN, _HUNDRED = 10, 100
_LONGEST = 10_000_000_000


def _any_of(words: str) -> re.Pattern[str]:
    ordered = sorted(words.split(), key=len, reverse=True)
    return re.compile("|".join(map(re.escape, ordered)))


_ROLES = {role: _any_of(words) for role, words in _TABLE["role"].items()}
_CLAUSE = re.compile(r"[,;!?]")


@dataclass(frozen=True, kw_only=True)
class Sum:
    """An amount in yuan and the words that named it."""

    value: Decimal
    words: str
    start: int
    score: int


def sums(text: str) -> list[Sum]:
    """Every sum in a normalised text, in order of place."""
    found: list[Sum] = []
    taken = 0
    hits = [match for name in ("unit", "sign", "paid", "large", "lone") for match in _PATTERNS[name].finditer(text)]
    for match in sorted(hits, key=lambda hit: hit.start("a")):
        value = _plain(_value(match))
        if value is None or match.start("a") < taken or not 0 < value < _LONGEST:
            continue
        if _counts_things(text, match):
            continue
        taken = match.end()
        found.append(Sum(value=value, words=match[0], start=match.start(), score=_score(text, match)))
    return found


def main_sum(text: str) -> Sum | None:
    """The sum most likely in dispute: what was paid, before what is wished for, single prices and others' prices."""
    found = sums(text)
    return max(found, key=lambda hit: hit.score, default=None) if found else None


def bare_sum(text: str) -> Decimal | None:
    """A naked number and nothing else, as an answer to a question for the amount."""
    match = _PATTERNS["bare"].search(text)
    value = number(match["a"]) if match else None
    return value if value is not None and 0 < value < _LONGEST else None


def _value(match: re.Match[str]) -> Decimal | None:
    groups = match.groupdict()
    words = match["a"]
    if "u" not in groups and not words[0].isdigit() and not _composite(words, paid=match.re is _PATTERNS["paid"]):
        return None
    if "u" not in groups and UNITS.get(words[0], 0) >= _HUNDRED:
        return None
    value = number(words)
    if value is not None and groups.get("u"):
        value = _with_parts(match, value)
    return value


def _plain(value: Decimal | None) -> Decimal | None:
    """Without zeros after the point."""
    if value is None or value > _LONGEST:
        return None
    return value.quantize(Decimal(1)) if value == value.to_integral_value() else value.normalize()


def _composite(words: str, *, paid: bool) -> bool:
    """A numeral that needs no unit: it holds a hundred or more (one thousand two), or ten after a verb of paying."""
    least = _TEN if paid else _HUNDRED
    return any(UNITS.get(char, 0) >= least for char in words)


def _with_parts(match: re.Match[str], value: Decimal) -> Decimal:
    table = _TABLE["parts"]
    if match["u"] in table:
        return value * Decimal(table[match["u"]]) + (number(match["h"] or "") or 0) * Decimal("0.01")
    digits, unit = match["f"] or match["g"], match["fu"] or match["gu"]
    if not digits:
        return value
    scale = table.get(unit, "0.1" if len(digits) == 1 else "0.01")
    return value + (number(digits) or 0) * Decimal(scale)


def _counts_things(text: str, match: re.Match[str]) -> bool:
    """Whether the unit is the measure word for pieces (two pieces of soap), not the yuan of speech."""
    if match.groupdict().get("u") != _PIECE or match["f"] or match["g"] or match["more"]:
        return False
    follows = text[match.end() : match.end() + 1]
    paid = _ROLES["paid"].search(text, max(0, match.start() - 3), match.start())
    bound = follows.isalpha() and not text.startswith(_AFTER_YUAN, match.end())
    return bound and (number(match["a"]) or 0) < 10 and not (paid and paid[0] not in _BUYING)


def _score(text: str, match: re.Match[str]) -> int:
    """What the words of the same clause say about a sum."""
    before = _CLAUSE.split(text[max(0, match.start() - 10) : match.start("a")])[-1]
    after = _CLAUSE.split(text[match.end() : match.end() + 4])[0]
    if text[match.start() - 1 : match.start()] == "," and not before:
        before = text[max(0, match.start() - 6) : match.start()]
    if match.re is _PATTERNS["lone"]:
        return _WEIGHTS["lone"]
    score = sum(_WEIGHTS[role] for role in ("paid", "best", "wish", "other") if _ROLES[role].search(before))
    score += _WEIGHTS["side"] if _ROLES["side"].match(after) else 0
    return score + (_WEIGHTS["each"] if _ROLES["each"].search(before[-4:] + "|" + after) else 0)
