"""The reader takes anything, quickly, and uses only the closed lists."""

from __future__ import annotations

import subprocess
import sys
import time
import tomllib
from collections.abc import Mapping
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cases.errors import RulebookFault
from nlp import Place, Reader
from tests.nlp.cast import HERE, PLACES, TODAY, reader

ROOT = HERE.parent.parent
SNIPPETS = (
    *("昨天", "买了", "58块", "不给退", "惠万家超市", "建设路店", "13812345678", "一", "万", "半", "年前", "号"),
    *("不是", "￥", "12月", "31日", "99", "城关镇", "我叫", "欧阳", "。", "\u200b", "😀", "<b>", "\x00", "零", "点"),
    *("举报", "请问", "(", ")", "是"),
)


def _labels() -> Mapping[str, frozenset[str]]:
    table = tomllib.loads((ROOT / "cases" / "rulebook" / "taxonomy.toml").read_text(encoding="utf-8"))
    return {name: frozenset(row["label"] for row in rows) for name, rows in table.items() if isinstance(rows, list)}


def test_every_label_of_the_word_lists_is_in_the_closed_lists() -> None:
    Reader(home="4109", labels=_labels())


def test_a_label_outside_the_closed_lists_stops_the_start_and_is_named() -> None:
    labels = {**_labels(), "category": frozenset({"食品"})}
    with pytest.raises(RulebookFault, match="烟酒饮料"):
        Reader(home="4109", labels=labels)


def test_such_a_label_is_refused_with_the_file_and_the_path_where_it_stands() -> None:
    labels = {**_labels(), "department": _labels()["department"] - {"邮政管理局"}}
    with pytest.raises(RulebookFault) as refused:
        Reader(home="4109", labels=labels)
    (fault, *_) = refused.value.faults
    assert (fault.file, fault.path) == ("nlp/lexicons/departments.toml", "category.邮政快递")
    assert "住建局" in fault.allowed


@given(st.text() | st.lists(st.sampled_from(SNIPPETS)).map("".join))
@settings(max_examples=300, deadline=None)
def test_any_text_can_be_read(text: str) -> None:
    us = reader()
    us.understand(text, today=TODAY)
    us.corrections(text)
    us.identity(text)
    us.phone(text)
    us.amount(text, bare=True)
    us.region(text)
    us.township(text)
    us.place_name(text)


@given(st.lists(st.sampled_from(SNIPPETS)).map("".join), st.dates(date(2000, 1, 1), date(2100, 12, 31)))
@settings(max_examples=300, deadline=None)
def test_no_day_lies_in_the_future(text: str, today: date) -> None:
    day = reader().day(text, today=today)
    assert day is None or day <= today


def test_nothing_is_understood_of_nothing() -> None:
    for text in ("", " ", "你好", "😀", "hello there", "。。。"):
        understanding = reader().understand(text, today=TODAY)
        assert understanding.kinds == ()
        assert understanding.category is None
        assert understanding.amount is None


def test_a_very_long_text_is_read_within_a_second() -> None:
    for piece in ("昨天在惠万家超市买了箱奶58块过期了,", "1", "13812345678 ", "一", "店", "路", "是不是", "(", " "):
        text = piece * (100_000 // len(piece))
        start = time.process_time()
        reader().understand(text, today=TODAY)
        reader().corrections(text)
        reader().identity(text)
        assert time.process_time() - start < 3  # bounded; how fast it is, the benchmark tells


def test_the_words_that_caused_a_label_stand_in_the_text() -> None:
    text = "昨天在华龙区惠万家超市建设路店买了箱纯牛奶58块,回家发现过期了,他们不给退"
    because = reader().understand(text, today=TODAY).because
    assert {"纯牛奶"} <= set(because["category"])
    for key in ("kinds", "category", "problem", "region", "amount", "happened_on", "demands"):
        assert because[key]
        assert all(word in text for word in because[key])


def test_names_at_home_win_over_far_ones_of_the_same_name() -> None:
    assert Reader(home="4101").region("在金水区") == ("410105",)
    assert Reader(home="4102").region("在鼓楼区") == ("410204",)
    assert Reader(home="3201").region("在鼓楼区") == ("320106",)


def test_a_site_names_its_own_places() -> None:
    site = Reader(home="4109", places=(*PLACES, Place(code="4109X1", name="某某新区", aliases=("新城片区",))))
    assert site.region("在新城片区买的") == ("4109X1",)
    assert site.place_name("4109X1", short=True) == "某某新区"


def test_an_urgent_text_says_which_words_made_it_so() -> None:
    understanding = reader().understand("孩子吃了食堂的饭上吐下泻,全班都住院了", today=TODAY)
    assert understanding.urgent
    assert "住院" in understanding.because["urgent"]


def test_a_corrected_branch_replaces_the_branch_in_the_name() -> None:
    assert reader().rebranched("惠万家超市(建设路店)", "胜利路店") == "惠万家超市(胜利路店)"
    assert reader().rebranched("惠万家超市(建设路店)", "华龙区中原路5号") is None
    assert reader().rebranched("惠万家超市", "") is None


def test_a_place_under_a_code_is_none_and_others_beside_it_are_named_in_passing() -> None:
    assert reader().region("A市A3区的影城退不了票,客服在上海市浦东新区") == ()
    assert reader().region("客服在上海市浦东新区") == ("310115",)
    assert reader().region("停车场A3区乱收费,在濮阳县") == ("410928",)


FRESH = """
import sys
from datetime import date
from nlp import Reader
reader = Reader(home="4109")
reader.warm()
opened = []
sys.addaudithook(lambda event, facts: opened.append(facts[0]) if event in ("open", "import") else None)
assert reader.understand({text!r}, today=date(2026, 11, 22)).category
print(opened)
"""


def test_a_warmed_reader_opens_nothing_when_the_first_text_comes() -> None:
    program = FRESH.format(text="昨天买的纯牛奶过期了，要求退货")
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_every_pattern_of_the_word_lists_compiles() -> None:
    reader().warm()
