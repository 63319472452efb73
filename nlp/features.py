"""What a classifier sees of a text: its words, its character n-grams, those of its headline, and listed words."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from typing import NamedTuple

from nlp.words import words

SEEN_CHARS = 1500
"""What a text is about stands at its beginning; the rest would only cost time."""
BLOCKS = ("words", "grams", "head_words", "head_grams", "opening_words", "opening_grams", "listed")
_HEAD_CHARS = 60
_LEAST_HEAD = 4
_OPENING_CHARS = 200
_GRAMS = (2, 3)
_HEAD_GRAMS = (1, 2, 3)
_ENDS = re.compile(r"[;!?\u3002\uff01\uff1f\n]|\s{2,}|\u3000")
_MARKS = re.compile(r"[\W_]+")
_NOTHING: list[str] = []


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


def features(text: str, *, listed: Iterable[str] = ()) -> Features:
    """What stands in the first ``SEEN_CHARS`` characters; ``listed`` are the marks of listed words found in it.

    A text that is no longer than an opening has none of its own.
    """
    text = text[:SEEN_CHARS]
    head = headline(text)
    opening = text[:_OPENING_CHARS] if len(text) > _OPENING_CHARS else ""
    return Features(
        words=_counted(words(text)),
        grams=_grams(text, _GRAMS),
        head_words=_counted(words(head)),
        head_grams=_grams(head, _HEAD_GRAMS),
        opening_words=_counted(words(opening)) if opening else _NOTHING,
        opening_grams=_grams(opening, _GRAMS) if opening else _NOTHING,
        listed=_counted(listed),
    )


def headline(text: str) -> str:
    """The first sentence, at most 60 characters: people put there what the matter is."""
    end = _ENDS.search(text, _LEAST_HEAD)
    return text[: min(end.start() if end else _HEAD_CHARS, _HEAD_CHARS)]


def _grams(text: str, sizes: Iterable[int]) -> list[str]:
    bare = _MARKS.sub("", text)
    return _counted([bare[at : at + size] for size in sizes for at in range(len(bare) - size + 1)])


def _counted(found: Iterable[str]) -> list[str]:
    counts = Counter(found)
    return [*counts, *(feature for feature, count in counts.items() if count > 1)]
