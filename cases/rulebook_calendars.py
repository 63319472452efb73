"""Reads the years of the calendar: from the data files, and from what a member of staff has entered."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from pathlib import Path

from cases.calendar import ONE_DAY, CalendarYear, WorkCalendar
from cases.errors import RulebookFault
from cases.reading import Faults, Table, load, parse

NOTES = ("source", "verified", "note", "basis", "basis_note")
"""Keys that a data file may carry anywhere for its reader."""
LONGEST = 4000
"""Characters of a year as it is kept."""
ENTERED = "calendar"
"""What faults call a year that was entered and is no file."""
LAST_DAY = 31
NUMBER = re.compile(r"\d+")
BETWEEN = re.compile(r"[\s,;\uff0c\u3001\uff1b]+")
"""What stands between two days, or two spans of days, that a person types."""


def read_calendar(folders: Sequence[Path], faults: Faults) -> WorkCalendar:
    """The years of every folder, a later folder's over an earlier one's; then those known by statute only."""
    files = [path for folder in folders for path in sorted((folder / "calendars").glob("*.toml"))]
    years = [_year(load(path, faults)) for path in files]
    known = {year.year for year in years}
    table = load(folders[0] / "statutory.toml", faults)
    for row in table.tables("year"):
        number, days = row.whole("year"), row.days("statutory")
        if number not in known:
            years.append(
                CalendarYear(year=number, basis="", off=days, work=frozenset(), statutory=days, published=False)
            )
        row.finish(*NOTES, "estimated")
    table.finish()
    return WorkCalendar(years)


def _year(table: Table) -> CalendarYear:
    number, off, work = table.whole("year", low=2000), table.days("off"), table.days("work")
    for day in sorted(off & work):
        table.fault("off", found=day.isoformat(), allowed="a day that is not also in work")
    for day in sorted(day for day in off | work if day.year != number):
        table.fault("off/work", found=day.isoformat(), allowed=f"days of {number}")
    statutory, basis = table.days("statutory"), table.text("basis")
    table.finish(*NOTES, "statutory_basis")
    return CalendarYear(year=number, basis=basis, off=off, work=work, statutory=statutory, published=True)


def year_from(text: str, *, file: str = ENTERED) -> CalendarYear:
    """A year written as in the files. RulebookFault names everything that is wrong, each with its path in ``file``."""
    faults = Faults()
    return _checked(parse(text, faults, file=file), faults)


def year_of(number: int, *, off: str, work: str, basis: str, statutory: Iterable[date] = ()) -> CalendarYear:
    """A year typed in a line: days such as ``1-1``, ``1.1-1.3`` or ``10-1/7``, with commas between them.

    Words around the figures do not matter. RulebookFault as of ``year_from``.
    """
    faults = Faults()
    content = {
        "year": number,
        "basis": basis.strip(),
        "off": _typed(off, number),
        "work": _typed(work, number),
        "statutory": [day.isoformat() for day in sorted(statutory)],
    }
    return _checked(Table(content, file=ENTERED, path="", faults=faults), faults)


def _checked(table: Table, faults: Faults) -> CalendarYear:
    year = _year(table)
    if not year.off and not faults.found:
        table.fault("off", found=None, allowed="at least one day")
    if len(year_text(year)) > LONGEST:
        table.fault("basis", found=len(year.basis), allowed=f"a year of at most {LONGEST} characters")
    if faults.found:
        raise RulebookFault(faults.found)
    return year


def _typed(text: str, year: int) -> list[str]:
    return [_span(item, year) for item in BETWEEN.split(text) if item]


def _span(item: str, year: int) -> str:
    """The day or the days as the files write them; what is neither stays as it is, to be named as a fault."""
    numbers = [number for number in map(int, NUMBER.findall(item)) if number != year]
    if len(numbers) == 2:
        numbers += numbers
    if len(numbers) == 3:
        numbers.insert(2, numbers[0])
    if len(numbers) != 4 or max(numbers) > LAST_DAY:
        return item
    return "{0:04}-{1:02}-{2:02}/{0:04}-{3:02}-{4:02}".format(year, *numbers)


def year_text(year: CalendarYear) -> str:
    """The year in TOML as ``year_from`` reads it: always the same text for the same year."""
    lines = [f"year = {year.year}", f"basis = {json.dumps(year.basis, ensure_ascii=False)}"]
    for name in ("off", "work", "statutory"):
        spans = [f"{first}/{last}" if first != last else f"{first}" for first, last in spans_of(getattr(year, name))]
        lines.append(f"{name} = {json.dumps(spans)}")
    return "\n".join(lines) + "\n"


def spans_of(days: Iterable[date]) -> Iterator[tuple[date, date]]:
    """Days in order, those next to each other as their first and last."""
    first = last = None
    for day in sorted(days):
        if last is not None and first is not None and day != last + ONE_DAY:
            yield first, last
            first = None
        first, last = first or day, day
    if first is not None and last is not None:
        yield first, last
