"""What a text wants: to complain, to report a violation, to ask, to propose."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from cases.model import Kind
from nlp.lexicon import Hits, Lexicon, load

_TABLE = load("kinds")
_SURE = 3
_OPENING = 6
"""A sure word within the first characters says what the text is, and counts twice."""
_RULES = ("own", "punish", "claim", "deal", "both", "asks", "mine")


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """The kinds of a text and the words that said so."""

    kinds: tuple[Kind, ...] = ()
    words: tuple[str, ...] = ()


def fill(lexicon: Lexicon) -> None:
    """Adds the group kind and those of the rules."""
    for kind in Kind:
        lexicon.add_weighted(f"kind {kind}", kind, _TABLE[kind])
    for rule in _RULES:
        lexicon.add(rule, "", _TABLE["rules"][rule].split())


def kinds(hits: Hits, *, problem: bool, category: bool) -> Wanted:
    """The kinds, most often one. A claim of one's own and a wish for punishment are two matters (Order 121, Art. 9)."""
    points = {kind: _sum(hits, kind) for kind in Kind}
    found = _decide(hits, points, problem=problem, category=category)
    words = tuple(hit.word for kind in found for hit in hits.get(f"kind {kind}", ()) if hit.weight > 1)
    return Wanted(kinds=found, words=tuple(dict.fromkeys(words)))


def reported(hits: Hits) -> bool:
    """Whether any word of reporting a violation stands in the text."""
    return "punish" in hits or f"kind {Kind.TIPOFF}" in hits


def _decide(hits: Hits, points: Mapping[Kind, int], *, problem: bool, category: bool) -> tuple[Kind, ...]:
    complaint = points[Kind.COMPLAINT]
    own, deal = "own" in hits, "deal" in hits
    reported = _strong(hits, Kind.TIPOFF)
    if "asks" in hits and "mine" not in hits and not reported:
        return (Kind.INQUIRY,)
    if "both" in hits and reported:
        return (Kind.COMPLAINT, Kind.TIPOFF)
    for kind in (Kind.INQUIRY, Kind.SUGGESTION):
        told = _SURE if problem else 0
        if _strong(hits, kind) and points[kind] >= complaint + told and not (deal and problem):
            return (kind,)
    if _violation(hits, points):
        return (Kind.COMPLAINT, Kind.TIPOFF) if "claim" in hits and "punish" in hits and own else _one(hits)
    if complaint > _SURE or (complaint >= 2 and problem) or "claim" in hits:
        return (Kind.COMPLAINT,)
    if points[Kind.INQUIRY] >= 2 and not problem:
        return (Kind.INQUIRY,)
    return (Kind.COMPLAINT,) if category and (problem or complaint) else ()


def _violation(hits: Hits, points: Mapping[Kind, int]) -> bool:
    """Whether a violation is reported, rather than a loss told."""
    tipoff = points[Kind.TIPOFF]
    return "punish" in hits or (_strong(hits, Kind.TIPOFF) and ("own" not in hits or tipoff > points[Kind.COMPLAINT]))


def _one(hits: Hits) -> tuple[Kind, ...]:
    return (Kind.COMPLAINT,) if "claim" in hits and "punish" not in hits else (Kind.TIPOFF,)


def _strong(hits: Hits, kind: Kind) -> bool:
    return any(hit.weight >= _SURE for hit in hits.get(f"kind {kind}", ()))


def _sum(hits: Hits, kind: Kind) -> int:
    found = hits.get(f"kind {kind}", ())
    seen = {hit.word: hit.weight for hit in found}
    opens = any(hit.start < _OPENING and hit.weight >= _SURE for hit in found)
    return sum(seen.values()) + (_SURE if opens else 0)
