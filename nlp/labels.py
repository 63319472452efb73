"""Labels of a text from weighted words: category, problem, demands, sales mode, urgency, department."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass

from nlp.lexicon import Hit, Hits, Lexicon, check_labels, load, patterns
from nlp.products import Product
from nlp.products import categories as product_categories

_CATEGORIES = load("categories")
_PROBLEMS = load("problems")
_DEMANDS = load("demands")
_DEPARTMENTS = load("departments")
_SALES = load("sales")
_URGENT = load("urgent")
_RULES = _DEMANDS["rules"]
_DENIED = tuple(_RULES["denied"].split())
_MONEY_NEXT = tuple(_RULES["money_next"].split())
_FITS = {label: frozenset(rule["fits"].split()) for label, rule in load("adjust")["problem"].items()}
_ELSEWHERE = {label: float(rule["else"]) for label, rule in load("adjust")["problem"].items()}
_ORDINARY = frozenset(_URGENT["ordinary"]["words"].split())
_ORDINARY_IN = frozenset(_URGENT["ordinary"]["categories"].split())
_SILENT: str = load("adjust")["silent"]["category"]
_ORDER = {label: place for table in (_CATEGORIES, _PROBLEMS) for place, label in enumerate(table)}
_NONE = "none"
OUTSIDE: str = _DEPARTMENTS["scam"]["category"]
"""The category of what is no consumers' matter."""
OURS: str = _DEPARTMENTS["ours"]["office"]
"""The office that has most consumers' matters."""
_SERVICE = "service"
_LEAST = 2
_SCAMS = patterns("scams")
_SCAM: Mapping[str, str] = _DEPARTMENTS["scam"]
_ONLINE_MODE: str = load("merchants")["online"]["mode"]


@dataclass(frozen=True, kw_only=True)
class Scored:
    """A label with the words that spoke for it, its share of the evidence, and the runners-up."""

    label: str | None = None
    words: tuple[str, ...] = ()
    share: float = 0.0
    others: tuple[tuple[str, float], ...] = ()


def fill(lexicon: Lexicon, *, allowed: Mapping[str, Collection[str]] | None) -> None:
    """Adds all label groups; RulebookFault when a label is not ``allowed``."""
    _check(allowed)
    for category, table in _CATEGORIES.items():
        lexicon.add_weighted("category", category, table)
    for group in ("category", "product"):
        lexicon.add(group, "", _SILENT.split(), weight=0)
    for problem, table in _PROBLEMS.items():
        lexicon.add_weighted("problem", problem, table)
    for demand in _demands():
        lexicon.add("demand", demand, _DEMANDS[demand].split())
    for mode, words in _SALES.items():
        lexicon.add("sales", mode, words.split())
    for sort in ("illness", "injury", "mass", "denied"):
        lexicon.add("denied" if sort == "denied" else "urgent", sort, _URGENT[sort].split())
    for category, offices in _DEPARTMENTS["refine"].items():
        for office, words in offices.items():
            lexicon.add(f"office {category}", office, words.split())


def kind_of_goods(category: str | None) -> str | None:
    """goods, service or none, by category."""
    return _CATEGORIES[category]["object"] if category else None


def category(hits: Hits, *, product: Product | None, deal: bool) -> Scored:
    """The category with most evidence. What was bought counts more; a deal speaks against matters of other channels."""
    points = _points(hits.get("category", ()), hits.get("product", ()))
    words = _words_by_label((*hits.get("product", ()), *hits.get("category", ())))
    if product is not None and product.category is not None:
        points[product.category] = points.get(product.category, 0) + (4 if product.bought else 1)
    for label in points:
        if deal and _CATEGORIES[label]["object"] == _NONE:
            points[label] *= 0.5
    return _best(points, words)


def problem(hits: Hits, *, category: str | None) -> Scored:
    """The problem with most evidence; some problems fit only some categories (adjust.toml)."""
    found = tuple(_apart(hits.get("problem", ())))
    points = _points(found)
    for label in points:
        if category is not None and label in _FITS and category not in _FITS[label]:
            points[label] *= _ELSEWHERE[label]
    return _best(points, _words_by_label(found))


def scam(text: str) -> tuple[Scored, Scored] | None:
    """Category and problem of a swindle by a pretender; None for any other text."""
    match = next(filter(None, (_SCAMS[key].search(text) for key in _SCAMS.sources)), None)
    if match is None:
        return None
    words = (match[0],)
    return Scored(label=_SCAM["category"], words=words, share=1.0), Scored(label=_SCAM["problem"], words=words)


