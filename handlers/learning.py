"""Refits the classifier on what the office has decided, and measures how well texts are understood."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from cases.errors import LianxinError
from cases.measured import Measured
from handlers.office import Office
from handlers.teaching import Labelled, labelled
from nlp import Reader
from nlp.classifier import load
from nlp.corpus import HEADS, examples
from nlp.evaluation import measure
from nlp.examples import Example, fit
from nlp.judging import parts
from storage.database import Database

READ_HEADS = HEADS
"""What a labelled text may tell."""
MODEL_FILE = "model.bin"
LEAST = 50
"""Fewer labelled cases than this teach nothing that can be checked."""
HELD_OUT = 5
"""One case in so many is never learned, so that it can tell whether the new model is better."""
FOLDS = 5
WEIGHTS = {"corrected": 3.0, "closed": 1.0}
"""A case that an officer put right says more than one that nobody contradicted."""


@dataclass(frozen=True, kw_only=True)
class Trained:
    """What came of training: how many texts, and each head's accuracy on held-out cases before and after."""

    learned: int
    held: int
    before: Mapping[str, float]
    after: Mapping[str, float]
    path: Path | None


@dataclass(frozen=True, kw_only=True)
class Row:
    """A labelled text: for each head the labels that are right, the best first."""

    id: str
    text: str
    labels: Mapping[str, Sequence[str]]


def own_reader(reader: Reader, folder: Path, *, allowed: Mapping[str, Iterable[str]]) -> Reader:
    """The reader with the model that was trained into ``folder``; as it is when there is none.

    LianxinError when the file is damaged or knows labels that the site's lists do not have.
    """
    path = folder / MODEL_FILE
    if not path.exists():
        return reader
    try:
        model = load(path)
    except (OSError, ValueError) as error:
        raise LianxinError(f"{path}: {error}; remove it or run `train` again") from None
    strange = {
        label
        for head in model.heads
        if head.name in allowed
        for label in head.labels
        if label not in {*allowed[head.name], "-"}
    }
    if strange:
        raise LianxinError(f"{path}: found {' '.join(sorted(strange))}; allowed: labels of the site; run `train` again")
    return reader.with_model(model)


async def train(database: Database, *, office: Office, out: Path) -> Trained:
    """Refit on our texts and the office's own cases; write ``model.bin`` into ``out`` if it is no worse.

    No worse: on the held-out fifth of the office's cases no head is less often right than with the model in use.
    Raises LianxinError when there are too few cases, or when scikit-learn is missing.
    """
    rows = [row async for row in labelled(database, office=office)]
    if len(rows) < LEAST:
        raise LianxinError(office.say("train.few", count=len(rows), least=LEAST))
    held = [_row(row) for row in rows if _held(row)]
    learned = [_example(row) for row in rows if not _held(row)]
    fitted = fit([*examples(), *learned], see=office.reader.seen, about={"cases": len(learned)})
    before = accuracies(evaluate(held, office=office, reader=office.reader))
    after = accuracies(evaluate(held, office=office, reader=office.reader.with_model(fitted.classifier)))
    better = bool(before) and all(after[head] >= before[head] for head in before)  # untried is not better
    return Trained(
        learned=len(learned),
        held=len(held),
        before=before,
        after=after,
        path=_written(fitted.data, out / MODEL_FILE) if better else None,
    )


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


def _held(row: Labelled) -> bool:
    return int(hashlib.sha256(row["id"].encode()).hexdigest(), 16) % HELD_OUT == 0


def _labels_of(row: Labelled) -> Iterator[tuple[str, str]]:
    if row["kinds"]:
        yield "kinds", parts(row["kinds"])
    if row["category"]:
        yield "category", row["category"]
    if row["problem"]:
        yield "problem", row["problem"]
    if row["department"]:
        yield "department", row["department"]


def _row(row: Labelled) -> Row:
    return Row(id=row["id"], text=row["text"], labels={head: (label,) for head, label in _labels_of(row)})


def _example(row: Labelled) -> Example:
    return Example(text=row["text"], labels=dict(_labels_of(row)), weight=WEIGHTS[row["source"]])


def _of_row(row: Row) -> Example:
    return Example(text=row.text, labels={head: labels[0] for head, labels in row.labels.items()})


def _written(data: bytes, path: Path) -> Path:
    """Whoever reads the file meanwhile finds the old one or the new one, never half of one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(".part")
    part.write_bytes(data)
    os.replace(part, path)
    return path
