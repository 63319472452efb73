"""``main.py due``: the due date of a limit and its proof, for people and for programs."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from main import main

WITH_CHINA = "2026-09-23T23:59"
AS_UTC = "2026-09-23T16:01+00:00"


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)  # nobody's .env


def told(capsys: pytest.CaptureFixture[str], *options: str) -> dict[str, Any]:
    assert main(["due", *options, "--json"]) == 0
    answer: dict[str, Any] = json.loads(capsys.readouterr().out)
    return answer


@pytest.mark.parametrize(
    ("rule", "start", "due"),
    [
        ("accept", "2026-09-23T10:00", "2026-10-10"),
        ("accept", "2026-11-20", "2026-12-01"),
        ("verify", "2026-04-30T10:00", "2026-05-25"),
        ("mediate", "2026-09-23T10:00", "2026-11-23"),
        ("mediate", "2026-04-15T10:00", "2026-06-15"),
        ("odr", "2026-09-18T10:00", "2026-10-09"),
        ("jurisdiction", "2026-04-30T10:00", "2026-05-13"),
        ("tell_terminated", "2026-09-30T10:00", "2026-10-15"),
        ("docketed", "2026-11-23T10:00", "2027-02-22"),
    ],
)
def test_the_due_date_of_each_limit(capsys: pytest.CaptureFixture[str], rule: str, start: str, due: str) -> None:
    assert told(capsys, "--rule", rule, "--from", start)["due_on"] == due


def test_the_proof_holds_every_day_and_why(capsys: pytest.CaptureFixture[str]) -> None:
    answer = told(capsys, "--rule", "accept", "--from", WITH_CHINA)
    assert list(answer) == ["rule", "basis", "from", "due_on", "extended", "provisional", "steps"]
    assert answer["from"] == "2026-09-23T23:59:00+08:00"
    assert answer["steps"][0] == {"date": "2026-09-23", "counted": False, "why": "first_day"}
    assert answer["steps"][-1] == {"date": "2026-10-10", "counted": True, "why": "makeup_day"}
    assert sum(step["counted"] for step in answer["steps"]) == 7
    assert "第十五条" in answer["basis"]


def test_any_other_limit_of_the_site_can_be_asked_for(capsys: pytest.CaptureFixture[str]) -> None:
    answer = told(capsys, "--rule", "sign", "--from", "2026-11-23T10:00")
    assert (answer["rule"], answer["due_on"]) == ("sign", "2026-11-24")


def test_a_limit_in_minutes_or_hours_is_due_at_an_instant(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LIANXIN_SITE", "chongxin")
    answer = told(capsys, "--rule", "arrival", "--from", "2026-11-23T23:55")
    assert (answer["due_on"], answer["due_at"]) == ("2026-11-24", "2026-11-24T00:05:00+08:00")
    assert main(["due", "--rule", "fast_response", "--from", "2026-11-23T10:00"]) == 0
    assert "2026-11-23 10:00起，2026-11-24 10:00到期" in capsys.readouterr().out


def test_an_unknown_limit_is_a_wrong_call_that_names_those_there_are(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["due", "--rule", "nothing", "--from", "2026-09-23"])
    assert ended.value.code == 2
    assert "可以问：dispatch, sign, accept, mediate" in capsys.readouterr().err


def test_an_instant_after_midnight_in_china_is_the_next_day(capsys: pytest.CaptureFixture[str]) -> None:
    assert told(capsys, "--rule", "accept", "--from", AS_UTC)["steps"][0]["date"] == "2026-09-24"


def test_an_extension_and_a_pause_move_the_date(capsys: pytest.CaptureFixture[str]) -> None:
    assert told(capsys, "--rule", "verify", "--from", "2026-04-15", "--extended")["due_on"] == "2026-05-29"
    paused = told(capsys, "--rule", "mediate", "--from", "2026-05-06", "--pause", "2026-05-11/2026-05-21")
    assert paused["due_on"] == "2026-07-15"
    assert sum(step["why"] == "paused" for step in paused["steps"]) == 10
    twice = ("--pause", "2026-05-11/2026-05-21", "--pause", "2026-06-01/2026-06-02")
    assert told(capsys, "--rule", "mediate", "--from", "2026-05-06", *twice)["due_on"] == "2026-07-16"


def test_a_case_from_before_the_rule_changed_has_forty_five_working_days(capsys: pytest.CaptureFixture[str]) -> None:
    answer = told(capsys, "--rule", "mediate", "--from", "2026-04-14T10:00")
    assert sum(step["counted"] for step in answer["steps"]) == 45
    assert "第20号令" in answer["basis"]


def test_a_date_in_a_year_without_a_published_calendar_is_provisional(capsys: pytest.CaptureFixture[str]) -> None:
    assert told(capsys, "--rule", "verify", "--from", "2026-12-21")["provisional"] is True
    assert main(["due", "--rule", "verify", "--from", "2026-12-21"]) == 0
    assert "暂定：2027年" in capsys.readouterr().out


def test_a_person_reads_the_days_one_by_one(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["due", "--rule", "accept", "--from", "2026-09-23T10:00"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "受理：2026-09-23起，2026-10-10到期"
    assert lines[-1] == "2026-10-10 六 第7天 调休上班"


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (("--rule", "accept", "--from", "2026-09-23", "--extended"), "「受理」的期限依法不能延长"),
        (("--rule", "accept", "--from", "2026-09-23", "--pause", "2026-09-24/2026-09-25"), "不能扣除时间"),
        (("--rule", "mediate", "--from", "2010-01-01"), "没有「mediate」这个时限"),
    ],
)
def test_what_the_law_does_not_know_is_refused_in_a_sentence(
    capsys: pytest.CaptureFixture[str], options: tuple[str, ...], sentence: str
) -> None:
    assert main(["due", *options]) == 1
    assert sentence in capsys.readouterr().err


@pytest.mark.parametrize(
    "options",
    [
        ("--rule", "nothing", "--from", "2026-09-23"),
        ("--rule", "accept", "--from", "yesterday"),
        ("--rule", "mediate", "--from", "2026-09-23", "--pause", "2026-09-24"),
        ("--rule", "mediate", "--from", "2026-09-23", "--pause", "2026-09-26/2026-09-24"),
        ("--rule", "accept"),
    ],
)
def test_a_wrong_call_ends_with_two(capsys: pytest.CaptureFixture[str], options: tuple[str, ...]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["due", *options])
    assert ended.value.code == 2
    assert "usage:" in capsys.readouterr().err
