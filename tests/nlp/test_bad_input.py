"""Whatever arrives is read or honestly not understood: soon, and never with an exception."""

from __future__ import annotations

import time
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.nlp.cast import TODAY, reader

PIECES = (
    *(
        "昨天",
        "在",
        "惠万家超市",
        "花了58块",
        "13812345678",
        "订单号2026110112345678",
        "牌",
        "余杭区",
        "开发商",
        "小区",
    ),
    *("<p>", "</div>", "&nbsp;", "&#x1F600;", "<script>", "客服：", "张三 2026/11/20 12:03:11", "\n", "超市", "買了"),
    *("😀", "🇨🇳", "\ud800", "\u200b", "\x00", "０", "1", ".", "万", "一", "店", "公司", "有限公司", "(", "“", "。"),
)
LONG = (
    *(
        "昨天在惠万家超市买了箱奶58块过期了,",
        "1",
        "13812345678 ",
        "一",
        "店",
        "公司",
        "万科",
        "某某物业",
        "开发商",
        "路",
    ),
    *(
        "<p>",
        "<script>",
        "&lt;",
        "客服：\n",
        "张三 2026/11/20 12:03:11\n",
        "一千二",
        "订单号1",
        "杭州",
        "、杭州",
        "牌",
        "1.",
    ),
    *("買", "😀", "\n", " ", "(", "是", "品牌是", "小区的", "11.11", "2026-"),
)


@given(st.text(st.characters()) | st.lists(st.sampled_from(PIECES)).map("".join))
@settings(max_examples=300, deadline=None)
def test_anything_is_read_without_an_exception(text: str) -> None:
    read = reader().understand(text, today=TODAY)
    assert (read.amount is None) == (read.amounts == ())
    assert read.amount is None or read.amounts[0] == read.amount
    assert read.region is None or read.regions == ()
    reader().corrections(text)
    reader().identity(text)


@pytest.mark.parametrize("piece", LONG)
def test_a_hundred_thousand_characters_take_less_than_a_second(piece: str) -> None:
    text = piece * (100_000 // len(piece))
    started = time.process_time()
    reader().understand(text, today=TODAY)
    assert time.process_time() - started < 3  # bounded; how fast it is, the benchmark tells


@pytest.mark.parametrize("text", ["", "店", "?", "。", "\n\n", "哈", "a", "1", "😀", "<br>", "&nbsp;", "客服：\n"])
def test_next_to_nothing_says_nothing(text: str) -> None:
    read = reader().understand(text, today=TODAY)
    assert (read.kinds, read.category, read.merchant, read.amounts, read.region) == ((), None, None, (), None)


def test_traditional_characters_are_read_like_simplified_ones() -> None:
    simplified = "昨天在华龙区惠万家超市买了箱纯牛奶58块,回家发现过期了,他们不给退"
    traditional = "昨天在華龍區惠萬家超市買了箱純牛奶58塊,回家發現過期了,他們不給退"
    assert reader().understand(traditional, today=TODAY) == reader().understand(simplified, today=TODAY)


def test_a_name_is_kept_in_the_characters_in_which_its_owner_writes_it() -> None:
    assert reader().identity("我叫張偉國").name == "張偉國"
    assert reader().identity("我叫张伟国").name == "张伟国"


def test_full_width_digits_are_digits() -> None:
    read = reader().understand("花了１，２９９．５０元，电话１３８１２３４５６７８", today=TODAY)
    assert (read.amount, read.phone) == (Decimal("1299.5"), "13812345678")


def test_markup_is_no_text() -> None:
    page = "<div id='58元'><b>惠万家超市</b>卖的<i>纯牛奶</i>过期&#65292;花了<p>12&nbsp;元</p></div><style>a{}</style>"
    read = reader().understand(page, today=TODAY)
    assert (read.merchant, read.product, read.amounts) == ("惠万家超市", "纯牛奶", (Decimal(12),))


def test_what_others_said_in_a_quoted_chat_and_when_is_not_what_happened() -> None:
    chat = (
        "上周五在惠万家超市买的电饭煲,花了299元,坏了\n"
        "惠万家客服 2026/11/20 12:03:11\n亲,只能退20元,有事打0393-4412345\n"
        "李四 2026/11/20 12:05:40\n我不同意"
    )
    read = reader().understand(chat, today=TODAY)
    assert (read.happened_on, read.amounts, read.phone) == (date(2026, 11, 13), (Decimal(299),), None)


def test_the_first_of_several_complaints_is_read_and_no_sum_is_lost() -> None:
    both = "一、惠万家超市卖过期面包,花了12元;二、福满多超市少找我20元;三、物业乱收50元"
    read = reader().understand(both, today=TODAY)
    assert read.merchant == "惠万家超市"
    assert set(read.amounts) == {Decimal(12), Decimal(20), Decimal(50)}


def test_a_list_of_telephone_numbers_gives_the_first_and_no_sum() -> None:
    read = reader().understand(" ".join(f"138{number:08d}" for number in range(5000)), today=TODAY)
    assert (read.phone, read.amounts, read.order_no) == ("13800000000", (), None)
