"""A linear model of several heads, served without numpy from one compact file.

All weights of a feature are lanes of one large integer, so that adding two features adds every class at once: the sum
over a text is a handful of additions in C. Each lane is 16 bits wide; a weight takes 8, so 256 features fit before the
lanes must be read out. (Lamport, "Multiple byte processing with full-word instructions", CACM 18:8, 1975.)
"""

from __future__ import annotations

import json
import struct
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from math import exp, sqrt
from operator import itemgetter
from pathlib import Path
from typing import Any

from nlp.features import BLOCKS, Features

MAGIC = b"LXMODEL1"
ZERO = 128
"""What a weight of nothing is stored as."""
_LANE = 2
_MANY = 256
_TOLD = 3


@dataclass(frozen=True, kw_only=True)
class Judged:
    """What one head says of a text: its labels with their probabilities, the likeliest first."""

    shares: tuple[tuple[str, float], ...]

    @property
    def label(self) -> str:
        return self.shares[0][0]

    @property
    def share(self) -> float:
        return self.shares[0][1]

    def share_of(self, label: str | None) -> float:
        """The probability of a label; 0 for one the head does not know."""
        return next((share for known, share in self.shares if known == label), 0.0)


@dataclass(frozen=True, kw_only=True)
class Head:
    """One question the model answers: its labels, and how sums of lanes become probabilities."""

    name: str
    labels: tuple[str, ...]
    bias: tuple[float, ...]
    sharpness: float
    start: int


class Classifier:
    """A fitted model. It keeps no state between texts and may be shared by threads."""

    def __init__(self, *, about: Mapping[str, Any], features: Sequence[Sequence[str]], lanes: bytes) -> None:
        """``lanes`` holds for each feature, block by block, one byte for its weight squared and one for each class."""
        self.about = about
        self.heads = tuple(_heads(about["heads"]))
        self._width = 1 + sum(len(head.labels) for head in self.heads)
        self._units: Sequence[float] = about["units"]
        self._square: float = about["square"]
        self._tables = _tables(features, lanes, width=self._width)

    def judge(self, found: Features) -> dict[str, Judged]:
        """What each head says of a text; {} when the model knows nothing in it."""
        scores: list[float] = []
        for table, unit, block in zip(self._tables, self._units, found, strict=True):
            if sums := self._added(table, block):
                # What the zero of each weight adds is the same for every class, and so makes no difference.
                scale = unit / sqrt(max(sums[0], 1) * self._square)
                scores = [a + b * scale for a, b in zip(scores, sums, strict=True)] if scores else _scaled(sums, scale)
        return {head.name: _judged(head, scores) for head in self.heads} if scores else {}

    def words_for(self, head: str, label: str, words: Iterable[str]) -> tuple[str, ...]:
        """Those of the words that spoke most for a label of a head, the strongest first."""
        lane = next(h.start + h.labels.index(label) for h in self.heads if h.name == head) * 8 * _LANE
        table = self._tables[0]
        weighed = [((row >> lane & 0xFFFF) - ZERO, word) for word in words if (row := table.get(word))]
        strong = sorted((pair for pair in weighed if pair[0] > 0 and len(pair[1]) > 1), reverse=True)
        return tuple(word for _, word in strong[:_TOLD])

    def _added(self, table: Mapping[str, int], block: Iterable[str]) -> list[int]:
        """The lanes of all known features of a block added up; [] when none is known."""
        rows = list(filter(None, map(table.get, block)))
        total: list[int] = []
        for start in range(0, len(rows), _MANY):
            summed = sum(rows[start : start + _MANY]).to_bytes(self._width * _LANE, "little")
            lanes = memoryview(summed).cast("H").tolist()
            total = [a + b for a, b in zip(total, lanes, strict=True)] if total else lanes
        return total


def _scaled(sums: Iterable[int], scale: float) -> list[float]:
    return [lane * scale for lane in sums]


def packed(about: Mapping[str, Any], *, features: Sequence[Sequence[str]], lanes: bytes) -> bytes:
    """The model as bytes: a description in JSON, the features in UTF-8, the weights."""
    parts = (
        json.dumps(about, ensure_ascii=False, sort_keys=True).encode(),
        "\x00".join("\n".join(block) for block in features).encode(),
        lanes,
    )
    body = b"".join(struct.pack("<I", len(part)) + part for part in parts)
    return MAGIC + zlib.compress(body, 9)


def load(path: Path) -> Classifier:
    """The model in a file. ValueError when it is none or is damaged, OSError when it cannot be read."""
    data = path.read_bytes()
    if not data.startswith(MAGIC):
        raise ValueError(f"{path} is no model")
    try:
        about, features, lanes = _parts(zlib.decompress(data[len(MAGIC) :]))
        blocks = [block.split("\n") if block else [] for block in features.decode().split("\x00")]
        return Classifier(about=json.loads(about), features=blocks, lanes=lanes)
    except (zlib.error, struct.error, KeyError, UnicodeDecodeError) as error:
        raise ValueError(f"{path} is a damaged model") from error


def _parts(body: bytes) -> Iterator[bytes]:
    at = 0
    while at < len(body):
        (length,) = struct.unpack_from("<I", body, at)
        yield body[at + 4 : at + 4 + length]
        at += 4 + length


def _heads(told: Iterable[Mapping[str, Any]]) -> Iterator[Head]:
    start = 1
    for head in told:
        yield Head(
            name=head["name"],
            labels=tuple(head["labels"]),
            bias=tuple(head["bias"]),
            sharpness=head["sharpness"],
            start=start,
        )
        start += len(head["labels"])


def _tables(features: Sequence[Sequence[str]], lanes: bytes, *, width: int) -> list[dict[str, int]]:
    if len(lanes) != width * sum(map(len, features)) or len(features) != len(BLOCKS):
        raise ValueError("the weights of a model do not fit its features")
    wide = bytearray(_LANE * len(lanes))
    wide[::_LANE] = lanes
    rows = (int.from_bytes(row, "little") for (row,) in struct.iter_unpack(f"{_LANE * width}s", wide))
    return [dict(zip(block, islice(rows, len(block)), strict=True)) for block in features]


def _judged(head: Head, scores: Sequence[float]) -> Judged:
    mine = scores[head.start : head.start + len(head.labels)]
    margins = [(score + bias) * head.sharpness for score, bias in zip(mine, head.bias, strict=True)]
    best = max(margins)
    odds = [exp(margin - best) for margin in margins]
    total = sum(odds)
    shares = [odd / total for odd in odds]
    return Judged(shares=tuple(sorted(zip(head.labels, shares, strict=True), key=itemgetter(1), reverse=True)))
