"""Reads what a site has promised beyond the law, its routines and the figures that it has published."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from cases.reading import Table
from cases.rulebook_conditions import read_when
from cases.site import Figure, Promise, Routine

NOTES = ("verified", "note")
REMINDED = ("desk",)
"""Who can be reminded of a routine."""


def read_promises(table: Table, labels: Mapping[str, tuple[str, ...]]) -> tuple[Promise, ...]:
    """The rows ``[[promise]]``; a code used twice, a share over 100 and an unknown label are faults."""
    rows = table.tables("promise")
    promises = tuple(_promise(row, labels) for row in rows)
    _check_codes(rows, [promise.code for promise in promises])
    return promises


def _check_codes(rows: Sequence[Table], codes: Sequence[str]) -> None:
    for n, row in enumerate(rows):
        if codes[n] in codes[:n]:
            row.fault("code", found=codes[n], allowed="a code used once")


def _promise(row: Table, labels: Mapping[str, tuple[str, ...]]) -> Promise:
    promise = Promise(
        code=row.text("code"),
        text=row.text("text"),
        source=row.text("source"),
        basis=row.text("basis", ""),
        hours=_count(row, "hours"),
        minutes=_count(row, "minutes"),
        percent=_count(row, "percent"),
        least=_count(row, "least"),
        first=row.several("first", labels["category"]),
        when=read_when(row.table("when"), labels) if "when" in row else {},
    )
    if (promise.percent or 0) > 100:
        row.fault("percent", found=promise.percent, allowed="a whole number from 1 to 100")
    row.finish(*NOTES)
    return promise


def _count(row: Table, key: str) -> int | None:
    return row.whole(key, low=1) if key in row else None


def read_figures(table: Table) -> tuple[Figure, ...]:
    """The rows ``[[figure]]``: each a whole number with its unit and the time that it is for."""
    return tuple(_figure(row) for row in table.tables("figure"))


def _figure(row: Table) -> Figure:
    figure = Figure(
        code=row.text("code"),
        value=row.whole("value", low=0),
        unit=row.text("unit"),
        period=row.text("period"),
        source=row.text("source"),
    )
    row.finish(*NOTES)
    return figure


def read_routines(table: Table) -> tuple[Routine, ...]:
    """The rows ``[[routine]]``: in which months, from which day on, who is reminded of what."""
    rows = table.tables("routine")
    routines = tuple(_routine(row) for row in rows)
    _check_codes(rows, [routine.code for routine in routines])
    return tuple(routine for routine in routines if routine.months)


def _routine(row: Table) -> Routine:
    routine = Routine(
        code=row.text("code"),
        text=row.text("text"),
        months=row.wholes("months", low=1, high=12),
        day=row.whole("day", low=1),
        to=row.one_of("to", REMINDED),
    )
    if routine.day > 31:
        row.fault("day", found=routine.day, allowed="a day of a month, from 1 to 31")
    row.text("source", "")
    row.finish(*NOTES)
    return routine
