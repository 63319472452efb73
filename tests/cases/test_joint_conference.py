"""Fujian's joint conference: every department of the closed list is a target, by its name in the province."""

from __future__ import annotations

import shutil
import tomllib
from pathlib import Path
from typing import Any

import pytest

from cases.errors import RulebookFault
from cases.model import Kind
from cases.routing_rules import Matter
from cases.rulebook import SITES, load_rulebook
from tests.cases.test_sites import told
from tests.house import rulebook

TRUTH = Path(__file__).parents[1] / "truth" / "joint_conference.toml"
ROWS: list[dict[str, Any]] = tomllib.loads(TRUTH.read_text("utf-8"))["row"]
GYM = Matter(kind=Kind.COMPLAINT, category="文化娱乐体育", problem="预付卡退费")
TRAVEL = Matter(kind=Kind.COMPLAINT, category="旅游", problem="服务质量")
FINER = """
[[department]]
label = "文旅局"
name = "体育局"
when = { category = ["文化娱乐体育"], problem = ["预付卡退费"] }
verified = false
"""


@pytest.fixture
def site(tmp_path: Path) -> Path:
    return Path(shutil.copytree(SITES / "fujian", tmp_path / "site"))


def add(site: Path, text: str) -> None:
    with (site / "departments.toml").open("a", encoding="utf-8") as file:
        file.write(text)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row['department']}-{row['rule']}")
def test_a_story_goes_to_its_department_under_the_name_of_the_province(row: dict[str, Any]) -> None:
    found = told("fujian", row["story"])
    assert (found.department, found.rule) == (row["department"], row["rule"])
    assert found.basis
    assert rulebook("fujian").departments[found.department].of(found.matter).name == row["name"]


def test_no_department_of_the_closed_list_is_left_out() -> None:
    assert {row["department"] for row in ROWS} == set(rulebook("fujian").labels["department"])


def test_several_offices_can_stand_under_one_label_each_with_its_matters(site: Path) -> None:
    add(site, FINER)
    culture = load_rulebook(str(site)).departments["文旅局"]
    assert culture.of(GYM).name == "体育局"
    assert culture.of(TRAVEL).name == "福建省文化和旅游厅"


def test_a_finer_office_takes_over_no_telephone_of_the_general_one(site: Path) -> None:
    add(site, FINER.replace("文旅局", "交通局"))
    transport = load_rulebook(str(site)).departments["交通局"]
    assert transport.of(TRAVEL).hotline == "12328"
    assert transport.of(GYM).hotline is None


@pytest.mark.parametrize(
    ("old", "new", "path"),
    [
        ("预付卡退费", "办卡", "department[21].when.problem[0]"),
        ("category", "trade", "department[21].when.trade"),
        ('name = "体育局"\n', "", "department[21].name"),
    ],
)
def test_a_finer_office_for_what_is_on_no_list_or_without_a_name_is_a_fault(
    old: str, new: str, path: str, site: Path
) -> None:
    add(site, FINER.replace(old, new))
    with pytest.raises(RulebookFault) as refused:
        load_rulebook(str(site))
    assert [(fault.file, fault.path) for fault in refused.value.faults] == [("departments.toml", path)]
