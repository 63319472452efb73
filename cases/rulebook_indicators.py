"""Reads the formulas of the indicators: the national ones, and over them the site's own."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from cases.indicators import COUNTS, Indicator, Standing
from cases.model import Kind
from cases.reading import Table
from cases.rulebook_clocks import read_kinds


def read_indicators(tables: Sequence[Table], clocks: Collection[str]) -> tuple[Indicator, ...]:
    """One of a site takes the place of the national one of its code, or comes after them all.

    ``clocks``: the codes of the limits that there are.
    """
    found: dict[str, Indicator] = {}
    for table in tables:
        codes: set[str] = set()
        for row in table.tables("indicator"):
            indicator = _indicator(row, clocks)
            if indicator.code in codes:
                row.fault("code", found=indicator.code, allowed="a code that stands here once")
            codes.add(indicator.code)
            found[indicator.code] = indicator
        table.finish()
    return tuple(found.values())


def _indicator(row: Table, clocks: Collection[str]) -> Indicator:
    standing = row.one_of("standing", Standing)
    indicator = Indicator(
        code=row.text("code"),
        version=row.whole("version", low=1),
        name=row.text("name"),
        formula=row.text("formula"),
        kinds=read_kinds(row),
        count=row.one_of("count", COUNTS),
        of=row.one_of("of", COUNTS) if "of" in row else None,
        clocks=frozenset(row.several("clocks", clocks)),
        overdue=row.flag("overdue"),
        standing=Standing(standing) if standing in set(Standing) else Standing.REMEMBERED,
        basis=row.text("basis", ""),
    )
    if not indicator.kinds:
        row.fault("kinds", found=None, allowed=", ".join(Kind))
    if indicator.overdue and not (indicator.clocks and indicator.of):
        row.fault("overdue", found=True, allowed="true only together with of and clocks")
    if indicator.standing is Standing.COUNT and indicator.of:
        row.fault("standing", found=standing, allowed="count only without of")
    row.finish("note")
    return indicator
