"""How much of real texts is understood as people labelled them: petitions, reviews, and the folds of a public set."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from difflib import SequenceMatcher
from functools import partial
from importlib import import_module
from typing import Any, NamedTuple

from bench import real_texts
from cases.understanding import Understanding
from nlp import Reader
from nlp.evaluation import measure
from nlp.examples import Example, NoLibrary, fit
from nlp.features import Features, features
from nlp.judging import parts

TODAY = date(2026, 11, 25)
FOLDS = 5
_HEAD = "label"
_WHOLE = 0.5
_Pairs = list[tuple[dict[str, Any], Understanding]]
_Test = Callable[[dict[str, Any], Understanding], bool]


class Share(NamedTuple):
    """So many right of so many; ``of`` is never 0. ``added``: how many of ``of`` come from the second file."""

    right: int
    of: int
    added: int = 0

    @property
    def value(self) -> float:
        return self.right / self.of


class Goods(NamedTuple):
    """Reviews with a right category; ``spoken``: over those that were given any."""

    all: Share
    spoken: Share


# ---- petitions ------------------------------------------------------------------------------------------------------


def petitions(reader: Reader, *, every: int) -> dict[str, Share]:
    """What is right in every such held-out petition, by what was asked: facts over both files, the rest over one."""
    pairs = _heard(reader, real_texts.petitions()[::every])
    added = _heard(reader, real_texts.facts()[::every])
    judged: dict[str, _Test] = {
        "department": lambda row, heard: heard.department in row["department"],
        "category": lambda row, heard: heard.category in row["category"],
        "problem": lambda row, heard: heard.problem in row["problem"],
        "kind": lambda row, heard: parts(heard.kinds) in row["kinds"],
    }
    return {name: _right(pairs, test) for name, test in judged.items()} | facts(pairs, added)


def facts(pairs: _Pairs, added: _Pairs) -> dict[str, Share]:
    """Which facts are right, each over the petitions that have it; the county over all of them."""
    asked: dict[str, tuple[Callable[[dict[str, Any]], bool], _Test]] = {
        "county": (lambda row: True, lambda row, heard: (heard.region or "") == row["county"]),
        "any amount": (
            lambda row: bool(row["amounts"]),
            lambda row, heard: bool(_sums(row["amounts"]) & set(heard.amounts)),
        ),
        "main amount": (
            lambda row: row["main_amount"] is not None,
            lambda row, heard: heard.amount in _sums([row["main_amount"]]),
        ),
        "merchant": (
            lambda row: bool(row["merchant"]),
            lambda row, heard: any(overlap(name, heard.merchant or "") for name in _names(row["merchant"])),
        ),
    }
    found = {}
    for name, (has, test) in asked.items():
        first, second = ([pair for pair in some if has(pair[0])] for some in (pairs, added))
        found[name] = _right([*first, *second], test)._replace(added=len(second))
    return {name: share for name, share in found.items() if share.of}


def _heard(reader: Reader, rows: Iterable[dict[str, Any]]) -> _Pairs:
    return [(row, reader.understand(real_texts.text_of(row), today=TODAY)) for row in rows]


def _names(merchant: str | list[str]) -> list[str]:
    """A business by one name, or by several that are equally right: a developer and its estate."""
    return [merchant] if isinstance(merchant, str) else merchant


def _right(pairs: _Pairs, test: _Test) -> Share:
    return Share(sum(test(row, heard) for row, heard in pairs), len(pairs))


def _sums(values: Iterable[float]) -> set[Decimal]:
    return {Decimal(str(value)) for value in values}


def overlap(one: str, other: str) -> bool:
    """Whether one name holds the other, or both share half of the shorter one in a row; spaces do not count."""
    one, other = ("".join(name.split()) for name in (one, other))
    if not one or not other:
        return False
    match = SequenceMatcher(None, one, other, autojunk=False).find_longest_match()
    return match.size >= _WHOLE * min(len(one), len(other))


# ---- reviews --------------------------------------------------------------------------------------------------------


def reviews(reader: Reader, group: str, *, each: int) -> Goods:
    """The category of ``each`` held-out reviews of every class of the group."""
    wanted = real_texts.accepted(group)
    rows = real_texts.held_reviews(wanted, each=each)
    heard = [(wanted[row["label"]], reader.understand(row["text"], today=TODAY).category) for row in rows]
    right = sum(category in labels for labels, category in heard)
    return Goods(Share(right, len(heard)), Share(right, max(1, sum(bool(category) for _, category in heard))))


# ---- the public set -------------------------------------------------------------------------------------------------


def folds(*, most: int | None) -> list[float] | None:
    """Macro-F1 of each of five folds of the segmented petitions; None where scikit-learn is missing.

    A model is fitted to four parts alone and asked about the fifth. ``most``: the first texts only.
    """
    rows = real_texts.table(real_texts.SEGMENTED)[:most]
    try:
        split = import_module("sklearn.model_selection").StratifiedKFold(FOLDS, shuffle=True, random_state=0)
        parted = list(split.split(rows, [row["label"] for row in rows]))
        return [_fold([rows[n] for n in learned], [rows[n] for n in left]) for learned, left in parted]
    except (ModuleNotFoundError, NoLibrary):
        return None


def _fold(learned: Sequence[Mapping[str, str]], left: Sequence[Mapping[str, str]]) -> float:
    see: Callable[[str], Features] = partial(features, cut=str.split, most=None)
    model = fit([Example(text=row["text"], labels={_HEAD: row["label"]}) for row in learned], see=see).classifier
    guesses = [model.judge(see(row["text"])) for row in left]
    pairs = [((row["label"],), guess[_HEAD].label if guess else None) for row, guess in zip(left, guesses, strict=True)]
    return measure(_HEAD, pairs).macro_f1
