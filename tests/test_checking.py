"""What ``check`` says of a good site."""

from __future__ import annotations

from datetime import date

import pytest

from bot.checking import told
from tests.house import rulebook


@pytest.mark.parametrize(
    ("today", "missing"),
    [(date(2026, 10, 31), None), (date(2026, 11, 1), "2027"), (date(2026, 12, 31), "2027"), (date(2027, 1, 4), "2027")],
)
def test_from_november_on_next_years_missing_calendar_is_told(today: date, missing: str | None) -> None:
    first, *rest = told(rulebook(), today=today)
    assert first.startswith("濮阳市市场监督管理局：没有问题。")
    assert [missing in line for line in rest if missing] == [True] * len(rest)
    assert bool(rest) == bool(missing)
