"""Two names of one business, and of two."""

from __future__ import annotations

import pytest

from tests.nlp.cast import reader

SAME = [
    ("惠万家超市", "惠万家超市(建设路店)"),
    ("惠万家超市", "惠万家超市（人民路店）"),
    ("惠万家超市", "惠万家超市建设路店"),
    ("濮阳市惠万家超市有限公司", "惠万家超市"),
    ("华龙区惠万家超市", "惠万家超市 "),
    ("海底捞", "海底捞(万达店)"),
]
OTHER = [
    ("惠万家超市", "万家超市"),
    ("惠万家超市", "惠万家药店"),
    ("惠万家", "惠万家超市"),
    ("店", "惠万家店"),
    ("", "惠万家"),
    ("惠万家超市", "联华超市"),
]


@pytest.mark.parametrize(("one", "other"), SAME)
def test_a_branch_a_place_and_a_legal_form_make_no_other_business(one: str, other: str) -> None:
    assert reader().same_business(one, other)
    assert reader().same_business(other, one)


@pytest.mark.parametrize(("one", "other"), OTHER)
def test_anything_else_in_the_name_does(one: str, other: str) -> None:
    assert not reader().same_business(one, other)
    assert not reader().same_business(other, one)


OWN = [
    ("我叫欧阳娜娜,电话13912345679,举报惠万家卖过期牛奶", {"欧阳娜娜", "13912345679"}),
    ("举报惠万家,老板叫张三,电话13800000000", set()),
    ("我的手机是13912345679", {"13912345679"}),
]


@pytest.mark.parametrize(("text", "traces"), OWN)
def test_a_writer_is_known_by_own_name_and_number_and_others_are_left_alone(text: str, traces: set[str]) -> None:
    assert set(reader().own_traces(text)) == traces


@pytest.mark.parametrize(
    ("name", "short"),
    [
        ("惠万家超市", ("惠万家超市", "惠万家")),
        ("胖东来(建设路店)", ("胖东来",)),
        ("KK烧烤", ("kk烧烤", "kk")),
        ("大超市", ("大超市",)),
    ],
)
def test_a_business_is_called_for_short_without_its_trade_where_a_name_is_left(
    name: str, short: tuple[str, ...]
) -> None:
    assert reader().short_names(name) == short
