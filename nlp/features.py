"""What a classifier sees of a text: its words, its character n-grams, those of its headline, and listed words."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import compress
from operator import add
from typing import NamedTuple

from nlp.words import Cut, words

SEEN_CHARS = 1500
"""What a text is about stands at its beginning; the rest would only cost time."""
BLOCKS = ("words", "grams", "head_words", "head_grams", "opening_words", "opening_grams", "listed")
_HEAD_CHARS = 60
_LEAST_HEAD = 4
_OPENING_CHARS = 200
_ENDS = re.compile(r"[;!?\u3002\uff01\uff1f\n]|\s{2,}|\u3000")
_MARKS = re.compile(r"[\W_]+")
_BETWEEN = re.compile(r"[^\w+#&.%-]")
_NOTHING: list[str] = []
_ONCE = 1


class Features(NamedTuple):
    """The features of one text by block (the names in ``BLOCKS``); one that stands there more than once stands twice.

    That much of their counts is enough: the logarithm of a count, as is usual, is about 2 for all counts that matter.
    """

    words: list[str]
    grams: list[str]
    head_words: list[str]
    head_grams: list[str]
    opening_words: list[str]
    opening_grams: list[str]
    listed: list[str]


def features(
    text: str, *, listed: Iterable[str] = (), cut: Cut | None = None, most: int | None = SEEN_CHARS
) -> Features:
    """What stands in the first ``most`` characters (None: all); ``listed`` are the marks of listed words found in it.

    ``cut`` gives the words of a text, by default as ``nlp.words`` does: ``str.split`` for one that comes with spaces
    between its words. A text that is no longer than an opening has none of its own.
    """
    text = text[:most]
    head = headline(text)
    opening = text[:_OPENING_CHARS] if len(text) > _OPENING_CHARS else ""
    all_words, head_words, opening_words = _words(text, (len(head), len(opening)), cut=cut)
    all_grams, head_grams, opening_grams = _grams(text, (len(head), len(opening)))
    return Features(
        words=_counted(all_words),
        grams=_counted(all_grams),
        head_words=_counted(head_words),
        head_grams=_counted(head_grams),
        opening_words=_counted(opening_words) if opening else _NOTHING,
        opening_grams=_counted(opening_grams) if opening else _NOTHING,
        listed=_counted(listed),
    )


def headline(text: str) -> str:
    """The first sentence, at most 60 characters: people put there what the matter is."""
    end = _ENDS.search(text, _LEAST_HEAD)
    return text[: min(end.start() if end else _HEAD_CHARS, _HEAD_CHARS)]


def _words(text: str, ends: Sequence[int], *, cut: Cut | None) -> list[list[str]]:
    """The words of a text and of its beginnings up to each of the ``ends``, which rise (0: none).

    A beginning is cut as if nothing came after it, yet most of it only once: no word reaches over a mark.
    """
    found: list[str] = []
    beginnings = []
    at = 0
    for end in ends:
        upto = max(_last_mark(text, end), at)
        found += words(text[at:upto], cut=cut)
        at = upto
        beginnings.append(found + words(text[at:end], cut=cut))
    return [found + words(text[at:], cut=cut), *beginnings]


def _last_mark(text: str, end: int) -> int:
    """The last place up to ``end`` before which, or after which, stands a mark that is in no word; 0 without one."""
    while end and not _BETWEEN.match(text, end) and not _BETWEEN.match(text, end - 1):
        end -= 1
    return end


def _grams(text: str, ends: tuple[int, int]) -> tuple[list[str], list[str], list[str]]:
    """Pairs and triples of neighbouring characters of a text, of its headline (single ones as well), of its opening.

    Marks do not count. The beginnings share the strings of the whole, which then are made and hashed only once.
    """
    bare = _MARKS.sub("", text)
    pairs = list(map(add, bare, bare[1:]))
    triples = list(map(add, pairs, bare[2:]))
    head, opening = (len(_MARKS.sub("", text[:end])) for end in ends)
    return (
        pairs + triples,
        [*bare[:head], *pairs[: max(0, head - 1)], *triples[: max(0, head - 2)]],
        pairs[: max(0, opening - 1)] + triples[: max(0, opening - 2)],
    )


def _counted(found: Iterable[str]) -> list[str]:
    counts = Counter(found)
    return [*counts, *compress(counts, map(_ONCE.__lt__, counts.values()))]
