"""The business that a text speaks of: its name with its branch, its address, and the platform it sells on."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import islice
from operator import attrgetter

from nlp.estates import main_estate
from nlp.lexicon import Hit, Hits, Lexicon
from nlp.named import PATTERNS, TABLE, WEAK, Named, generic, proper, unled

_PUBLIC = frozenset(TABLE["suffix"]["public"].split())
_SCHOOLS = frozenset(TABLE["suffix"]["school"].split())
_GATES = {key: tuple(signs.split()) for key, signs in TABLE["gate"].items()}
_WEIGHTS: dict[str, int] = TABLE["weight"]["business"]
_ONLINE = frozenset(TABLE["online"]["words"].split())

_SURE = 3
"""In a long text a business counts when so much speaks for it; in a brief one any does."""
_BRIEF = 150
_CHAT = 80
"""So short a text is typed in a chat: where it bought is a name even without an ending that marks one."""
_BEHIND = 12
"""So many characters behind a platform a shop on it is named."""
_DEVELOPER = 2
_MOST = 200
"""So many endings, brands or platforms are looked at; a text that has more names nobody."""
_LONGEST_HEAD, _LEAST_STORY = 60, 20
_LONGEST_END, _LONGEST_GAP, _LONGEST_NAME, _LONGEST_SEAT = 10, 4, 24, 9
_begin = attrgetter("start")


def fill(lexicon: Lexicon) -> None:
    """Adds the groups suffix, brand and platform."""
    lexicon.add("suffix", "", TABLE["suffix"]["words"].split())
    lexicon.add("suffix", "", _SCHOOLS)
    lexicon.add("suffix", "", _PUBLIC)
    lexicon.add("brand", "", TABLE["brand"]["words"].split())
    lexicon.add("brand", "", TABLE["brand"]["developers"].split(), weight=_DEVELOPER)
    for group in ("brand", "platform"):
        lexicon.add(group, "", TABLE["brand"]["not"].split(), weight=0)
    for platform, words in TABLE["platform"].items():
        lexicon.add("platform", platform, words.split())


def is_weak(suffix: str) -> bool:
    """Whether an ending is also a common noun (glasses, hot pot), so that it alone says little."""
    return suffix in WEAK


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
    named += [*_headed(text, head, suffixes=hits.get("suffix", ())), *_platforms(text, hits, shops=tuple(named))]
    named += _shopped(text, hits)
    theirs = [
        replace(one, score=_weight(text, one, head=head))
        for one in named
        if not PATTERNS["beside"].match(text, one.end, one.end + 8)
    ]
    best = max(theirs, key=lambda one: (not _healed(text, one), one.score, -one.start), default=None)
    sure = best if best is not None and (best.score >= _SURE or len(text) < _BRIEF) else None
    return _of_estate(theirs, main_estate(text, head=head), sure=sure)


def _of_estate(theirs: list[Named], estate: Named | None, *, sure: Named | None) -> Named | None:
    """The business, where an estate is named as well: its developer or manager, the estate itself, or another.

    A developer needs less to be believed where an estate is complained of.
    """
    if estate is None:
        return sure
    builders = [one for one in theirs if one.score > 1 and PATTERNS["builder"].search(one.name)]
    found = [*builders, *filter(None, (estate, sure))]
    return max(found, key=lambda one: one.score + _WEIGHTS["builder"] * (one in builders))


def _headline(text: str) -> int:
    """Where the headline of a petition ends; 0 when there is none."""
    end = text.find(";", 4, _LONGEST_HEAD)
    return end if end > 0 and len(text) > 2 * end + _LEAST_STORY else 0


def _weight(text: str, named: Named, *, head: int) -> int:
    """How surely a business is the one complained of: named in the headline, more than once, in its full legal form."""
    signs = {
        "headline": named.start < head,
        "often": text.count(named.name.partition("(")[0]) > 1,
        "registered": bool(PATTERNS["form_full"].search(named.name)),
        "legal": bool(PATTERNS["legal"].search(named.name)),
        "built": bool(PATTERNS["built"].match(text, named.end)),
        "role": bool(PATTERNS["role"].search(text, max(0, named.start - 8), named.start)),
    }
    return named.score + sum(_WEIGHTS[sign] * found for sign, found in signs.items())


def _headed(text: str, head: int, *, suffixes: tuple[Hit, ...]) -> Iterator[Named]:
    """Who a headline says did something, when no ending marks the name."""
    match = PATTERNS["headed"].match(text, 0, head) if head else None
    if match is None:
        return
    name = match["v"]
    core = next((name[: hit.start - hit.end] for hit in suffixes if hit.end == match.end("v")), name)
    if not generic(core) and not PATTERNS["notheaded"].search(name):
        yield Named(name=name, start=match.start("v"), end=match.end("v"), score=1)


def _platforms(text: str, hits: Hits, *, shops: tuple[Named, ...]) -> Iterator[Named]:
    """Platforms of the net: the business when no shop on them is named behind."""
    for hit in hits.get("platform", ())[:_MOST]:
        if hit.label not in _ONLINE:
            continue
        behind = text[hit.end : hit.end + _BEHIND]
        reach = hit.end + len(PATTERNS["clause"].split(behind, maxsplit=1)[0])
        if any(hit.end <= shop.start <= reach for shop in shops):
            score = 0
        else:
            score = 3 if PATTERNS["on"].match(text, hit.end) else 1
        yield Named(name=hit.label, start=hit.start, end=hit.end, score=score)


def _shopped(text: str, hits: Hits) -> Iterator[Named]:
    """Where a short text bought, or who sold, by no more than the words around."""
    if len(text) > _CHAT:
        return
    known = [hit for group in ("place", "platform", "product") for hit in hits.get(group, ())]
    for match in (*PATTERNS["shopped"].finditer(text), *PATTERNS["sold"].finditer(text)):
        start, end = match.span("v")
        taken = any(hit.start < end and start < hit.end for hit in known)
        if not taken and proper(match["v"], ending="") and not PATTERNS["notshop"].search(match["v"]):
            yield Named(name=match["v"], start=start, end=end, score=0)


def _healed(text: str, named: Named) -> bool:
    """Whether it is the hospital where the harm was treated: the business only if no other is named."""
    treated = PATTERNS["healing"].match(text, named.end, named.end + 8)
    return bool(treated and PATTERNS["healer"].search(named.name))


def address(text: str, *, merchant: Named | None) -> str | None:
    """The street address of the business, not of the writer's home and not the name of its branch."""
    span = (merchant.start, merchant.end) if merchant else (0, 0)
    for match in PATTERNS["road"].finditer(text):
        words = match["r"]
        cut = PATTERNS["roadcut"].match(words)
        at = cut.end() if cut and len(words) - cut.end() >= 2 else 0
        lead = text[max(0, match.start() - 10) : match.start()] + words[:at]
        branch = match.start() + at < span[1] and match.end("r") > span[0]
        if branch or len(words) - at < 3 or PATTERNS["own"].search(lead) or PATTERNS["notroad"].search(words):
            continue
        if at or match["t"] or PATTERNS["placed"].search(lead) or any(char.isdigit() for char in words):
            return words[at:]
    return None


