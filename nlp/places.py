"""Places named in a text: the country's counties and cities, and the site's own places down to townships."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from nlp.lexicon import Hit, Hits, Lexicon, load
from nlp.text import simplified

_FILE = Path(__file__).parent / "data" / "divisions.csv"
_TABLE = load("places")
_SUFFIXES = frozenset(_TABLE["suffixes"].split())
_SUFFIX_CHARS = sorted(set(map(len, _SUFFIXES)), reverse=True)
_OFFICE: str = _TABLE["office"]
_OFFICES: tuple[str, ...] = tuple(_TABLE["offices"].split())
_COUNTY_ENDS = tuple(_TABLE["county_ends"].split())
_BEFORE = tuple(_TABLE["before"].split())
_AFTER = tuple(_TABLE["after"].split())
_STATIONS = tuple(_TABLE["stations"].split())
_STRETCH = re.compile(_TABLE["stretch"])
_BRANCH = re.compile(_TABLE["branch"])
_OF_COMPANY = re.compile(_TABLE["of_company"])
_NOT_AFTER = tuple(_TABLE["not_after"].split())
_ROADS = tuple(_TABLE["roads"].split())
_ORIGIN = tuple(_TABLE["origin"].split())
_SENT = tuple(_TABLE["sent"].split())
_LAW = re.compile(_TABLE["law"])
_LISTED = re.compile(_TABLE["listed"])
_BROKEN = tuple(_TABLE["broken"].split())
_TITLE: str = _TABLE["title"]
_NOUNS = tuple(_TABLE["nouns"].split())
_ALONG = tuple(_TABLE["along"].split())
_LANDS = tuple(_TABLE["lands"].split())
_MUNICIPALITIES = frozenset(_TABLE["municipalities"].split())
_AMBIGUOUS = frozenset(_TABLE["ambiguous"]["words"].split())
_FORMER: dict[str, str] = _TABLE["former"]
_COMMON = frozenset(_TABLE["common"]["words"].split())
_MASKED = re.compile(_TABLE["masked"]["pattern"])
_FULL, _BARE, _WORD = 2, 1, 0
"""How sure a name is by itself: a full one, a bare one, a bare one that is also a word."""
_PROVINCE, _CITY, _COUNTY, _TOWNSHIP = 2, 4, 6, 9
_SHORT = 2
_PASSING, _BRIEF = 20, 100
"""A province is where it happened if it is named at the beginning, or in a short text; else it is named in passing."""
_MANY = 3
"""So many cities are compared with each other."""


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
        """Adds every name to the groups place (weight 2: full name, 1: bare stem, 0: also a word) and not_place."""
        lexicon.add("not_place", "", _TABLE["not_place"]["words"].split())
        for name, code in _FORMER.items():
            lexicon.add("place", code, [name], weight=_FULL)
        for code, name in divisions().items():
            lexicon.add("place", code, [name], weight=_FULL)
            for stem in _stems(code, name):
                lexicon.add("place", code, [stem], weight=self._sureness(code, stem, full=name))
        for place in self._own.values():
            for name in map(simplified, (*self._own_names(place), *_township_stem(place))):
                lexicon.add("place", place.code, [name], weight=_FULL if _stem(name) != name else _BARE)

    def read(self, text: str, hits: Hits) -> Found:
        """Which places a text names. A name inside a dish, a brand or a shop's name is none.

        Where the place of the matter stands under a code (A3 district of city A), any other is named in passing.
        """
        blocked = hits.get("not_place", ())
        named = [hit for hit in hits.get("place", ()) if not _inside(hit, blocked)]
        places = [hit for hit in named if self._stands(text, hit) or self._follows(text, hit, named)]
        places = [*places, *_in_named_cities(text, named, places=places)]
        places = _not_compared(text, _without_seats(text, list(_here(text, places, named=named))))
        far = {hit.word for hit in places if self._follows_far(hit, places)}
        places = [hit for hit in places if hit.word not in far or not self._is_ours(hit)]
        if _MASKED.search(text) and not self._says_county(places):
            return Found()
        codes = [hit.label for hit in places]
        township, regions = self._townships(places, counties=[code for code in codes if len(code) == _COUNTY])
        return Found(regions=regions or self._regions(places), township=township, hits=tuple(places))

    def _says_county(self, places: list[Hit]) -> bool:
        """Whether a county of ours is told in full: no code beside it (hall B2, market C) is then meant for the place.

        Only by its name in the national list, as what a site calls a zone is a word that any text may use.
        """
        return any(self._is_ours(hit) and hit.word == divisions().get(hit.label) for hit in places)

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

    def _sureness(self, code: str, stem: str, *, full: str) -> int:
        """A county's bare name near home is meant as a place, even if it is a word."""
        near = code.startswith(self._home) or (code.startswith(self._home[:2]) and full.endswith(_COUNTY_ENDS))
        return _WORD if stem in _AMBIGUOUS and not (near and len(code) == _COUNTY) else _BARE

    def _townships(self, places: list[Hit], *, counties: list[str]) -> tuple[str | None, tuple[str, ...]]:
        """The township named first, and its county; several counties when they share its name and none is said."""
        towns = [hit for hit in places if len(hit.label) == _TOWNSHIP]
        same = [hit.label for hit in towns if hit.start == towns[0].start]
        fitting = [code for code in same if code[:_COUNTY] in counties] if counties else same
        if len(fitting) == 1:
            return fitting[0], (fitting[0][:_COUNTY],)
        return None, tuple(dict.fromkeys(code[:_COUNTY] for code in fitting))

    def _stands(self, text: str, hit: Hit) -> bool:
        """A full name stands by itself, unless it ends like a common noun; a bare one needs words around it."""
        if hit.weight == _FULL:
            return len(hit.label) == _TOWNSHIP or _full_stands(text, hit)
        if text.startswith(_NOT_AFTER, hit.end) and not _STRETCH.match(text, hit.end):
            return False
        if len(hit.label) == _PROVINCE and hit.label not in _MUNICIPALITIES:
            return hit.start < _PASSING or len(text) < _BRIEF
        if hit.weight == _WORD:
            return len(hit.label) == _CITY and _opens(text, hit.start) and text.startswith(_AFTER, hit.end)
        if len(hit.label) == _TOWNSHIP:
            at_home = hit.label.startswith(self._home) and _opens(text, hit.start)
            return at_home or text.startswith(_AFTER, hit.end) or hit.end == len(text)
        return (
            len(hit.label) == _CITY
            or hit.label in _MUNICIPALITIES
            or bool(_BRANCH.match(text, hit.end))
            or bool(_STRETCH.match(text, hit.end) and text.endswith(_ALONG, 0, hit.start))
            or _opens(text, hit.start)
            or (len(hit.word) > _SHORT and text.startswith(_AFTER, hit.end))
        )

    def _follows(self, text: str, hit: Hit, named: Iterable[Hit]) -> bool:
        """Whether its own province or city stands right before it, and nothing behind makes it a road."""
        return _under(hit, named) and (hit.weight == _FULL or not text.startswith(_ROADS, hit.end))

    def _follows_far(self, hit: Hit, places: Iterable[Hit]) -> bool:
        """Whether a name of ours (no township's full one) stands right behind a place elsewhere, and so is there."""
        if not self._is_ours(hit):
            return False
        before = [place.label[:_CITY] for place in places if place.end == hit.start]
        return any(not self._home.startswith(code) and not code.startswith(self._home) for code in before)

    def _is_ours(self, hit: Hit) -> bool:
        return hit.label.startswith(self._home) and (len(hit.label) != _TOWNSHIP or hit.weight < _FULL)

    def _regions(self, places: list[Hit]) -> tuple[str, ...]:
        codes = [hit.label for hit in places]
        counties = [code for code in codes if len(code) == _COUNTY]
        wider = tuple(code for code in codes if len(code) < _COUNTY)
        if counties:
            return self._narrowed(places, counties=counties, wider=wider)
        far = [code for code in wider if not self._home.startswith(code)]
        cities = [code for code in far if len(code) == _CITY or code in _MUNICIPALITIES] or far
        return (cities[0].ljust(_COUNTY, "0"),) if cities and self._home not in wider else ()

    def _narrowed(self, places: list[Hit], *, counties: list[str], wider: tuple[str, ...]) -> tuple[str, ...]:
        """The counties of the first name (its most telling reading): the city named beside it decides, then home."""
        names = {hit.start: [other.label for other in places if other.start == hit.start] for hit in places}
        first = next(labels for labels in names.values() if set(labels) & set(counties))
        inside = [labels for labels in names.values() if any(code.startswith(self._home) for code in labels)]
        same = [code for code in (inside[0] if inside and not wider else first) if code in counties]
        beside = tuple(code[:_CITY] for code in counties if code not in same)
        for keep in (wider, (self._home,), beside):
            matching = [code for code in same if keep and code.startswith(keep)]
            same = matching or same
        return tuple(dict.fromkeys(same))


