"""``main.py signals``: what is found, in sentences for people and in JSON for programs; nobody is told."""

from __future__ import annotations

import asyncio
import json
import os
from datetime import timedelta
from pathlib import Path

import pytest

from bot.settings import PREFIX
from main import main
from tests.clock import Clock
from tests.complaints import complained, quiet_year
from tests.house import town

GYM = "强力健身俱乐部"


@pytest.fixture
def _spiked(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, migrated_url: str) -> None:
    """A site where a gym was complained of on the day 2026-11-23."""
    for name in [name for name in os.environ if name.upper().startswith(PREFIX)]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv(f"{PREFIX}DATABASE_URL", migrated_url)
    monkeypatch.setenv(f"{PREFIX}LOG_LEVEL", "error")
    asyncio.run(_complaints(migrated_url, tmp_path))


async def _complaints(url: str, folder: Path) -> None:
    async with town(url, Clock(), folder) as here:
        await quiet_year(here.house)
        await complained(here.house, *[here.house.office.today()] * 8, merchant=GYM)
        await complained(here.house, here.house.office.today() + timedelta(days=1))


@pytest.mark.usefixtures("_spiked")
def test_what_was_found_on_a_day_is_said_in_a_line_and_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["signals", "--as-of", "2026-11-23"]) == 0
    assert capsys.readouterr().out == f"当天「{GYM}」 8人 平常约不到1人 平常几乎不会出现 自11月23日起\n"
    assert main(["signals", "--as-of", "2026-11-23", "--json"]) == 0
    facts = json.loads(capsys.readouterr().out)
    assert (facts["named"], facts["people"], facts["days"], facts["before"]) == (GYM, 8, 1, 0)
    assert (facts["since"], facts["until"], len(facts["cases"])) == ("2026-11-23", "2026-11-23", 8)
    assert 0 < facts["chance"] < facts["expected"] < 1
    assert main(["signals", "--as-of", "2026-11-20"]) == 0
    assert capsys.readouterr().out == "没有发现投诉突增。\n"
    assert main(["signals", "--as-of", "2025-09-10"]) == 0
    assert "暂不预警" in capsys.readouterr().out
