"""The benchmarks run as the README says and print what other programs read."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from bench.clock_truth import compared, vectors
from cases.rulebook import load_rulebook

ROOT = Path(__file__).parent.parent.parent
FIELDS = {"bench", "figure", "value", "unit", "goal", "passes", "floor", "peer", "note"}


@pytest.mark.parametrize("name", ["messages", "clocks", "understanding"])
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
