"""The business that a text speaks of: its name with its branch, its address, and the platform it sells on."""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import islice
from operator import attrgetter

from nlp.lexicon import Hit, Hits, Lexicon, load, patterns

_TABLE = load("merchants")
_CUTS = sorted(_TABLE["cut"]["words"].split(), key=len, reverse=True)
_PATTERNS = patterns("merchants", cuts="|".join(_CUTS), first="".join({word[0] for word in _CUTS}))
_WEAK = frozenset(_TABLE["suffix"]["weak"].split())
_SCHOOLS = frozenset(_TABLE["suffix"]["school"].split())
_GENERIC = frozenset(_TABLE["core"]["generic"].split()) | _WEAK
_ALL_GENERIC = re.compile("(?:" + "|".join(sorted(map(re.escape, _GENERIC), key=len, reverse=True)) + ")+")
_GATES = {key: tuple(signs.split()) for key, signs in _TABLE["gate"].items()}
_ONLINE = frozenset(_TABLE["online"]["words"].split())

_SURE = 3
"""In a long text a business counts when so much speaks for it; in a brief one any does."""
_BRIEF = 150
_DEVELOPER = 2
_MOST = 200
"""So many endings, brands or platforms are looked at; a text that has more names nobody."""
_LONGEST_HEAD, _LEAST_STORY = 60, 20
_LONGEST_END, _LONGEST_GAP, _LONGEST_NAME = 10, 4, 24
_begin = attrgetter("start")

SHORTEST = 2
"""Fewer characters than this are no name to compare."""


@dataclass(frozen=True, kw_only=True)
class Named:
    """A business as named at ``text[start:end]``; the higher the score, the surer."""

    name: str
    start: int
    end: int
    score: int


def fill(lexicon: Lexicon) -> None:
    """Adds the groups suffix, brand and platform."""
    lexicon.add("suffix", "", _TABLE["suffix"]["words"].split())
    lexicon.add("suffix", "", _SCHOOLS)
    lexicon.add("brand", "", _TABLE["brand"]["words"].split())
    lexicon.add("brand", "", _TABLE["brand"]["developers"].split(), weight=_DEVELOPER)
    for group in ("brand", "platform"):
        lexicon.add(group, "", _TABLE["brand"]["not"].split(), weight=0)
    for platform, words in _TABLE["platform"].items():
        lexicon.add("platform", platform, words.split())


def is_weak(suffix: str) -> bool:
    """Whether an ending is also a common noun (glasses, hot pot), so that it alone says little."""
    return suffix in _WEAK


def platform(hits: Hits) -> Hit | None:
    """The first platform named."""
    return next((hit for hit in hits.get("platform", ()) if hit.weight), None)


def sells_online(hit: Hit | None) -> bool:
    """Whether the platform's mention alone means that the deal was made on the net."""
    return hit is not None and hit.label in _ONLINE


def main_merchant(text: str, hits: Hits, *, places: Iterable[Hit]) -> Named | None:
    """The business most plainly named, else the platform; None when one is only described (a shop downstairs)."""
    head = _headline(text)
    named = [*_labelled(text), *_branded(text, hits), *_suffixed(text, hits, places=tuple(places))]
    named += [*_headed(text, head, suffixes=hits.get("suffix", ())), *_platforms(text, hits)]
    theirs = [
        replace(one, score=_weight(text, one, head=head))
        for one in named
        if not _PATTERNS["beside"].match(text, one.end, one.end + 8)
    ]
    best = max(theirs, key=lambda one: (not _healed(text, one), one.score, -one.start), default=None)
    if best is not None and (best.score >= _SURE or len(text) < _BRIEF):
        return best
    return next(_estates(text, head), None)


def _headline(text: str) -> int:
    """Where the headline of a petition ends; 0 when there is none."""
    end = text.find(";", 4, _LONGEST_HEAD)
    return end if end > 0 and len(text) > 2 * end + _LEAST_STORY else 0


def _weight(text: str, named: Named, *, head: int) -> int:
    """How surely a business is the one complained of: named in the headline, more than once, in its full legal form."""
    often = text.count(named.name.partition("(")[0]) > 1
    legal = 2 if _PATTERNS["form_full"].search(named.name) else bool(_PATTERNS["legal"].search(named.name))
    role = bool(_PATTERNS["role"].search(text, max(0, named.start - 8), named.start))
    return named.score + 3 * (named.start < head) + often + legal + 2 * role


def _headed(text: str, head: int, *, suffixes: tuple[Hit, ...]) -> Iterator[Named]:
    """Who a headline says did something, when no ending marks the name."""
    match = _PATTERNS["headed"].match(text, 0, head) if head else None
    if match is None:
        return
    name = match["v"]
    core = next((name[: hit.start - hit.end] for hit in suffixes if hit.end == match.end("v")), name)
    if not _ALL_GENERIC.fullmatch(core) and not _PATTERNS["notheaded"].search(name):
        yield Named(name=name, start=match.start("v"), end=match.end("v"), score=1)


