"""Draws the graph of one kind as an SVG picture with its legend."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise
from xml.sax.saxutils import escape

from docs.drawing.graph import Box, Edge, Graph, Line
from docs.drawing.place import Plan, Rect, Route, plan
from docs.drawing.svg import MONO, SANS, Point, arrow, curve, element, text, width_of, wrapped

COLOURS: Mapping[str, str] = {
    "consumer": "#b45309",
    "officer": "#1d4ed8",
    "lead": "#7e22ce",
    "desk": "#047857",
    "admin": "#9f1239",
    "system": "#4b5563",
}
OTHER = "#0e7490"
INK = "#111827"
LEADING = ("consumer", "officer", "desk", "lead", "admin", "system")  # the first of these gives a line its colour
STYLE = f"""
text {{ font-family: {SANS}; fill: {INK}; }}
.code {{ font-family: {MONO}; font-size: 10px; fill: #4b5563; }}
.state {{ font-size: 15px; font-weight: 600; text-anchor: middle; }}
.note {{ font-size: 12px; text-anchor: middle; }}
.verb {{ font-size: 13px; }}
.small {{ font-size: 11.5px; }}
.badge {{ font-size: 10px; text-anchor: middle; fill: #fff; font-weight: 600; }}
.head {{ font-size: 13px; font-weight: 600; }}
.title {{ font-size: 20px; font-weight: 600; }}
"""
MIDDLE = {"text_anchor": "middle"}
LINE = 28.0  # a verb with its code name
BADGE = 15.0
MARGIN = 24.0
LEGEND = 320.0


class _Painter:
    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self.badges = _badges(graph.roles)
        labels = {(edge.source, edge.target): self._label_size(edge.lines) for edge in graph.edges}
        self.sizes = {box.name: self._box_size(box) for box in graph.boxes}
        notes = frozenset(box.name for box in graph.boxes if box.note)
        self.plan: Plan = plan(self.sizes, labels, main=graph.main, light=notes)

    # sizes

    def _line_width(self, line: Line) -> float:
        return max(width_of(line.word, 13) + 4 + BADGE * len(line.roles), width_of(line.verb, 10, mono=True))

    def _label_size(self, lines: Sequence[Line]) -> tuple[float, float]:
        return max(map(self._line_width, lines)) + 8, LINE * len(lines) + 4

    def _box_size(self, box: Box) -> tuple[float, float]:
        if box.note:
            lines = wrapped(box.text, 180, size=12)
            return max(width_of(line, 12) for line in lines) + 24, 16.0 * len(lines) + 14
        inside = [width_of(box.text, 15), width_of(box.name, 10, mono=True)]
        inside += [self._line_width(line) + 18 for line in box.stays]
        ends = sum(box.name in (edge.source, edge.target) for edge in self.graph.edges)
        return max(*inside, 84, 10 * ends - 24) + 24, 46 + (LINE * len(box.stays) + 6) * bool(box.stays)

    # parts

    def edges(self) -> Iterator[str]:
        for edge in self.graph.edges:
            yield self._edge(edge, self.plan.routes[edge.source, edge.target])

    def labels(self) -> Iterator[str]:
        for edge in self.graph.edges:
            rect = self.plan.routes[edge.source, edge.target].label
            yield _rectangle(rect, fill="#fff")
            yield from self._lines(edge.lines, x=rect.x, top=rect.top + 2)

    def _edge(self, edge: Edge, route: Route) -> str:
        colours = {_colour(line) for line in edge.lines}
        colour = colours.pop() if len(colours) == 1 else INK
        main = (edge.source, edge.target) in pairwise(self.graph.main)
        note = any(box.note and box.name == edge.source for box in self.graph.boxes)
        dashes = {"stroke_dasharray": "7 4"} if route.back else {"stroke_dasharray": "2 3"} if note else {}
        wide = 3.0 if main else 1.5
        path = element("path", d=curve(route.points), fill="none", stroke=colour, stroke_width=wide, **dashes)
        return path + arrow(route.points[-1], up=route.back, colour=colour)

    def boxes(self) -> Iterator[str]:
        for box in self.graph.boxes:
            rect = self.plan.boxes[box.name]
            yield from self._note(box, rect) if box.note else self._state(box, rect)

    def _state(self, box: Box, rect: Rect) -> Iterator[str]:
        yield _frame(rect, ended=box.ended, main=box.name in self.graph.main)
        yield text(box.text, (rect.x, rect.top + 21), kind="state")
        yield text(box.name, (rect.x, rect.top + 36), kind="code", **MIDDLE)
        if box.stays:
            line = rect.top + 44
            yield element("path", d=f"M{rect.left:.1f} {line:.1f}H{rect.right:.1f}", stroke="#9ca3af")
            yield from self._lines(box.stays, x=rect.x, top=line + 2, before="↻ ")

    def _note(self, box: Box, rect: Rect) -> Iterator[str]:
        yield _rectangle(rect, rx=14, fill="#fff", stroke="#6b7280", stroke_dasharray="2 3")
        for number, line in enumerate(wrapped(box.text, 180, size=12)):
            yield text(line, (rect.x, rect.top + 20 + 16 * number), kind="note")

    def _lines(self, lines: Iterable[Line], *, x: float, top: float, before: str = "") -> Iterator[str]:
        """Verbs below each other, each with its badges and its code name, around ``x``."""
        for number, line in enumerate(lines):
            y = top + LINE * number
            words = before + line.word
            wide = width_of(words, 13) + 4 + BADGE * len(line.roles)
            yield text(words, (x - wide / 2, y + 13), kind="verb")
            yield from self._row(line.roles, x=x + wide / 2 - BADGE * len(line.roles), y=y + 8.5)
            yield text(line.verb, (x, y + 24), kind="code", **MIDDLE)

    def _row(self, roles: Iterable[str], *, x: float, y: float) -> Iterator[str]:
        for number, role in enumerate(roles):
            middle = x + BADGE * (number + 0.5)
            yield element("circle", cx=middle, cy=y, r=7.0, fill=COLOURS.get(role, OTHER))
            yield text(self.badges[role], (middle, y + 3.6), kind="badge")

    # the legend

    def legend(self, left: float, top: float) -> tuple[list[str], float]:
        """What the signs mean, and the verbs that are open everywhere; and where it ends."""
        parts, y = [text("Who may do it", (left, top + 13), kind="head")], top + 32
        for role, word in self.graph.roles.items():
            parts += self._row([role], x=left, y=y - 4)
            parts.append(text(f"{word}  {'program' if role == 'system' else role}", (left + 24, y), kind="small"))
            y += 19
        if self.graph.admin_too:
            parts.append(text("admin: all that desk, officer or lead may", (left + 24, y), kind="small"))
            y += 19
        parts += self._signs(left, y + 18)
        return self._everywhere(parts, left, y + 142)

    def _signs(self, left: float, top: float) -> Iterator[str]:
        yield text("What the lines mean", (left, top), kind="head")
        signs = (
            ("usual way", 3.0, ""),
            ("other way", 1.5, ""),
            ("way back", 1.5, "7 4"),
            ("from several states", 1.5, "2 3"),
        )
        for number, (words, wide, dashes) in enumerate(signs):
            x, y = left + 150 * (number % 2), top + 20 + 20 * (number // 2)
            line = f"M{x:.1f} {y - 4:.1f}h40"
            yield element("path", d=line, stroke=INK, stroke_width=wide, stroke_dasharray=dashes or "none")
            yield text(words, (x + 48, y), kind="small")
        for number, (words, ended) in enumerate((("open: the office owes a step", False), ("ended", True))):
            rect = Rect(x=left + 20 + 230 * number, y=top + 60, width=40, height=18)
            yield _frame(rect, ended=ended, main=False)
            yield text(words, (rect.right + 8, top + 64), kind="small")
        yield text("↻  the case stays in the state", (left, top + 86), kind="small")

    def _everywhere(self, parts: list[str], left: float, y: float) -> tuple[list[str], float]:
        if not self.graph.everywhere:
            return parts, y
        parts.append(text("Open nearly everywhere (the state stays)", (left, y), kind="head"))
        y += 20
        for line, where in self.graph.everywhere:
            wide = width_of(line.word, 13)
            parts.append(text(line.word, (left, y), kind="verb"))
            parts += self._row(line.roles, x=left + wide + 4, y=y - 4.5)
            code = left + wide + 12 + BADGE * len(line.roles)
            parts.append(text(line.verb, (code, y), kind="code"))
            for words in wrapped(where, LEGEND, size=11.5):
                y += 15
                parts.append(text(words, (left, y), kind="small"))
            y += 22
        return parts, y - 10


def draw(graph: Graph) -> str:
    """The picture as the text of an SVG file; the same graph gives the same text."""
    painter = _Painter(graph)
    rects = [*painter.plan.boxes.values(), *(route.label for route in painter.plan.routes.values())]
    spots = [(rect.left, rect.top) for rect in rects] + [(rect.right, rect.bottom) for rect in rects]
    spots += [point for route in painter.plan.routes.values() for point in route.points]
    _, end = painter.legend(0.0, 0.0)
    x = _free(spots, high=end + 20)
    legend, _ = painter.legend(x, 0.0)
    spots += [(x, 0.0), (x + LEGEND, end)]
    left, right = min(x for x, _ in spots) - MARGIN, max(x for x, _ in spots) + MARGIN
    bottom = max(y for _, y in spots) + MARGIN
    top = -96.0
    title = f"{graph.title}: what may happen to a case of the kind {graph.kind}"
    body = [
        element("title", escape(title)),
        element("style", STYLE),
        element("rect", x=left, y=top, width=right - left, height=bottom - top, fill="#fff"),
        text(f"{graph.title} {graph.kind}", (left + MARGIN, top + 38), kind="title"),
        *_start(painter.plan),
        *painter.edges(),
        *painter.labels(),
        *painter.boxes(),
        *legend,
    ]
    size = {"width": right - left, "height": bottom - top}
    view = f"{left:.1f} {top:.1f} {right - left:.1f} {bottom - top:.1f}"
    head = {"xmlns": "http://www.w3.org/2000/svg", "viewBox": view, "role": "img", **size}
    return element("svg", "\n".join(["", *body, ""]), **head) + "\n"


def _free(spots: Sequence[Point], *, high: float) -> float:
    """The left border of the legend, on the side where it makes the picture less wide."""
    beside = [x for x, y in spots if y < high]
    room = {-1: min(beside) - 40 - LEGEND, 1: max(beside) + 40}
    grows = {-1: min(x for x, _ in spots) - room[-1], 1: room[1] + LEGEND - max(x for x, _ in spots)}
    return room[min((1, -1), key=grows.__getitem__)]


def _start(placed: Plan) -> Iterator[str]:
    """The black dot from which every case starts."""
    first = min(placed.boxes.values(), key=lambda rect: (rect.top, abs(rect.x)))
    yield element("circle", cx=first.x, cy=first.top - 30, r=7.0, fill=INK)
    yield element("path", d=f"M{first.x:.1f} {first.top - 24:.1f}V{first.top:.1f}", stroke=INK, stroke_width=3.0)
    yield arrow((first.x, first.top), up=False, colour=INK)


def _frame(rect: Rect, *, ended: bool, main: bool) -> str:
    fill = "#e5e7eb" if ended else "#fff"
    wide = 2.5 if main else 1.3
    return _rectangle(rect, rx=9, fill=fill, stroke=INK, stroke_width=wide)


def _rectangle(rect: Rect, **attributes: object) -> str:
    """The element of a place in the plan."""
    return element("rect", x=rect.left, y=rect.top, width=rect.width, height=rect.height, **attributes)


def _badges(roles: Mapping[str, str]) -> dict[str, str]:
    """One sign for each role: the first of its word that no other role has."""
    signs = dict[str, str]()
    for role, word in roles.items():
        signs[role] = next((sign for sign in word if sign not in signs.values()), word[:1])
    return signs


def _colour(line: Line) -> str:
    first = next((role for role in LEADING if role in line.roles), line.roles[0])
    return COLOURS.get(first, OTHER)
