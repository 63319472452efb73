"""Reads from when on complaints are a signal, and what a warning advises: the national files, and the site's own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields

from cases.advice import Advice
from cases.expecting import Habit
from cases.reading import Table
from cases.rulebook_calendars import NOTES
from cases.signals import FACETS, Watching

TOGETHER = "+"
LONGEST = 90
"""Days of a window at most: what builds up more slowly is for the statistics."""
TIPS = range(4, 7)
"""So many tips a warning has."""
NOWHERE = Habit(weeks=1, half_life=1, weekday_prior=0, season_prior=0, pad=0, season_most=1)
WHOLE = ("people", "percent", "one_in", "quiet", "small", "effect", "effect_people", "shown")


def read_watching(tables: Sequence[Table]) -> Watching:
    """The national values; a table that the site has too is the site's."""
    national, *own = tables
    found = _read(national, over=None)
    for table in own:
        found = _read(table, over=found)
    return found


def _read(table: Table, *, over: Watching | None) -> Watching:
    habit = _habit(table.table("habit")) if over is None or "habit" in table else over.habit
    watching = _watch(table.table("watch"), habit) if over is None or "watch" in table else None
    table.finish(*NOTES)
    if watching is None:
        assert over is not None, "the national file has both tables"
        return Watching(**{**vars(over), "habit": habit})
    return watching


def _habit(row: Table) -> Habit:
    values = {one.name: row.whole(one.name, low=0 if one.name == "pad" else 1) for one in fields(Habit)}
    row.finish(*NOTES)
    return Habit(**{name: value or getattr(NOWHERE, name) for name, value in values.items()})


def _watch(row: Table, habit: Habit) -> Watching:
    windows = tuple(sorted(row.wholes("windows", low=1, high=LONGEST)))
    series = tuple(_facets(row, n, text) for n, text in enumerate(row.several("series")))
    watching = Watching(
        windows=windows or (1,), series=series, habit=habit, **{name: row.whole(name, low=1) for name in WHOLE}
    )
    row.finish(*NOTES)
    return watching


def _facets(row: Table, n: int, text: str) -> tuple[str, ...]:
    names = tuple(text.split(TOGETHER))
    if not set(names) <= set(FACETS) or len(set(names)) < len(names):
        row.fault(f"series[{n}]", found=text, allowed=f"{', '.join(FACETS)}, alone or with {TOGETHER} between them")
        return ()
    return names


def read_advice(tables: Sequence[Table], labels: Mapping[str, tuple[str, ...]]) -> tuple[Advice, ...]:
    """The site's advice first, then that of the nation; the latter has one that fits everything."""
    found: tuple[Advice, ...] = ()
    for table in tables:
        found = tuple(_advice(row, labels) for row in table.tables("advice")) + found
        table.finish(*NOTES)
    if not any(not (one.categories or one.problems) for one in found):
        tables[0].fault("advice", found=None, allowed="one without categories and problems, which fits everything")
    return found


def _advice(row: Table, labels: Mapping[str, tuple[str, ...]]) -> Advice:
    advice = Advice(
        subject=row.text("subject"),
        what=row.text("what"),
        tips=row.several("tips"),
        categories=row.several("categories", labels.get("category")),
        problems=row.several("problems", labels.get("problem")),
    )
    if len(advice.tips) not in TIPS:
        row.fault("tips", found=len(advice.tips), allowed=f"{TIPS.start} to {TIPS.stop - 1} tips")
    row.finish(*NOTES)
    return advice
