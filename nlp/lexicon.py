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
_OF_LABELS = ("fits", "categories")
"""Keys whose values are labels and not words."""


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


class Patterns(dict[str, re.Pattern[str]]):
    """Patterns by name, each compiled when it is first used: a start would spend a tenth of a second on them all."""

    def __init__(self, sources: Mapping[str, str]) -> None:
        super().__init__()
        self.sources = sources
        _TABLES.append(self)

    def __missing__(self, key: str) -> re.Pattern[str]:
        self[key] = found = re.compile(self.sources[key])
        return found


_TABLES: list[Patterns] = []


def compile_all() -> None:
    """Compile every pattern of every table that is there."""
    for table in _TABLES:
        for key in table.sources:
            table[key]


def patterns(name: str, **fragments: str) -> Patterns:
    """The ``[pattern]`` table of a file; ``<x>`` in a pattern stands for the fragment ``x``."""
    table = load(name)
    parts = {**table.get("fragment", {}), **fragments}
    return Patterns({key: _fill(source, parts) for key, source in table["pattern"].items()})


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
            self._automaton.add_word(_bytewise(word), (word, len(word), tags))
        self._automaton.make_automaton()
        self._tags.clear()

    def find(self, text: str) -> dict[str, tuple[Hit, ...]]:
        """All hits by group, in order; a hit inside a longer one of its group is left out."""
        found: dict[str, list[Hit]] = {}
        for last, (word, length, tags) in self._automaton.iter(_bytewise(text)):
            if not last & 1:
                continue  # the halves of two neighbours look like a character
            end = (last + 1) >> 1
            start = end - length
            for group, label, weight in tags:
                hits = found.get(group)
                hit = _NEW(Hit, (start, end, label, weight, word))
                if hits is None:
                    found[group] = [hit]
                else:
                    _push(hits, hit)
        return {group: tuple(hits) for group, hits in found.items()}


_NEW = tuple.__new__
_ASTRAL = re.compile("[\U00010000-\U0010ffff\ud800-\udfff]")


def _bytewise(text: str) -> str:
    """Each character as two of at most 256 kinds.

    The automaton looks through a node's children one by one, and its root would have thousands: this is twice as fast.
    """
    try:
        raw = text.encode("utf-16-be")
    except UnicodeEncodeError:
        raw = b""
    if len(raw) != 2 * len(text):
        raw = _ASTRAL.sub("\ufffd", text).encode("utf-16-be")
    return raw.decode("latin-1")


def _push(hits: list[Hit], hit: Hit) -> None:
    """Adds a hit that ends no earlier than those before; of two, one inside the other, the longer stays."""
    start, end = hit[0], hit[1]
    while hits:
        top = hits[-1]
        if top[0] < start:
            if top[1] == end:
                return
            break
        if top[0] == start and top[1] == end:
            break
        hits.pop()
    hits.append(hit)


def check_labels(used: Mapping[str, Iterable[str]], *, allowed: Mapping[str, Collection[str]] | None) -> None:
    """RulebookFault naming every label that a lexicon uses and ``allowed`` does not list, with its file and its path.

    ``allowed`` maps a list's name (object, category, problem, department, demand, sales_mode) to its labels; a list
    that it does not name is not checked.
    """
    faults = [
        Fault(file=file, path=path, found=label, allowed=f"{name}: {' '.join(sorted(allowed[name]))}")
        for name, labels in used.items()
        if allowed is not None and name in allowed
        for label in sorted(set(labels))
        if label not in allowed[name]
        for file, path in _standing(label)
    ]
    if faults:
        raise RulebookFault(faults)


def _standing(label: str) -> list[tuple[str, str]]:
    """Where a label stands: the files and the paths in them."""
    found = [
        (f"nlp/lexicons/{file.name}", path)
        for file in sorted(FOLDER.glob("*.toml"))
        for path in _paths(load(file.stem), label)
    ]
    return found or [("nlp/lexicons", label)]


def _paths(table: Mapping[str, Any], label: str) -> Iterator[str]:
    for key, value in table.items():
        if label in (key, value) or (key in _OF_LABELS and label in str(value).split()):
            yield key
        elif isinstance(value, Mapping):
            yield from (f"{key}.{path}" for path in _paths(value, label))
