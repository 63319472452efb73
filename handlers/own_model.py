"""The classifier that an office has trained on its own cases, in its data folder."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from cases.errors import LianxinError
from nlp import Reader
from nlp.classifier import load

MODEL_FILE = "model.bin"


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
