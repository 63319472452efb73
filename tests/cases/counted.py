"""A rule of any length that holds for every kind, for tests of counting alone."""

from __future__ import annotations

from datetime import date

from cases.clocks import ClockRule, Unit
from cases.model import Kind


def rule(length: int, unit: Unit = Unit.WORKING_DAYS) -> ClockRule:
    return ClockRule(
        code="any",
        name="any",
        length=length,
        unit=unit,
        basis="any",
        effective_from=date(2000, 1, 1),
        effective_to=None,
        kinds=frozenset(Kind),
        started_by=frozenset(),
        stopped_by=frozenset(),
        pausable=True,
    )
