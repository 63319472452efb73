"""Writes docs/lifecycle.md and its pictures out of cases/transitions.py: ``python -m docs.make_lifecycle``."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from enum import StrEnum
from pathlib import Path

from cases.model import Kind, Role, Status
from cases.transitions import OPEN, OUTCOME_PATHS, TABLE, Transition
from docs.draw_lifecycle import picture, picture_path
from docs.drawing.graph import Words

PAGE = Path(__file__).parent / "lifecycle.md"
WORDS = Path(__file__).parent.parent / "cases" / "rulebook" / "texts" / "words.toml"

INTRODUCTION = """\
# What may happen to a case

This page and its pictures are generated from the table in `cases/transitions.py`; a test fails when they are out of
date. To write it again: `python -m docs.make_lifecycle`.

A verb that has no row for the kind and state of a case is refused. So is a verb by a role that is not in its row, or
one without the facts in *needs*. "Art." is an article of Order 121 of the State Administration for Market Regulation
(measures for handling complaints and tip-offs, in force since 15 April 2026). A row without an article is a rule of
the office. "open" is every state in which the office still owes something: all but withdrawn, declined, closed,
following_up and archived. The Chinese words are those that people read, from `cases/rulebook/texts/words.toml`.
"""
PICTURES = """\
## Pictures

A case starts at the black dot, and its usual way runs straight down the thick line. The round signs after a verb
name all who may do it; a line has the colour of the one who mostly does, and is black where its verbs are of different
people. Open a picture to read it in full size.
"""
PATHS = """\
## Closing with an outcome

An officer closes a case in one action. The program walks these verbs in order, leaves out what is done already, and
writes each step into the journal. Only a role that may do every step is offered the outcome.
"""


def page() -> str:
    """The whole document."""
    words = _words()
    parts = [INTRODUCTION, PICTURES, *_pictures(words), _states(words), "## Transitions\n"]
    parts += [_transitions(kind, words) for kind in Kind]
    parts += [PATHS, _paths(words)]
    return "\n".join(parts)


def files() -> Mapping[Path, str]:
    """All that is generated: the page and the picture of each kind."""
    return {PAGE: page(), **{picture_path(kind): picture(kind, _words()) for kind in Kind}}


def _words() -> Words:
    return tomllib.loads(WORDS.read_text(encoding="utf-8"))


def _pictures(words: Words) -> Iterable[str]:
    """Each picture leads to itself: it is wider than the page."""
    for kind in Kind:
        path = picture_path(kind).relative_to(PAGE.parent).as_posix()
        alt = (
            f"Diagram of the states of a case of the kind {kind} ({words['kind'][kind]}); the tables below say the same"
        )
        yield f"### Picture: {kind} ({words['kind'][kind]})\n\n[![{alt}]({path})]({path})\n"


def _states(words: Words) -> str:
    rows = ([f"`{status}`", words["status"][status]] for status in Status)
    return "## States\n\n" + _table(["state", "what people read"], rows)


def _transitions(kind: Kind, words: Words) -> str:
    rows = (_row(transition, words) for transition in TABLE if kind in transition.kinds)
    head = ["verb", "from", "to", "by", "needs", "event", "basis"]
    return f"### {kind} ({words['kind'][kind]})\n\n" + _table(head, rows)


def _row(transition: Transition, words: Words) -> list[str]:
    return [
        f"`{transition.verb}` {words['verb'][transition.verb]}",
        _sources(transition.sources),
        f"`{transition.target}`" if transition.target else "stays",
        _listed(transition.roles, Role),
        ", ".join(transition.needs),
        f"`{transition.event}`",
        transition.basis,
    ]


def _sources(sources: frozenset[Status]) -> str:
    """The states by name, or all open ones in two words."""
    if not sources >= OPEN - {Status.SUPPLEMENTING}:
        return _listed(sources, Status)
    return "open" if sources >= OPEN else f"open, not {Status.SUPPLEMENTING}"


def _listed(values: Iterable[StrEnum], order: type[StrEnum]) -> str:
    chosen = set(values)
    return ", ".join(str(value) for value in order if value in chosen)


def _paths(words: Words) -> str:
    rows = (
        [f"`{outcome}` {words['outcome'][outcome]}", " → ".join(f"`{verb}`" for verb in verbs)]
        for outcome, verbs in OUTCOME_PATHS.items()
    )
    return _table(["outcome", "verbs"], rows)


def _table(head: list[str], rows: Iterable[list[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


if __name__ == "__main__":
    for path, content in files().items():
        path.write_text(content, encoding="utf-8")
