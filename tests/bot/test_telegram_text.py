"""Long texts are cut where it hurts least, and nothing gets lost."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.telegram_text import split
from tests.bot_api.checks import units


def test_a_short_text_stays_whole() -> None:
    assert split("您好\n请说") == ["您好\n请说"]


def test_a_text_of_exactly_the_limit_stays_whole() -> None:
    assert [len(part) for part in split("字" * 4096)] == [4096]
    assert [len(part) for part in split("😀" * 2048)] == [2048]


def test_a_text_is_cut_at_a_line_before_a_sentence() -> None:
    assert split("一二三。四五\n六七。八九十", limit=12) == ["一二三。四五", "六七。八九十"]


def test_a_text_without_lines_is_cut_at_a_sentence() -> None:
    assert split("一二三四五。六七八,九十百千", limit=10) == ["一二三四五。", "六七八,九十百千"]


def test_a_decimal_point_is_no_end_of_a_sentence() -> None:
    assert split("about 12.50 yuan", limit=9) == ["about", "12.50", "yuan"]


def test_a_mark_near_the_beginning_is_not_used() -> None:
    assert split("一\n" + "二" * 20, limit=10)[0] == "一\n" + "二" * 8


def test_nothing_is_nothing() -> None:
    assert split(" \n\x00 ") == []


@settings(deadline=None)
@given(text=st.text(alphabet="字母😀ab \n。,!é\u200d", max_size=300), limit=st.integers(min_value=2, max_value=40))
def test_no_part_is_empty_or_too_long_and_no_character_is_lost(text: str, limit: int) -> None:
    parts = split(text, limit=limit)
    assert all(0 < units(part) <= limit for part in parts)
    assert "".join("".join(parts).split()) == "".join(text.split())
