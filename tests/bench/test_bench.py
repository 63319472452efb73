"""The benchmarks run as the README says and print what other programs read."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from bench import real_texts, understood
from bench.clock_truth import compared, vectors
from cases.rulebook import load_rulebook
from cases.understanding import Understanding

ROOT = Path(__file__).parent.parent.parent
FIELDS = {"bench", "figure", "value", "unit", "goal", "passes", "floor", "peer", "note"}


@pytest.mark.parametrize("name", ["messages", "clocks", "delivery", "understanding"])
def test_the_small_size_prints_one_json_object_a_line(name: str) -> None:
    command = [sys.executable, "-m", "bench", name, "--size", "small", "--json"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    figures = [json.loads(line) for line in done.stdout.splitlines()]
    assert figures, done.stderr
    assert all(set(figure) == FIELDS and figure["bench"] == name for figure in figures)
    assert all(figure["value"] is not None or figure["note"].startswith("skipped") for figure in figures)


def test_the_due_dates_agree_with_a_second_opinion_and_simpler_clocks_do_not() -> None:
    rulebook = load_rulebook("puyang")
    for tally in compared(rulebook, every=97).values():
        assert tally.right == tally.compared > tally.weekdays_wrong > tally.no_makeup_wrong > 0
    by_hand = vectors(rulebook.calendar)
    assert by_hand.right == by_hand.compared > 0


def test_an_unknown_benchmark_is_refused_with_the_names_that_exist() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "bench", "nothing"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert "messages" in done.stderr


def test_understanding_is_measured_on_held_petitions_alone_each_of_them_once() -> None:
    rows = [*real_texts.petitions(), *real_texts.facts()]
    assert len({row["id"] for row in rows}) == len(rows)
    assert all(real_texts.is_held(row["id"]) for row in rows)
    assert all(row["main_amount"] in (None, *row["amounts"]) for row in real_texts.facts())
    assert not any("text" in row for row in rows)


def test_understanding_takes_any_of_the_right_names_of_a_business_over_both_files() -> None:
    row: dict[str, Any] = {"county": "", "amounts": [], "main_amount": None, "merchant": "Alpha Homes"}
    both = row | {"merchant": ["Alpha Homes", "Lake View"]}
    heard = Understanding(merchant="Lake View")
    share = understood.facts([(row, heard)], [(both, heard)])["merchant"]
    assert (share.right, share.of, share.added) == (1, 2, 1)
