"""``main.py export cases``: a workbook and one sentence, whole or not at all."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from pathlib import Path

import pytest

from main import main
from tests.workbooks import read_workbook

WIDE = ("--from", "2020-01-01", "--to", "2090-12-31")
ALL = ("export", "cases", *WIDE, "--out")


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder to work in."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def filed(monkeypatch: pytest.MonkeyPatch) -> None:
    lines = ["昨天在华龙区惠万家超市建设路店买了箱纯牛奶58块,回家发现过期了,他们不给退", "1", "王芳", "13812345678"]
    lines += ["华龙区中原路某小区", "确认提交", "/quit"]
    monkeypatch.setattr(sys, "stdin", io.StringIO("\n".join(lines) + "\n"))
    assert main(["chat"]) == 0


def test_the_ledger_is_written_over_an_older_one_and_one_sentence_says_so(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    filed(monkeypatch)
    capsys.readouterr()
    (folder / "out.xlsx").write_text("the one of yesterday")
    assert main([*ALL, "out.xlsx"]) == 0
    told = capsys.readouterr()
    assert told.out == "台账已写入out.xlsx：2020-01-01至2090-12-31登记的共1件。\n"
    assert told.err == ""
    (row,) = read_workbook((folder / "out.xlsx").read_bytes())["投诉"].rows
    assert row["商家"] == "惠万家超市(建设路店)"
    assert sorted(path.name for path in folder.iterdir()) == ["data", "out.xlsx"]
    assert (folder / "out.xlsx").stat().st_mode & 0o077 == 0


def test_a_place_where_nothing_can_be_written_is_told_in_one_sentence(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "taken.xlsx").mkdir()
    (folder / "file").write_text("")
    places = {"none/out.xlsx": "none这个文件夹", "taken.xlsx": "taken.xlsx写不进去", "file/out.xlsx": "file这个文件夹"}
    places["/proc/version"] = "/proc/version写不进去"
    for place, sentence in places.items():
        assert main([*ALL, place]) == 1
        told = capsys.readouterr().err
        assert (sentence in told, told.count("\n")) == (True, 1), told


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_file_that_may_not_be_written_is_left_as_it_is(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "out.xlsx").write_text("kept")
    (folder / "out.xlsx").chmod(0o400)
    assert main([*ALL, "out.xlsx"]) == 1
    assert "写不进去" in capsys.readouterr().err
    assert (folder / "out.xlsx").read_text() == "kept"


@pytest.mark.parametrize(
    "call",
    [
        ["export"],
        ["export", "cases"],
        ["export", "people", *WIDE, "--out", "x.xlsx"],
        ["export", "cases", *WIDE],
        ["export", "cases", "--from", "2026-12-01", "--to", "2026-11-30", "--out", "x.xlsx"],
        ["export", "cases", "--from", "2026-2-01", "--to", "2026-11-30", "--out", "x.xlsx"],
        ["export", "cases", "--from", "yesterday", "--to", "2026-11-30", "--out", "x.xlsx"],
        ["export", "cases", "--from", "20261101", "--to", "2026-11-30", "--out", "x.xlsx"],
        ["export", "cases", "--names", *WIDE, "--out", "x.xlsx"],
    ],
)
def test_a_wrong_call_ends_with_two_and_touches_nothing(
    call: list[str], folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(call)
    assert ended.value.code == 2
    assert "usage: main.py" in capsys.readouterr().err
    assert list(folder.iterdir()) == []


def test_the_library_of_workbooks_is_loaded_for_a_ledger_only() -> None:
    code = "import sys, main, bot.web.app; print('xlsxwriter' in sys.modules)"
    root = Path(__file__).parents[1]
    done = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"
