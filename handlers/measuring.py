"""Measures how well labelled texts are understood."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from cases.measured import Measured
from handlers.office import Office
from nlp import Reader
from nlp.corpus import HEADS
from nlp.evaluation import measure
from nlp.examples import Example, fit
from nlp.judging import parts

READ_HEADS = HEADS
"""What a labelled text may tell."""
FOLDS = 5


@dataclass(frozen=True, kw_only=True)
class Row:
    """A labelled text: for each head the labels that are right, the best first."""

    id: str
    text: str
    labels: Mapping[str, Sequence[str]]


def evaluate(rows: Sequence[Row], *, office: Office, reader: Reader) -> list[Measured]:
    """How often each head is right over the rows that label it."""
    today = office.today()
    understood = [reader.understand(row.text, today=today) for row in rows]
    found = []
    for head in HEADS:
        pairs = [
            (row.labels[head], parts(heard.kinds) or None if head == "kinds" else getattr(heard, head))
            for row, heard in zip(rows, understood, strict=True)
            if row.labels.get(head)
        ]
        found += [measure(head, pairs)] if pairs else []
    return found


def cross_evaluate(rows: Sequence[Row], *, office: Office, folds: int = FOLDS) -> list[Measured]:
    """How often a model fitted to the other parts of the rows is right on each part, for every head they label.

    The heads may be any. The program's own texts have no share in it, nor have its rules but as marks of listed words.
    """
    guesses: dict[str, list[tuple[Sequence[str], str | None]]] = {}
    for fold in range(folds):
        learned = [row for place, row in enumerate(rows) if place % folds != fold]
        left = rows[fold::folds]
        model = fit([_of_row(row) for row in learned], see=office.reader.seen).classifier
        for row in left:
            judged = model.judge(office.reader.seen(row.text))
            for head, wanted in row.labels.items():
                guesses.setdefault(head, []).append((wanted, judged[head].label if head in judged else None))
    return [measure(head, pairs) for head, pairs in guesses.items()]


def accuracies(measured: Iterable[Measured]) -> dict[str, float]:
    return {one.head: one.accuracy for one in measured}


def _of_row(row: Row) -> Example:
    return Example(text=row.text, labels={head: labels[0] for head, labels in row.labels.items()})
