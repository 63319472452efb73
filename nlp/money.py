"""Sums of money in a text, and which of them is the one in dispute."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, replace
from decimal import Decimal

from nlp.lexicon import load, patterns
from nlp.numerals import UNITS, number

_TABLE = load("money")
_PATTERNS = patterns("money")
_WEIGHTS: dict[str, int] = _TABLE["weights"]
_PIECE: str = _TABLE["piece"]["unit"]
_ONE: str = _TABLE["piece"]["one"]
_AFTER_YUAN = tuple(_TABLE["piece"]["after_yuan"].split())
_BUYING = frozenset(_TABLE["piece"]["buying"].split())
_TEN, _HUNDRED = 10, 100
_TWICE = 2
_REACH = 14
_LONGEST = 10_000_000_000
_SHORT = 80
"""Up to so many characters a text is told in haste, and units are left out."""
_NEAR = 40
"""So many characters before a large number are looked at for money."""
_YEAR = re.compile(r"20[12]\d")
_TEN_THOUSAND: tuple[str, ...] = tuple(_TABLE["piece"]["ten_thousand"].split())
_PENNIES = tuple(_TABLE["piece"]["pennies"].split())
_SIGNS = "\u00a5$"


def _any_of(words: str) -> re.Pattern[str]:
    ordered = sorted(words.split(), key=len, reverse=True)
    return re.compile("|".join(map(re.escape, ordered)))


_ROLES = {role: _any_of(words) for role, words in _TABLE["role"].items()}
_CLAUSE = re.compile(_TABLE["piece"]["clause"])
_CLAUSE_MARK = re.compile("[,;!?]")
_HAN = re.compile(r"[\u4e00-\u9fff]{2}")
_BRACKET = 60
_LATIN = ("w", "W", "k", "K")
_MOST_TIMES = 50
_CLAUSE_CHARS = 20
"""So many characters of a clause are looked at for what is owed."""


@dataclass(frozen=True, kw_only=True)
class Sum:
    """An amount in yuan and the words that named it."""

    value: Decimal
    words: str
    start: int
    end: int
    score: int


def sums(text: str) -> list[Sum]:
    """Every sum in a normalised text, in order of place."""
    short = len(text) < _SHORT
    found = [hit for match in _PATTERNS["sum"].finditer(text) if (hit := _read(text, match, short=short))]
    found += _lower_ends(text, found)
    if short:
        found += _lone(text, {(hit.start, hit.end) for hit in found})
    return _told(text, sorted(found, key=lambda hit: hit.start))


def _lower_ends(text: str, found: list[Sum]) -> list[Sum]:
    """The lower ends of ranges (2-3 thousand yuan) that were not read as sums of their own."""
    taken = {hit.start for hit in found}
    lower = (_lower_end(text, hit) for hit in found)
    return [hit for hit in lower if hit is not None and hit.start not in taken]


def _lower_end(text: str, upper: Sum) -> Sum | None:
    """The lower end before an upper one: it shares the large unit, unless it would be more than the upper end then."""
    from_ = max(0, upper.start - _REACH)
    match = _PATTERNS["range"].search(text[from_ : upper.start])
    if match is None:
        return None
    value = number(match["a"] + (match["unit"] if match["unit"] in UNITS else "")) or Decimal(0)
    unit = 1 if match["unit"] else next((UNITS[char] for char in upper.words if char in _TEN_THOUSAND), 1)
    plain = _plain(value * unit if value * unit < upper.value else value)
    if not plain or plain >= upper.value:
        return None
    start = from_ + match.start()
    return replace(upper, value=plain, words=text[start : upper.end], start=start, end=from_ + match.end("a"))


def main_of(found: list[Sum]) -> Sum | None:
    """The sum most likely in dispute: what is owed, was paid or is named again, before wishes and others' prices.

    Of sums that are told alike it is the largest: the whole rather than a part.
    """
    often = Counter(hit.value for hit in found)

    def points(hit: Sum) -> tuple[int, Decimal]:
        times = often[hit.value]
        repeated = _WEIGHTS["often"] * (times > 1) + _WEIGHTS["insisted"] * (times > _TWICE)
        return hit.score + repeated, hit.value

    return max(found, key=points, default=None)


def main_sum(text: str) -> Sum | None:
    """The main one of a text's sums."""
    return main_of(sums(text))


def bare_sum(text: str) -> Decimal | None:
    """A naked number and nothing else, as an answer to a question for the amount."""
    match = _PATTERNS["bare"].search(text)
    value = number(match["a"]) if match else None
    return value if value is not None and 0 < value < _LONGEST else None


