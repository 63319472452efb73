"""What a benchmark found: one figure a line, with its floor and its peer measured in the same run."""

from __future__ import annotations

import json
import statistics
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

RESULTS = Path(__file__).parent / "results"
COLUMNS = ("figure", "value", "unit", "goal", "passes", "floor", "peer", "note")


@dataclass(frozen=True, kw_only=True)
class Figure:
    """``goal`` is the limit that ``value`` is held to: a least where more is better, else a most; None without one.

    ``floor`` is what the bare parts do, ``peer`` what another bot does, each with its name in ``note``.
    """

    bench: str
    figure: str
    value: float | None
    unit: str
    goal: float | None = None
    passes: bool | None = None
    floor: float | None = None
    peer: float | None = None
    note: str = ""


def at_least(value: float, goal: float) -> dict[str, Any]:
    return {"value": rounded(value), "goal": rounded(goal), "passes": value >= goal}


def at_most(value: float, goal: float) -> dict[str, Any]:
    return {"value": rounded(value), "goal": rounded(goal), "passes": value <= goal}


def true_share(value: float, goal: float) -> dict[str, Any]:
    """Of what should be as near to 1 as can be: three places, since a hundredth is much there."""
    return {"value": round(value, 3), "goal": goal, "passes": value >= goal}


def skipped(bench: str, figure: str, *, unit: str, why: str) -> Figure:
    return Figure(bench=bench, figure=figure, value=None, unit=unit, note=f"skipped: {why}")


def rounded(value: float) -> float:
    return round(value, 2 if value < 10 else 0)


def median(values: Sequence[float]) -> float:
    return statistics.median(values)


def as_lines(figures: Iterable[Figure]) -> str:
    """JSON Lines."""
    return "\n".join(json.dumps(asdict(figure), ensure_ascii=False) for figure in figures)


def as_table(figures: Iterable[Figure]) -> str:
    rows = [COLUMNS, *(tuple(_cell(getattr(figure, name)) for name in COLUMNS) for figure in figures)]
    widths = [max(len(row[n]) for row in rows) for n in range(len(COLUMNS))]
    return "\n".join("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in rows)


def _cell(value: object) -> str:
    if value is None:
        return "-"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:g}" if isinstance(value, float) else str(value)


def keep(name: str, figures: Sequence[Figure], *, raw: Mapping[str, Any]) -> Path:
    """Write the figures and what they were made of to the results folder."""
    RESULTS.mkdir(exist_ok=True)
    path = RESULTS / f"{name}.json"
    content = {"figures": [asdict(figure) for figure in figures], "raw": raw}
    path.write_text(json.dumps(content, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    return path
