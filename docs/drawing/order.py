"""Orders the things of each layer from left to right with few crossings: barycentres, swaps, and a choice of sides."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations, product

Link = tuple[int, int]
SWEEPS = 6
OUTSIDE = 1000.0
CROSSING = 120.0  # one crossing is as bad as a picture wider by so many pixels


@dataclass(frozen=True, kw_only=True)
class Item:
    """A thing in a layer: a box, a label, or the place where a long edge passes (width and height in pixels).

    ``straight`` is the main path, at most one in a layer. ``outside`` (0: no) wants the edge of the picture, most of
    all where it is largest.
    """

    layer: int
    width: float
    height: float
    straight: bool = False
    outside: int = 0


Rows = list[list[int]]


class Order:
    """Positions of items: ``sides[-1]`` and ``sides[1]`` list each layer from the main path outwards."""

    def __init__(self, items: Sequence[Item], links: Sequence[Link]) -> None:
        self.items, self.links = items, links
        self.depth = max(item.layer for item in items) + 1
        self.up: list[list[int]] = [[] for _ in items]
        self.down: list[list[int]] = [[] for _ in items]
        for above, below in links:
            self.down[above].append(below)
            self.up[below].append(above)
        self.between: list[list[Link]] = [[] for _ in range(self.depth)]
        for link in links:
            self.between[items[link[0]].layer].append(link)

    def best(self) -> tuple[Rows, Rows]:
        """The layers left and right of the main path, each from the path outwards."""
        groups = self._groups()
        chosen = [1 if number % 2 else -1 for number in range(len(groups))]
        cost, rows = self._try(groups, chosen)
        for _ in range(2):
            for number in range(len(groups)):
                turned = [-side if at == number else side for at, side in enumerate(chosen)]
                other, other_rows = self._try(groups, turned)
                if other < cost - 1e-9:
                    cost, rows, chosen = other, other_rows, turned
        return rows

    def _groups(self) -> list[list[int]]:
        """Items that hang together without the main path: they stay on one side. The largest comes first."""
        group = list(range(len(self.items)))

        def root(item: int) -> int:
            while group[item] != item:
                item = group[item]
            return item

        for above, below in self.links:
            if not self.items[above].straight and not self.items[below].straight:
                group[root(above)] = root(below)
        found: dict[int, list[int]] = {}
        for number, item in enumerate(self.items):
            if not item.straight:
                found.setdefault(root(number), []).append(number)
        return sorted(found.values(), key=lambda members: -len(members))

    def _try(self, groups: list[list[int]], chosen: list[int]) -> tuple[float, tuple[Rows, Rows]]:
        sides: dict[int, Rows] = {side: [[] for _ in range(self.depth)] for side in (-1, 1)}
        for members, side in zip(groups, chosen, strict=True):
            for number in members:
                sides[side][self.items[number].layer].append(number)
        rows = (sides[-1], sides[1])
        best = (float("inf"), rows)
        for sweep in range(SWEEPS):
            self._sweep(rows, downwards=sweep % 2 == 0)
            self._swap(rows)
            cost = self._cost(rows)
            if cost < best[0]:
                best = (cost, ([list(row) for row in rows[0]], [list(row) for row in rows[1]]))
        return best

    def _sweep(self, rows: tuple[Rows, Rows], *, downwards: bool) -> None:
        at = self._positions(rows)
        near = self.up if downwards else self.down
        for layer in range(self.depth) if downwards else reversed(range(self.depth)):
            for side in rows:
                keys = {number: self._key(number, near, at=at) for number in side[layer]}
                side[layer].sort(key=keys.__getitem__)
                for place, number in enumerate(side[layer]):
                    at[number] = (place + 1) * (-1 if side is rows[0] else 1)

    def _key(self, number: int, near: list[list[int]], *, at: list[int]) -> float:
        if self.items[number].outside:
            return OUTSIDE + self.items[number].outside
        places = [abs(at[other]) for other in near[number]]
        return sum(places) / len(places) if places else abs(at[number])

    def _swap(self, rows: tuple[Rows, Rows]) -> None:
        """Let neighbours change places where that takes crossings away."""
        at = self._positions(rows)
        for side, layer in ((side, layer) for _ in range(3) for side in rows for layer in range(self.depth)):
            row = side[layer]
            for place in range(len(row) - 1):
                first, second = row[place], row[place + 1]
                if (at[first] - at[second]) * self._twist(first, second, at=at) > 0:
                    row[place], row[place + 1] = second, first
                    at[first], at[second] = at[second], at[first]

    def _twist(self, first: int, second: int, *, at: list[int]) -> int:
        """How many more links of ``first`` go left of those of ``second`` than right of them."""
        pairs = [pair for near in (self.up, self.down) for pair in product(near[first], near[second])]
        return sum((at[one] < at[other]) - (at[one] > at[other]) for one, other in pairs)

    def _cost(self, rows: tuple[Rows, Rows]) -> float:
        at = self._positions(rows)
        crossings = sum(_crossed(gap, at) for gap in self.between)
        widths = [max(sum(self.items[number].width for number in row) for row in side) for side in rows]
        return crossings * CROSSING + sum(widths) + max(widths)

    def _positions(self, rows: tuple[Rows, Rows]) -> list[int]:
        at = [0] * len(self.items)
        for number, place in self._places(rows):
            at[number] = place
        return at

    @staticmethod
    def _places(rows: tuple[Rows, Rows]) -> Iterator[tuple[int, int]]:
        for side, sign in zip(rows, (-1, 1), strict=True):
            for row in side:
                yield from ((number, sign * (place + 1)) for place, number in enumerate(row))


def _crossed(links: Sequence[Link], at: Sequence[int]) -> int:
    ends = [(at[above], at[below]) for above, below in links]
    return sum((a - b) * (x - y) < 0 for (a, x), (b, y) in combinations(ends, 2))