def _labelled(text: str) -> Iterator[Named]:
    """Names that are introduced as names: the shop is called so and so."""
    for key, score in (("named", 6), ("calling", 5), ("quoted", 5)):
        if not any(sign in text for sign in _GATES[key]):
            continue
        for match in PATTERNS[key].finditer(text):
            name = match["v"] if "(" in match["v"] else match["v"].rstrip(")")
            if not generic(name) and not PATTERNS["notname"].search(name):
                yield Named(name=name, start=match.start("v"), end=match.start("v") + len(name), score=score)


def _branded(text: str, hits: Hits) -> Iterator[Named]:
    suffixes = hits.get("suffix", ())
    for brand in hits.get("brand", ())[:_MOST]:
        if not brand.weight or (brand.weight == _DEVELOPER and not PATTERNS["developed"].match(text, brand.end)):
            continue
        end = _extended(text, brand.end, suffixes=suffixes) if _glued(brand.end, suffixes) else brand.end
        yield _with_branch(text, start=brand.start, end=end, score=2)


def _suffixed(text: str, hits: Hits, *, places: tuple[Hit, ...]) -> Iterator[Named]:
    goods = hits.get("product", ())
    suffixes = tuple(hit for hit in hits.get("suffix", ())[:_MOST] if not any(_holds(thing, hit) for thing in goods))
    if not PATTERNS["schooling"].search(text, 0, _BRIEF):
        suffixes = tuple(hit for hit in suffixes if hit.word not in _SCHOOLS)
    troubles = [hit for hit in hits.get("problem", ()) if hit.weight > 1 and not generic(hit.word)]
    cuts = [(hit.start, hit.end) for hit in places]
    cuts += [(hit.end, hit.end) for hit in hits.get("platform", ())]
    done = 0
    for hit in suffixes:
        if hit.start < done:
            continue
        end = _extended(text, hit.end, suffixes=suffixes)
        full = bool(PATTERNS["form_full"].search(text, hit.start, end))
        start = _start(text, hit.start, floor=done, cuts=cuts, full=full)
        if start is None or not proper(text[start : hit.start], ending=hit.word):
            start = _seat(text, hit, floor=done)
        if start is None or _stray(text, hit, start=start):
            continue
        if not full and any(start <= trouble.start and trouble.end <= hit.start for trouble in troubles):
            continue
        named = _with_branch(text, start=start, end=end, score=_score(text, start=start, ending=hit.word))
        done = named.end
        yield named


