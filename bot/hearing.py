"""The commands that only read texts: what they say, and how well that is understood. No database is near."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

from bot.labelled_lines import labelled_rows, understood
from bot.measures import lines_of
from cases.errors import LianxinError
from cases.understanding import Understanding
from handlers import measuring
from handlers.office import Office
from handlers.placing import bureau_of


def understand(office: Office, wanted: argparse.Namespace) -> bool:
    """Writes what each line's text says, line by line; False when a line was no text."""
    today: date = wanted.on or office.today()

    def heard(text: str) -> tuple[Understanding, str | None]:
        found = office.reader.understand(text, today=today)
        return found, bureau_of(found, office=office)

    fine = True
    with _lines(wanted.file) as lines:
        for line, understood_it in understood(lines, understand=heard):
            sys.stdout.write(line + "\n")
            sys.stdout.flush()
            fine = fine and understood_it
    return fine


def evaluate(office: Office, wanted: argparse.Namespace) -> str:
    """The figures of each head, as a table; with folds of a model fitted to the file itself."""
    allowed = {name: frozenset(labels) for name, labels in office.rulebook.labels.items()}
    with _lines(wanted.file) as lines:
        heads = None if wanted.folds else measuring.READ_HEADS
        rows = labelled_rows(lines, file=wanted.file, heads=heads, allowed=allowed)
    if wanted.folds:
        measured = measuring.cross_evaluate(rows, office=office, folds=wanted.folds)
    else:
        measured = measuring.evaluate(rows, office=office, reader=office.reader)
    if not measured:
        raise LianxinError(office.say("evaluate.no_labels", heads=", ".join(measuring.READ_HEADS)))
    return "\n".join(lines_of(measured, as_json=wanted.json, texts=office.rulebook.texts))


@contextmanager
def _lines(name: str) -> Iterator[Iterable[str]]:
    """The lines of a file, or of standard input for a dash; LianxinError when it cannot be read."""
    if name == "-":
        sys.stdin.reconfigure(encoding="utf-8", errors="replace")  # type: ignore[union-attr]
        yield sys.stdin
        return
    try:
        with Path(name).open(encoding="utf-8", errors="replace") as file:
            yield file
    except OSError as error:
        raise LianxinError(f"{name}: {error.strerror}") from None