def _platforms(text: str, hits: Hits) -> Iterator[Named]:
    """Platforms of the net: the business when no shop on them is named."""
    for hit in hits.get("platform", ())[:_MOST]:
        if hit.label in _ONLINE:
            bought = _PATTERNS["on"].match(text, hit.end)
            yield Named(name=hit.label, start=hit.start, end=hit.end, score=3 if bought else 1)


def _estates(text: str, head: int) -> Iterator[Named]:
    """Estates named at the beginning of a text about a developer."""
    if not _PATTERNS["developer"].search(text):
        return
    for match in _PATTERNS["estate"].finditer(text, 0, max(head, _BRIEF)):
        ground = _PATTERNS["ground"].search(text, max(0, match.start() - 14), match.start())
        words = ground[0] if ground else ""
        cut = _PATTERNS["cut"].match(words)
        name = words[cut.end() if cut else 0 :]
        if len(name) >= SHORTEST and not _PATTERNS["notestate"].search(name) and _proper(name, ending=""):
            yield Named(name=name, start=match.start() - len(name), end=match.start(), score=0)


def _healed(text: str, named: Named) -> bool:
    """Whether it is the hospital where the harm was treated: the business only if no other is named."""
    treated = _PATTERNS["healing"].match(text, named.end, named.end + 8)
    return bool(treated and _PATTERNS["healer"].search(named.name))


def address(text: str, *, merchant: Named | None) -> str | None:
    """The street address of the business, not of the writer's home and not the name of its branch."""
    span = (merchant.start, merchant.end) if merchant else (0, 0)
    for match in _PATTERNS["road"].finditer(text):
        words = match["r"]
        cut = _PATTERNS["roadcut"].match(words)
        at = cut.end() if cut and len(words) - cut.end() >= 2 else 0
        lead = text[max(0, match.start() - 10) : match.start()] + words[:at]
        branch = match.start() + at < span[1] and match.end("r") > span[0]
        if branch or len(words) - at < 3 or _PATTERNS["own"].search(lead) or _PATTERNS["notroad"].search(words):
            continue
        if at or match["t"] or _PATTERNS["placed"].search(lead) or any(char.isdigit() for char in words):
            return words[at:]
    return None


def _labelled(text: str) -> Iterator[Named]:
    """Names that are introduced as names: the shop is called so and so."""
    for key, score in (("named", 6), ("calling", 5), ("quoted", 5)):
        if not any(sign in text for sign in _GATES[key]):
            continue
        for match in _PATTERNS[key].finditer(text):
            name = match["v"] if "(" in match["v"] else match["v"].rstrip(")")
            if not _ALL_GENERIC.fullmatch(name) and not _PATTERNS["notname"].search(name):
                yield Named(name=name, start=match.start("v"), end=match.start("v") + len(name), score=score)


def _branded(text: str, hits: Hits) -> Iterator[Named]:
    suffixes = hits.get("suffix", ())
    for brand in hits.get("brand", ())[:_MOST]:
        if not brand.weight or (brand.weight == _DEVELOPER and not _PATTERNS["developed"].match(text, brand.end)):
            continue
        end = _extended(text, brand.end, suffixes=suffixes) if _glued(brand.end, suffixes) else brand.end
        yield _with_branch(text, start=brand.start, end=end, score=2)


def _suffixed(text: str, hits: Hits, *, places: tuple[Hit, ...]) -> Iterator[Named]:
    goods = hits.get("product", ())
    suffixes = tuple(hit for hit in hits.get("suffix", ())[:_MOST] if not any(_holds(thing, hit) for thing in goods))
    if not _PATTERNS["schooling"].search(text, 0, _BRIEF):
        suffixes = tuple(hit for hit in suffixes if hit.word not in _SCHOOLS)
    troubles = [hit for hit in hits.get("problem", ()) if hit.weight > 1]
    cuts = [hit.end for hit in (*places, *hits.get("platform", ()))]
    done = 0
    for hit in suffixes:
        if hit.start < done:
            continue
        end = _extended(text, hit.end, suffixes=suffixes)
        start = _start(text, hit.start, floor=done, cuts=cuts)
        if start is None or not _proper(text[start : hit.start], ending=hit.word) or _stray(text, hit, start=start):
            continue
        if any(start <= trouble.start and trouble.end <= hit.start for trouble in troubles):
            continue
        named = _with_branch(text, start=start, end=end, score=_score(text, start=start, ending=hit.word))
        done = named.end
        yield named


def _start(text: str, before: int, *, floor: int, cuts: list[int]) -> int | None:
    """Where the name that ends before its suffix begins."""
    window = _PATTERNS["window"].search(text, max(floor, before - 18), before)
    if window is None:
        return None
    start = window.start()
    cut = _PATTERNS["cut"].match(text[start:before])
    start += cut.end() if cut else 0
    placed = [end for end in cuts if start < end < before and _proper(text[end:before], ending="")]
    return max([start, *placed])