def _stems(code: str, name: str) -> Iterable[str]:
    """The name without what kind of place it is; not a county's that is its city's."""
    stem = _stem(name)
    city = _stem(divisions().get(code[:_CITY], "")) if len(code) == _COUNTY else ""
    return (stem,) if len(stem) >= _SHORT and stem not in (name, city) and stem not in _COMMON else ()


def _full_stands(text: str, hit: Hit) -> bool:
    """One that is a common noun needs its city before it; one that ends like a noun must not end another word."""
    if hit.word in _NOUNS or text.startswith(_BROKEN, hit.end - 1):
        return False
    if len(hit.word) > _SHORT and hit.word.endswith(_LANDS) and _stem(hit.word) not in _AMBIGUOUS:
        return True
    return not (len(hit.word) <= _SHORT or hit.word.endswith(_NOUNS)) or (
        _opens(text, hit.start) and not text.startswith(_TITLE, hit.end)
    )


def _opens(text: str, start: int) -> bool:
    """Whether nothing before it can belong to the same word."""
    return start == 0 or not text[start - 1].isalnum() or text.endswith(_BEFORE, 0, start)


def _here(text: str, places: Iterable[Hit], *, named: Iterable[Hit]) -> Iterator[Hit]:
    """Without places that somebody or something only comes from, and provinces in the names of laws."""
    left: set[int] = set()
    for hit in named:
        if hit.start in left or text.endswith(_ORIGIN, 0, hit.start) or text.startswith(_SENT, hit.end):
            left.add(hit.start)
            left.add(hit.end)
    for hit in places:
        law = len(hit.label) == _PROVINCE and _LAW.match(text, hit.end)
        if hit.start not in left and not law:
            yield hit


