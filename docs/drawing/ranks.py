"""Gives every box of a directed graph a row, so that edges lead down, and tells which edges must lead up again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise

Pair = tuple[str, str]
TURNS = 12  # moves settle long before


def backward(edges: Sequence[Pair], main: Sequence[str]) -> frozenset[Pair]:
    """The edges that close a cycle when one walks depth first, along ``main`` before anything else."""
    steps = set(pairwise(main))
    nexts: dict[str, list[str]] = {}
    for source, target in sorted(edges, key=lambda edge: edge not in steps):
        nexts.setdefault(source, []).append(target)
    back, done = set[Pair](), set[str]()

    def walk(box: str, above: frozenset[str]) -> None:
        done.add(box)
        for target in nexts.get(box, ()):
            if target in above:
                back.add((box, target))
            elif target not in done:
                walk(target, above | {target})

    for box in [*main, *nexts]:
        if box not in done:
            walk(box, frozenset({box}))
    return frozenset(back)


def ranks(boxes: Sequence[str], edges: Sequence[Pair], *, main: Sequence[str], light: frozenset[str]) -> dict[str, int]:
    """The row of each box, from 0, when every edge (none may close a cycle) leads down at least one row.

    Boxes off the main path stand where their edges are short; edges from ``light`` boxes pull nothing.
    """
    rank = dict.fromkeys(boxes, 0)
    for _ in boxes:  # the longest way from the top
        for source, target in edges:
            rank[target] = max(rank[target], rank[source] + 1)
    for _ in range(TURNS):
        for box in boxes:
            if box not in main:
                rank[box] = _pulled(box, rank, edges=edges, light=light)
    return rank


def _pulled(box: str, rank: Mapping[str, int], *, edges: Sequence[Pair], light: frozenset[str]) -> int:
    above = [source for source, target in edges if target == box]
    below = [target for source, target in edges if source == box]
    top = max((rank[other] + 1 for other in above), default=0)
    bottom = min((rank[other] - 1 for other in below), default=top)
    return bottom if len(below) > len([other for other in above if other not in light]) else top
