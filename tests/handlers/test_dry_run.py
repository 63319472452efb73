"""What changed rules of routing would move, told without sending anything anywhere; and why a case is where it is."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from cases.errors import RulebookFault
from cases.model import CaseNo, Role
from cases.rulebook import changed_routing
from cases.rulebook_files import NATIONAL
from handlers import dry_run, operating
from handlers.route_words import explained
from tests.house import MILK, Town, files_complaint

DESK, HUALONG, QINGFENG = "410900-12315", "410902", "410922"
RULE = """
[[rule]]
id = "milk-elsewhere"
when = { category = ["食品", "烟酒饮料"], region = ["410902"] }
department = "农业农村局"
because = "试行：牛奶由农业农村部门管"
basis = "（试行方案）"
"""
POT = "昨天在清丰县好又多超市人民路店买的锅坏了,100块,要求退货"


@pytest.fixture
async def filed(puyang: Town) -> list[str]:
    """Three cases: two that a changed rule for milk in Hualong would move, one that it would not."""
    wang, li = puyang.person("wang"), puyang.person("li")
    return [await files_complaint(wang, MILK), await files_complaint(li, MILK), await files_complaint(wang, POT)]


def changed(folder: Path, text: str) -> Path:
    file = folder / "changed.toml"
    file.write_text(text, "utf-8")
    return file


async def told(puyang: Town, file: Path) -> str:
    return await operating.routing_against(puyang.house.database, puyang.house.office, file=file)


async def test_what_would_move_is_counted_by_where_from_and_where_to(
    puyang: Town, filed: list[str], tmp_path: Path
) -> None:
    text = await told(puyang, changed(tmp_path, RULE))
    assert "共3件，按它重新分派，有2件变动" in text
    assert "代替本站的 routing.toml" in text
    assert "2件 华龙区市场监管局 → 农业农村局" in text
    assert "规则：food-safety → milk-elsewhere" in text
    assert all(no in text for no in filed[:2])
    assert filed[2] not in text
    assert not [word for word in ("王芳", "13812345678", "惠万家", "中原路") if word in text]


async def test_a_file_that_changes_nothing_moves_nothing(puyang: Town, filed: list[str], tmp_path: Path) -> None:
    assert "共3件，按它重新分派，没有一件变动" in await told(puyang, changed(tmp_path, ""))
    assert "代替全国的 routing.toml" in await told(puyang, NATIONAL / "routing.toml")


async def test_the_national_file_may_change_which_place_counts(puyang: Town, filed: list[str], tmp_path: Path) -> None:
    text = (NATIONAL / "routing.toml").read_text("utf-8")
    old = '[[place]]\nid = "default"\nlooks = ["told"]'
    assert old in text
    said = await told(puyang, changed(tmp_path, text.replace(old, old.replace("told", "platform"))))
    assert "有3件变动" in said
    assert "清丰县市场监管局 → 12315中心" in said


async def test_what_officers_did_later_does_not_count(puyang: Town, filed: list[str], tmp_path: Path) -> None:
    li = await puyang.staff("李强", bureau=HUALONG)
    await puyang.staff("赵台", bureau=DESK, role=Role.DESK)
    await li.says(filed[0])
    await li.presses("退回")
    await li.says("不在辖区")
    assert "没有一件变动" in await told(puyang, changed(tmp_path, ""))


async def test_an_empty_database_is_told(puyang: Town, tmp_path: Path) -> None:
    assert "库里还没有件" in await told(puyang, changed(tmp_path, RULE))


@pytest.mark.parametrize(
    ("text", "path", "found", "allowed"),
    [
        (RULE.replace("食品", "食物"), "rule[0].when.category[0]", "食物", "食品"),
        (RULE.replace("农业农村局", "农业局"), "rule[0].department", "农业局", "农业农村局"),
        (RULE.replace("milk-elsewhere", "food-safety"), "rule.id", "food-safety", "a name used once"),
        (RULE.replace("region", "answer"), "rule milk-elsewhere.when.answer", "410902", "card-issuer/sole"),
        ("[[rule]\n", "", "", "a TOML file in UTF-8"),
    ],
)
async def test_a_faulty_file_is_refused_with_what_was_found_and_what_is_allowed(
    puyang: Town, tmp_path: Path, text: str, path: str, found: str, allowed: str
) -> None:
    with pytest.raises(RulebookFault) as refused:
        await told(puyang, changed(tmp_path, text))
    fault = refused.value.faults[0]
    assert (fault.file, fault.path) == ("changed.toml", path)
    assert found in fault.found
    assert allowed in fault.allowed


@pytest.mark.parametrize("page", [1, 2, 3])
async def test_more_cases_than_a_page_are_all_looked_at(
    puyang: Town, filed: list[str], tmp_path: Path, page: int
) -> None:
    office = puyang.house.office
    rules = changed_routing(changed(tmp_path, RULE), office.rulebook)
    found = await dry_run.moves(puyang.house.database, changed=rules, office=office, page=page)
    assert (found.total, found.moved) == (3, 2)
    assert list(found.examples.values()) == [filed[:2]]


async def test_an_officer_asks_in_chat_why_a_case_is_here(puyang: Town, filed: list[str]) -> None:
    li = await puyang.staff("李强", bureau=HUALONG)
    await li.says(filed[0])
    text = "".join(await li.presses("为什么"))
    assert "按登记时的规则分到：濮阳市华龙区市场监督管理局。规则至今没有变。" in text
    assert "类型：投诉、类别：食品、问题：食品安全" in text
    assert "✗ pyramid-selling、fraud：不合，问题是食品安全" in text
    assert "✓ 食品安全由市场监管部门管 → 市场监管局：符合，到此为止（食品安全法第六条、第一百一十五条）" in text
    assert "✓ 看哪个地方：市场监督管理投诉举报处理办法第十三条第一款" in text
    assert "✓ 当事人说的地方：华龙区，在濮阳市华龙区市场监督管理局辖区" in text
    assert "的时限是这样算的" in text


@pytest.mark.parametrize(
    ("text", "note"),
    [
        (RULE.replace("410902", "410922"), "规则后来改过。登记时按规则 food-safety 分到：濮阳市华龙区市场监督管理局"),
        (RULE, "重走一遍，会分到：濮阳市农业农村局"),
        ("", "规则至今没有变"),
    ],
)
async def test_a_trace_says_when_the_rules_have_changed_since(
    puyang: Town, filed: list[str], tmp_path: Path, text: str, note: str
) -> None:
    office = puyang.house.office
    rules = changed_routing(changed(tmp_path, text), office.rulebook)
    later = replace(office, rulebook=replace(office.rulebook, routing=rules))
    async with puyang.house.database.read() as tx:
        case, journal = await tx.cases.get(filed[0]), await tx.cases.journal(CaseNo(filed[0]))
    assert case is not None
    assert note in explained(case, journal, office=later).notes[0]


async def test_a_case_moved_by_hand_is_explained_by_the_rules_and_by_the_hand(puyang: Town, filed: list[str]) -> None:
    li, desk = await puyang.staff("李强", bureau=HUALONG), await puyang.staff("赵台", bureau=DESK, role=Role.DESK)
    await li.says(filed[0])
    await li.presses("退回")
    await li.says("不在辖区")
    await desk.says(filed[0])
    await desk.presses("分派")
    await desk.presses("清丰县市场监管局")
    await desk.says(filed[0])
    text = "".join(await desk.presses("为什么"))
    assert "按登记时的规则分到：濮阳市华龙区市场监督管理局" in text
    assert "后来由人改派，现在在：清丰县市场监督管理局。" in text
