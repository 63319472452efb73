"""Fits a classifier with scikit-learn: the extra ``ml``. What it makes is served without it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from math import log
from typing import Any

import numpy as np
from scipy.sparse import csr_matrix, diags, hstack
from sklearn.svm import LinearSVC

from nlp.classifier import ZERO, Classifier, packed
from nlp.examples import Example, Fitted, See
from nlp.features import BLOCKS, Features

_LEAST_TEXTS = 2
_STRICT = 0.3
_FOLDS = 4
_GATHERS = 2.0
_SMOOTH = 0.002
_SHARPNESS = tuple(0.5 * 1.25**step for step in range(16))
_TOP = ZERO - 1


@dataclass
class _Block:
    """The features of one block: their places and how telling each is."""

    places: dict[str, int] = field(default_factory=dict)
    telling: list[float] = field(default_factory=list)


def fitted(examples: Sequence[Example], *, see: See, most: int, about: Mapping[str, Any]) -> Fitted:
    """See ``nlp.examples.fit``."""
    seen = [see(example.text) for example in examples]
    heads = {name: labels for name in _names(examples) if len(labels := _labels(examples, name)) > 1}
    if not heads:
        raise ValueError("the examples have no head with two labels")
    blocks = _blocks(examples, seen, heads=heads)
    weights, _ = _solved(examples, seen, blocks, heads=heads)
    blocks = _strongest(blocks, weights, most=most)
    weights, bias = _solved(examples, seen, blocks, heads=heads)
    sharp = {name: _sharpness(examples, seen, blocks, name=name, labels=heads[name]) for name in heads}
    return _exported(blocks, weights, bias, heads=heads, sharp=sharp, about=about)


def _names(examples: Iterable[Example]) -> list[str]:
    return list(dict.fromkeys(name for example in examples for name in example.labels))


def _labels(examples: Iterable[Example], name: str) -> list[str]:
    return sorted({example.labels[name] for example in examples if name in example.labels})


def _blocks(examples: Sequence[Example], seen: Sequence[Features], *, heads: Mapping[str, list[str]]) -> list[_Block]:
    """Every feature of at least two texts, with its idf (smoothed, as scikit-learn has it) times how it gathers."""
    blocks = []
    for number in range(len(BLOCKS)):
        counts = Counter(feature for features in seen for feature in set(features[number]))
        kept = sorted(feature for feature, count in counts.items() if count >= _LEAST_TEXTS and "\n" not in feature)
        block = _Block(places={feature: place for place, feature in enumerate(kept)})
        gathered = _gathered(examples, seen, block, number=number, heads=heads)
        idf = [log((1 + len(seen)) / (1 + counts[feature])) + 1 for feature in kept]
        block.telling = [rare * (1 + _GATHERS * g) for rare, g in zip(idf, gathered, strict=True)]
        blocks.append(block)
    return blocks


def _gathered(
    examples: Sequence[Example], seen: Sequence[Features], block: _Block, *, number: int, heads: Mapping[str, list[str]]
) -> Sequence[float]:
    """How much each feature keeps to one class, 0 to 1, on average over the heads.

    The inverse gravity moment of Chen et al., "Turning from TF-IDF to TF-IGM for term weighting in text
    classification", Expert Systems with Applications 66 (2016), of smoothed shares of texts.
    """
    total = np.zeros(len(block.places))
    for name, labels in heads.items():
        order = {label: row for row, label in enumerate(labels)}
        counts = np.zeros((len(labels), len(block.places)))
        texts = np.zeros(len(labels))
        for example, features in zip(examples, seen, strict=True):
            if name in example.labels:
                row = order[example.labels[name]]
                texts[row] += 1
                counts[row, [block.places[f] for f in features[number] if f in block.places]] += 1
        shares = -np.sort(-(counts / texts[:, None] + _SMOOTH), axis=0)
        ranks = np.arange(1, len(labels) + 1)[:, None]
        total += shares[0] / (shares * ranks).sum(axis=0)
    return (total / len(heads)).tolist()  # type: ignore[no-any-return]


def _matrix(seen: Sequence[Features], blocks: Sequence[_Block]) -> csr_matrix:
    """One row a text: each block's features by how telling they are, of about length one, side by side."""
    parts = []
    for number, block in enumerate(blocks):
        columns: list[int] = []
        starts = [0]
        for features in seen:
            columns += [block.places[feature] for feature in features[number] if feature in block.places]
            starts.append(len(columns))
        telling = np.array(block.telling)[columns] if columns else np.zeros(0)
        shape = (len(seen), len(block.places))
        squares = csr_matrix((telling**2, columns, starts), shape=shape).sum(axis=1)
        lengths = np.sqrt(np.maximum(np.asarray(squares).ravel(), 1e-9))
        part = csr_matrix((telling, columns, starts), shape=shape)  # a feature that stands twice is added up
        part.sum_duplicates()
        parts.append(diags(1 / lengths) @ part)
    return hstack(parts).tocsr()


