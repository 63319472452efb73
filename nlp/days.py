"""The day that a text speaks of, never in the future, never guessed from a vague word."""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from nlp.lexicon import load, patterns
from nlp.numerals import small

_TABLE = load("days")
_WORDS: dict[str, Any] = _TABLE["words"]
_FESTIVALS: dict[str, list[int]] = _TABLE["festival"]
_NAMES = "|".join(sorted(map(re.escape, _FESTIVALS), key=len, reverse=True))
_DAY = patterns("days", festival=f"(?<![0-9])(?:{_NAMES})(?![0-9])")["day"]
_CLAUSE = re.compile("[,;!?]")
_SKIP: str = _TABLE["bought_skip"]["words"]
_PLUS = re.compile("|".join(_TABLE["bought"]["plus"].split()))
_MINUS = re.compile("|".join(_TABLE["bought"]["minus"].split()))


@dataclass(frozen=True, kw_only=True)
class Day:
    """A day and the words that named it."""

    value: date
    words: str
    start: int
    end: int


def days(text: str, *, today: date) -> Iterator[Day]:
    """Every day named in a normalised text, in order of place."""
    for match in _DAY.finditer(text):
        value = _value(match, today)
        if value is not None and date(1990, 1, 1) <= value <= today:
            yield Day(value=value, words=match[0], start=match.start(), end=match.end())


def main_day(text: str, *, today: date) -> Day | None:
    """The day of the deal: the first that goes with buying, paying or consuming, else the first not of a later step."""
    best: Day | None = None
    best_score = -9
    for day in days(text, today=today):
        around = text[day.end : day.end + 12]
        before = _CLAUSE.split(text[max(0, day.start - 6) : day.start])[-1]
        score = bool(_PLUS.search(around) or _PLUS.search(before)) * 2
        score -= 3 * bool(_MINUS.search(before) or _MINUS.match(around.lstrip(_SKIP)))
        if score > best_score:
            best, best_score = day, score
    return best if best_score >= -1 else None


def _value(match: re.Match[str], today: date) -> date | None:
    reader = _READERS.get(match.lastgroup or "") or next(
        (_READERS[name] for name in _READERS if match[name] is not None), None
    )
    return reader(match, today) if reader else None


def _iso(match: re.Match[str], today: date) -> date | None:
    return _date(int(match["y1"]), int(match["m1"]), int(match["d1"]))


def _compact(match: re.Match[str], today: date) -> date | None:
    digits = match["compact"]
    return _date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))


def _long(match: re.Match[str], today: date) -> date | None:
    year, month = small(match["y2"]), small(match["m2"])
    return _month_day(year, month, day=match["d2"], part=match["p2"])


def _relative(match: re.Match[str], today: date) -> date | None:
    return today - timedelta(days=_WORDS["rel"][match["rel"]])


def _weekday(match: re.Match[str], today: date) -> date | None:
    wanted = _WORDS["weekday"][match["wd"]]
    monday = today - timedelta(days=today.weekday())
    shift = _WORDS["week_shift"].get(match["wp"] or "", 0)
    day = monday + timedelta(days=wanted - 1 - 7 * shift)
    return day - timedelta(days=7) if not match["wp"] and day > today else day


def _ago(match: re.Match[str], today: date) -> date | None:
    count, unit = match["an"], match["au"]
    if _WORDS["several"] in count:
        return None
    half = count == _WORDS["half"]
    whole = 0 if half else small(count)
    if whole is None:
        return None
    if unit in _WORDS["unit_days"]:
        return today - timedelta(days=min(whole * _WORDS["unit_days"][unit], 20000))
    if unit == _WORDS["month"]:
        later = _months_before(today, whole)
        return later - timedelta(days=15) if half or match["ah"] or match["ab"] else later
    return _months_before(today, 6 if half else 12 * whole + 6 * bool(match["ah"] or match["ab"]))


def _shifted_month(match: re.Match[str], today: date) -> date | None:
    shift = _WORDS["month_shift"][match["lp"]]
    first = _months_before(today.replace(day=1), shift)
    return _month_day(first.year, first.month, day=match["ld"], part=match["le"])


def _month_and_day(match: re.Match[str], today: date) -> date | None:
    month = small(match["m3"])
    return _dated(month, day=match["d3"], part=match["p3"], word=match["yw"], today=today)


def _dotted(match: re.Match[str], today: date) -> date | None:
    return _dated(int(match["m4"]), day=match["d4"], part=None, word=match["ywd"], today=today)


def _festival(match: re.Match[str], today: date) -> date | None:
    month, day = _FESTIVALS[match["fn"]]
    return _dated(month, day=str(day), part=None, word=match["fy"], today=today)


def _only_day(match: re.Match[str], today: date) -> date | None:
    day = small(match["d5"])
    if day is None or not 1 <= day <= 31:
        return None
    first = today.replace(day=1)
    value = _date(first.year, first.month, day)
    if value is None or value > today:
        before = _months_before(first, 1)
        value = _date(before.year, before.month, day)
    return value


def _weekend(match: re.Match[str], today: date) -> date | None:
    saturday = today - timedelta(days=(today.weekday() - 5) % 7)
    same_week = saturday.isocalendar()[:2] == today.isocalendar()[:2]
    return saturday - timedelta(days=7) if match["end"] == _WORDS["weekend_last"] and same_week else saturday


_READERS = {
    "iso": _iso,
    "cny": _long,
    "compact": _compact,
    "rel": _relative,
    "wk": _weekday,
    "ago": _ago,
    "lastm": _shifted_month,
    "md": _month_and_day,
    "fest": _festival,
    "dot": _dotted,
    "only": _only_day,
    "end": _weekend,
}


def _dated(month: int | None, *, day: str | None, part: str | None, word: str | None, today: date) -> date | None:
    """A month and day without a year: the year that ``word`` names, else the last one in which it has passed."""
    year = today.year - _WORDS["year_shift"].get(word or "", 0)
    value = _month_day(year, month, day=day, part=part)
    if value is not None and value > today and not word:
        return _month_day(year - 1, month, day=day, part=part)
    return value


def _month_day(year: int | None, month: int | None, *, day: str | None, part: str | None) -> date | None:
    if year is None or month is None or not 1 <= month <= 12:
        return None
    if day:
        return _date(year, month, small(day))
    if not part or not 1 <= year <= 9999:
        return None
    return _date(year, month, min(int(_WORDS["part"][part]), calendar.monthrange(year, month)[1]))


def _date(year: int, month: int, day: int | None) -> date | None:
    try:
        return date(year, month, day or 0)
    except ValueError:
        return None


def _months_before(day: date, months: int) -> date:
    index = max(day.year * 12 + day.month - 1 - months, 12 * 1990)
    year, month = divmod(index, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))
