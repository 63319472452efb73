"""How well labels were guessed: accuracy, macro-F1, the figures of each label, and what is taken for what."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from cases.measured import LabelFigures, Measured

NONE = "\u2014"
"""Stands for no label in figures."""


def measure(head: str, pairs: Iterable[tuple[Sequence[str], str | None]]) -> Measured:
    """From the labels that are right for a text (the best first) and the one guessed; ValueError without texts.

    A guess among the right ones counts as right; macro-F1 is the plain mean over the labels that are meant somewhere.
    """
    judged = [_judged(accepted, guess or NONE) for accepted, guess in pairs]
    if not judged:
        raise ValueError("nothing to measure")
    meant = Counter(meant for meant, _ in judged)
    guessed = Counter(guess for _, guess in judged)
    right = Counter(meant for meant, guess in judged if meant == guess)
    figures = tuple(_figures(label, right=right, guessed=guessed, meant=meant) for label in sorted(meant))
    wrong = Counter((meant, guess) for meant, guess in judged if meant != guess)
    return Measured(
        head=head,
        count=len(judged),
        accuracy=sum(right.values()) / len(judged),
        macro_f1=sum(figure.f1 for figure in figures) / len(figures),
        labels=figures,
        confused=tuple(sorted(wrong.items(), key=lambda item: (-item[1], item[0]))),
    )


def _judged(accepted: Sequence[str], guess: str) -> tuple[str, str]:
    wanted = accepted or (NONE,)
    return (guess if guess in wanted else wanted[0]), guess


def _figures(label: str, *, right: Counter[str], guessed: Counter[str], meant: Counter[str]) -> LabelFigures:
    precision = right[label] / guessed[label] if guessed[label] else 0.0
    recall = right[label] / meant[label]
    f1 = 2 * precision * recall / (precision + recall) if right[label] else 0.0
    return LabelFigures(label=label, precision=precision, recall=recall, f1=f1, count=meant[label])
