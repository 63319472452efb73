"""Names of one business get one key, ways to write one address another; stories are compared by what they share."""

from __future__ import annotations

import pytest

from tests.nlp.cast import reader

SHOP = "惠万家超市"
SAME = [
    "惠万家超市(建设路店)",
    "惠万家超市（胜利路店）",
    "惠万家超市建设路店",
    "濮阳市惠万家超市有限公司",
    " 惠万家 超市 ",
]
BRANCHES = [
    (SHOP, None),
    ("惠万家超市(建设路店)", "建设路店"),
    ("惠万家超市建设路店", "建设路店"),
    ("蜜雪冰城中原路店", "中原路店"),
]
TRADES = ["", "超市", "楼下超市", "门口水果店", "某某健身房", "金店"]
HOUSE = "华龙区中原路88号3号楼2单元501"
WRITTEN = [
    "濮阳市华龙区中原路88号3号楼2单元501室",
    "华龙区 中原路88号,三号楼 2-501",
    "河南省濮阳市华龙区中原路88号3栋2单元501户",
]
SHARED = ["华龙区中原路某小区", "清丰县马庄桥镇张庄村", "三里屯", ""]
STORY = "昨天在华龙区惠万家超市建设路店买了箱纯牛奶58块,回家发现过期了,他们不给退"


@pytest.mark.parametrize("name", SAME)
def test_the_names_of_one_business_have_one_key(name: str) -> None:
    assert reader().business(name).key == reader().business(SHOP).key


@pytest.mark.parametrize(("name", "branch"), BRANCHES)
def test_the_branch_is_told_apart_from_the_business(name: str, branch: str | None) -> None:
    assert reader().business(name).branch == branch


@pytest.mark.parametrize("name", TRADES)
def test_a_mere_trade_is_no_business_to_be_found_again(name: str) -> None:
    assert reader().business(name).key == ""


@pytest.mark.parametrize("name", ["好又多超市", "惠万佳超市", "万家超市"])
def test_another_business_has_another_key(name: str) -> None:
    assert reader().business(name).key not in ("", reader().business(SHOP).key)


@pytest.mark.parametrize("address", WRITTEN)
def test_one_house_has_one_key_however_it_is_written(address: str) -> None:
    assert reader().address_key(address) == reader().address_key(HOUSE) != ""


@pytest.mark.parametrize("address", SHARED)
def test_an_address_of_many_people_has_none(address: str) -> None:
    assert reader().address_key(address) == ""


@pytest.mark.parametrize("address", [HOUSE.replace("501", "502"), HOUSE.replace("88号", "89号")])
def test_the_neighbour_has_another_key(address: str) -> None:
    assert reader().address_key(address) != reader().address_key(HOUSE)


def test_a_story_shares_all_with_itself_and_little_with_another() -> None:
    assert reader().alike_texts(STORY, STORY.replace(",", "，")) == 1
    assert reader().alike_texts(STORY, STORY.replace("昨天", "前天")) > 0.9
    assert reader().alike_texts(STORY, "办的健身卡不让退,老板电话也打不通") < 0.2
    assert reader().alike_texts(STORY, "") == 0
