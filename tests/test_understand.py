"""``main.py understand`` and ``evaluate``: JSON Lines in, what was understood and how well out."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from main import main

MILK = "昨天在华龙区惠万家超市建设路店花58块买的纯牛奶过期了，要求退货并赔偿"


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)  # nobody's .env


def understood(capsys: pytest.CaptureFixture[str], file: str, *, fails: bool = False) -> list[dict[str, Any]]:
    assert main(["understand", file, "--on", "2026-11-25"]) == fails
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def lines(path: Path, *rows: Mapping[str, object] | str) -> str:
    told = [row if isinstance(row, str) else json.dumps(row, ensure_ascii=False) for row in rows]
    path.write_text("\n".join(told) + "\n", "utf-8")
    return str(path)


def test_a_text_is_told_in_the_agreed_form(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    (told,) = understood(capsys, lines(tmp_path / "in.jsonl", {"id": "7", "text": MILK}))
    expected = {
        "id": "7", "kinds": ["complaint"], "object": "goods", "category": "食品", "problem": "食品安全",
        "department": "市场监管局", "bureau": "410902", "region": "410902", "merchant": "惠万家超市(建设路店)",
        "product": "纯牛奶", "amount": 58.0, "happened_on": "2026-11-24", "phone": None,
        "demands": ["退货", "赔偿损失"], "urgent": False,
    }  # fmt: skip
    assert {key: told[key] for key in expected} == expected
    assert 0 < told["confidence"] <= 1
    assert "过期了" in told["because"]["problem"]
    assert all({"category", "confidence"} == set(other) for other in told["alternatives"])


def test_lines_keep_their_order_and_a_bad_one_costs_only_itself(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    file = lines(tmp_path / "in.jsonl", {"id": 1, "text": MILK}, "no json", '{"id": 2}', "[1]", {"id": 3, "text": ""})
    told = understood(capsys, file, fails=True)
    assert [line["id"] for line in told] == [1, None, None, None, 3]
    assert [line["error"] for line in told[1:4]] == ["line 2: no JSON", "line 3: no text", "line 4: no JSON object"]
    assert (told[4]["kinds"], told[4]["category"], told[4]["confidence"]) == ([], None, 0)


def test_standard_input_is_read_without_a_file(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(json.dumps({"id": 1, "text": MILK}).encode())))
    (told,) = understood(capsys, "-")
    assert told["category"] == "食品"


WITHOUT = """
import sys
sys.path.insert(0, {root!r})
sys.modules.update(dict.fromkeys(("sqlalchemy", "alembic", "aiohttp", "storage", "scheduler")))
from main import main
sys.exit(main({arguments!r}))
"""


@pytest.mark.parametrize("command", ["understand", "evaluate", "check"])
def test_what_reads_texts_or_rules_alone_needs_neither_a_database_nor_a_server(command: str, tmp_path: Path) -> None:
    given = "puyang" if command == "check" else lines(tmp_path / "in.jsonl", {"text": MILK, "category": "食品"})
    program = WITHOUT.format(root=str(Path(__file__).parents[1]), arguments=[command, given])
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout


def test_small_talk_and_bare_answers_are_about_nothing(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    said = ("你好", "我要投诉", "13800138000", "张伟", "谢谢", "？？？")
    told = understood(capsys, lines(tmp_path / "in.jsonl", *({"id": text, "text": text} for text in said)))
    assert [line["category"] for line in told] == [None] * len(said)


def test_a_file_that_is_missing_is_told_in_one_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["understand", "nowhere.jsonl"]) == 1
    assert capsys.readouterr().err.startswith("nowhere.jsonl: ")


def test_evaluation_tells_accuracy_and_what_was_taken_for_what(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    rows = (
        {"id": "1", "text": MILK, "kinds": ["complaint"], "category": ["食品", "烟酒饮料"], "department": "市场监管局"},
        {"id": "2", "text": MILK, "category": "电信"},
    )
    assert main(["evaluate", lines(tmp_path / "held.jsonl", *rows), "--json"]) == 0
    told = {one["head"]: one for one in map(json.loads, capsys.readouterr().out.splitlines())}
    assert told["kinds"]["accuracy"] == told["department"]["accuracy"] == 1
    assert told["category"]["count"] == 2
    assert told["category"]["accuracy"] == 0.5
    assert told["category"]["confused"] == [{"meant": "电信", "guessed": "食品", "count": 1}]
    assert main(["evaluate", str(tmp_path / "held.jsonl")]) == 0
    assert "电信 → 食品：1" in capsys.readouterr().out


def test_evaluation_refuses_labels_outside_the_lists_and_lines_without_text(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    rows = ({"id": "1", "text": MILK, "category": "水产"}, {"id": "2"})
    assert main(["evaluate", lines(tmp_path / "held.jsonl", *rows)]) == 1
    told = capsys.readouterr().err
    assert "line 1.category: found 水产" in told
    assert "line 2: found no text" in told


def test_folds_measure_a_model_fitted_to_the_file_alone(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    rows = [{"id": f"{n}{label}", "text": f"{text}第{n}次", "label": label} for n in range(6) for label, text in KINDS]
    assert main(["evaluate", lines(tmp_path / "all.jsonl", *rows), "--folds", "3", "--json"]) == 0
    (told,) = map(json.loads, capsys.readouterr().out.splitlines())
    assert (told["head"], told["count"], told["macro_f1"]) == ("label", 12, 1.0)


KINDS = (("城建", "路灯坏了没有人修"), ("教育", "学校补课乱收费"))
