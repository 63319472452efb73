"""Jieba's own way to cut words, step by step the same and in less time; its dictionary and its tables are used."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache
from importlib import import_module
from math import log
from typing import Any

_NEVER = -3.14e100
"""What jieba takes for the logarithm of no chance."""
_STATES = "BMES"
"""Of a character: it begins, is within, or ends a word, or is one. Jieba breaks ties by the letter."""
_B, _M, _E, _S = range(4)


def tokenizer() -> Any:
    """A tokenizer of jieba that cuts as every other one does."""
    jieba: Any = import_module("jieba")
    steps = {"get_DAG": _get_dag, "calc": _calc, "_Tokenizer__cut_DAG": _cut_sentence}
    return type("Tokenizer", (jieba.Tokenizer,), steps)()


def _get_dag(self: Any, _sentence: str) -> None:
    """Jieba collects here where the words may end; ``_calc`` does without."""
    self.check_initialized()


def _calc(self: Any, sentence: str, _dag: None, route: dict[int, tuple[float, int]]) -> None:
    """Puts into ``route`` for each place the best that can follow and the end of its first word, as jieba does."""
    frequency: Callable[[str], int | None] = self.FREQ.get
    whole = log(self.total)
    length = len(sentence)
    best = [0.0] * (length + 1)
    for start in range(length - 1, -1, -1):
        top, last, end = -whole + best[start + 1], start, start + 1
        count = frequency(sentence[start])
        if count:
            top = log(count) - whole + best[end]
        while count is not None and end < length:
            end += 1
            count = frequency(sentence[start:end])
            if count and (score := log(count) - whole + best[end]) >= top:
                top, last = score, end - 1
        best[start] = top
        route[start] = (top, last)


def _cut_sentence(self: Any, sentence: str) -> Iterator[str]:
    """The words of the best way; what it leaves as single characters is looked through for words of no dictionary."""
    self.get_DAG(sentence)
    route: dict[int, tuple[float, int]] = {}
    self.calc(sentence, None, route)
    place, single = 0, 0
    while place < len(sentence):
        end = route[place][1] + 1
        if end - place > 1:
            yield from _singles(sentence[single:place], self.FREQ)
            yield sentence[place:end]
            single = end
        place = end
    yield from _singles(sentence[single:], self.FREQ)


def _singles(run: str, frequency: Mapping[str, int]) -> Iterable[str]:
    if len(run) < 2 or frequency.get(run):
        return run
    if _finalseg().re_han.fullmatch(run):
        return _unlisted(run)
    recognised: Iterable[str] = _finalseg().cut(run)
    return recognised


@cache
def _finalseg() -> Any:
    return import_module("jieba.finalseg")


@cache
def _tables() -> tuple[tuple[float, ...], tuple[float, ...], tuple[Callable[[str, float], float], ...]]:
    """Logarithms of chances: of the first state, of one state after another, and of a character in a state."""
    start, step, emit = _finalseg().start_P, _finalseg().trans_P, _finalseg().emit_P
    after = ("EB", "SB", "BM", "MM", "BE", "ME", "ES", "SS")
    return (
        tuple(start[state] for state in _STATES),
        tuple(step[pair[0]][pair[1]] for pair in after),
        tuple(emit[state].get for state in _STATES),
    )


def _unlisted(run: str) -> list[str]:
    """The words of the likeliest states of the characters (Viterbi's algorithm)."""
    (b, m, e, s), (e_b, s_b, b_m, m_m, b_e, m_e, e_s, s_s), (of_b, of_m, of_e, of_s) = _tables()
    char = run[0]
    b, m = b + of_b(char, _NEVER), m + of_m(char, _NEVER)
    e, s = e + of_e(char, _NEVER), s + of_s(char, _NEVER)
    before: list[tuple[int, int, int, int]] = []
    for char in run[1:]:
        in_b, in_m, in_e, in_s = of_b(char, _NEVER), of_m(char, _NEVER), of_e(char, _NEVER), of_s(char, _NEVER)
        from_e, from_s = e + e_b + in_b, s + s_b + in_b
        from_b, from_m = b + b_m + in_m, m + m_m + in_m
        end_b, end_m = b + b_e + in_e, m + m_e + in_e
        one_e, one_s = e + e_s + in_s, s + s_s + in_s
        before.append(
            (
                _S if from_s >= from_e else _E,
                _M if from_m >= from_b else _B,
                _M if end_m >= end_b else _B,
                _S if one_s >= one_e else _E,
            )
        )
        b, m, e, s = max(from_e, from_s), max(from_b, from_m), max(end_b, end_m), max(one_e, one_s)
    return _parted(run, before, last=_S if s >= e else _E)


def _parted(run: str, before: list[tuple[int, int, int, int]], *, last: int) -> list[str]:
    """The words, told from the state of the last character and what came before each state."""
    found, end, state = [], len(run), last
    for place in range(len(run) - 1, 0, -1):
        state_before = before[place - 1][state]
        if state_before >= _E:
            found.append(run[place:end])
            end = place
        state = state_before
    found.append(run[:end])
    found.reverse()
    return found
