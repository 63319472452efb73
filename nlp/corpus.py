"""The texts that the shipped model is fitted to: written by us, none of them anybody's."""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Collection, Mapping
from pathlib import Path

from cases.errors import Fault, RulebookFault
from nlp.examples import Example
from nlp.judging import JOINT, NOTHING

FOLDER = Path(__file__).parent / "texts"
HEADS = ("kinds", "category", "problem", "department")
_LISTS = {"kinds": "kind"}
"""Heads whose closed list has another name."""
_PARTLY = 0.5
"""What a text counts that answers not every question: short ones on few goods would else outweigh whole stories."""


def examples(folder: Path = FOLDER, *, allowed: Mapping[str, Collection[str]] | None = None) -> list[Example]:
    """Every text of the folder with its labels; RulebookFault names each line with a label outside ``allowed``.

    Files are tab-separated with a first line of names: kinds (two with a plus between), category, problem, department,
    text. The label of small talk is a dash; an empty one leaves that question to other texts.
    """
    found: list[Example] = []
    faults: list[Fault] = []
    for path in sorted(folder.glob("*.tsv")):
        with path.open(encoding="utf-8", newline="") as file:
            for number, row in enumerate(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE), start=2):
                labels = {head: row[head] for head in HEADS if row[head]}
                faults += _faults(labels, allowed or {}, file=path, number=number)
                weight = 1.0 if len(labels) == len(HEADS) else _PARTLY
                found.append(Example(text=row["text"], labels=labels, weight=weight))
    if faults:
        raise RulebookFault(faults)
    return found


def fingerprint(folder: Path = FOLDER) -> str:
    """Tells one state of the texts from another."""
    digest = hashlib.sha256()
    for path in sorted(folder.glob("*.tsv")):
        digest.update(path.read_bytes())
    return digest.hexdigest()


def _faults(
    labels: Mapping[str, str], allowed: Mapping[str, Collection[str]], *, file: Path, number: int
) -> list[Fault]:
    return [
        Fault(
            file=f"{file.parent.name}/{file.name}", path=f"line {number}", found=label, allowed=" ".join(sorted(known))
        )
        for head, value in labels.items()
        if (known := allowed.get(_LISTS.get(head, head))) is not None
        for label in value.split(JOINT)
        if label != NOTHING and label not in known
    ]
