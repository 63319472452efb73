"""Texts that people really wrote, beside the project and never in it: nobody has licensed them."""

from __future__ import annotations

import csv
import gzip
import json
import tomllib
from collections.abc import Collection, Sequence
from functools import cache
from hashlib import sha1
from pathlib import Path
from random import Random
from typing import Any

ROOT = Path(__file__).parent.parent
SHARED = ROOT.parent / "shared" / "data"
HELD_OUT = Path(__file__).parent / "held_out"
SEGMENTED = "tipdm_c_seg_train.csv.gz"
RAW = "tipdm_c_raw_unlabelled.csv.gz"
REVIEWS = ("online_shopping_neg.csv.gz", "waimai_neg.csv.gz")
WHY = f"no {SHARED.parent.name}/{SHARED.name} beside the project"
"""Why a figure is skipped where the texts are missing."""
_RETURN = "_x000D_"
_EVERY = 4
Row = dict[str, str]


def there() -> bool:
    return SHARED.is_dir()


@cache
def table(name: str) -> tuple[Row, ...]:
    """The rows of a shared CSV file, their texts without what a spreadsheet made of line ends."""
    path = SHARED / name
    opened = gzip.open if name.endswith(".gz") else open
    with opened(path, "rt", encoding="utf-8-sig", newline="") as file:
        return tuple({**row, "text": row["text"].replace(_RETURN, "")} for row in csv.DictReader(file))


def petitions() -> tuple[dict[str, Any], ...]:
    """What was read out of the held-out petitions by hand, without the texts."""
    return _labels("petitions.jsonl")


def facts() -> tuple[dict[str, Any], ...]:
    """The places, sums and businesses read out of more of them: sums and businesses are few in ``petitions``."""
    return _labels("facts.jsonl")


@cache
def _labels(name: str) -> tuple[dict[str, Any], ...]:
    lines = (HELD_OUT / name).read_text(encoding="utf-8").splitlines()
    return tuple(json.loads(line) for line in lines)


def text_of(row: dict[str, Any]) -> str:
    """The text of a held-out petition."""
    return _texts(row["file"])[row["id"]]


@cache
def _texts(name: str) -> Row:
    return {row["id"]: row["text"] for row in table(name)}


def accepted(group: str) -> dict[str, list[str]]:
    """The classes of ``goods`` or ``services`` with the categories that are right for each."""
    with (HELD_OUT / "reviews.toml").open("rb") as file:
        found: dict[str, list[str]] = tomllib.load(file)[group]
    return found


def held_reviews(classes: Collection[str], *, each: int) -> list[Row]:
    """Held-out reviews: ``each`` of a class, or all that there are, always the same ones."""
    return [
        row
        for name in classes
        for row in drawn([row for row in _reviews() if row["label"] == name and is_held(row["id"])], most=each)
    ]


def open_texts(*, each: int) -> list[str]:
    """Texts that are not held out, always the same ones: ``each`` petitions and ``each`` reviews, mixed."""
    held = {row["id"] for row in (*petitions(), *facts())}
    raw = drawn([row for row in table(RAW) if row["id"] not in held], most=each)
    reviews = drawn([row for row in _reviews() if not is_held(row["id"])], most=each)
    return [row["text"] for pair in zip(raw, reviews, strict=True) for row in pair]


def is_held(id_: str) -> bool:
    """Whether a review is in the quarter that nothing may be tuned on."""
    return int(sha1(id_.encode()).hexdigest()[:8], 16) % _EVERY == 0


def drawn(rows: Sequence[Row], *, most: int) -> list[Row]:
    return Random(0).sample(list(rows), min(most, len(rows)))


@cache
def _reviews() -> tuple[Row, ...]:
    return tuple(row for name in REVIEWS for row in table(name))
