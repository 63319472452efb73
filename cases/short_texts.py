"""Makes a notice fit a short message: what people wrote loses its end, what the law wants told never does."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from cases.texts import OPTIONAL, PART, Texts, placeholders, sms_length

SEGMENTS = 2
MOST = PART * SEGMENTS
"""Characters of a short message, signature included, that an office sends."""
UNBROKEN = re.compile(r"[0-9A-Za-z.\-]+$")
"""A number or a foreign word at the end; half of one would say something else."""


@dataclass(frozen=True, kw_only=True)
class Shortening:
    """How texts are shortened. ``free``: the facts that may lose their end; ``mark`` stands for it.

    A cut falls before one of ``pauses`` where there is one late enough; ``least`` characters always stay.
    """

    free: frozenset[str]
    mark: str
    pauses: str
    least: int


def short_text(texts: Texts, key: str, facts: Mapping[str, str], *, how: Shortening, most: int = MOST) -> str:
    """The text in at most ``most`` characters, its free facts cut evenly: the longest lose first.

    When that is not enough, optional parts with a free fact go too. One that does not fit even so is given at its
    shortest: nothing statutory is cut, whoever sends it pays for one segment more. TextFault as of ``Texts.render``.
    """
    whole = texts.render(key, **facts)
    if sms_length(whole) <= most:
        return whole
    template = texts.template(key)
    free = {name: facts[name] for name in placeholders(template) & how.free & facts.keys()}
    if not _fits(texts, key, facts={**facts, **_cut_all(free, how.least, how=how)}, most=most):
        bare = {name: "" for part in OPTIONAL.findall(template) for name in placeholders(part) & free.keys()}
        facts, free = {**facts, **bare}, {name: value for name, value in free.items() if name not in bare}
    low, high = how.least, max([how.least, *map(sms_length, free.values())])
    while low < high:  # the most characters for each that let the whole fit
        middle = (low + high + 1) // 2
        fits = _fits(texts, key, facts={**facts, **_cut_all(free, middle, how=how)}, most=most)
        low, high = (middle, high) if fits else (low, middle - 1)
    return texts.render(key, **{**facts, **_cut_all(free, low, how=how)})


def cut(value: str, *, most: int, how: Shortening) -> str:
    """The value in at most ``most`` characters, cut at a pause or between words, with the mark where its end went."""
    if sms_length(value) <= most:
        return value
    kept = value[: max(most - sms_length(how.mark), 1)]
    while sms_length(kept) > most - sms_length(how.mark) and len(kept) > 1:
        kept = kept[:-1]
    pause = max(kept.rfind(pause) for pause in how.pauses)
    if pause >= len(kept) // 2:
        return kept[:pause] + how.mark
    broken = UNBROKEN.search(kept) if UNBROKEN.match(value[len(kept)]) else None
    return (kept[: broken.start()] if broken and broken.start() else kept) + how.mark


def _cut_all(free: Mapping[str, str], most: int, *, how: Shortening) -> dict[str, str]:
    return {name: cut(value, most=most, how=how) for name, value in free.items()}


def _fits(texts: Texts, key: str, *, facts: Mapping[str, str], most: int) -> bool:
    return sms_length(texts.render(key, **facts)) <= most