def _proper(core: str, *, ending: str) -> bool:
    """Whether what stands before the ending can be a name."""
    least = 2 if ending in _WEAK or not ending else 1
    return len(core) >= least and not _ALL_GENERIC.fullmatch(core) and not _PATTERNS["notname"].search(core)


def _holds(thing: Hit, ending: Hit) -> bool:
    """Whether an ending is only the tail of a longer product (the charger that ends like an appliance shop)."""
    inside = thing.start <= ending.start and thing.end >= ending.end
    return inside and (thing.start < ending.start or not thing.label)


def _stray(text: str, ending: Hit, *, start: int) -> bool:
    """Whether an ending that is also a common noun stands without any word that leads to a name."""
    return ending.word in _WEAK and not _PATTERNS["anchor"].search(text[max(0, start - 3) : start])


def _glued(at: int, suffixes: tuple[Hit, ...]) -> bool:
    place = bisect_left(suffixes, at, key=_begin)
    return place < len(suffixes) and suffixes[place].start == at


def _extended(text: str, end: int, *, suffixes: tuple[Hit, ...]) -> int:
    """The end of a name with several endings in a row (a company for education and consulting)."""
    first = end
    for hit in islice(suffixes, bisect_right(suffixes, end - _LONGEST_END, key=_begin), None):
        if hit.start > min(end, first + _LONGEST_NAME) + _LONGEST_GAP:
            break
        gap = text[end : hit.start]
        if hit.end > end and (hit.start <= end or (len(gap) <= _LONGEST_GAP and hit.word not in _WEAK and _joins(gap))):
            end = hit.end
    return end


def _joins(gap: str) -> bool:
    if _PATTERNS["joint"].fullmatch(gap):
        return True
    return gap.isalnum() and not _PATTERNS["notbranch"].search(gap) and not gap[0].isdigit()


def rebranched(merchant: str, value: str) -> str | None:
    """The merchant's name with another branch, when ``value`` is the name of one; None when it is something else."""
    match = _PATTERNS["branch"].fullmatch(value.strip())
    branch = (match["a"] or match["b"]) if match else None
    if not branch or not merchant.endswith(")") or _PATTERNS["notbranch"].search(branch):
        return None
    return f"{merchant.rpartition('(')[0]}({branch})"


def same_business(one: str, other: str) -> bool:
    """Whether two names are of one business: its branch, the place before it and its legal form may be said or not."""
    cores = (_core(one), _core(other))
    if not all(len(core) >= SHORTEST for core in cores):
        return False
    return cores[0] == cores[1] or _branch_of(one, cores[1]) or _branch_of(other, cores[0])


def alike(one: str, other: str) -> bool:
    """Whether two names may mean one business: one of them is part of the other."""
    short, long = sorted((_core(one), _core(other)), key=len)
    return len(short) >= SHORTEST and short in long


def core(name: str) -> str:
    """What the names of one business have in common, however its branch, place and legal form were said."""
    return _core(name)


def is_trade(name: str, hits: Hits) -> bool:
    """Whether words name only a trade (the supermarket downstairs), which many businesses have."""
    ending = next((hit for hit in hits.get("suffix", ()) if hit.end == len(name)), None)
    return ending is not None and "brand" not in hits and not _proper(name[: ending.start], ending=ending.word)


def _branch_of(name: str, core: str) -> bool:
    """Whether ``name`` is the business of that core with a branch written behind it, without brackets."""
    plain = _PATTERNS["region"].sub("", _plain(name))
    return plain.startswith(core) and bool(_PATTERNS["branching"].search(plain))


def _core(name: str) -> str:
    bare = _PATTERNS["region"].sub("", _plain(name))
    while (cut := _PATTERNS["form"].sub("", bare)) != bare and len(cut) >= SHORTEST:
        bare = cut
    return bare


def _plain(name: str) -> str:
    """Without brackets and what stands in them, white space, and differences of width and case."""
    return re.sub(r"\([^()]*\)|\s", "", unicodedata.normalize("NFKC", name)).lower()


def _with_branch(text: str, *, start: int, end: int, score: int) -> Named:
    name = text[start:end]
    match = _PATTERNS["branch"].match(text[end : end + 16])
    branch = (match["a"] or match["b"]) if match else None
    if match is None or not branch or _PATTERNS["notbranch"].search(branch):
        return Named(name=name, start=start, end=end, score=score)
    return Named(name=f"{name}({branch})", start=start, end=end + match.end(), score=score + 1)


def _score(text: str, *, start: int, ending: str) -> int:
    placed = bool(_PATTERNS["placed"].search(text[max(0, start - 8) : start]))
    accused = bool(_PATTERNS["accused"].search(text[max(0, start - 14) : start]))
    return 1 + (ending not in _WEAK) + placed + 2 * accused