def _start(text: str, before: int, *, floor: int, cuts: list[tuple[int, int]], full: bool) -> int | None:
    """Where the name that ends before its suffix begins; a registered name (``full``) begins with a place."""
    window = PATTERNS["window"].search(text, max(floor, before - 18), before)
    if window is None:
        return None
    start = window.start()
    start += unled(text[start:before])
    placed = [place for place in cuts if start < place[1] < before and proper(text[place[1] : before], ending="")]
    return max([start, *(max(start, place[0]) if full else place[1] for place in placed)])


def _seat(text: str, ending: Hit, *, floor: int) -> int | None:
    """Where the place begins whose name alone makes a public ending a name: the hospital of a county."""
    if ending.word not in _PUBLIC:
        return None
    place = PATTERNS["seat"].search(text, max(floor, ending.start - _LONGEST_SEAT), ending.start)
    return place.start("p") + unled(place["p"]) if place else None


def _holds(thing: Hit, ending: Hit) -> bool:
    """Whether an ending is only the tail of a longer product (the charger that ends like an appliance shop)."""
    inside = thing.start <= ending.start and thing.end >= ending.end
    return inside and (thing.start < ending.start or not thing.label)


def _stray(text: str, ending: Hit, *, start: int) -> bool:
    """Whether an ending that is also a common noun stands without any word that leads to a name."""
    return ending.word in WEAK and not PATTERNS["anchor"].search(text[max(0, start - 3) : start])


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
        if hit.end > end and (hit.start <= end or (len(gap) <= _LONGEST_GAP and hit.word not in WEAK and _joins(gap))):
            end = hit.end
    return end


def _joins(gap: str) -> bool:
    if PATTERNS["joint"].fullmatch(gap):
        return True
    return gap.isalnum() and not PATTERNS["notbranch"].search(gap) and not gap[0].isdigit()


def _with_branch(text: str, *, start: int, end: int, score: int) -> Named:
    name = text[start:end]
    match = PATTERNS["branch"].match(text[end : end + 16])
    branch = (match["a"] or match["b"]) if match else None
    if match is None or not branch or PATTERNS["notbranch"].search(branch):
        return Named(name=name, start=start, end=end, score=score)
    return Named(name=f"{name}({branch})", start=start, end=end + match.end(), score=score + 1)


def _score(text: str, *, start: int, ending: str) -> int:
    placed = bool(PATTERNS["placed"].search(text[max(0, start - 8) : start]))
    accused = bool(PATTERNS["accused"].search(text[max(0, start - 14) : start]))
    return 1 + (ending not in WEAK) + placed + 2 * accused
