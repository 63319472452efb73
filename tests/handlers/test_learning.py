"""A classifier refitted on the office's own cases is taken into use only if it is no worse."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest

from cases.calendar import CHINA
from cases.errors import LianxinError
from cases.model import Case, CaseNo, Kind, Status
from handlers.learning import train
from handlers.own_model import MODEL_FILE, own_reader
from tests.house import Town, reader, rulebook

RECEIVED = datetime(2026, 11, 20, 10, tzinfo=CHINA)
LOCAL = "濮上红豆沙包馅是酸的"
WORDS = ("第二天", "上午", "孩子", "老人", "同事", "邻居", "门口", "早上", "中午", "晚上")


async def closed_cases(town: Town, *, count: int, category: str) -> None:
    async with town.house.database.begin() as tx:
        for n in range(count):
            tx.cases.add(
                Case(
                    no=CaseNo(f"410900261120{n:03d}"),
                    kind=Kind.COMPLAINT,
                    status=Status.ARCHIVED,
                    outcome="agreed",
                    bureau="410902",
                    category=category,
                    problem="质量",
                    department="市场监管局",
                    received_at=RECEIVED,
                    narrative=f"{WORDS[n % 10]}买的{LOCAL}，{WORDS[n // 10 % 10]}又退不掉",
                )
            )


async def test_too_few_cases_teach_nothing_and_leave_no_file(puyang: Town, tmp_path: Path) -> None:
    await closed_cases(puyang, count=3, category="餐饮住宿")
    with pytest.raises(LianxinError, match="3件"):
        await train(puyang.house.database, office=puyang.house.office, out=tmp_path)
    assert not (tmp_path / MODEL_FILE).exists()


@pytest.mark.timeout(300)
async def test_what_officers_decided_is_learned_and_used(puyang: Town, tmp_path: Path) -> None:
    await closed_cases(puyang, count=60, category="餐饮住宿")
    trained = await train(puyang.house.database, office=puyang.house.office, out=tmp_path)
    assert trained.learned + trained.held == 60
    assert trained.path == tmp_path / MODEL_FILE
    assert trained.after["category"] == 1 >= trained.before["category"]
    labels = {name: frozenset(values) for name, values in rulebook().labels.items()}
    taught = own_reader(reader("puyang"), tmp_path, allowed=labels)
    today = puyang.house.office.today()
    assert taught.understand(f"昨天买的{LOCAL}", today=today).category == "餐饮住宿"
    with pytest.raises(LianxinError, match="allowed: labels of the site"):
        own_reader(reader("puyang"), tmp_path, allowed={**labels, "category": frozenset({"食品"})})


def test_a_damaged_model_is_told_and_a_missing_one_is_none(tmp_path: Path) -> None:
    assert own_reader(reader("puyang"), tmp_path, allowed={}) is reader("puyang")
    (tmp_path / MODEL_FILE).write_bytes(b"half a model")
    with pytest.raises(LianxinError, match="run `train` again"):
        own_reader(reader("puyang"), tmp_path, allowed={})
