"""Places the boxes and labels of a directed graph in layers, and routes its edges between them; pixels, y downwards."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from docs.drawing.order import Item, Link, Order, Rows
from docs.drawing.ranks import Pair, backward, ranks

Point = tuple[float, float]
Size = tuple[float, float]

APART = 18.0  # between neighbours in a layer
GAP = 22.0  # between layers, where edges bend
BEND = (0.07, 34.0)  # more of it for each pixel that an edge goes sideways, and how much more at most
PASSING = (6.0, 0.0)  # what a passing edge needs
TURNS = 40
PORT = 18.0  # between two edges at one side of a box
LONG = 3  # a way back over so many rows goes around the outside


@dataclass(frozen=True, kw_only=True)
class Rect:
    """A box around a centre."""

    x: float
    y: float
    width: float
    height: float

    @property
    def left(self) -> float:
        return self.x - self.width / 2

    @property
    def right(self) -> float:
        return self.x + self.width / 2

    @property
    def top(self) -> float:
        return self.y - self.height / 2

    @property
    def bottom(self) -> float:
        return self.y + self.height / 2

    def meets(self, other: Rect) -> bool:
        """They share more than a border."""
        apart = self.right <= other.left or other.right <= self.left
        return not (apart or self.bottom <= other.top or other.bottom <= self.top)


@dataclass(frozen=True, kw_only=True)
class Route:
    """An edge as drawn, from source to target: straight between points 1-2, 3-4, …, bent between 2-3, 4-5, …"""

    points: tuple[Point, ...]
    label: Rect
    back: bool


@dataclass(frozen=True, kw_only=True)
class Plan:
    """Where everything stands. The main path runs down x = 0."""

    boxes: Mapping[str, Rect]
    routes: Mapping[Pair, Route]


@dataclass(kw_only=True)
class _Net:
    """Boxes, labels and passing edges as items in layers: boxes in the even ones, labels in the odd."""

    items: list[Item] = field(default_factory=list)
    links: list[Link] = field(default_factory=list)
    box: dict[str, int] = field(default_factory=dict)
    chain: dict[Pair, list[int]] = field(default_factory=dict)
    label: dict[Pair, int] = field(default_factory=dict)

    def add(self, item: Item) -> int:
        self.items.append(item)
        return len(self.items) - 1


def plan(boxes: Mapping[str, Size], labels: Mapping[Pair, Size], *, main: Sequence[str], light: frozenset[str]) -> Plan:
    """A place for each box and each edge's label, so that none of them overlap and no edge runs through one.

    ``labels`` names the edges, no two between the same boxes in the same direction, none from a box to itself. ``main``
    is a path that runs straight down. ``light`` boxes are notes without edges into them.
    """
    back = backward(list(labels), main)
    down = [(b, a) if (a, b) in back else (a, b) for a, b in labels]
    rank = ranks(list(boxes), down, main=main, light=light)
    net = _net(boxes, labels, main=main, back=back, rank=rank)
    left, right = Order(net.items, net.links).best()
    xs = _across(net, left, right)
    return _Routing(net, xs, back=back, main=main).plan()


def _net(
    boxes: Mapping[str, Size],
    labels: Mapping[Pair, Size],
    *,
    main: Sequence[str],
    back: frozenset[Pair],
    rank: Mapping[str, int],
) -> _Net:
    net, steps = _Net(), set(pairwise(main))
    for name, (width, height) in boxes.items():
        item = Item(layer=2 * rank[name], width=width, height=height, straight=name in main)
        net.box[name] = net.add(item)
    for edge, size in labels.items():
        high, low = reversed(edge) if edge in back else edge
        span = rank[low] - rank[high]
        outside = span if edge in back and span >= LONG else 0
        labelled = 2 * rank[edge[0]] + (-1 if edge in back else 1)
        chain = [net.box[high]]
        for layer in range(2 * rank[high] + 1, 2 * rank[low]):
            width, height = size if layer == labelled else PASSING
            chain.append(
                net.add(Item(layer=layer, width=width, height=height, straight=edge in steps, outside=outside))
            )
            if layer == labelled:
                net.label[edge] = chain[-1]
        chain.append(net.box[low])
        net.links += pairwise(chain)
        net.chain[edge] = chain
    return net


def _across(net: _Net, left: Rows, right: Rows) -> list[float]:
    """The x of every item: as near to its neighbours as the order and the distances allow."""
    near: list[list[tuple[int, float]]] = [[] for _ in net.items]
    passing = {number for chain in net.chain.values() for number in chain[1:-1]}
    for above, below in net.links:
        weight = 1.0 + 3.0 * (above in passing and below in passing)
        near[above].append((below, weight))
        near[below].append((above, weight))
    xs = [0.0] * len(net.items)
    straight = {item.layer: item.width for item in net.items if item.straight}
    for turn in range(TURNS):
        layers = range(len(left)) if turn % 2 == 0 else reversed(range(len(left)))
        for layer in layers:
            for sign, row in ((-1, left[layer]), (1, right[layer])):
                wanted = [sign * _mean(near[number], xs, number) for number in row]
                places = _settle(row, net.items, wanted=wanted, inner=straight.get(layer))
                for number, place in zip(row, places, strict=True):
                    xs[number] = sign * place
    for _ in range(3):
        for chain in sorted(net.chain.values(), key=len, reverse=True):
            _straighten(chain[1:-1], xs, net=net, rows=(left, right))
    return xs


def _straighten(chain: Sequence[int], xs: list[float], *, net: _Net, rows: tuple[Rows, Rows]) -> None:
    """Put as many neighbours of a passing edge as there is room for above each other, beginning with its label."""
    limits = [_room(number, xs, net=net, rows=rows) for number in chain]
    start = 0
    while start < len(chain):
        low, high, end = *limits[start], start + 1
        while end < len(chain) and max(low, limits[end][0]) <= min(high, limits[end][1]):
            low, high = max(low, limits[end][0]), min(high, limits[end][1])
            end += 1
        mean = sum(xs[number] for number in chain[start:end]) / (end - start)
        if start and net.items[chain[0]].outside:
            mean = xs[chain[start - 1]]
        for number in chain[start:end]:
            xs[number] = min(max(mean, low), high)
        start = end


def _room(number: int, xs: Sequence[float], *, net: _Net, rows: tuple[Rows, Rows]) -> Size:
    """From where to where an item may move between its neighbours in the layer."""
    item = net.items[number]
    if item.straight:
        return 0.0, 0.0
    sign, row = next(
        (sign, side[item.layer]) for sign, side in zip((-1, 1), rows, strict=True) if number in side[item.layer]
    )
    place = row.index(number)
    core = max((other.width for other in net.items if other.straight and other.layer == item.layer), default=0.0)
    inner = abs(xs[row[place - 1]]) + net.items[row[place - 1]].width / 2 if place else core / 2
    low, high = inner + APART + item.width / 2, float("inf")
    if place + 1 < len(row):
        outer = row[place + 1]
        high = abs(xs[outer]) - net.items[outer].width / 2 - APART - item.width / 2
    return (low, high) if sign > 0 else (-high, -low)


def _mean(near: Sequence[tuple[int, float]], xs: Sequence[float], number: int) -> float:
    total = sum(weight for _, weight in near)
    return sum(xs[other] * weight for other, weight in near) / total if total else xs[number]


def _settle(row: Sequence[int], items: Sequence[Item], *, wanted: list[float], inner: float | None) -> list[float]:
    """Distances from the main path nearest to the wanted ones that keep the order and the gaps (pooled neighbours)."""
    edge = (inner or 0.0) / 2
    least = []
    for number in row:
        width = items[number].width
        least.append(edge + APART + width / 2)
        edge = least[-1] + width / 2
    pools: list[tuple[float, int]] = []
    for want, floor in zip(wanted, least, strict=True):
        pools.append((max(0.0, want - floor), 1))
        while len(pools) > 1 and pools[-2][0] > pools[-1][0]:
            (last, count), (mean, many) = pools.pop(), pools.pop()
            pools.append(((last * count + mean * many) / (count + many), count + many))
    shifts = [shift for shift, count in pools for _ in range(count)]
    return [floor + shift for floor, shift in zip(least, shifts, strict=True)]


class _Routing:
    def __init__(self, net: _Net, xs: list[float], *, back: frozenset[Pair], main: Sequence[str]) -> None:
        self.net, self.xs, self.back = net, xs, back
        self.steps = set(pairwise(main))
        self.tops, self.heights = self._layers()
        self.ports = self._ports()

    def plan(self) -> Plan:
        boxes = {name: self._rect(number) for name, number in self.net.box.items()}
        return Plan(boxes=boxes, routes={edge: self._route(edge) for edge in self.net.chain})

    def _layers(self) -> tuple[list[float], list[float]]:
        depth = max(item.layer for item in self.net.items) + 1
        heights = [max((i.height for i in self.net.items if i.layer == layer), default=0.0) for layer in range(depth)]
        tops = [0.0]
        for layer in range(depth - 1):
            bends = [abs(self.xs[a] - self.xs[b]) for a, b in self.net.links if self.net.items[a].layer == layer]
            tops.append(tops[-1] + heights[layer] + GAP + min(BEND[1], max(bends, default=0.0) * BEND[0]))
        return tops, heights

    def _rect(self, number: int) -> Rect:
        item = self.net.items[number]
        middle = self.tops[item.layer] + self.heights[item.layer] / 2
        return Rect(x=self.xs[number], y=middle, width=item.width, height=item.height)

    def _ports(self) -> dict[tuple[int, Pair], float]:
        """Where each edge meets a box: in the order of where the edges come from, the main path in the middle."""
        meets: dict[tuple[int, bool], list[tuple[float, Pair]]] = {}
        for edge, chain in self.net.chain.items():
            meets.setdefault((chain[0], True), []).append((self.xs[chain[1]], edge))
            meets.setdefault((chain[-1], False), []).append((self.xs[chain[-2]], edge))
        ports = {}
        for (number, _), ends in meets.items():
            ends.sort()
            main = [place for place, (_, edge) in enumerate(ends) if edge in self.steps]
            middle = main[0] if main else (len(ends) - 1) / 2
            room = (self.net.items[number].width / 2 - 12) / max(middle, len(ends) - 1 - middle, 1)
            for place, (_, edge) in enumerate(ends):
                ports[number, edge] = self.xs[number] + (place - middle) * min(PORT, room)
        return ports

    def _route(self, edge: Pair) -> Route:
        chain = self.net.chain[edge]
        first, last = self._rect(chain[0]), self._rect(chain[-1])
        start, end = self.ports[chain[0], edge], self.ports[chain[-1], edge]
        points = [(start, first.bottom), (start, self._bottom(chain[0]))]
        for number in chain[1:-1]:
            points += [(self.xs[number], self._top(number)), (self.xs[number], self._bottom(number))]
        points += [(end, self._top(chain[-1])), (end, last.top)]
        back = edge in self.back
        return Route(points=tuple(points[::-1] if back else points), label=self._rect(self.net.label[edge]), back=back)

    def _top(self, number: int) -> float:
        return self.tops[self.net.items[number].layer]

    def _bottom(self, number: int) -> float:
        layer = self.net.items[number].layer
        return self.tops[layer] + self.heights[layer]
