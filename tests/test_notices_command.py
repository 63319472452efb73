"""``main.py notices``: every text with sample facts, its length, and why it is sent; nothing is written anywhere."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from cases.rulebook import SITES
from cases.texts import sms_segments
from main import main

ACCEPTED = "notice.complaint.accepted"
Printed = pytest.CaptureFixture[str]


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder to work in."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_every_text_is_shown_under_whom_it_is_for_and_nothing_is_left_behind(folder: Path, capsys: Printed) -> None:
    assert main(["notices"]) == 0
    told = capsys.readouterr().out
    heads = [line for line in told.splitlines() if line.startswith("== ")]
    assert [head[3:5] for head in heads] == ["投诉", "举报", "咨询", "建议", "各类", "发给", "发给"]
    assert told.splitlines()[-1].endswith("0条超过两段。")
    assert list(folder.iterdir()) == []


def test_a_text_says_when_to_whom_how_long_and_on_what_basis(capsys: Printed) -> None:
    assert main(["notices", ACCEPTED, "notice.tipoff.docketed", "ping.odr_due", "--site", "xiangcheng"]) == 0
    told = capsys.readouterr().out
    accepted = next(line for line in told.splitlines() if line.startswith(ACCEPTED))
    assert "受理 → 消费者" in accepted
    assert "1段  法定，不能关  第121号令第十五条;文书式样五" in accepted
    assert "notice.tipoff.docketed  立案 → 消费者" in told
    assert "服务，未开" in told
    assert "ping.odr_due  企业在线和解 → 企业" in told


def test_as_json_each_text_is_an_object_with_its_facts(capsys: Printed) -> None:
    assert main(["notices", "--json"]) == 0
    rows = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert len(rows) > 100
    for row in rows:
        assert (row["fits"], row["segments"]) == (True, sms_segments(row["short"]))
        assert row["characters"] == len(row["short"])
    (accepted,) = [row for row in rows if row["key"] == ACCEPTED]
    assert accepted["switch"] == "statutory"
    assert set(accepted["facts"]) == {"subject", "no", "officer", "bureau_phone", "due"}
    switches = {row["key"]: row["switch"] for row in rows}
    assert switches["notice.tipoff.docketed"] == switches["notice.complaint.routed"] == "on"
    assert switches["notice.complaint.signed"] == "off"


def test_a_text_that_there_is_none_of_is_named_with_those_that_there_are(capsys: Printed) -> None:
    assert main(["notices", "notice.gone"]) == 1
    told = capsys.readouterr()
    assert (told.out, "没有notice.gone这条文字" in told.err, ACCEPTED in told.err) == ("", True, True)


def test_a_site_whose_text_does_not_fit_is_told_so_with_its_file(folder: Path, capsys: Printed) -> None:
    site = Path(shutil.copytree(SITES / "xiangcheng", folder / "site"))
    (site / "texts.toml").write_text('[notice]\nrate = "【{signature}】{no}' + "请评价" * 45 + '"\n', "utf-8")
    assert main(["notices", "--site", str(site)]) == 1
    assert "texts.toml: notice.rate: found" in capsys.readouterr().err


@pytest.mark.parametrize("keys", [[], [ACCEPTED]], ids=["much", "little"])
def test_a_reader_who_leaves_early_causes_no_complaint(keys: list[str]) -> None:
    command = [sys.executable, str(Path(__file__).parents[1] / "main.py"), "notices", *keys]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as running:
        assert running.stdout
        assert running.stderr
        running.stdout.close()
        assert running.stderr.read() == b""
