"""What understanding costs: time beside jieba's, the size of a large model, the start, and very long texts."""

from __future__ import annotations

import json
import subprocess
import sys
import time
import tomllib
from collections.abc import Callable, Sequence
from datetime import date
from importlib import import_module
from itertools import cycle, islice
from pathlib import Path

from bench.programs import ROOT, environment, first_line, program
from nlp import Reader
from nlp.corpus import examples
from nlp.examples import Example, fit
from nlp.words import Cut, fast_cut, plain_cut

TODAY = date(2026, 11, 25)
LONG = Path(__file__).parent / "long.toml"
LONG_BYTES = 100_000
_FEW = 50


def cutters() -> dict[str, Cut | None]:
    """The ways to cut words, by name; None for one that is not installed."""
    return {"with rjieba": fast_cut(), "with plain jieba": plain_cut()}


def speeds(reader: Reader, texts: Sequence[str], *, rounds: int) -> dict[str, list[float]]:
    """Seconds of processor for all texts, round by round in turns: jieba's words alone, and all that we understand."""
    plain_cut()  # quiets jieba
    ways: dict[str, Callable[[str], object]] = {"jieba": import_module("jieba").lcut}
    for name, cut in cutters().items():
        if cut is not None:
            ways[name] = _understanding(reader.with_cut(cut))
    for way in ways.values():
        _spent(way, texts[:_FEW])
    found: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(rounds):
        for name, way in ways.items():
            found[name].append(_spent(way, texts))
    return found


def _understanding(reader: Reader) -> Callable[[str], object]:
    return lambda text: reader.understand(text, today=TODAY)


def _spent(way: Callable[[str], object], texts: Sequence[str]) -> float:
    start = time.process_time()
    for text in texts:
        way(text)
    return time.process_time() - start


def large_model(reader: Reader, *, texts: int, path: Path) -> int:
    """Write a model of that many texts, ours over and over with a character left out; gives the size of the file."""
    data = fit(list(islice(_varied(), texts)), see=reader.seen).data
    path.write_bytes(data)
    return len(data)


def _varied() -> cycle[Example]:
    ours = examples()
    return cycle([*ours, *(_shortened(example, number) for number, example in enumerate(ours))])


def _shortened(example: Example, number: int) -> Example:
    at = number * 7 % len(example.text)
    return Example(text=example.text[:at] + example.text[at + 1 :], labels=example.labels)


def loaded(path: Path) -> tuple[float, float]:
    """Seconds and MB that loading a model takes in a new process."""
    command = [sys.executable, "-m", "bench.loading", str(path)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    told = json.loads(done.stdout)
    return told["seconds"], told["mb"]


def start(folder: Path) -> float:
    """Seconds from the start of ``understand`` to the answer to a first line that was waiting."""
    begun = time.perf_counter()
    with program("main.py", "understand", env=environment(folder)) as running:
        assert running.stdin
        running.stdin.write(json.dumps({"id": 1, "text": examples()[0].text}).encode() + b"\n")
        running.stdin.close()
        running.stdin = None
        answer = json.loads(first_line(running))
        spent = time.perf_counter() - begun
    assert answer["category"]
    return spent


def long_texts() -> dict[str, str]:
    """Texts of 100 kB."""
    kinds = tomllib.loads(LONG.read_text(encoding="utf-8"))
    kinds["prose"] = "".join(example.text for example in examples())
    return {name: _long(text) for name, text in kinds.items()}


def _long(text: str) -> str:
    size = len(text.encode())
    return (text * (LONG_BYTES // size + 1)).encode()[:LONG_BYTES].decode(errors="ignore")


def seconds(reader: Reader, text: str) -> float:
    begun = time.perf_counter()
    reader.understand(text, today=TODAY)
    return time.perf_counter() - begun
