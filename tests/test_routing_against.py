"""``main.py check --routing-against FILE``: from the command line, over whatever database there is."""

from __future__ import annotations

from pathlib import Path

import pytest

from main import main
from tests.test_export import filed

RULE = """
[[rule]]
id = "milk-elsewhere"
when = { category = ["食品", "烟酒饮料"] }
department = "农业农村局"
because = "试行：牛奶由农业农村部门管"
basis = "（试行方案）"
"""


@pytest.fixture(autouse=True)
def changed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A changed file in an empty folder to work in."""
    monkeypatch.chdir(tmp_path)
    file = tmp_path / "changed.toml"
    file.write_text(RULE, "utf-8")
    return file


def test_without_a_database_it_says_so_and_makes_none(changed: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "--routing-against", "changed.toml"]) == 0
    assert "库里还没有件" in capsys.readouterr().out
    assert [path.name for path in changed.parent.iterdir() if path.suffix != ".toml"] in ([], ["data"])
    assert not list(changed.parent.rglob("*.sqlite3"))


def test_a_past_case_that_would_move_is_told(
    changed: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    filed(monkeypatch)
    capsys.readouterr()
    assert main(["check", "puyang", "--routing-against", "changed.toml"]) == 0
    told = capsys.readouterr()
    assert "有1件变动" in told.out
    assert "华龙区市场监管局 → 农业农村局" in told.out
    assert told.err == ""


def test_a_faulty_file_is_refused(changed: Path, capsys: pytest.CaptureFixture[str]) -> None:
    changed.write_text(RULE.replace("食品", "食物"), "utf-8")
    assert main(["check", "--routing-against", "changed.toml"]) == 1
    told = capsys.readouterr()
    assert (told.out, "rule[0].when.category[0]" in told.err, "食物" in told.err) == ("", True, True)
    assert main(["check", "--routing-against", "none.toml"]) == 1
    assert "none.toml" in capsys.readouterr().err