def _solved(
    examples: Sequence[Example], seen: Sequence[Features], blocks: Sequence[_Block], *, heads: Mapping[str, list[str]]
) -> tuple[np.ndarray, dict[str, np.ndarray]]:
    """The weights of all classes of all heads (one row a class), and the bias by head."""
    matrix = _matrix(seen, blocks)
    rows, bias = [], {}
    for name, labels in heads.items():
        mine = [place for place, example in enumerate(examples) if name in example.labels]
        weights, bias[name] = _machine(matrix[mine], [examples[place] for place in mine], name=name, labels=labels)
        rows.append(weights)
    return np.vstack(rows), bias


def _machine(
    matrix: csr_matrix, examples: Sequence[Example], *, name: str, labels: Sequence[str]
) -> tuple[np.ndarray, np.ndarray]:
    machine = LinearSVC(C=_STRICT, random_state=0)
    machine.fit(matrix, [e.labels[name] for e in examples], sample_weight=[e.weight for e in examples])
    if len(labels) > 2:
        return machine.coef_, machine.intercept_
    return np.vstack([-machine.coef_, machine.coef_]), np.hstack([-machine.intercept_, machine.intercept_])


def _strongest(blocks: Sequence[_Block], weights: np.ndarray, *, most: int) -> list[_Block]:
    """The blocks with the ``most`` features that move a class most."""
    telling = np.array([value for block in blocks for value in block.telling])
    strength = np.abs(weights).max(axis=0) * telling
    if len(strength) <= most:
        return list(blocks)
    least = np.partition(strength, -most)[-most]
    kept, at = [], 0
    for block in blocks:
        features = [feature for feature, place in block.places.items() if strength[at + place] >= least]
        kept.append(
            _Block(
                places={feature: place for place, feature in enumerate(features)},
                telling=[block.telling[block.places[feature]] for feature in features],
            )
        )
        at += len(block.places)
    return kept


def _sharpness(
    examples: Sequence[Example], seen: Sequence[Features], blocks: Sequence[_Block], *, name: str, labels: list[str]
) -> float:
    """By what margins must be multiplied to be honest probabilities on texts that were not learned."""
    places = [place for place, example in enumerate(examples) if name in example.labels]
    matrix = _matrix([seen[place] for place in places], blocks)
    mine = [examples[place] for place in places]
    wanted = np.array([labels.index(example.labels[name]) for example in mine])
    out = np.arange(len(mine)) % _FOLDS == 0
    learned = [example for example, left in zip(mine, out, strict=True) if not left]
    known = _labels(learned, name)
    if len(known) < 2:
        return 1.0
    weights, bias = _machine(matrix[~out], learned, name=name, labels=known)
    margins = np.full((int(out.sum()), len(labels)), -1.0)
    margins[:, [labels.index(label) for label in known]] = matrix[out] @ weights.T + bias
    return min(_SHARPNESS, key=lambda sharp: _surprise(margins * sharp, wanted[out]))


def _surprise(margins: np.ndarray, wanted: np.ndarray) -> float:
    odds = np.exp(margins - margins.max(axis=1, keepdims=True))
    shares = odds[np.arange(len(wanted)), wanted] / odds.sum(axis=1)
    return float(-np.log(np.maximum(shares, 1e-9)).mean())


def _exported(
    blocks: Sequence[_Block],
    weights: np.ndarray,
    bias: Mapping[str, np.ndarray],
    *,
    heads: Mapping[str, list[str]],
    sharp: Mapping[str, float],
    about: Mapping[str, Any],
) -> Fitted:
    """Weights as bytes: each block has its own unit, the strongest weight being 127 of them."""
    telling = np.array([value for block in blocks for value in block.telling])
    raw = weights * telling
    square = float((telling**2).max() / 255) if len(telling) else 1.0
    rows, units, at = [], [], 0
    for block in blocks:
        part = raw[:, at : at + len(block.places)]
        unit = float(np.abs(part).max() / _TOP) if part.size else 1.0
        unit = unit or 1.0
        squares = np.maximum(1, np.rint(telling[at : at + len(block.places)] ** 2 / square))
        rows.append(np.vstack([squares, np.rint(part / unit) + ZERO]).T.astype(np.uint8))
        units.append(unit)
        at += len(block.places)
    told = [
        {"name": name, "labels": labels, "bias": [round(float(b), 5) for b in bias[name]], "sharpness": sharp[name]}
        for name, labels in heads.items()
    ]
    whole = {**about, "heads": told, "units": units, "square": square}
    features = [list(block.places) for block in blocks]
    lanes = np.vstack(rows).tobytes()
    classifier = Classifier(about=whole, features=features, lanes=lanes)
    return Fitted(classifier=classifier, data=packed(whole, features=features, lanes=lanes))
