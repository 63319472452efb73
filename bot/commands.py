"""What the commands that only tell or change something do; each gives what it has to say."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

from bot.command_line import year_of_file
from bot.due import answer_case
from bot.labelled_lines import labelled_rows, understood
from bot.ledger_sheet import save_ledger
from bot.measures import lines_of
from cases.errors import LianxinError
from cases.model import Role
from cases.understanding import Understanding
from handlers import filing, learning, operating
from handlers.house import House
from handlers.ledger_export import Ledger
from handlers.office import Office


async def export(house: House, wanted: argparse.Namespace) -> str:
    return await save_ledger(Ledger(house.database, office=house.office, days=wanted.days), wanted.out)


async def invite(house: House, wanted: argparse.Namespace) -> str:
    role = Role(wanted.role)
    who = {"bureau": wanted.bureau, "name": wanted.name, "deputy_for": wanted.deputy_for}
    return await operating.invite(house.database, house.office, role=role, **who)


async def enter_calendar(house: House, wanted: argparse.Namespace) -> str:
    year = year_of_file(wanted.file)
    return await operating.enter_calendar(house.database, house.office, year=year, only_look=wanted.preview)


async def prove_case(house: House, wanted: argparse.Namespace) -> str:
    case, clocks = await operating.clocks_of(house.database, house.office, no=wanted.case)
    return answer_case(case, clocks, house.office, as_json=wanted.json)


async def train(house: House, wanted: argparse.Namespace, *, folder: Path) -> str:
    """Fits the classifier anew; tells what came of it."""
    trained = await learning.train(house.database, office=house.office, out=wanted.out or folder)
    words = house.office.rulebook.texts
    figures = (
        words.render("train.head", head=head, before=_share(trained.before[head]), after=_share(trained.after[head]))
        for head in trained.before
    )
    key = "train.taken" if trained.path else "train.worse"
    told = words.render(key, learned=trained.learned, held=trained.held, path=str(trained.path or ""))
    return "\n".join([told, *figures])


def understand(office: Office, wanted: argparse.Namespace) -> bool:
    """Writes what each line's text says, line by line; False when a line was no text."""
    today: date = wanted.on or office.today()

    def heard(text: str) -> tuple[Understanding, str | None]:
        found = office.reader.understand(text, today=today)
        return found, filing.bureau_of(found, office=office)

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
        heads = None if wanted.folds else learning.READ_HEADS
        rows = labelled_rows(lines, file=wanted.file, heads=heads, allowed=allowed)
    if wanted.folds:
        measured = learning.cross_evaluate(rows, office=office, folds=wanted.folds)
    else:
        measured = learning.evaluate(rows, office=office, reader=office.reader)
    if not measured:
        raise LianxinError(office.say("evaluate.no_labels", heads=", ".join(learning.READ_HEADS)))
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


def _share(part: float) -> str:
    return f"{part:.3f}"
