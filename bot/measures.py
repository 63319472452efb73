"""Figures of how well texts were understood, for the terminal and for other programs."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence

from cases.measured import Measured
from cases.texts import Texts

_MOST_CONFUSED = 20


def lines_of(measured: Sequence[Measured], *, as_json: bool, texts: Texts) -> Iterator[str]:
    """One JSON object a head; or for people its figures, those of each label, and what is taken for what."""
    for one in measured:
        yield from (json.dumps(_values(one), ensure_ascii=False),) if as_json else _told(one, texts)


def _values(one: Measured) -> dict[str, object]:
    return {
        "head": one.head,
        "count": one.count,
        "accuracy": round(one.accuracy, 4),
        "macro_f1": round(one.macro_f1, 4),
        "labels": {
            label.label: {
                "precision": round(label.precision, 4),
                "recall": round(label.recall, 4),
                "f1": round(label.f1, 4),
                "count": label.count,
            }
            for label in one.labels
        },
        "confused": [{"meant": meant, "guessed": guess, "count": count} for (meant, guess), count in one.confused],
    }


def _told(one: Measured, texts: Texts) -> Iterator[str]:
    yield texts.render(
        "evaluate.head", head=one.head, count=one.count, accuracy=f"{one.accuracy:.3f}", macro=f"{one.macro_f1:.3f}"
    )
    for label in one.labels:
        figures = {name: f"{getattr(label, name):.2f}" for name in ("precision", "recall", "f1")}
        yield texts.render("evaluate.label", label=label.label, count=label.count, **figures)
    for (meant, guess), count in one.confused[:_MOST_CONFUSED]:
        yield texts.render("evaluate.confused", meant=meant, guessed=guess, count=count)
