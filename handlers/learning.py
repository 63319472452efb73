"""Refits the classifier on what the office has decided, if that is no worse."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from cases.errors import LianxinError
from handlers.measuring import Row, accuracies, evaluate
from handlers.office import Office
from handlers.own_model import MODEL_FILE
from handlers.teaching import Labelled, labelled
from nlp.corpus import examples
from nlp.examples import Example, fit
from nlp.judging import parts
from storage.database import Database

LEAST = 50
"""Fewer labelled cases than this teach nothing that can be checked."""
HELD_OUT = 5
"""One case in so many is never learned, so that it can tell whether the new model is better."""
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


def _written(data: bytes, path: Path) -> Path:
    """Whoever reads the file meanwhile finds the old one or the new one, never half of one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(".part")
    part.write_bytes(data)
    os.replace(part, path)
    return path
