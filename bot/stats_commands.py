"""What ``main.py stats`` prints: a table for people, JSON for programs."""

from __future__ import annotations

import argparse
import json
import unicodedata
from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import groupby

from cases.calendar import CHINA
from cases.indicators import Measure
from cases.model import Kind
from handlers.house import House
from handlers.office import Office
from handlers.statistics import measured
from handlers.wording import list_words

DIGITS = 4
GAP = "  "
COLUMNS = ("name", "part", "whole", "rate", "standing")
NUMBERS = ("part", "whole", "rate")


async def stats(house: House, wanted: argparse.Namespace) -> str:
    """The indicators over the cases received in the days, by kind."""
    office = house.office
    at = office.now().astimezone(CHINA).replace(microsecond=0)
    found = await measured(house.database, office=office, days=wanted.days)
    if wanted.json:
        return json.dumps(_values(found, wanted, at=at, site=office.rulebook.site.name), ensure_ascii=False)
    return "\n".join(_told(found, wanted, at=at, office=office))


def _values(found: Sequence[Measure], wanted: argparse.Namespace, *, at: datetime, site: str) -> dict[str, object]:
    kinds: dict[str, list[dict[str, object]]] = {}
    for measure in found:
        kinds.setdefault(measure.kind.value, []).append(_value(measure))
    first, last = wanted.days.first.isoformat(), wanted.days.last.isoformat()
    return {"site": site, "from": first, "to": last, "as_of": at.isoformat(), "kinds": kinds}


def _value(measure: Measure) -> dict[str, object]:
    indicator = measure.indicator
    return {
        "code": indicator.code,
        "version": indicator.version,
        "name": indicator.name,
        "numerator": measure.part,
        "denominator": measure.whole,
        "rate": None if measure.rate is None else round(measure.rate, DIGITS),
        "formula": indicator.formula,
        "standing": indicator.standing.value,
        "official": indicator.official,
        "basis": indicator.basis or None,
    }


def _told(found: Sequence[Measure], wanted: argparse.Namespace, *, at: datetime, office: Office) -> Iterator[str]:
    days = {"first": wanted.days.first, "last": wanted.days.last}
    yield office.say("stats.title", **days, at=f"{at:%Y-%m-%d %H:%M}")
    headings = tuple(office.say(f"stats.column.{name}") for name in COLUMNS)
    rows = [_row(measure, office) for measure in found]
    widths = [max(_width(row[n]) for row in (headings, *rows)) for n in range(len(COLUMNS))]
    for kind, measures in groupby(zip(found, rows, strict=True), key=lambda pair: pair[0].kind):
        yield ""
        yield office.say("stats.kind", kind=office.say(f"kind.{kind.value}"))
        yield _line(headings, widths)
        yield from (_line(row, widths) for _, row in measures)
    yield ""
    yield from _formulas(found, office)


def _row(measure: Measure, office: Office) -> tuple[str, ...]:
    nothing = office.say("stats.no_rate")
    rate = nothing if measure.rate is None else office.say("stats.rate", percent=f"{measure.rate:.2%}"[:-1])
    whole = nothing if measure.whole is None else str(measure.whole)
    standing = office.say(f"stats.standing.{measure.indicator.standing.value}")
    return (measure.indicator.name, str(measure.part), whole, rate, standing)


def _formulas(found: Sequence[Measure], office: Office) -> Iterator[str]:
    """How each share is reckoned, once; and what cannot be told at all."""
    for one in dict.fromkeys(measure.indicator for measure in found if measure.indicator.of):
        kinds = list_words(tuple(office.say(f"kind.{kind.value}") for kind in Kind if kind in one.kinds), office=office)
        yield office.say(
            "stats.formula", name=one.name, kinds=kinds, version=one.version, formula=one.formula, basis=one.basis
        )
    yield office.say("stats.untold")


def _line(row: Sequence[str], widths: Sequence[int]) -> str:
    cells = [
        _filled(text, width, right=name in NUMBERS) for name, text, width in zip(COLUMNS, row, widths, strict=True)
    ]
    return GAP.join(cells).rstrip()


def _filled(text: str, width: int, *, right: bool) -> str:
    space = " " * (width - _width(text))
    return space + text if right else text + space


def _width(text: str) -> int:
    """Chinese characters are as wide as two digits."""
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in text)
