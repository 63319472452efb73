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
    steps = {"_Tokenizer__cut_DAG": _cut_sentence}
    return type("Tokenizer", (jieba.Tokenizer,), steps)()


def _ends(sentence: str, frequency: Callable[[str], int | None], *, whole: float) -> list[int]:
    """For each place the end of the first word of the best that can follow, as jieba chooses it."""
    length = len(sentence)
    best, ends = [0.0] * (length + 1), [0] * length
    for start in range(length - 1, -1, -1):
        after = start + 1
        count = frequency(sentence[start])
        top, last = (log(count) if count else 0.0) - whole + best[after], after
        end = after
        while count is not None and end < length:
            end += 1
            count = frequency(sentence[start:end])
            if count and (score := log(count) - whole + best[end]) >= top:
                top, last = score, end
        best[start] = top
        ends[start] = last
    return ends


def _cut_sentence(self: Any, sentence: str) -> Iterator[str]:
    """The words of the best way; what it leaves as single characters is looked through for words of no dictionary."""
    self.check_initialized()
    ends = _ends(sentence, self.FREQ.get, whole=log(self.total))
    place, single = 0, 0
    while place < len(sentence):
        end = ends[place]
        if end - place > 1:
            if single < place:
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


class _Chances(dict[str, tuple[float, float, float, float]]):
    """For a character the logarithms of its chances in each state, gathered when it is first asked for."""

    def __missing__(self, char: str) -> tuple[float, float, float, float]:
        b, m, e, s = (_finalseg().emit_P[state].get(char, _NEVER) for state in _STATES)
        self[char] = found = (b, m, e, s)
        return found


@cache
def _tables() -> tuple[tuple[float, ...], tuple[float, ...], _Chances]:
    """Logarithms of chances: of the first state, of one state after another, and of a character in a state."""
    start, step = _finalseg().start_P, _finalseg().trans_P
    after = ("EB", "SB", "BM", "MM", "BE", "ME", "ES", "SS")
    return tuple(start[state] for state in _STATES), tuple(step[pair[0]][pair[1]] for pair in after), _Chances()


def _unlisted(run: str) -> list[str]:
    """The words of the likeliest states of the characters (Viterbi's algorithm)."""
    (b, m, e, s), (e_b, s_b, b_m, m_m, b_e, m_e, e_s, s_s), chances = _tables()
    in_b, in_m, in_e, in_s = chances[run[0]]
    b, m, e, s = b + in_b, m + in_m, e + in_e, s + in_s
    before: list[tuple[int, int, int, int]] = []
    for char in run[1:]:
        in_b, in_m, in_e, in_s = chances[char]
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
