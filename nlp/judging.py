"""Weighs what the rules found in a text together with what the classifier has learned."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
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
_LEAST_LETTERS = 2
_SHARES = ((6, _TABLE["brief"]), (12, _TABLE["short"]), (10**9, _TABLE["least"]))
"""The least share that says something of a text of fewer letters, where no rule speaks with the classifier."""
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

    def __init__(self, classifier: Classifier, found: Features, *, letters: int) -> None:
        """``letters``: how many the text has; of a few, the classifier alone must be quite sure."""
        self._classifier, self._found = classifier, found
        self._judged = classifier.judge(found) if letters >= _LEAST_LETTERS else {}
        self._about_something = False
        self._least = next(least for most, least in _SHARES if letters < most)

    def category(self, ruled: Scored, *, none: str, bought: bool) -> Scored:
        """The category; ``none`` is the label of matters that are no consumers'; ``bought``: a listed product was."""
        judged = self._judged.get("category")
        outside = judged.share_of(none) if judged and not bought else 0.0
        weight = _TABLE["category"] * (_TABLE["doubt"] if outside >= _TABLE["sure"] else 1)
        shares = {ruled.label: ruled.share, **dict(ruled.others)} if ruled.label else {}
        found = self._weighed("category", ruled, {str(label): weight * share for label, share in shares.items()})
        self._about_something = found.label is not None
        return found

    def problem(self, ruled: Scored, *, outside: bool) -> Scored:
        """The problem; ``outside``: the matter is no consumers', and its words of trade say little."""
        weight = _TABLE["problem"] * (_TABLE["doubt"] if outside else 1)
        weighs = {} if ruled.label is None else {ruled.label: weight}
        return self._weighed("problem", ruled, weighs)

    def kinds(self, ruled: tuple[Kind, ...], *, reported: bool) -> tuple[Kind, ...]:
        """The kinds of the matter; two at once only where a word of reporting stands in it (``reported``)."""
        label = parts(ruled)
        both = None if reported or len(ruled) > 1 else parts((Kind.COMPLAINT, Kind.TIPOFF))
        weighs = {label: _TABLE["kinds"] + len(ruled) - 1} if label else {}
        scored = self._weighed("kinds", Scored(label=label or None), weighs, without=both, with_words=False)
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
            odds[without] *= exp(-_TABLE["unlikely"])
        ranked = _ranked(odds)
        least = _TABLE["least"] if weighs or self._about_something else self._least
        if not ranked or ranked[0][0] == NOTHING or ranked[0][1] < least:
            return ruled if ruled.label and ranked and ranked[0][0] != NOTHING else Scored(others=_maybe(ranked))
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


def _maybe(ranked: Sequence[tuple[str, float]]) -> tuple[tuple[str, float], ...]:
    """What may be meant where nothing is sure; nothing where small talk is likelier."""
    if not ranked or ranked[0][0] == NOTHING:
        return ()
    return tuple(pair for pair in ranked[:_OTHERS] if pair[1] >= _TABLE["maybe"])


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
