"""Places named in a text: the country's counties and cities, and the site's own places down to townships."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from nlp.lexicon import Hit, Hits, Lexicon, load

_FILE = Path(__file__).parent / "data" / "divisions.csv"
_TABLE = load("places")
_SUFFIXES = sorted(_TABLE["suffixes"].split(), key=len, reverse=True)
_OFFICE: str = _TABLE["office"]
_OFFICES: tuple[str, ...] = tuple(_TABLE["offices"].split())
_COUNTY_ENDS = tuple(_TABLE["county_ends"].split())
_BEFORE = tuple(_TABLE["before"].split())
_AFTER = tuple(_TABLE["after"].split())
_COMMON = frozenset(_TABLE["common"]["words"].split())
_FULL, _BARE = 2, 1
_COUNTY, _TOWNSHIP = 6, 9


@dataclass(frozen=True, kw_only=True)
class Place:
    """A place of the site: a county (six digits), a township (nine), or a local code; with other names for it."""

    code: str
    name: str
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Found:
    """What a text says of places: candidate regions, a township, and the hits that said it."""

    regions: tuple[str, ...] = ()
    township: str | None = None
    hits: tuple[Hit, ...] = ()


@cache
def divisions() -> dict[str, str]:
    """Code (2, 4 or 6 digits) to name, for the whole country."""
    with _FILE.open(encoding="utf-8", newline="") as file:
        return {row["code"]: row["name"] for row in csv.DictReader(file)}


class Gazetteer:
    """The places that a site cares for; ``home`` is its city's four-digit code (or a longer one within it)."""

    def __init__(self, *, home: str, places: Sequence[Place]) -> None:
        self._home = home[:4]
        self._own = {place.code: place for place in places}

    def fill(self, lexicon: Lexicon) -> None:
        """Adds every name to the groups place (weight 2: full name, 1: bare stem) and not_place."""
        lexicon.add("not_place", "", _TABLE["not_place"]["words"].split())
        for code, name in divisions().items():
            lexicon.add("place", code, [name], weight=_FULL)
            lexicon.add("place", code, self._stems(code, name), weight=_BARE)
        for place in self._own.values():
            for name in (*self._own_names(place), *_township_stem(place)):
                lexicon.add("place", place.code, [name], weight=_FULL if _stem(name) != name else _BARE)

    def read(self, text: str, hits: Hits) -> Found:
        """Which places a text names. A name inside a dish, a brand or a shop's name is none."""
        blocked = hits.get("not_place", ())
        places = [hit for hit in hits.get("place", ()) if not _inside(hit, blocked)]
        places = [hit for hit in places if self._stands(text, hit) or _under(hit, places)]
        places = [hit for hit in places if not self._follows_far(hit, places)]
        codes = [hit.label for hit in places]
        township, regions = self._townships(places, counties=[code for code in codes if len(code) == _COUNTY])
        return Found(regions=regions or self._regions(places), township=township, hits=tuple(places))

    def name(self, code: str, *, short: bool = False) -> str | None:
        """Province, city and county (and township) of a code in one string; ``short``: its own name only."""
        own = self._own.get(code)
        parts = [divisions().get(code[:length]) for length in (2, 4, 6)]
        known = [part for part in dict.fromkeys(parts) if part]
        if own is not None and own.name not in known:
            known.append(own.name)
        if own is None and code not in divisions() and not code.endswith("00"):
            return None
        return (known[-1] if short else "".join(known)) if known else None

    def _own_names(self, place: Place) -> Iterator[str]:
        yield place.name
        yield from place.aliases
        for suffix in _OFFICES:
            if place.name.endswith(_OFFICE):
                yield place.name.removesuffix(_OFFICE) + suffix

    def _stems(self, code: str, name: str) -> Iterable[str]:
        """Bare names: of provinces and cities anywhere, of counties only near home (far ones are common words)."""
        if len(code) == _COUNTY and not code.startswith(self._home) and not self._near(code, name):
            return ()
        stem = _stem(name)
        city = _stem(divisions().get(code[:4], "")) if len(code) == _COUNTY else ""
        return (stem,) if len(stem) >= 2 and stem not in (name, city) else ()

    def _near(self, code: str, name: str) -> bool:
        return code.startswith(self._home[:2]) and name.endswith(_COUNTY_ENDS)

    def _townships(self, places: list[Hit], *, counties: list[str]) -> tuple[str | None, tuple[str, ...]]:
        """The township named first, and its county; several counties when they share its name and none is said."""
        towns = [hit for hit in places if len(hit.label) == _TOWNSHIP]
        same = [hit.label for hit in towns if hit.start == towns[0].start]
        fitting = [code for code in same if code[:_COUNTY] in counties] if counties else same
        if len(fitting) == 1:
            return fitting[0], (fitting[0][:_COUNTY],)
        return None, tuple(dict.fromkeys(code[:_COUNTY] for code in fitting))

    def _stands(self, text: str, hit: Hit) -> bool:
        """A full name stands by itself; a bare one needs words around it that make it a place."""
        if hit.weight == _FULL:
            return True
        return (
            text.startswith(_AFTER, hit.end)
            or hit.end == len(text)
            or (
                (hit.start == 0 or text.endswith(_BEFORE, 0, hit.start) or not text[hit.start - 1].isalnum())
                and (hit.label.startswith(self._home) or len(hit.label) < _COUNTY)
            )
        )

    def _follows_far(self, hit: Hit, places: Iterable[Hit]) -> bool:
        """Whether a township's bare name stands right behind a place elsewhere, and so is part of that place."""
        if len(hit.label) != _TOWNSHIP or hit.weight == _FULL:
            return False
        return any(place.end == hit.start and not place.label.startswith(self._home[:2]) for place in places)

    def _regions(self, places: list[Hit]) -> tuple[str, ...]:
        codes = [hit.label for hit in places]
        counties = [code for code in codes if len(code) == _COUNTY]
        wider = tuple(code for code in codes if len(code) < _COUNTY)
        if counties:
            return self._narrowed(places, counties=counties, wider=wider)
        far = [code for code in wider if not self._home.startswith(code)]
        cities = [code for code in far if len(code) == 4] or far
        return (cities[0].ljust(_COUNTY, "0"),) if cities and self._home not in wider else ()

    def _narrowed(self, places: list[Hit], *, counties: list[str], wider: tuple[str, ...]) -> tuple[str, ...]:
        """The counties of the first name (its most telling reading): the city named beside it decides, then home."""
        names = {hit.start: [other.label for other in places if other.start == hit.start] for hit in places}
        first = next(labels for labels in names.values() if set(labels) & set(counties))
        inside = [labels for labels in names.values() if any(code.startswith(self._home) for code in labels)]
        same = [code for code in (inside[0] if inside and not wider else first) if code in counties]
        for keep in (wider, (self._home,)):
            matching = [code for code in same if keep and code.startswith(keep)]
            same = matching or same
        return tuple(dict.fromkeys(same))


def _stem(name: str) -> str:
    for suffix in _SUFFIXES:
        if name.endswith(suffix):
            return name.removesuffix(suffix)
    return name


def _township_stem(place: Place) -> tuple[str, ...]:
    """A town's bare name; never that of a street office, whose name is a road's."""
    if len(place.code) != _TOWNSHIP or place.name.endswith(_OFFICE):
        return ()
    stem = _stem(place.name)
    return (stem,) if len(stem) >= 2 and stem != place.name and stem not in _COMMON else ()


def _under(hit: Hit, others: Iterable[Hit]) -> bool:
    """Whether the province or city that a place lies in stands right before it."""
    return any(other.end == hit.start and other.label in (hit.label[:2], hit.label[:4]) for other in others)


def _inside(hit: Hit, others: Iterable[Hit]) -> bool:
    return any(other.start <= hit.start < other.end for other in others)
