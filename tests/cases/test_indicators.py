"""The formulas of the indicators are data: checked like all of it, and a site may have its own."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from cases.errors import RulebookFault
from cases.rulebook import SITES, load_rulebook
from cases.rulebook_files import NATIONAL

OWN = """
[[indicator]]
code = "mediated"
version = 2
name = "调解成功率"
formula = "达成调解 ÷ 受理"
kinds = ["complaint"]
of = "accepted"
count = "agreed"
standing = "published"
basis = "本市办法"

[[indicator]]
code = "verified_share"
version = 1
name = "核查率"
formula = "已核查 ÷ 接收"
kinds = ["tipoff"]
of = "received"
count = "verified"
standing = "remembered"
"""


def test_a_site_puts_a_formula_in_the_place_of_the_national_one_and_adds_its_own(tmp_path: Path) -> None:
    site = Path(shutil.copytree(SITES / "puyang", tmp_path / "site"))
    national = load_rulebook(str(site)).indicators
    (site / "indicators.toml").write_text(OWN, "utf-8")
    found = load_rulebook(str(site)).indicators
    assert [one.code for one in found] == [*(one.code for one in national), "verified_share"]
    changed = next(one for one in found if one.code == "mediated")
    assert (changed.version, changed.of, changed.official) == (2, "accepted", False)
    assert {one for one in found if one.code != "mediated"} >= {one for one in national if one.code != "mediated"}


@pytest.mark.parametrize(
    ("old", "new", "path", "found", "allowed"),
    [
        ('count = "agreed"', 'count = "won"', "indicator[7].count", "won", "agreed, answered_directly"),
        ('clocks = ["accept"]', 'clocks = ["acept"]', "indicator[2].clocks[0]", "acept", "accept"),
        ('standing = "count"', 'standing = "sure"', "indicator[0].standing", "sure", "count, inferred"),
        ('count = "received"', 'of = "rated"\ncount = "received"', "indicator[0].standing", "count", "without of"),
        ('code = "accepted"', 'code = "received"', "indicator[1].code", "received", "once"),
        ('of = "verified"\n', "", "indicator[11].overdue", "True", "together with of"),
        ('kinds = ["inquiry"]\n', "", "indicator[12].kinds", "nothing", "complaint"),
        ("version = 1", "version = 0", "indicator[0].version", "0", "from 1"),
        ("version = 1", "verison = 1", "indicator[0].verison", "1", "version"),
    ],
)
def test_one_thing_wrong_in_a_formula_is_found_with_its_place(
    old: str, new: str, path: str, found: str, allowed: str, tmp_path: Path
) -> None:
    national = Path(shutil.copytree(NATIONAL, tmp_path / "national"))
    text = (national / "indicators.toml").read_text("utf-8")
    assert old in text, f"it has changed: {old}"
    (national / "indicators.toml").write_text(text.replace(old, new, 1), "utf-8")
    with pytest.raises(RulebookFault) as refused:
        load_rulebook("puyang", national=national)
    fits = [f for f in refused.value.faults if f.path == path and found in f.found and allowed in f.allowed]
    assert fits, str(refused.value)
