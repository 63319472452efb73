"""Written numbers (Chinese or digits, mixed with large units) to numbers."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation

from nlp.lexicon import load

_TABLE = load("numerals")
DIGITS: dict[str, int] = _TABLE["digits"]
UNITS: dict[str, int] = _TABLE["units"]


def number(text: str) -> Decimal | None:
    """The value of a numeral; None when it is none. A digit after a large unit counts tenths of it."""
    text = text.replace(",", "").replace(" ", "")
    if not text:
        return None
    if text[0].isdigit():
        return _digits(text)
    if any(char not in DIGITS and char not in UNITS for char in text):
        return None
    if not any(char in UNITS for char in text):
        return Decimal("".join(str(DIGITS[char]) for char in text))
    return _written(text)


def small(text: str) -> int | None:
    """A day, a month, a count: like ``number``, for whole numbers."""
    value = number(text)
    return int(value) if value is not None and value == int(value) else None


def _digits(text: str) -> Decimal | None:
    unit_at = next((at for at, char in enumerate(text) if char in UNITS), len(text))
    try:
        value = Decimal(text[:unit_at])
        tail = text[unit_at + 1 :]
        scale = Decimal(UNITS[text[unit_at]]) if unit_at < len(text) else Decimal(1)
        return value * scale + (Decimal(tail) * scale / 10 if tail else 0)
    except (InvalidOperation, ValueError):
        return None


def _written(text: str) -> Decimal | None:
    total, section, digit, last_unit = 0, 0, 0, 1
    for char in text:
        unit = UNITS.get(char, 0)
        if not unit:
            digit, last_unit = DIGITS[char], (last_unit if DIGITS[char] else 1)
        elif unit >= 10000:
            total, section, digit, last_unit = (total + section + digit) * unit, 0, 0, unit
        else:
            section, digit, last_unit = section + (digit or 1) * unit, 0, unit
    return Decimal(total + section + (digit * last_unit // 10 if last_unit > 10 and digit else digit))
