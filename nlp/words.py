"""The words of a text, as jieba cuts them; its faster twin in Rust cuts the same ones where it is installed."""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

from nlp import cutting

Cut = Callable[[str], list[str]]
_folder: list[Path] = []


def keep_cache_in(folder: Path) -> None:
    """Where jieba may keep its table between starts; its own choice would be a folder that all users share."""
    _folder[:] = [folder]


def words(text: str, *, cut: Cut | None = None) -> list[str]:
    """The words of letters in a text, in order. The dictionary is read at the first call.

    Numbers and marks are left out: the two cutters join them differently, and they say little of what a text is about.
    """
    return [word for word in (cut or _cut())(text) if word.isalpha()]


def warm(cut: Cut | None = None) -> None:
    """Have the dictionary read now: jieba does when it sees the first character that may be in a word."""
    (cut or _cut())(chr(0x4E00))


@cache
def _cut() -> Cut:
    return fast_cut() or plain_cut()


@cache
def fast_cut() -> Cut | None:
    """The cut of rjieba; None where it is not installed."""
    try:
        cut: Cut = import_module("rjieba").cut
    except ModuleNotFoundError:
        return None
    return cut


@cache
def plain_cut() -> Cut:
    """The cut of jieba in Python."""
    jieba: Any = import_module("jieba")
    jieba.setLogLevel(logging.CRITICAL)  # a table that cannot be kept is made anew: nobody need hear of it
    tokenizer = cutting.tokenizer()
    if _folder:
        tokenizer.tmp_dir = str(_folder[0])
        tokenizer.cache_file = "jieba.cache"
    cut: Cut = tokenizer.lcut
    return cut
