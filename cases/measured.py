"""Figures of how well labels were guessed."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class LabelFigures:
    """Of one label: how often it was right, guessed and meant."""

    label: str
    precision: float
    recall: float
    f1: float
    count: int


@dataclass(frozen=True, kw_only=True)
class Measured:
    """The figures of one question over some texts. ``confused`` counts (meant, guessed), the most frequent first."""

    head: str
    count: int
    accuracy: float
    macro_f1: float
    labels: tuple[LabelFigures, ...]
    confused: tuple[tuple[tuple[str, str], int], ...]
