"""Reads the conditions of a rule: which matters it is for, by the closed lists."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from cases.model import Kind
from cases.reading import Table
from cases.routing_rules import MATTER_KEYS, Trader

Labels = Mapping[str, tuple[str, ...]]
Values = dict[str, frozenset[str]]


def read_when(table: Table, labels: Labels, *, keys: Sequence[str] = MATTER_KEYS) -> Values:
    """The values that a matter must have, a key of it each; an unknown key or label is a fault."""
    found = {key: frozenset(table.several(key, _allowed(key, labels))) for key in keys if key in table}
    table.finish()
    return found


def read_conditions(table: Table, labels: Labels, *, keys: Sequence[str] = MATTER_KEYS) -> tuple[Values, Values]:
    """The values that match, and those behind a key with ``_not``, which exclude."""
    excluded = {
        key: frozenset(table.several(f"{key}_not", _allowed(key, labels))) for key in keys if f"{key}_not" in table
    }
    return read_when(table, labels, keys=keys), excluded


def _allowed(key: str, labels: Labels) -> tuple[str, ...] | None:
    closed: Mapping[str, type[Kind] | type[Trader]] = {"kind": Kind, "trader": Trader}
    return tuple(member.value for member in closed[key]) if key in closed else labels.get(key)
