"""Writes the few SVG elements that the pictures need: text with an estimated width, boxes, edges, badges."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from xml.sax.saxutils import escape, quoteattr

Point = tuple[float, float]

SANS = (
    "system-ui, -apple-system, 'Segoe UI', 'PingFang SC', 'Hiragino Sans GB', 'Microsoft YaHei', 'Noto Sans CJK SC', "
    "'Noto Sans SC', 'Source Han Sans SC', sans-serif"
)
MONO = "ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace"
WIDE = 0x2E80  # from here on a character is as wide as high
ARROW = 8.0


def width_of(text: str, size: float, *, mono: bool = False) -> float:
    """The width of a text in pixels, a little more than most fonts need."""
    narrow = 0.62 if mono else 0.57
    return size * sum(1.0 if ord(sign) >= WIDE else narrow for sign in text)


def wrapped(text: str, width: float, *, size: float) -> list[str]:
    """The text in lines no wider than ``width`` where words allow."""
    lines = [""]
    for word in text.split(" "):
        longer = f"{lines[-1]} {word}".strip()
        if lines[-1] and width_of(longer, size) > width:
            lines.append(word)
        else:
            lines[-1] = longer
    return lines


def element(name: str, body: str = "", /, **attributes: object) -> str:
    """One element; ``_`` in an attribute's name stands for ``-``; fractions are written with at most one digit."""
    written = "".join(f" {key.strip('_').replace('_', '-')}={quoteattr(_value(v))}" for key, v in attributes.items())
    return f"<{name}{written}>{body}</{name}>" if body else f"<{name}{written}/>"


def text(words: str, at: Point, *, kind: str, **attributes: object) -> str:
    """A line of text whose base line is at ``at``; ``kind`` is a class of the picture's style."""
    return element("text", escape(words), class_=kind, x=at[0], y=at[1], **attributes)


def curve(points: Sequence[Point]) -> str:
    """Straight down between points 1-2, 3-4, …; a bend between 2-3, 4-5, … that leaves and arrives upright."""
    parts = [f"M{_value(points[0][0])} {_value(points[0][1])}"]
    for number, ((x, y), (to_x, to_y)) in enumerate(pairwise(points)):
        if (x, y) == (to_x, to_y):
            continue
        middle = (y + to_y) / 2
        bend = number % 2 and x != to_x
        steps = (x, middle, to_x, middle, to_x, to_y) if bend else (to_x, to_y)
        parts.append(("C" if bend else "L") + " ".join(map(_value, steps)))
    return "".join(parts)


def arrow(tip: Point, *, up: bool, colour: str) -> str:
    """A head at the end of an edge that arrives from below (``up``) or from above."""
    x, y = tip
    base = y + ARROW if up else y - ARROW
    corners = ((x, y), (x - ARROW / 2, base), (x + ARROW / 2, base))
    points = " ".join(f"{_value(across)},{_value(down)}" for across, down in corners)
    return element("polygon", points=points, fill=colour)


def _value(value: object) -> str:
    if not isinstance(value, float):
        return str(value)
    written = f"{value:.1f}".removesuffix(".0")
    return "0" if written == "-0" else written
