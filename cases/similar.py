"""When two cases tell of the same, and from how many on it is worth an officer's look: facts, never a verdict."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from cases.model import Case


class Trace(StrEnum):
    """What an officer may weigh under Order 121, Art. 17."""

    FREQUENT = "frequent"
    SAME_ITEM = "same_item"
    SHARED_PHONE = "shared_phone"
    SHARED_ADDRESS = "shared_address"


@dataclass(frozen=True, kw_only=True)
class Again:
    """When a person is asked whether a case of theirs is meant: ``days`` back, days of the deal at most ``gap`` apart,
    or stories that share ``percent`` of their words."""

    days: int
    gap: int
    percent: int
    basis: str


@dataclass(frozen=True, kw_only=True)
class Crowd:
    """Over which last days (``windows``, the shortest first) the cases against a business are counted, how many similar
    ones are named, and from which ``percent`` of common words on two stories are alike."""

    windows: tuple[int, ...]
    listed: int
    percent: int
    basis: str


@dataclass(frozen=True, kw_only=True)
class TraceRule:
    """A trace is shown when there are ``least`` of it within the last ``days``."""

    trace: Trace
    days: int
    least: int
    basis: str


@dataclass(frozen=True, kw_only=True)
class Likeness:
    """What the office takes for alike."""

    again: Again
    crowd: Crowd
    traces: Mapping[Trace, TraceRule] = field(default_factory=dict)

    @property
    def longest(self) -> int:
        """The days over which cases of one person are read for the traces."""
        return max((rule.days for rule in self.traces.values()), default=0)


def same_facts(one: Case, other: Case, *, share: float, rule: Again) -> bool:
    """Whether two cases of one person against one business tell of the same facts; ``share`` is that of their stories.

    Deals on days too far apart are two, however alike they are told.
    """
    if one.happened_on and other.happened_on and _apart(one.happened_on, other.happened_on) > rule.gap:
        return False
    if share * 100 >= rule.percent:
        return True
    if one.product and other.product:
        return one.product in other.product or other.product in one.product
    return _alike(one, other)


def similar(one: Case, other: Case, *, share: Callable[[], float], rule: Crowd) -> bool:
    """Whether two cases against one business are of a kind: category and problem, or else their stories."""
    return _alike(one, other) or share() * 100 >= rule.percent


def _alike(one: Case, other: Case) -> bool:
    return one.category is not None and (one.category, one.problem) == (other.category, other.problem)


def _apart(one: date, other: date) -> int:
    return abs((one - other).days)


def same_place(one: str | None, other: str | None) -> bool:
    """Whether a business of one name can be the same in two places: in another county it is another business."""
    return one is None or other is None or one == other


def people(traces: Iterable[tuple[str | None, ...]]) -> int:
    """How many people are behind these pairs of a chat and a telephone: who shares one of them is one and the same.

    With a third name of each, such as that of a joint complaint, who shares that counts as one as well.
    """
    lead: dict[str, str] = {}

    def head(name: str) -> str:
        while lead.setdefault(name, name) != name:
            lead[name] = name = lead[lead[name]]
        return name

    for trace in traces:
        names = [f"{n}/{value}" for n, value in enumerate(trace) if value]
        for name in names:
            lead[head(name)] = head(names[0])
    return len({head(name) for name in lead})
