"""Reads what a site has promised beyond the law, and the figures that it has published, from its site.toml."""

from __future__ import annotations

from collections.abc import Mapping

from cases.reading import Table
from cases.rulebook_conditions import read_when
from cases.site import Figure, Promise

NOTES = ("verified", "note")


def read_promises(table: Table, labels: Mapping[str, tuple[str, ...]]) -> tuple[Promise, ...]:
    """The rows ``[[promise]]``; a code used twice, a share over 100 and an unknown label are faults."""
    rows = table.tables("promise")
    promises = tuple(_promise(row, labels) for row in rows)
    codes = [promise.code for promise in promises]
    for n, row in enumerate(rows):
        if codes[n] in codes[:n]:
            row.fault("code", found=codes[n], allowed="a code used once")
    return promises


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
