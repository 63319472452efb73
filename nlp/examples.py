"""Labelled texts, and the call that fits a classifier to them where scikit-learn is installed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from cases.errors import LianxinError
from nlp.classifier import Classifier
from nlp.features import Features

See = Callable[[str], Features]
MOST_FEATURES = 60_000
"""More add memory and little else."""


class NoLibrary(LianxinError):
    """Training was asked for where scikit-learn is not installed."""

    def __str__(self) -> str:
        return "training needs scikit-learn: pip install --require-hashes -r requirements-ml.lock"


@dataclass(frozen=True, kw_only=True)
class Example:
    """A text with the label of each head that is known; ``weight`` is how much it counts."""

    text: str
    labels: Mapping[str, str]
    weight: float = 1.0


@dataclass(frozen=True, kw_only=True)
class Fitted:
    """A model and the bytes of its file."""

    classifier: Classifier
    data: bytes


def fit(
    examples: Sequence[Example], *, see: See, most: int = MOST_FEATURES, about: Mapping[str, Any] | None = None
) -> Fitted:
    """A model of every head that the examples label; the same examples give the same model.

    Features in fewer than two texts are left out, then all but the ``most`` that weigh most. ``about`` is kept in the
    file. NoLibrary without scikit-learn; ValueError when no head has two labels.
    """
    try:
        fitting = import_module("nlp.fitting")
    except ModuleNotFoundError as error:
        raise NoLibrary from error
    found: Fitted = fitting.fitted(examples, see=see, most=most, about=about or {})
    return found
