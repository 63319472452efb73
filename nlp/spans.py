"""The days that somebody will be away, as people say it: one day, or from one to another."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Any

from nlp.lexicon import load
from nlp.numerals import small

_TABLE = load("spans")
_WORDS: dict[str, Any] = _TABLE["words"]
_FORMS = ("md", "only", "rel", "week")
_TAIL = re.compile(f"(?:{'|'.join(_WORDS['tail'].split())})$")


def _day(n: int) -> str:
    forms = (_TABLE["fragment"][form].replace("{n}", str(n)) for form in _FORMS)
    return f"(?:{'|'.join(forms)})"


_TO: str = _TABLE["pattern"]["to"]
_SPAN = re.compile(f"(?:{_day(1)})?(?:{_TO}{_day(2)})?")
_COUNT = re.compile(_TABLE["pattern"]["count"])
_AGO = timedelta(days=180)


def span(text: str, *, today: date) -> tuple[date, date] | None:
    """The first and the last day that the whole of a normalised text names; None for anything else.

    Without a first day it is ``today``; a date without a year is the next of that name, if the last is long past. The
    last may lie before the first: that is for the caller to say.
    """
    bare = _TAIL.sub("", text.strip(" ,;.!")).strip(" ,;")
    counted = _COUNT.fullmatch(bare)
    if counted:
        days = small(counted["n"])
        return (today, today + timedelta(days=days - 1)) if days else None
    match = _SPAN.fullmatch(bare)
    if not bare or match is None:
        return None
    first = _value(match, 1, base=today, today=today) if _named(match, 1) else today
    last = _value(match, 2, base=first or today, today=today) if _named(match, 2) else first
    return (first, last) if first and last else None


def _named(match: re.Match[str], n: int) -> bool:
    return any(match[f"{name}{n}"] for name in "mowr")


def _value(match: re.Match[str], n: int, *, base: date, today: date) -> date | None:
    """``base`` is the day from which a bare day of the month or of the week is counted."""
    if match[f"r{n}"]:
        return today + timedelta(days=_WORDS["rel"][match[f"r{n}"]])
    if match[f"w{n}"]:
        said = match[f"p{n}"]
        week = today if said else base
        later = 7 if said in _WORDS["next_week"] else 0
        return week + timedelta(days=later + _WORDS["weekday"][match[f"w{n}"]] - 1 - week.weekday())
    if match[f"o{n}"]:
        found = _date(base.year, base.month, small(match[f"o{n}"]))
        return _next_month(found) if found and found < base else found
    return _dated(match, n, base=base)


def _next_month(day: date) -> date | None:
    return _date(day.year + day.month // 12, day.month % 12 + 1, day.day)


def _dated(match: re.Match[str], n: int, *, base: date) -> date | None:
    month, day = small(match[f"m{n}"]), small(match[f"d{n}"])
    if match[f"y{n}"]:
        return _date(int(match[f"y{n}"]), month, day)
    found = _date(base.year, month, day)
    return _date(base.year + 1, month, day) if found and found < base - _AGO else found


def _date(year: int, month: int | None, day: int | None) -> date | None:
    try:
        return date(year, month or 0, day or 0)
    except ValueError:
        return None
