"""Whose business a case is: the department by rules, the place that counts by rules, and why (Art. 13, 29-34)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Generic, TypeVar

from cases.routing_rules import Look, Matter, Misfit, PlaceRule, Routing, RoutingRule, Rule

R = TypeVar("R", bound=Rule)


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


class Place(StrEnum):
    """Why the place did or did not lead to a bureau; names a text."""

    HERE = "here"
    UNKNOWN = "unknown"
    OUTSIDE = "outside"
    PLATFORM = "platform"
    ELSEWHERE = "elsewhere"


@dataclass(frozen=True, kw_only=True)
class Seen:
    """A place that was looked at: its division when it is known, and the bureau here that covers it."""

    look: Look
    region: str | None
    bureau: str | None


@dataclass(frozen=True, kw_only=True)
class Route:
    """Where a ``matter`` goes: a bureau, or the intake desk (``bureau`` None); the rule and the place that decided.

    ``place_rule`` and what follows tell which place counted: None where another department has the matter. ``where`` is
    the division that decided, ``look`` how it is known.
    """

    bureau: str | None
    department: str
    rule: str
    because: str
    basis: str
    place: Place
    matter: Matter
    window: bool = False
    words: str = ""
    place_rule: PlaceRule | None = None
    where: str | None = None
    look: Look | None = None

    @property
    def certain(self) -> bool:
        return self.bureau is not None


def route(matter: Matter, *, routing: Routing, directory: Directory, ours: str) -> Route:
    """The first rule that fits names the department; within ours, the place that counts names the bureau.

    ``ours`` is the label of the department whose bureaus the directory holds. What cannot be decided goes to the intake
    desk, which may route but no bureau may pass sideways (Art. 41).
    """
    rule = next(rule for rule in routing.rules_for(matter.category) if rule.fits(matter))
    if rule.department != ours:
        return _to(rule, matter, place=Place.ELSEWHERE)
    counts = next(place for place in routing.places if place.fits(matter))
    seen = _seen(matter, counts, routing=routing, directory=directory)
    place, decided = _decided(matter, counts, seen)
    found = _to(rule, matter, place=place)
    return replace(
        found,
        bureau=decided.bureau if decided else None,
        place_rule=counts,
        where=decided.region if decided else None,
        look=decided.look if decided else None,
    )


def _to(rule: RoutingRule, matter: Matter, *, place: Place) -> Route:
    return Route(
        bureau=None,
        department=rule.department,
        rule=rule.id,
        because=rule.because,
        basis=rule.basis,
        place=place,
        matter=matter,
        window=rule.window,
        words=rule.words,
    )


def _seen(matter: Matter, rule: PlaceRule, *, routing: Routing, directory: Directory) -> tuple[Seen, ...]:
    """Each place that the rule looks at."""
    found = []
    for look in rule.looks:
        told = look is Look.TOLD
        region = matter.region if told else routing.seat(matter.platform)
        bureau = directory.at(region=region, township=matter.township if told else None)
        found.append(Seen(look=look, region=region, bureau=bureau.code if bureau else None))
    return tuple(found)


def _decided(matter: Matter, rule: PlaceRule, seen: Sequence[Seen]) -> tuple[Place, Seen | None]:
    """Where each place gives authority, one here is enough: who received it first handles it (Art. 14, 31, 32)."""
    known = [one for one in seen if one.region or one.bureau]
    counting = known if rule.either else known[:1]
    here = next((one for one in counting if one.bureau), None)
    if here:
        return Place.HERE, here
    if counting and (counting[0] is seen[0] or not rule.either):
        return Place.OUTSIDE, counting[0]
    return Place.PLATFORM if matter.platform and Look.PLATFORM in rule.looks else Place.UNKNOWN, None


@dataclass(frozen=True, kw_only=True)
class Step(Generic[R]):
    """A rule that was looked at, and what kept it from fitting; None for the one that fitted."""

    rule: R
    misfit: Misfit | None


@dataclass(frozen=True, kw_only=True)
class Trace:
    """How a route was found: every rule down to the one that fitted, and the places that were looked at."""

    route: Route
    rules: tuple[Step[RoutingRule], ...]
    places: tuple[Step[PlaceRule], ...]
    seen: tuple[Seen, ...]


def explain(matter: Matter, *, routing: Routing, directory: Directory, ours: str) -> Trace:
    """The same as ``route``, with every step on the way."""
    found = route(matter, routing=routing, directory=directory, ours=ours)
    counts = found.place_rule
    return Trace(
        route=found,
        rules=_steps(routing.rules, matter),
        places=_steps(routing.places, matter) if counts else (),
        seen=_seen(matter, counts, routing=routing, directory=directory) if counts else (),
    )


def _steps(rules: Sequence[R], matter: Matter) -> tuple[Step[R], ...]:
    found = []
    for rule in rules:
        found.append(Step(rule=rule, misfit=rule.misfit(matter)))
        if found[-1].misfit is None:
            break
    return tuple(found)
