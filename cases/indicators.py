"""Indicators: by what an office is measured, each a share of the cases of some days, with how certain its formula is.

Formulas are data (``rulebook/indicators.toml``), each with a code and a version; here is what they may count.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from cases.clocks import Clock
from cases.events import EventName as E
from cases.model import Case, Kind, Status
from cases.transitions import OPEN

SATISFIED = 2
"""The worst rating that still counts as satisfied."""


class Standing(StrEnum):
    """How certain a formula is. ``COUNT``: a mere number of cases, about which nobody differs."""

    COUNT = "count"
    OFFICIAL = "official"
    PUBLISHED = "published"
    INFERRED = "inferred"
    REMEMBERED = "remembered"


@dataclass(frozen=True, kw_only=True)
class Indicator:
    """A formula: of the cases that ``of`` holds, those that ``count`` holds too, as a share; without ``of``, a number.

    ``clocks``: codes of limits none of which such a case may have passed. ``overdue``: a case that has passed one
    counts among the whole although ``of`` does not hold yet. ``version`` grows whenever the formula changes.
    """

    code: str
    version: int
    name: str
    formula: str
    kinds: frozenset[Kind]
    count: str
    of: str | None = None
    clocks: frozenset[str] = frozenset()
    overdue: bool = False
    standing: Standing
    basis: str = ""

    @property
    def official(self) -> bool:
        """Whether nobody can doubt the formula."""
        return self.standing in (Standing.COUNT, Standing.OFFICIAL)


@dataclass(frozen=True, kw_only=True)
class Told:
    """What is counted of a case: as it stands, what happened to it in its order, and its clocks, stopped ones too."""

    case: Case
    events: Sequence[E]
    clocks: Collection[Clock]

    def late(self, rules: Collection[str], *, now: datetime) -> bool:
        """Whether a date by one of these rules was passed, by the clocks as they were kept."""
        return any(clock.rule in rules and clock.late(now) for clock in self.clocks)


@dataclass(frozen=True, kw_only=True)
class Measure:
    """An indicator over the cases of one kind. ``whole`` is None for a mere number."""

    indicator: Indicator
    kind: Kind
    part: int
    whole: int | None

    @property
    def rate(self) -> float | None:
        """Between 0 and 1; None when there is nothing to divide by."""
        return self.part / self.whole if self.whole else None


def _closed(told: Told) -> bool:
    """A case that is handled again is not closed, whatever happened to it before."""
    return told.case.status not in OPEN and E.CLOSED in told.events


def _settled_online(told: Told) -> bool:
    """The consumer took what the business offered, and no office had the case."""
    return E.NEGOTIATED in told.events and E.NEGOTIATION_FAILED not in told.events and E.SETTLED in told.events


def _any(*events: E) -> Callable[[Told], bool]:
    return lambda told: any(event in told.events for event in events)


COUNTS: Mapping[str, Callable[[Told], bool]] = {
    "received": lambda told: True,
    "accepted": _any(E.ACCEPTED),
    "checked": _any(E.ACCEPTED, E.DECLINED),
    "closed": _closed,
    "agreed": lambda told: _closed(told) and told.case.outcome == "agreed",
    "solved": lambda told: told.case.outcome in ("agreed", "settled"),
    "tried_online": lambda told: E.NEGOTIATED in told.events and told.case.status is not Status.NEGOTIATING,
    "settled_online": _settled_online,
    "verified": _any(E.DOCKETED, E.DISMISSED, E.TRANSFERRED),
    "answered_directly": lambda told: E.ANSWERED in told.events and E.ROUTED not in told.events,
    "rated": lambda told: told.case.rating is not None,
    "satisfied": lambda told: told.case.rating is not None and told.case.rating <= SATISFIED,
}
"""What a formula may name. ``checked``: it was decided whether to accept (Order 121, Art. 15); ``verified``: what comes
of a tip-off (PP Art. 18); ``agreed``: closed by an agreement in a mediation (Art. 24); ``solved``: that, or the two
sides settled it (Art. 23(1)(1)); ``tried_online``: the business had it first, and that has ended."""

EVENTS = frozenset(
    {
        E.ACCEPTED,
        E.DECLINED,
        E.CLOSED,
        E.NEGOTIATED,
        E.NEGOTIATION_FAILED,
        E.SETTLED,
        E.DOCKETED,
        E.DISMISSED,
        E.TRANSFERRED,
        E.ANSWERED,
        E.ROUTED,
    }
)
"""The events that ``COUNTS`` asks about."""


class Tally:
    """Adds up the indicators case by case. ``now``: by then a running clock is late or is not."""

    def __init__(self, indicators: Iterable[Indicator], *, now: datetime) -> None:
        self._now = now
        self._rows = [(one, kind) for kind in Kind for one in indicators if kind in one.kinds]
        self._parts = [0] * len(self._rows)
        self._wholes = [0] * len(self._rows)

    def add(self, told: Told) -> None:
        for n, (indicator, kind) in enumerate(self._rows):
            if kind is told.case.kind:
                part, whole = self._counted(told, indicator)
                self._parts[n] += part
                self._wholes[n] += whole

    def _counted(self, told: Told, indicator: Indicator) -> tuple[bool, bool]:
        late = bool(indicator.clocks) and told.late(indicator.clocks, now=self._now)
        whole = COUNTS[indicator.of or "received"](told) or (indicator.overdue and late)
        return whole and not late and COUNTS[indicator.count](told), whole

    @property
    def measures(self) -> list[Measure]:
        """Every indicator of every kind, in the order of kinds and of the file."""
        return [
            Measure(indicator=one, kind=kind, part=part, whole=whole if one.of else None)
            for (one, kind), part, whole in zip(self._rows, self._parts, self._wholes, strict=True)
        ]
