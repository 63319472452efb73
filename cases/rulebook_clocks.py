"""Reads the time limits: the national ones, and over them those of the site."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date

from cases.clocks import ClockRule, Extension, Unit, Warning
from cases.events import EventName
from cases.model import Kind
from cases.notices import Recipient
from cases.reading import Table
from cases.rulebook_conditions import read_when

THEN = ("archive", "go_on")
"""Verbs that the program does by itself when a clock has run out."""
Labels = Mapping[str, tuple[str, ...]]


def read_clocks(tables: Sequence[Table], labels: Labels) -> tuple[ClockRule, ...]:
    """The rules of every file. A site's rule takes the place of a house rule of the same code, never of a law's.

    The house rule counts on for cases of before. A code that is in force twice on one day for one kind is a fault.
    """
    national, *own = [[(row, _clock(row, labels)) for row in table.tables("clock")] for table in tables]
    theirs = [pair for some in own for pair in some]
    kept = [(row, left) for row, rule in national if (left := _left(rule, theirs)) is not None]
    kept += theirs
    for n, (row, rule) in enumerate(kept):
        if any(_clash(rule, other) for _, other in kept[:n]):
            row.fault("effective_from", found=rule.effective_from.isoformat(), allowed="no overlap")
    _check_within(kept)
    for table in tables:
        table.finish()
    return tuple(rule for _, rule in kept)


def _left(rule: ClockRule, theirs: Sequence[tuple[Table, ClockRule]]) -> ClockRule | None:
    """What a site's own rules leave of a national one: all of a law's, of the office's own what was before them.

    A rule of the site that leaves out a kind is a fault: those cases would have no limit at all.
    """
    own = [pair for pair in theirs if pair[1].code == rule.code]
    if not rule.house or not own:
        return rule
    for row, other in own:
        if not other.kinds >= rule.kinds:
            row.fault("kinds", found=sorted(other.kinds), allowed="all of " + ", ".join(sorted(rule.kinds)))
    day_before = min(other.effective_from for _, other in own).toordinal() - 1
    until = date.fromordinal(max(day_before, 1))
    return replace(rule, effective_to=until) if until >= rule.effective_from else None


def _clash(one: ClockRule, other: ClockRule) -> bool:
    same = one.code == other.code and bool(one.kinds & other.kinds)
    return same and (one.covers(other.effective_from) or other.covers(one.effective_from))


def _check_within(kept: Sequence[tuple[Table, ClockRule]]) -> None:
    codes = {rule.code for _, rule in kept}
    for row, rule in kept:
        if rule.within and rule.within not in codes:
            row.fault("within", found=rule.within, allowed=", ".join(sorted(codes)))


def _clock(row: Table, labels: Labels) -> ClockRule:
    unit = row.one_of("unit", Unit)
    rule = ClockRule(
        code=row.text("code"),
        name=row.text("name"),
        length=row.whole("length", low=1),
        unit=Unit(unit) if unit in set(Unit) else Unit.DAYS,
        basis=row.text("basis"),
        effective_from=row.day("effective_from") or date.min,
        effective_to=row.day("effective_to"),
        kinds=read_kinds(row),
        started_by=_events(row, "started_by"),
        stopped_by=_events(row, "stopped_by"),
        paused_by=_events(row, "paused_by"),
        resumed_by=_events(row, "resumed_by"),
        extended_by=_events(row, "extended_by"),
        restarted_by=_events(row, "restarted_by"),
        when=read_when(row.table("when"), labels) if "when" in row else {},
        pausable=row.flag("pausable"),
        extension=_extension(row.table("extension")) if "extension" in row else None,
        house=row.flag("house"),
        restarts=row.flag("restarts"),
        headline=row.flag("headline"),
        chosen=row.maybe("chosen"),
        within=row.maybe("within"),
        then=row.one_of("then", THEN) if "then" in row else None,
        warnings=tuple(_warning(warning, unit) for warning in row.tables("warning")),
    )
    _check(row, rule)
    row.finish("note")
    return rule


def _check(row: Table, rule: ClockRule) -> None:
    if "effective_from" not in row:
        row.fault("effective_from", found=None, allowed="a date such as 2026-04-15")
    if rule.effective_to and rule.effective_to < rule.effective_from:
        row.fault("effective_to", found=rule.effective_to.isoformat(), allowed="a day on or after effective_from")
    if (rule.paused_by or rule.resumed_by) and not (rule.pausable and rule.paused_by and rule.resumed_by):
        row.fault("paused_by", found=sorted(rule.paused_by), allowed="pausable, with paused_by and resumed_by together")
    if rule.extended_by and rule.extension is None:
        row.fault("extended_by", found=sorted(rule.extended_by), allowed="an extension")
    both = rule.started_by & rule.stopped_by
    if both:
        row.fault("stopped_by", found=sorted(both), allowed="events that do not start it as well")


def _extension(row: Table) -> Extension:
    extension = Extension(length=row.whole("length", low=1), basis=row.text("basis"), further=row.flag("further"))
    row.finish()
    return extension


def _warning(row: Table, unit: str) -> Warning:
    """Days around the due date; of a limit in hours or minutes, hours or minutes around its instant."""
    spans = unit in set(Unit) and Unit(unit).span is not None
    days = 0 if spans else row.whole("days")
    hours, minutes = (row.whole("hours", default=0), row.whole("minutes", default=0)) if spans else (0, 0)
    warning = Warning(to=row.several("to", Recipient), text=row.text("text"), days=days, minutes=hours * 60 + minutes)
    row.finish()
    return warning


def read_kinds(row: Table) -> frozenset[Kind]:
    """The kinds of case that a rule is for."""
    return frozenset(Kind(kind) for kind in row.several("kinds", Kind) if kind in set(Kind))


def _events(row: Table, key: str) -> frozenset[EventName]:
    return frozenset(EventName(name) for name in row.several(key, EventName) if name in set(EventName))