def _read(text: str, match: re.Match[str], *, short: bool) -> Sum | None:
    """What a numeral says, if it is money: by its unit, its sign, its size or the verb before it."""
    words, unit = match["a"], match["u"]
    before = text[max(0, match.start() - 10) : match.start()]
    if (unit is None and len(words) == 1) or _only_said(text, match, before=before):
        return None
    if unit is None and not _without_unit(text, match, before=before, short=short):
        return None
    value = _plain(_value(match))
    if value is None or not 0 < value < _LONGEST or _counts_things(text, match):
        return None
    start = match.start() - 1 if _PATTERNS["sign"].search(before) and before[-1] in _SIGNS else match.start()
    return Sum(
        value=value,
        words=text[start : match.end()].strip(),
        start=match.start(),
        end=match.end(),
        score=_score(text, match) + (_WEIGHTS["small"] if value < 1 else 0),
    )


def _only_said(text: str, match: re.Match[str], *, before: str) -> bool:
    """Whether it is a figure of speech (not a penny) or no one number (several hundred thousand)."""
    if _PATTERNS["idiom"].match(text, match.start()):
        return True
    if match["a"] == _ONE and match["u"] in _PENNIES:
        return bool(_PATTERNS["nothing"].search(before))
    return UNITS.get(match["a"][0], 0) == _TEN and bool(_PATTERNS["vague"].search(before))


def _without_unit(text: str, match: re.Match[str], *, before: str, short: bool) -> bool:
    """Whether a numeral without a unit is money."""
    if _PATTERNS["sign"].search(before):
        return True
    if _PATTERNS["counts"].match(text, match.end("scale" if match["scale"] else "more" if match["more"] else "a")):
        return False
    words = match["a"]
    if _YEAR.fullmatch(words) or _PATTERNS["service"].fullmatch(words):
        return False
    if words.endswith(_LATIN) and _PATTERNS["latin_things"].match(text, match.end()):
        return False
    if (_thousands(words) or match["scale"] in _TEN_THOUSAND) and _large(text, match):
        return True
    if short and (_composite(words, least=_HUNDRED) or _price_of_thing(text, match, before=before)):
        return True
    plain = words[0].isdigit() or _composite(words, least=_TEN)
    return plain and bool(_PATTERNS["paid"].search(before) or _PATTERNS["money"].match(text, match.end()))


def _price_of_thing(text: str, match: re.Match[str], *, before: str) -> bool:
    return bool(_PATTERNS["begins"].search(before) and _PATTERNS["of"].match(text, match.end()))


def _thousands(words: str) -> bool:
    """Whether a numeral is told in thousands: 5 thousand, 2 ten thousands 8."""
    return words[0] not in UNITS and any(char in _TEN_THOUSAND for char in words)


