"""The lists of words and patterns are read alike by every Python that we promise."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

FOLDER = Path(__file__).parents[2] / "nlp" / "lexicons"
POSSESSIVE = re.compile(r"\)(?:[*+?]|\{[\d,]+\})\+|\(\?>")


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.toml")), ids=lambda path: path.stem)
def test_no_pattern_repeats_a_group_possessively(path: Path) -> None:
    """Before 3.11.5 such a pattern finds nothing (cpython issue 106052); Debian 12 has 3.11.2."""
    assert POSSESSIVE.findall(path.read_text("utf-8")) == []


@pytest.mark.parametrize("pattern", ["(?:ab)++", "(a)?+", "(?:a|b)*+", "(?:a){1,3}+", "(?>a)"])
def test_a_group_that_is_repeated_possessively_is_found(pattern: str) -> None:
    assert POSSESSIVE.search(pattern)


@pytest.mark.parametrize("pattern", ["[ab]++", r"\d{1,3}+", "(?:ab)+", "(a)?", "(?:a)+b"])
def test_what_every_python_reads_alike_is_not(pattern: str) -> None:
    assert not POSSESSIVE.search(pattern)
