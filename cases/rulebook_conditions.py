"""Reads the conditions of a rule: which matters it is for, by the closed lists."""

from __future__ import annotations

from collections.abc import Mapping

from cases.model import Kind
from cases.reading import Table
from cases.routing import MATTER_KEYS

Labels = Mapping[str, tuple[str, ...]]
Values = dict[str, frozenset[str]]


def read_when(table: Table, labels: Labels) -> Values:
    """The values that a matter must have, a key of it each; an unknown key or label is a fault."""
    found = {key: frozenset(table.several(key, _allowed(key, labels))) for key in MATTER_KEYS if key in table}
    table.finish()
    return found


def read_conditions(table: Table, labels: Labels) -> tuple[Values, Values]:
    """The values that match, and those behind a key with ``_not``, which exclude."""
    excluded = {
        key: frozenset(table.several(f"{key}_not", _allowed(key, labels)))
        for key in MATTER_KEYS
        if f"{key}_not" in table
    }
    return read_when(table, labels), excluded


def _allowed(key: str, labels: Labels) -> tuple[str, ...] | None:
    return tuple(kind.value for kind in Kind) if key == "kind" else labels.get(key)
