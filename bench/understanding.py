"""What people write: how much of it is understood as people labelled it, and what that costs."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from bench import reading_costs, real_texts, understood
from bench.figures import Figure, at_least, at_most, median, skipped, true_share
from bench.understood import Share
from cases.rulebook import load_rulebook
from main import make_reader
from nlp import Reader
from nlp.examples import NoLibrary

BENCH = "understanding"
MACRO_F1, GOODS, NAIVE_GOODS = 0.93, 0.82, 0.16
GOALS = {
    "department": (0.85, 0.70),
    "category": (0.72, 0.57),
    "problem": (0.66, 0.59),
    "kind": (0.90, 0.83),
    "county": (0.97, None),
    "any amount": (0.85, 0.78),
    "main amount": (0.75, 0.67),
    "merchant": (0.70, 0.58),
}
"""For each fact the least share of the held-out petitions, and what naive keyword rules reach there."""
PEER = "; peer: naive keyword rules"
OF_JIEBA = 0.5
LOAD_S, LOAD_MB, START_S, LONG_S = 0.2, 40.0, 1.5, 1.0
Raw = dict[str, list[float]]


@dataclass(frozen=True, kw_only=True)
class Size:
    """``folded``: texts of the public set; ``every``: each such petition; ``each``: reviews of a class.

    ``timed``: petitions and as many reviews a round; ``learned``: texts of the large model; ``starts``: processes.
    """

    folded: int | None
    every: int
    each: int
    timed: int
    rounds: int
    learned: int
    starts: int


SIZES = {
    "small": Size(folded=100, every=20, each=2, timed=5, rounds=1, learned=60, starts=1),
    "full": Size(folded=None, every=1, each=150, timed=300, rounds=7, learned=10_000, starts=5),
}


def run(size: str) -> tuple[list[Figure], Raw]:
    """Every figure, and the rounds behind them."""
    raw: Raw = {}
    wanted = SIZES[size]
    reader = make_reader(load_rulebook("puyang"))
    figures = _on_real_texts(reader, wanted, raw) if real_texts.there() else list(_without_texts())
    with tempfile.TemporaryDirectory() as name:
        figures += _model(reader, wanted, folder=Path(name), raw=raw)
        figures.append(_start(wanted, folder=Path(name), raw=raw))
    return [*figures, *_long(reader, wanted, raw)], raw


# ---- truth ----------------------------------------------------------------------------------------------------------


def _on_real_texts(reader: Reader, size: Size, raw: Raw) -> list[Figure]:
    return [
        _folds(size, raw),
        *_petitions(understood.petitions(reader, every=size.every)),
        *_reviews(reader, size),
        *_speed(reader, size, raw),
    ]


def _without_texts() -> Iterable[Figure]:
    for figure in ("macro-F1, five folds", "held-out petitions", "held-out reviews", "speed beside jieba"):
        yield skipped(BENCH, figure, unit="share", why=real_texts.WHY)


def _folds(size: Size, raw: Raw) -> Figure:
    name = "macro-F1 of 7 labels, five folds"
    folds = understood.folds(most=size.folded)
    if folds is None:
        return skipped(BENCH, name, unit="F1", why=str(NoLibrary()))
    raw[name] = [round(fold, 4) for fold in folds]
    note = f"folds: {' '.join(f'{fold:.3f}' for fold in folds)}; published: 0.90 to 0.93"
    return Figure(bench=BENCH, figure=name, unit="F1", note=note, **true_share(sum(folds) / len(folds), MACRO_F1))


def _petitions(found: dict[str, Share]) -> Iterable[Figure]:
    for name, share in found.items():
        goal, naive = GOALS[name]
        note = f"{_of(share)}{_files(share)}{PEER if naive else ''}"
        told = true_share(share.value, goal)
        yield Figure(bench=BENCH, figure=f"petitions, {name}", unit="share", peer=naive, note=note, **told)


def _reviews(reader: Reader, size: Size) -> Iterable[Figure]:
    goods, services = (understood.reviews(reader, group, each=size.each) for group in ("goods", "services"))
    told = true_share(goods.all.value, GOODS)
    note = f"{_of(goods.all)}{PEER}"
    yield Figure(bench=BENCH, figure="reviews of goods, category", unit="share", peer=NAIVE_GOODS, note=note, **told)
    yield _plain("reviews of goods, category where one is given", goods.spoken)
    yield _plain("reviews of services, category", services.all)
    yield _plain("reviews of services, category where one is given", services.spoken)


def _plain(figure: str, share: Share) -> Figure:
    return Figure(bench=BENCH, figure=figure, unit="share", value=round(share.value, 3), note=_of(share))


def _of(share: Share) -> str:
    return f"{share.right:,} of {share.of:,}"


def _files(share: Share) -> str:
    return f" ({share.of - share.added} in petitions.jsonl, {share.added} in facts.jsonl)" if share.added else ""


# ---- costs ----------------------------------------------------------------------------------------------------------


def _speed(reader: Reader, size: Size, raw: Raw) -> Iterable[Figure]:
    texts = real_texts.open_texts(each=size.timed)
    found = reading_costs.speeds(reader, texts, rounds=size.rounds)
    raw |= {f"{name}, ms a text": _milliseconds(spent, texts) for name, spent in found.items()}
    for name in reading_costs.cutters():
        figure = f"speed of jieba.cut, {name}"
        if name not in found:
            yield skipped(BENCH, figure, unit="x", why="not installed")
            continue
        jieba, ours = (median(found[way]) for way in ("jieba", name))
        note = f"{len(texts)} texts, ms a text: ours {1000 * ours / len(texts):.2f}, jieba.cut {_ms(jieba, texts):.2f}"
        yield Figure(bench=BENCH, figure=figure, unit="x", note=note, **at_least(jieba / ours, OF_JIEBA))


def _milliseconds(spent: Sequence[float], texts: Sequence[str]) -> list[float]:
    return [round(_ms(one, texts), 3) for one in spent]


def _ms(spent: float, texts: Sequence[str]) -> float:
    return 1000 * spent / len(texts)


def _model(reader: Reader, size: Size, *, folder: Path, raw: Raw) -> list[Figure]:
    names = (f"loading a model of {size.learned:,} texts", "memory that such a model adds")
    path = folder / "model.bin"
    try:
        large = reading_costs.large_model(reader, texts=size.learned, path=path)
    except NoLibrary as error:
        return [skipped(BENCH, name, unit="-", why=str(error)) for name in names]
    loads = [reading_costs.loaded(path) for _ in range(size.starts)]
    raw |= {f"{names[0]}, s": [spent for spent, _ in loads], f"{names[1]}, MB": [added for _, added in loads]}
    seconds, memory = (median(values) for values in zip(*loads, strict=True))
    note = f"a file of {large / 1e6:.1f} MB"
    return [
        Figure(bench=BENCH, figure=names[0], unit="s", note=note, **at_most(seconds, LOAD_S)),
        Figure(bench=BENCH, figure=names[1], unit="MB", **at_most(memory, LOAD_MB)),
    ]


def _start(size: Size, *, folder: Path, raw: Raw) -> Figure:
    starts = [reading_costs.start(folder) for _ in range(size.starts)]
    raw["start, s"] = [round(spent, 3) for spent in starts]
    note = f"the very first: {starts[0]:.2f} s"
    name = "start of `understand` to the first answer"
    return Figure(bench=BENCH, figure=name, unit="s", note=note, **at_most(median(starts), START_S))


def _long(reader: Reader, size: Size, raw: Raw) -> Iterable[Figure]:
    for kind, text in reading_costs.long_texts().items():
        name = f"100 kB of {kind}"
        spent = [reading_costs.seconds(reader, text) for _ in range(size.rounds)]
        raw[f"{name}, s"] = [round(one, 4) for one in spent]
        note = f"the slowest of {len(spent)}"
        yield Figure(bench=BENCH, figure=name, unit="s", note=note, **at_most(max(spent), LONG_S))
