"""Reads how one subscribes to broadcasts, and which groups of subscribers there are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from cases.model import Role
from cases.reading import Table
from cases.rulebook_calendars import NOTES
from cases.subscriptions import Group, Subscribing

NOTHING = Subscribing(per_week=1, joins=(), every=frozenset(), everywhere=frozenset())


def read_subscribing(tables: Sequence[Table], groups: Sequence[Table]) -> Subscribing:
    """The national values, and over them those that the site has; the site's groups stand in the nation's place."""
    found = NOTHING
    for table in tables:
        found = _read(table, over=found, national=table is tables[0])
    for table in groups:
        rows = table.tables("group")
        read = _groups(rows)
        table.finish(*NOTES)
        found = replace(found, groups=read or found.groups)
    return found


def _read(table: Table, *, over: Subscribing, national: bool) -> Subscribing:
    def words(key: str, known: Sequence[str]) -> tuple[str, ...]:
        return table.several(key) if national or key in table else tuple(known)

    read = Subscribing(
        per_week=table.whole("per_week", low=1, default=None if national else over.per_week),
        joins=words("joins", over.joins),
        every=frozenset(words("every", sorted(over.every))),
        everywhere=frozenset(words("everywhere", sorted(over.everywhere))),
        asking=words("asking", over.asking),
        groups=over.groups,
    )
    table.finish(*NOTES)
    return read


def _groups(rows: Sequence[Table]) -> Mapping[str, Group]:
    found: dict[str, Group] = {}
    for row in rows:
        role = row.one_of("role", Role) if "role" in row else None
        group = Group(code=row.text("code"), label=row.text("label"), role=Role(role) if role in set(Role) else None)
        row.finish(*NOTES)
        if group.code in found:
            row.fault("code", found=group.code, allowed="a code used once")
        found[group.code] = group
    return found
