"""``main.py calendar`` and ``main.py due --case``: what the person at the machine does with the database at hand."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.settings import PREFIX, Settings
from cases.calendar import CHINA
from cases.clocks import Pause
from cases.model import CaseNo
from main import build, main
from tests.clock import Clock
from tests.house import MILK, files_complaint, rulebook, town

YEAR = """year = 2027
basis = "国办发明电〔2026〕9号"
off = ["2027-01-01/2027-01-04", "2027-02-05/2027-02-11"]
work = ["2027-01-31", "2027-02-14"]
"""


@pytest.fixture
def case_no(sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """The number of a complaint of 24 December 2026, in the database that the commands use."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv(f"{PREFIX}DATABASE_URL", sqlite_url)
    monkeypatch.setenv(f"{PREFIX}DATA_DIR", str(tmp_path))
    monkeypatch.setenv(f"{PREFIX}LOG_LEVEL", "error")

    async def filed() -> str:
        async with town(sqlite_url, Clock("2026-12-24 10:00"), tmp_path) as here:
            return await files_complaint(here.person("wang"), MILK)

    return asyncio.run(filed())


@pytest.fixture
def year_file(tmp_path: Path) -> Path:
    path = tmp_path / "year.toml"
    path.write_text(YEAR, "utf-8")
    return path


def shown(capsys: pytest.CaptureFixture[str], *call: str) -> str:
    assert main(list(call)) == 0
    return capsys.readouterr().out


def proof(capsys: pytest.CaptureFixture[str], no: str, rule: str) -> dict[str, Any]:
    values = json.loads(shown(capsys, "due", "--case", no, "--json"))
    assert values["case"] == no
    found: dict[str, Any] = next(clock for clock in values["clocks"] if clock["rule"] == rule)
    return found


def test_a_year_is_looked_at_then_entered_and_counts_for_due(
    case_no: str, year_file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = ("due", "--rule", "accept", "--from", "2026-12-24T10:00", "--json")
    assert json.loads(shown(capsys, *asked))["due_on"] == "2027-01-05"
    assert "放假11天，上班2天" in shown(capsys, "calendar", str(year_file), "--preview")
    assert json.loads(shown(capsys, *asked))["provisional"] is True
    assert "1个时限会改变日期" in shown(capsys, "calendar", str(year_file))
    answer = json.loads(shown(capsys, *asked))
    assert (answer["due_on"], answer["provisional"]) == ("2027-01-06", False)


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("2027-02-14", "2027-02-05", "year.toml: off: found '2027-02-05'; allowed: a day that is not also in work"),
        ("basis", "baasis", "year.toml: basis: found nothing; allowed: a text"),
        ("2027", "2026", "以文件为准"),
        ("year = ", "year", "a TOML file in UTF-8"),
    ],
)
def test_a_year_that_is_wrong_is_refused_with_its_path(
    case_no: str, year_file: Path, capsys: pytest.CaptureFixture[str], old: str, new: str, sentence: str
) -> None:
    year_file.write_text(YEAR.replace(old, new), "utf-8")
    assert main(["calendar", str(year_file)]) == 1
    assert sentence in capsys.readouterr().err
    assert main(["calendar", "nowhere.toml"]) == 1
    assert "nowhere.toml" in capsys.readouterr().err


def test_every_clock_of_a_case_is_proved_running_or_stopped(
    case_no: str, sqlite_url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    started = datetime(2026, 12, 24, 2, 0, tzinfo=UTC)

    async def more() -> None:
        settings = Settings(data_dir=tmp_path, database_url=sqlite_url, _env_file=None)  # type: ignore[call-arg]
        house = build(settings, rulebook(), channels={})
        async with house.database.begin() as tx:
            sign = (await tx.clocks.of([CaseNo(case_no)]))[CaseNo(case_no)][0]
            await tx.clocks.stop(sign.case_no, [sign.rule], at=started + timedelta(hours=1))
            done = (Pause(start=date(2026, 12, 28), end=date(2027, 1, 6)),)
            going = (Pause(start=date(2026, 12, 28)),)
            tx.clocks.add(sign.evolve(rule="mediate", due_on=date(2027, 3, 3), pauses=done))
            tx.clocks.add(sign.evolve(rule="tell_terminated", pauses=going))
            tx.clocks.add(sign.evolve(rule="odr", pauses=going, stopped_at=started))
            tx.clocks.add(sign.evolve(rule="supplement", due_on=date(2026, 12, 31), fixed=True))
        await house.database.close()

    asyncio.run(more())
    text = shown(capsys, "due", "--case", case_no)
    assert "受理：2026-12-24 10:00起，2027-01-05到期（暂定）" in text
    assert "签收：2026-12-24 10:00起，2026-12-25到期，2026-12-24 11:00停止" in text
    assert "扣除：2026-12-28次日起，到2027-01-06" in text
    assert "2026-12-28起暂停计时" in text
    assert "2026-12-31 四 第1天 本单位定的日期" in text
    assert sum(step["why"] == "paused" for step in proof(capsys, case_no, "mediate")["steps"]) == 9
    assert proof(capsys, case_no, "tell_terminated")["due_on"] is None
    assert proof(capsys, case_no, "supplement")["provisional"] is False
    assert proof(capsys, case_no, "sign")["stopped"] == (started + timedelta(hours=1)).astimezone(CHINA).isoformat()


def test_a_case_that_does_not_exist_is_told_in_a_sentence(case_no: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["due", "--case", "410900261224999"]) == 1
    assert "没有找到410900261224999" in capsys.readouterr().err
