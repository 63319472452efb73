"""Whose business a case is: the department by rules, the bureau by place, and why (Order 121, Art. 13, 29-34)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from cases.model import Kind


class Level(StrEnum):
    """How high an office stands. A post is what lies below a station: a service point in a market or a community."""

    CITY = "city"
    COUNTY = "county"
    STATION = "station"
    POST = "post"

    @property
    def local(self) -> bool:
        """Below a county's bureau."""
        return self in (Level.STATION, Level.POST)


@dataclass(frozen=True, kw_only=True)
class Bureau:
    """An office of the site: ``regions`` and ``townships`` are the divisions it covers; ``phone`` only when known."""

    code: str
    name: str
    short: str
    level: Level
    parent: str | None = None
    regions: tuple[str, ...] = ()
    townships: tuple[str, ...] = ()
    phone: str | None = None
    address: str | None = None


class Directory:
    """The bureaus of a site, found by code or by place."""

    def __init__(self, bureaus: Iterable[Bureau]) -> None:
        self._by_code = {bureau.code: bureau for bureau in bureaus}
        self._by_region = {r: b for b in self._by_code.values() for r in b.regions}
        self._by_township = {t: b for b in self._by_code.values() for t in b.townships}

    def __iter__(self) -> Iterator[Bureau]:
        return iter(self._by_code.values())

    def __contains__(self, code: str) -> bool:
        return code in self._by_code

    def get(self, code: str | None) -> Bureau | None:
        return self._by_code.get(code) if code else None

    def at(self, *, region: str | None, township: str | None) -> Bureau | None:
        """The most particular office that covers the place."""
        return self._by_township.get(township or "") or self._by_region.get(region or "")

    def line(self, code: str | None) -> tuple[str, ...]:
        """The bureau and those above it, nearest first."""
        found: list[str] = []
        while code and code in self._by_code and code not in found:
            found.append(code)
            code = self._by_code[code].parent
        return tuple(found)

    def heads(self, desk: str) -> tuple[Bureau, ...]:
        """The offices one step below the top of the site, its intake desk left out: those among whom one chooses.

        The top is the one that the desk stands under; where the desk is itself the top or has no other below it, the
        desk's own children.
        """
        parent = self._by_code[desk].parent or desk
        found = tuple(b for b in self._by_code.values() if b.parent == parent and b.code != desk)
        return found or tuple(b for b in self._by_code.values() if b.parent == desk)

    def under(self, code: str) -> tuple[str, ...]:
        """The bureau itself and every one below it."""
        return tuple(other for other in self._by_code if code in self.line(other))


@dataclass(frozen=True, kw_only=True)
class Matter:
    """What routing looks at."""

    kind: Kind
    category: str | None = None
    problem: str | None = None
    department: str | None = None
    sales_mode: str | None = None
    platform: str | None = None
    region: str | None = None
    township: str | None = None

    def value(self, key: str) -> str | None:
        value: str | None = getattr(self, key)
        return value


MATTER_KEYS = ("kind", "category", "problem", "department", "sales_mode", "platform", "region", "township")


@dataclass(frozen=True, kw_only=True)
class RoutingRule:
    """``when`` maps a key of the matter to the values that match; ``unless`` to those that exclude.

    ``window``: the site takes the matter in for the other department and passes it on, without sending anybody there.
    """

    id: str
    when: Mapping[str, frozenset[str]]
    unless: Mapping[str, frozenset[str]]
    department: str
    because: str
    basis: str
    window: bool = False

    def fits(self, matter: Matter) -> bool:
        wanted = all(matter.value(key) in values for key, values in self.when.items())
        return wanted and not any(matter.value(key) in values for key, values in self.unless.items())


class Place(StrEnum):
    """Why the place did or did not lead to a bureau; names a text."""

    HERE = "here"
    UNKNOWN = "unknown"
    OUTSIDE = "outside"
    PLATFORM = "platform"
    ELSEWHERE = "elsewhere"


@dataclass(frozen=True, kw_only=True)
class Route:
    """Where a ``matter`` goes: a bureau, or the intake desk (``bureau`` None); the rule and the place that decided."""

    bureau: str | None
    department: str
    rule: str
    because: str
    basis: str
    place: Place
    matter: Matter
    window: bool = False

    @property
    def certain(self) -> bool:
        return self.bureau is not None


def route(matter: Matter, *, rules: Sequence[RoutingRule], directory: Directory, ours: str) -> Route:
    """The first rule that fits names the department; within ours, the place names the bureau.

    ``ours`` is the label of the department whose bureaus the directory holds. What cannot be decided goes to the intake
    desk, which may route but no bureau may pass sideways (Art. 41).
    """
    rule = next(rule for rule in rules if rule.fits(matter))
    bureau, place = _placed(matter, directory) if rule.department == ours else (None, Place.ELSEWHERE)
    return Route(
        bureau=bureau.code if bureau else None,
        department=rule.department,
        rule=rule.id,
        because=rule.because,
        basis=rule.basis,
        place=place,
        matter=matter,
        window=rule.window,
    )


def _placed(matter: Matter, directory: Directory) -> tuple[Bureau | None, Place]:
    bureau = directory.at(region=matter.region, township=matter.township)
    if bureau:
        return bureau, Place.HERE
    if matter.region:
        return None, Place.OUTSIDE
    return None, Place.PLATFORM if matter.platform else Place.UNKNOWN
