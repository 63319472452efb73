"""Days to come: one, or from one to another."""

from __future__ import annotations

from datetime import date

import pytest

from tests.nlp.cast import reader

TODAY = date(2026, 11, 30)  # a Monday


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("12月1日到12月5日", "2026-12-01", "2026-12-05"),
        ("12月1日至5日", "2026-12-01", "2026-12-05"),
        ("十二月一号到五号", "2026-12-01", "2026-12-05"),
        ("12.1-12.5", "2026-12-01", "2026-12-05"),
        ("2026-12-01到2026-12-05", "2026-12-01", "2026-12-05"),
        ("12月1日到12月5日出差", "2026-12-01", "2026-12-05"),
        ("到12月5日", "2026-11-30", "2026-12-05"),
        ("今天", "2026-11-30", "2026-11-30"),
        ("后天。", "2026-12-02", "2026-12-02"),
        ("今天到明天", "2026-11-30", "2026-12-01"),
        ("明天到下周三", "2026-12-01", "2026-12-09"),
        ("下周一到下周五", "2026-12-07", "2026-12-11"),
        ("下周一到周五", "2026-12-07", "2026-12-11"),
        ("3天", "2026-11-30", "2026-12-02"),
        ("三天", "2026-11-30", "2026-12-02"),
        ("5号", "2026-12-05", "2026-12-05"),
        ("12月28日到1月3日", "2026-12-28", "2027-01-03"),
        ("12月5日到12月1日", "2026-12-05", "2026-12-01"),
        ("11月20日", "2026-11-20", "2026-11-20"),
    ],
)
def test_a_span_is_read(text: str, first: str, last: str) -> None:
    assert reader().span(text, today=TODAY) == (date.fromisoformat(first), date.fromisoformat(last))


@pytest.mark.parametrize("text", ["", "休假", "条被骗走了", "2月30日", "13月1日", "0天", "12月1日到", "买了3天就坏了"])
def test_anything_else_is_no_span(text: str) -> None:
    assert reader().span(text, today=TODAY) is None
