"""The benchmarks run as the README says and print what other programs read."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
FIELDS = {"bench", "figure", "value", "unit", "goal", "passes", "floor", "peer", "note"}


def test_the_small_size_prints_one_json_object_a_line() -> None:
    command = [sys.executable, "-m", "bench", "messages", "--size", "small", "--json"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    figures = [json.loads(line) for line in done.stdout.splitlines()]
    assert figures, done.stderr
    assert all(set(figure) == FIELDS for figure in figures)
    assert all(figure["value"] is not None or figure["note"].startswith("skipped") for figure in figures)


def test_an_unknown_benchmark_is_refused_with_the_names_that_exist() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "bench", "nothing"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert "messages" in done.stderr
