"""``main.py stats``: a table for people, one JSON object for programs, a wrong call told at once."""

from __future__ import annotations

import asyncio
import json
import os
from pathlib import Path

import pytest

from bot.settings import PREFIX
from main import main
from tests.clock import Clock
from tests.handlers.test_ledger import HUALONG, does
from tests.house import MILK, files_complaint, town

NOVEMBER = ("stats", "--from", "2026-11-01", "--to", "2026-11-30")


@pytest.fixture
def folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """An empty folder to work in, without settings."""
    for name in [name for name in os.environ if name.upper().startswith(PREFIX)]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv(f"{PREFIX}LOG_LEVEL", "error")
    return tmp_path


@pytest.fixture
def _closed(folder: Path, monkeypatch: pytest.MonkeyPatch, migrated_url: str) -> None:
    """A site with one complaint that was agreed upon and one that nobody has looked at."""
    monkeypatch.setenv(f"{PREFIX}DATABASE_URL", migrated_url)
    asyncio.run(_complaints(migrated_url, folder))


async def _complaints(url: str, folder: Path) -> None:
    async with town(url, Clock(), folder) as here:
        await here.staff("李明", bureau=HUALONG)
        no = await files_complaint(here.person("wang"), MILK)
        await files_complaint(here.person("zhao"), MILK.replace("58", "66"), name="赵强")
        for verb, facts in (("sign", {}), ("accept", {}), ("close_with", {"outcome": "agreed", "reason": "退款"})):
            await does(here, "李明", no, verb, **facts)


@pytest.mark.usefixtures("_closed")
def test_the_table_has_a_line_an_indicator_with_its_share_and_how_certain_it_is(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(NOVEMBER) == 0
    told = capsys.readouterr().out
    lines = [line.split() for line in told.splitlines()]
    assert told.startswith("濮阳市市场监督管理局 2026-11-01至2026-11-30登记的件（截至")
    assert ["接收", "2", "—", "—", "件数"] in lines
    assert ["办结率", "1", "2", "50.00%", "由公开数字推断，非官方公式"] in lines
    assert ["调解成功率", "1", "1", "100.00%", "由公开数字推断，非官方公式"] in lines
    assert ["举报按时核查率", "0", "0", "—", "凭经验，非官方公式"] in lines
    assert "调解成功率（投诉，第1版） = 达成调解 ÷ 办结。依据：保山" in told
    assert "没有的指标：公示率、挽回经济损失。" in told
    assert [name for name in ("王芳", "赵强", "惠万家", "4109") if name in told] == []


@pytest.mark.usefixtures("_closed")
def test_programs_get_one_object_with_part_whole_rate_and_standing(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*NOVEMBER, "--json"]) == 0
    told = capsys.readouterr().out
    assert told.count("\n") == 1
    found = json.loads(told)
    assert (found["from"], found["to"], list(found["kinds"])) == (
        "2026-11-01", "2026-11-30", ["complaint", "tipoff", "inquiry", "suggestion"],
    )  # fmt: skip
    assert found["as_of"].endswith("+08:00")
    complaints = {one["code"]: one for one in found["kinds"]["complaint"]}
    share = {name: complaints["closed"][name] for name in ("version", "numerator", "denominator", "rate")}
    assert share == {"version": 1, "numerator": 1, "denominator": 2, "rate": 0.5}
    assert (complaints["closed"]["standing"], complaints["closed"]["official"]) == ("inferred", False)
    received = complaints["received"]
    assert (received["numerator"], received["denominator"], received["rate"], received["official"]) == (
        2, None, None, True,
    )  # fmt: skip
    tipoffs = {one["code"]: one for one in found["kinds"]["tipoff"]}
    assert (tipoffs["verified_on_time"]["denominator"], tipoffs["verified_on_time"]["rate"]) == (0, None)


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (["--from", "2026-12-01", "--to", "2026-11-30"], "--from 2026-12-01: allowed: a day that is not after --to"),
        (["--from", "2026-2-01", "--to", "2026-11-30"], "given '2026-2-01'; allowed: a day such as 2026-11-23"),
        (["--from", "2026-02-30", "--to", "2026-11-30"], "given '2026-02-30'; allowed: a day"),
        (["--from", "2026-11-01", "--to", "today"], "given 'today'; allowed: a day"),
        (["--from", "2026-11-01"], "--to"),
        ([], "--from"),
    ],
)
def test_days_that_are_reversed_or_none_end_with_two_and_one_sentence(
    call: list[str], sentence: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["stats", *call])
    assert ended.value.code == 2
    assert sentence in capsys.readouterr().err.splitlines()[-1]
    assert list(folder.iterdir()) == []


def test_days_without_a_case_are_all_noughts(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*NOVEMBER, "--json"]) == 0
    kinds = json.loads(capsys.readouterr().out)["kinds"]
    assert {one["numerator"] for found in kinds.values() for one in found} == {0}
    assert {one["rate"] for found in kinds.values() for one in found} == {None}
