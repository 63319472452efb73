"""Word lists from TOML, and one automaton that finds all their words in one pass over a text."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Collection, Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import ahocorasick

from cases.errors import Fault, RulebookFault

FOLDER = Path(__file__).parent / "lexicons"
WEIGHTS = {"strong": 3, "plain": 2, "weak": 1}


class Hit(NamedTuple):
    """A listed word found at ``text[start:end]``, what it says, and how strongly."""

    start: int
    end: int
    label: str
    weight: int
    word: str


Hits = Mapping[str, tuple[Hit, ...]]


@cache
def load(name: str) -> dict[str, Any]:
    """The tables of ``lexicons/<name>.toml``. Read once; not to be changed."""
    with (FOLDER / f"{name}.toml").open("rb") as file:
        return tomllib.load(file)


def patterns(name: str, **fragments: str) -> dict[str, re.Pattern[str]]:
    """The compiled ``[pattern]`` table of a file; ``<x>`` in a pattern stands for the fragment ``x``."""
    table = load(name)
    parts = {**table.get("fragment", {}), **fragments}
    return {key: re.compile(_fill(source, parts)) for key, source in table["pattern"].items()}


def _fill(source: str, parts: Mapping[str, str]) -> str:
    for key, part in parts.items():
        source = source.replace(f"<{key}>", part)
    return source


class Lexicon:
    """Words under labels, in named groups. Fill it, ``seal`` it, then ``find`` any number of times."""

    def __init__(self) -> None:
        self._tags: dict[str, dict[str, list[tuple[str, int]]]] = {}
        self._automaton = ahocorasick.Automaton()

    def add(self, group: str, label: str, words: Iterable[str], *, weight: int = 1) -> None:
        """Each of ``words`` says ``label`` in ``group``. A word may say several labels."""
        for word in words:
            tags = self._tags.setdefault(word, {}).setdefault(group, [])
            if all(label != known for known, _ in tags):
                tags.append((label, weight))

    def add_weighted(self, group: str, label: str, table: Mapping[str, Any]) -> None:
        """The keys strong, plain and weak of a label's table."""
        for key, weight in WEIGHTS.items():
            self.add(group, label, table.get(key, "").split(), weight=weight)

    def seal(self) -> None:
        """Builds the automaton; nothing can be added any more."""
        for word, groups in self._tags.items():
            tags = tuple((group, label, weight) for group, entries in groups.items() for label, weight in entries)
            self._automaton.add_word(word, (word, len(word), tags))
        self._automaton.make_automaton()
        self._tags.clear()

    def find(self, text: str) -> dict[str, tuple[Hit, ...]]:
        """All hits by group, in order; a hit inside a longer one of its group is left out."""
        found: dict[str, list[Hit]] = {}
        for last, (word, length, tags) in self._automaton.iter(text):
            start = last + 1 - length
            for group, label, weight in tags:
                found.setdefault(group, []).append(Hit(start, last + 1, label, weight, word))
        return {group: tuple(_longest(hits)) if len(hits) > 1 else (hits[0],) for group, hits in found.items()}


def _longest(hits: list[Hit]) -> Iterator[Hit]:
    hits.sort(key=_place)
    start, end = -1, -1
    for hit in hits:
        if hit.end > end or (hit.start, hit.end) == (start, end):
            start, end = hit.start, hit.end
            yield hit


def _place(hit: Hit) -> tuple[int, int]:
    return hit.start, -hit.end


def check_labels(used: Mapping[str, Iterable[str]], *, allowed: Mapping[str, Collection[str]] | None) -> None:
    """RulebookFault naming every label that a lexicon uses and ``allowed`` does not list.

    ``allowed`` maps a list's name (object, category, problem, department, demand, sales_mode) to its labels; a list
    that it does not name is not checked.
    """
    faults = [
        Fault(file=f"nlp/lexicons ({name})", path=label, found=label, allowed=" ".join(sorted(allowed[name])))
        for name, labels in used.items()
        if allowed is not None and name in allowed
        for label in labels
        if label not in allowed[name]
    ]
    if faults:
        raise RulebookFault(faults)
