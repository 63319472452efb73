"""Draws cases/transitions.py: what may happen to a case of each kind, as docs/images/lifecycle-<kind>.svg."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from cases.model import Kind
from cases.transitions import TABLE, Transition
from docs.drawing.graph import Words, graph_of
from docs.drawing.picture import draw

IMAGES = Path(__file__).parent / "images"


def picture_path(kind: Kind) -> Path:
    """Where the picture of a kind is kept."""
    return IMAGES / f"lifecycle-{kind}.svg"


def picture(kind: Kind, words: Words, *, table: Sequence[Transition] = TABLE) -> str:
    """The SVG text of one kind, the same for the same table and words."""
    return draw(graph_of(kind, words, table))