def _large(text: str, match: re.Match[str]) -> bool:
    """Whether ten thousands without a unit are money by the words around them."""
    after = match.end()
    if _PATTERNS["large"].match(text, after):
        return True
    before = text[max(0, match.start() - 14) : match.start()]
    if _PATTERNS["large_never"].search(before):
        return False
    if _PATTERNS["large_before"].search(before) and not _PATTERNS["large_things"].match(text, after):
        return True
    near = text[max(0, match.start() - _NEAR) : after + _NEAR // 2]
    return bool(_PATTERNS["ends"].match(text, after) and _PATTERNS["large_near"].search(near))


def _lone(text: str, taken: set[tuple[int, int]]) -> list[Sum]:
    """Numbers that stand alone in a short text and are in no other sum."""
    found = []
    for match in _PATTERNS["lone"].finditer(text):
        value = _plain(number(match["a"]))
        if value and not _YEAR.fullmatch(match["a"]) and not any(start <= match.start() < end for start, end in taken):
            score = _WEIGHTS["lone"]
            found.append(Sum(value=value, words=match[0], start=match.start(), end=match.end(), score=score))
    return found


def _value(match: re.Match[str]) -> Decimal | None:
    value = number(match["a"].replace(" ", ""))
    if value is None:
        return None
    if match["scale"]:
        value = _scaled(match["a"], value, UNITS[match["scale"]])
    return _with_parts(match, value) if match["u"] else value


def _scaled(words: str, value: Decimal, scale: int) -> Decimal:
    """A numeral and the large unit behind it, which belongs to its last digit alone after a larger one."""
    larger = UNITS.get(words[-2:-1], 0)
    if larger > scale and words[-1].isdigit():
        return (number(words[:-1]) or 0) + Decimal(words[-1]) * scale
    return value * scale


def _plain(value: Decimal | None) -> Decimal | None:
    """Without zeros after the point."""
    if value is None or value > _LONGEST:
        return None
    return value.quantize(Decimal(1)) if value == value.to_integral_value() else value.normalize()


def _composite(words: str, *, least: int) -> bool:
    """Whether a numeral holds a hundred (one thousand two) or ten: such a one needs no unit."""
    return UNITS.get(words[0], 0) < _HUNDRED and any(UNITS.get(char, 0) >= least for char in words)


def _with_parts(match: re.Match[str], value: Decimal) -> Decimal:
    table = _TABLE["parts"]
    if match["u"] in table:
        return value * Decimal(table[match["u"]]) + (number(match["h"] or "") or 0) * Decimal("0.01")
    digits, unit = match["f"] or match["g"], match["fu"] or match["gu"]
    if not digits:
        return value
    scale = table.get(unit, "0.1" if len(digits) == 1 and not match["z"] else "0.01")
    return value + (number(digits) or 0) * Decimal(scale)


def _counts_things(text: str, match: re.Match[str]) -> bool:
    """Whether the unit is the measure word for pieces (two pieces of soap), not the yuan of speech."""
    if match["u"] != _PIECE or match["f"] or match["g"] or match["more"]:
        return False
    follows = text[match.end() : match.end() + 1]
    paid = _ROLES["paid"].search(text, max(0, match.start() - 3), match.start())
    if match["a"] == _ONE and not paid and len(text) > _SHORT:
        return True
    bound = follows.isalpha() and not text.startswith(_AFTER_YUAN, match.end())
    return bound and (number(match["a"]) or 0) < 10 and not (paid and paid[0] not in _BUYING)


def _score(text: str, match: re.Match[str]) -> int:
    """What the words of the same clause say about a sum."""
    before = _CLAUSE.split(text[max(0, match.start() - 10) : match.start("a")])[-1]
    after = _CLAUSE.split(text[match.end() : match.end() + 4])[0]
    if text[match.start() - 1 : match.start()] == "," and not before:
        before = text[max(0, match.start() - 6) : match.start()]
    score = sum(_WEIGHTS[role] for role in ("wish", "other") if _ROLES[role].search(before))
    score += sum(_WEIGHTS[role] for role in ("side", "bound") if _ROLES[role].match(after))
    near = before[-4:] + "|" + after
    score += sum(_WEIGHTS[role] for role in ("each", "rate") if _ROLES[role].search(near))
    return score + _claim(text, match, before)


def _told(text: str, found: list[Sum]) -> list[Sum]:
    """The sums with what the whole text says about them: its title, a tied sale, a bracket."""
    if len(found) < _TWICE:
        return found
    title = _PATTERNS["title"].match(text)
    topic = _pairs(title[0]) if title else set()
    tied = bool(_PATTERNS["tied"].search(text))
    told = [replace(hit, score=hit.score + _context(text, hit, topic, tied=tied)) for hit in found]
    return [_in_all(text, hit, told[:number]) for number, hit in enumerate(told)]


def _in_all(text: str, hit: Sum, before: list[Sum]) -> Sum:
    """A total that is so many times a sum told shortly before it: it is more than that one, whatever was said of it."""
    if not before or not _PATTERNS["in_all"].search(text, max(0, hit.start - _NEAR), hit.start):
        return hit
    near = [one for one in before if hit.start - one.end < _BRACKET and hit.value > one.value]
    parts = [one.score for one in near if hit.value % one.value == 0 and hit.value / one.value <= _MOST_TIMES]
    return replace(hit, score=max([hit.score, *(score + 1 for score in parts)]))


def _context(text: str, hit: Sum, topic: set[str], *, tied: bool) -> int:
    before, after = text[max(0, hit.start - _BRACKET) : hit.start], text[hit.end : hit.end + 8]
    holds = {
        "title": not topic.isdisjoint(_pairs(_CLAUSE_MARK.split(before[-16:])[-1], _CLAUSE_MARK.split(after)[0])),
        "tied": tied and bool(_PATTERNS["tied_after"].match(after) or _PATTERNS["tied_before"].search(before)),
        "bracket": bool(_PATTERNS["bracket"].search(before)),
    }
    return sum(_WEIGHTS[name] for name, held in holds.items() if held)


def _pairs(*parts: str) -> set[str]:
    """The pairs of neighbouring characters of the script: a cheap sign of a word in common."""
    return {part[at : at + 2] for part in parts for at in range(len(part) - 1) if _HAN.fullmatch(part, at, at + 2)}


def _claim(text: str, match: re.Match[str], before: str) -> int:
    """Points for the strongest word of being paid, owed or to be given back; more for what was left in trust."""
    clause = _CLAUSE.split(text[max(0, match.start() - _CLAUSE_CHARS) : match.start("a")])[-1]
    after = _CLAUSE.split(text[match.end() : match.end() + 10])[0]
    said = {"paid": before, "best": before, "owed": clause, "due": after}
    strongest = max((_WEIGHTS[role] for role, words in said.items() if _ROLES[role].search(words)), default=0)
    return strongest + (_WEIGHTS["trust"] if _ROLES["trust"].search(before[-4:] + "|" + after[:8]) else 0)