def _in_named_cities(text: str, named: Iterable[Hit], *, places: Sequence[Hit]) -> Iterator[Hit]:
    """Bare names of counties, whatever stands before them, where the text also names their city."""
    known = set(places)
    cities = {hit.label for hit in places if len(hit.label) == _CITY}
    for hit in named:
        bare = len(hit.label) == _COUNTY and hit.weight == _BARE and hit.label[:_CITY] in cities
        if bare and hit not in known and not text.startswith(_NOT_AFTER + _STATIONS, hit.end):
            yield hit


def _without_seats(text: str, places: Sequence[Hit]) -> list[Hit]:
    """Without the seat of a company whose branch elsewhere is named right behind it."""
    branches = {hit.start for hit in places if _BRANCH.match(text, hit.end)}
    if not branches:
        return list(places)
    seats = {hit for hit in places if (tail := _OF_COMPANY.match(text, hit.end)) and tail.end() in branches}
    return [hit for hit in places if hit not in seats]


def _not_compared(text: str, places: list[Hit]) -> list[Hit]:
    """Without bare names of cities that stand in a list, or are many: they are only compared."""
    cities = [hit for hit in places if hit.weight < _FULL and len(hit.label) <= _CITY]
    ends = {hit.end: hit for hit in cities}
    listed: set[Hit] = set(cities) if len({hit.label for hit in cities}) >= _MANY else set()
    for hit in cities:
        gap = _LISTED.search(text, max(0, hit.start - _SHORT), hit.start)
        before = ends.get(gap.start()) if gap else None
        if before is not None and not hit.label.startswith(before.label):
            listed |= {hit, before}
    return [hit for hit in places if hit not in listed] if listed else places


def _stem(name: str) -> str:
    for chars in _SUFFIX_CHARS:
        if name[-chars:] in _SUFFIXES:
            return name[:-chars]
    return name


def _township_stem(place: Place) -> tuple[str, ...]:
    """A town's bare name; never that of a street office, whose name is a road's."""
    if len(place.code) != _TOWNSHIP or place.name.endswith(_OFFICE):
        return ()
    stem = _stem(place.name)
    return (stem,) if len(stem) >= _SHORT and stem != place.name and stem not in _COMMON else ()


def _under(hit: Hit, others: Iterable[Hit]) -> bool:
    """Whether the province or city that a place lies in stands right before it."""
    return any(other.end == hit.start and other.label in (hit.label[:2], hit.label[:4]) for other in others)


def _inside(hit: Hit, others: Iterable[Hit]) -> bool:
    return any(other.start <= hit.start < other.end for other in others)