def demands(text: str, hits: Hits, *, service: bool) -> dict[str, tuple[str, ...]]:
    """What is asked for, in the order of the closed list, with the words that ask."""
    asked: dict[str, list[str]] = {}
    for hit in hits.get("demand", ()):
        money = hit.label == _RULES["goods_only"] and text.startswith(_MONEY_NEXT, hit.end)
        if not money and not text.endswith(_DENIED, max(0, hit.start - 4), hit.start):
            label = _RULES["service_instead"] if service and hit.label == _RULES["goods_only"] else hit.label
            asked.setdefault(label, []).append(hit.word)
    return {label: tuple(dict.fromkeys(asked[label])) for label in _demands() if label in asked}


def sales_mode(hits: Hits, *, online: bool) -> str | None:
    """How it was sold: the first mode of the list that has a word; a platform means the net."""
    modes = {hit.label for hit in hits.get("sales", ())}
    if online:
        modes.add(_ONLINE_MODE)
    return next((mode for mode in _SALES if mode in modes), None)


def urgent(hits: Hits, *, category: str | None) -> tuple[str, ...]:
    """The words of danger to life, of injury, illness or crowds; () when there are none or they are denied."""
    usual = _ORDINARY if category in _ORDINARY_IN else frozenset()
    denied = hits.get("denied", ())
    return tuple(
        hit.word
        for hit in hits.get("urgent", ())
        if hit.word not in usual and not any(no.start <= hit.start and hit.start - no.end < 4 for no in denied)
    )


def department(
    hits: Hits, *, category: str | None, problem: str | None, scammed: bool = False
) -> tuple[str | None, str]:
    """The office and why: a swindle, words within the category, then the problem, then the category."""
    if scammed:
        return _SCAM["office"], _SCAM["problem"]
    if category is None:
        return None, ""
    refined = _refined(hits, category)
    if refined is not None:
        return refined.label, refined.word
    if problem in _DEPARTMENTS["problem"] and kind_of_goods(category) != _NONE:
        return _DEPARTMENTS["problem"][problem], problem or ""
    return _DEPARTMENTS["category"].get(category), category


def office_word(hits: Hits, *, category: str) -> str | None:
    """The office that a listed word names within a category."""
    refined = _refined(hits, category)
    return refined.label if refined else None


def _refined(hits: Hits, category: str) -> Hit | None:
    return next(iter(hits.get(f"office {category}", ())), None)


def _demands() -> Iterable[str]:
    return (label for label in _DEMANDS if label != "rules")


def _points(*groups: tuple[Hit, ...]) -> dict[str, float]:
    """Sums of weights by label; a word counts once, however often it is repeated."""
    points: dict[str, float] = {}
    seen: set[tuple[str, str]] = set()
    for group in groups:
        for hit in group:
            if hit.label and (hit.label, hit.word) not in seen:
                seen.add((hit.label, hit.word))
                points[hit.label] = points.get(hit.label, 0) + hit.weight
    return points


def _apart(hits: tuple[Hit, ...]) -> Iterator[Hit]:
    """Without hits that begin inside the hit before them."""
    end, last = -1, (-1, -1)
    for hit in hits:
        if hit.start >= end or (hit.start, hit.end) == last:
            yield hit
            end, last = hit.end, (hit.start, hit.end)


def _words_by_label(hits: Iterable[Hit]) -> dict[str, tuple[str, ...]]:
    words: dict[str, dict[str, None]] = {}
    for hit in hits:
        words.setdefault(hit.label, {})[hit.word] = None
    return {label: tuple(found) for label, found in words.items()}


def _best(points: Mapping[str, float], words: Mapping[str, tuple[str, ...]]) -> Scored:
    ranked = sorted(points.items(), key=lambda item: (-item[1], _ORDER.get(item[0], 0)))
    if not ranked or ranked[0][1] < _LEAST:
        return Scored()
    total = sum(score**2 for _, score in ranked) + _LEAST**2
    shares = [(label, round(score**2 / total, 2)) for label, score in ranked]
    label, share = shares[0]
    return Scored(label=label, words=words.get(label, ()), share=share, others=tuple(shares[1:4]))


def _check(allowed: Mapping[str, Collection[str]] | None) -> None:
    offices = [_SCAM["office"], *_DEPARTMENTS["category"].values(), *_DEPARTMENTS["problem"].values()]
    offices += [office for table in _DEPARTMENTS["refine"].values() for office in table]
    used = {
        "object": {table["object"] for table in _CATEGORIES.values()},
        "category": {
            _SCAM["category"],
            *_CATEGORIES,
            *product_categories(),
            *_DEPARTMENTS["category"],
            *_DEPARTMENTS["refine"],
            *_ORDINARY_IN,
            *(label for fits in _FITS.values() for label in fits),
        },
        "problem": {_SCAM["problem"], *_PROBLEMS, *_DEPARTMENTS["problem"], *_FITS},
        "department": set(offices),
        "demand": {*_demands(), _RULES["goods_only"], _RULES["service_instead"]},
        "sales_mode": set(_SALES),
    }
    check_labels(used, allowed=allowed)
