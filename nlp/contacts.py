"""Telephone numbers, and who a person says to be."""

from __future__ import annotations

import re

from cases.understanding import Identity
from nlp.lexicon import load, patterns
from nlp.numerals import DIGITS

_TABLE = load("names")
_PATTERNS = patterns("names")
_SURNAMES = frozenset(_TABLE["surnames"].split())
_NO_NAMES = frozenset(_TABLE["no_names"].split())
_TITLES: tuple[str, ...] = tuple(_TABLE["titles"].split())
_NAME_CHARS = 4
_DOT = "\u00b7"


def phone(text: str) -> str | None:
    """The first telephone number of a normalised text; a mobile as eleven digits. No identity or order numbers."""
    text = _in_digits(text)
    found = [match for key in ("mobile", "landline") for match in _PATTERNS[key].finditer(text)]
    for match in sorted(found, key=lambda hit: hit.start()):
        if _PATTERNS["not_phone"].search(text[max(0, match.start() - 12) : match.start()]):
            continue
        return _written(match)
    return None


def identity(text: str) -> Identity:
    """Name, telephone and address in an answer. What does not look like a name gives none."""
    text = _in_digits(text)
    rest = text
    for key in ("mobile", "landline"):
        rest = _PATTERNS[key].sub(" ", rest)
    return Identity(name=_name(rest), phone=phone(text), address=_address(rest))


def own(text: str) -> tuple[str, ...]:
    """The names and numbers by which the writer of a story says who it is from; those of others are not among them."""
    names = (match["v"] for match in _PATTERNS["own"].finditer(text) if is_name(match["v"]))
    return (*names, *(match["v"] for match in _PATTERNS["own_phone"].finditer(text)))


def is_name(word: str) -> bool:
    """Whether a word looks like a person's full name."""
    if _DOT in word:
        return 3 <= len(word) <= 12 and not word.startswith(_DOT)
    if word in _NO_NAMES or not 2 <= len(word) <= _NAME_CHARS or any(word.startswith(no) for no in _NO_NAMES):
        return False
    if len(word) == _NAME_CHARS:
        return word[:2] in _SURNAMES
    return word[0] in _SURNAMES or word[:2] in _SURNAMES


def _in_digits(text: str) -> str:
    """A mobile in written numerals, as digits."""
    return _PATTERNS["spelled"].sub(lambda match: "".join(str(DIGITS[char]) for char in match[0]), text)


def _written(match: re.Match[str]) -> str:
    if "m" in match.groupdict():
        return re.sub(r"\D", "", match["m"])
    return re.sub(r"[()\s]+", "-", match["l"].strip("()")).replace("--", "-")


def _name(text: str) -> str | None:
    for key in ("opens", "full", "said"):
        match = _PATTERNS[key].search(text)
        if match and is_name(_untitled(match["v"])):
            return _untitled(match["v"])
    surname = _PATTERNS["surname"].search(text)
    if surname and surname["v"] in _SURNAMES:
        return surname["v"]
    return _bare_name(text)


def _bare_name(text: str) -> str | None:
    """A name standing alone in an answer, or before a telephone and an address."""
    parts = [part for part in _PATTERNS["separators"].split(text) if part]
    if not parts or len(parts) > 6 or len(text) > 100:
        return None
    words = [_untitled(part) for part in parts[:3] if _PATTERNS["name"].fullmatch(part)]
    return next((word for word in words if is_name(word) or _surname_only(word, parts)), None)


def _surname_only(word: str, parts: list[str]) -> bool:
    """A surname with a title (Mr Li): all that was said of the name."""
    return word in _SURNAMES and (len(parts) == 1 or any(part != word and part.startswith(word) for part in parts))


def _untitled(word: str) -> str:
    for title in _TITLES:
        if len(word) > len(title) and word.endswith(title):
            stem = word[: -len(title)]
            return stem if stem in _SURNAMES or is_name(stem) else word
    return word


def _address(text: str) -> str | None:
    said = _PATTERNS["address"].search(text)
    if said and _PATTERNS["looks"].search(said["v"]):
        return said["v"].strip()
    for part in _PATTERNS["separators"].split(text):
        if len(part) >= 4 and _PATTERNS["looks"].fullmatch(part):
            return part
    return None
