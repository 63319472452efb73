"""Weighs what the rules found in a text together with what the classifier has learned."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from math import exp
from operator import itemgetter
from pathlib import Path

from cases.model import Kind
from nlp.classifier import Classifier, Judged, load
from nlp.features import Features, features
from nlp.labels import Scored
from nlp.lexicon import Hits
from nlp.lexicon import load as load_table
from nlp.words import Cut

SHIPPED = Path(__file__).parent / "data" / "model.bin"
NOTHING = "-"
"""The label of small talk and of bare answers, which are about nothing."""
JOINT = "+"
_TABLE: Mapping[str, float] = load_table("adjust")["judge"]
_FLOOR = 1e-3
_RARE = exp(-7.0)
_OTHERS = 3
_UNLIKELY = 0.02
_SILENT_GROUPS = frozenset(("place", "not_place", "suffix", "order"))


@cache
def shipped() -> Classifier:
    """The model that comes with the program."""
    return load(SHIPPED)


def seen(text: str, hits: Hits, *, cut: Cut | None = None) -> Features:
    """What the classifier sees of a normalised text with the listed words found in it; ``cut`` as for ``features``."""
    return features(text, listed=_marks(hits), cut=cut)


def _marks(hits: Hits) -> Iterator[str]:
    for group, found in hits.items():
        if group not in _SILENT_GROUPS:
            for hit in found:
                yield f"{group}={hit.label}"


class Opinion:
    """What the classifier thinks of one text, to be weighed with the rules' finds; the category first."""

    def __init__(self, classifier: Classifier, found: Features) -> None:
        self._classifier, self._found = classifier, found
        self._judged = classifier.judge(found)
        self._about_something = False

    def category(self, ruled: Scored, *, none: str) -> Scored:
        """The category; ``none`` is the label of matters that are no consumers'."""
        judged = self._judged.get("category")
        outside = judged.share_of(none) if judged else 0.0
        weight = _TABLE["category"] * (0 if outside >= _TABLE["sure"] else 1)
        shares = {ruled.label: ruled.share, **dict(ruled.others)} if ruled.label else {}
        found = self._weighed("category", ruled, {str(label): weight * share for label, share in shares.items()})
        self._about_something = found.label is not None
        return found

    def problem(self, ruled: Scored, *, outside: bool) -> Scored:
        """The problem; ``outside``: the matter is no consumers', and its words of trade say little."""
        weighs = {} if ruled.label is None or outside else {ruled.label: _TABLE["problem"]}
        return self._weighed("problem", ruled, weighs)

    def kinds(self, ruled: tuple[Kind, ...]) -> tuple[Kind, ...]:
        """The kinds of the matter; both for a claim and a report in one."""
        label = JOINT.join(sorted(ruled))
        weighs = {label: _TABLE["kinds"]} if label else {}
        scored = self._weighed("kinds", Scored(label=label or None), weighs, with_words=False)
        return tuple(Kind(part) for part in scored.label.split(JOINT)) if scored.label else ruled

    def department(self, *, word: str | None, rule: str | None, ours: str | None) -> Scored:
        """The office: ``word`` is the one that a listed word names, ``rule`` that of the category and the problem.

        ``ours`` is left out: what is no consumers' matter is seldom that office's.
        """
        weighs: dict[str, float] = {}
        for label, weight in ((word, _TABLE["office_word"]), (rule, _TABLE["office_rule"])):
            if label is not None:
                weighs[label] = weighs.get(label, 0) + weight
        return self._weighed("department", Scored(label=word or rule), weighs, without=ours)

    def _weighed(
        self,
        head: str,
        ruled: Scored,
        weighs: Mapping[str, float],
        *,
        without: str | None = None,
        with_words: bool = True,
    ) -> Scored:
        odds = _odds(self._judged.get(head), weighs)
        if weighs or self._about_something:
            odds.pop(NOTHING, None)
        if without in odds and len(odds) > 1:
            odds[without] *= exp(-_TABLE["office_word"])
        ranked = _ranked(odds)
        if not ranked or ranked[0][0] == NOTHING or ranked[0][1] < _TABLE["least"]:
            return ruled if ruled.label and ranked and ranked[0][0] != NOTHING else Scored()
        label, share = ranked[0]
        others = tuple((other, part) for other, part in ranked[1:] if other != NOTHING and part >= _UNLIKELY)
        words = self._words(head, label, ruled) if with_words else ()
        return Scored(label=label, words=words, share=share, others=others[:_OTHERS])

    def _words(self, head: str, label: str, ruled: Scored) -> tuple[str, ...]:
        """The rules' words when they agree; the model's own otherwise."""
        if ruled.label == label and ruled.words:
            return ruled.words
        known = any(told.name == head and label in told.labels for told in self._classifier.heads)
        return self._classifier.words_for(head, label, self._found.words) if known else ()


def _odds(judged: Judged | None, weighs: Mapping[str, float]) -> dict[str, float]:
    odds = {label: share + _FLOOR for label, share in judged.shares} if judged else {}
    for label, weight in weighs.items():
        odds[label] = odds.get(label, _RARE) * exp(weight)
    return odds


def _ranked(odds: Mapping[str, float]) -> list[tuple[str, float]]:
    """The likeliest and all that may be told beside it, with their shares."""
    if not odds:
        return []
    total = sum(odds.values())
    least = min(total * _UNLIKELY / 2, max(odds.values()))
    ranked = [(label, round(odd / total, 2)) for label, odd in odds.items() if odd >= least]
    ranked.sort(key=itemgetter(1), reverse=True)
    return ranked


def parts(kinds: Iterable[str]) -> str:
    """Kinds as one label of the classifier."""
    return JOINT.join(sorted(kinds))
