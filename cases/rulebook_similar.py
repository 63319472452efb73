"""Reads what the office takes for alike: the national file, and over it the site's own."""

from __future__ import annotations

from collections.abc import Sequence

from cases.reading import Table
from cases.rulebook_calendars import NOTES
from cases.similar import Again, Crowd, Likeness, Trace, TraceRule

LONGEST = 1000
"""Days back at most: what is older says nothing about now."""
NOTHING = Likeness(
    again=Again(days=0, gap=0, percent=100, basis=""), crowd=Crowd(windows=(), listed=0, percent=100, basis="")
)


def read_similar(tables: Sequence[Table]) -> Likeness:
    """The national values; a table that the site has too, and each trace of the same name, is the site's."""
    national, *own = tables
    found = _read(national, over=None)
    for table in own:
        found = _read(table, over=found)
    return found


def _read(table: Table, *, over: Likeness | None) -> Likeness:
    traces = {rule.trace: rule for rule in map(_trace, table.tables("trace"))}
    if over is None and len(traces) < len(Trace):
        table.fault("trace", found=", ".join(traces) or None, allowed=f"a row for each of {', '.join(Trace)}")
    known = over or NOTHING
    read = Likeness(
        again=_again(table.table("again")) if over is None or "again" in table else known.again,
        crowd=_crowd(table.table("crowd")) if over is None or "crowd" in table else known.crowd,
        traces={**known.traces, **traces},
    )
    table.finish(*NOTES)
    return read


def _again(table: Table) -> Again:
    again = Again(
        days=table.whole("days", low=1),
        gap=table.whole("gap", low=0),
        percent=_percent(table),
        basis=table.text("basis"),
    )
    table.finish(*NOTES)
    return again


def _crowd(table: Table) -> Crowd:
    crowd = Crowd(
        windows=tuple(sorted(table.wholes("windows", low=1, high=LONGEST))),
        listed=table.whole("listed", low=1),
        percent=_percent(table),
        basis=table.text("basis"),
    )
    table.finish(*NOTES)
    return crowd


def _trace(row: Table) -> TraceRule:
    name = row.one_of("code", Trace)
    rule = TraceRule(
        trace=Trace(name) if name in set(Trace) else Trace.FREQUENT,
        days=row.whole("days", low=1),
        least=row.whole("least", low=1),
        basis=row.text("basis"),
    )
    row.finish(*NOTES)
    return rule


def _percent(table: Table) -> int:
    percent = table.whole("percent", low=1)
    if percent > 100:
        table.fault("percent", found=percent, allowed="a whole number from 1 to 100")
    return percent
