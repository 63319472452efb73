"""Texts in many voices are read as their writers meant them."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from cases.understanding import Understanding
from tests.nlp.cast import TODAY, reader, rows


def _shown(understanding: Understanding, key: str) -> Any:
    if key == "regions_count":
        return len(understanding.regions)
    value = getattr(understanding, key)
    if isinstance(value, Decimal):
        return str(value.normalize().__format__("f"))
    if isinstance(value, date):
        return value.isoformat()
    return [str(part) for part in value] if isinstance(value, tuple) else value


@pytest.mark.parametrize("row", rows("texts"), ids=lambda row: row["text"][:24])
def test_a_text_is_read_as_it_was_meant(row: dict[str, Any]) -> None:
    understanding = reader().understand(row["text"], today=TODAY)
    shown = {key: _shown(understanding, key) for key in row["expect"]}
    assert {key: _taken(value, row["expect"][key]) for key, value in shown.items()} == row["expect"]


def _taken(shown: Any, expected: Any) -> Any:
    """Where careful officers differ, the truth lists the labels that either may give."""
    either = isinstance(expected, list) and isinstance(shown, str)
    return expected if either and shown in expected else shown
