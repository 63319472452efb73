"""The documents say what is so: links lead somewhere, the generated page is fresh, the READMEs hold their two lines."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from bot.settings import PREFIX, Settings
from docs.make_lifecycle import files

ROOT = Path(__file__).parent.parent
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
START = (
    "python3 -m venv .venv && .venv/bin/pip install -q --require-hashes -r requirements.lock && "
    ".venv/bin/python main.py"
)
TEST = (
    "python3 -m venv .venv && .venv/bin/pip install -q --require-hashes -r requirements-dev.lock && "
    ".venv/bin/python -m pytest"
)
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])


def _anchors(text: str) -> set[str]:
    """The names that headings can be linked by, as the usual viewers make them."""
    heads = re.findall(r"^#+ (.+)$", text, flags=re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", head.lower()).replace(" ", "-") for head in heads}


def _broken(document: Path) -> list[str]:
    found = []
    for link in LINK.findall(document.read_text("utf-8")):
        path, _, anchor = link.partition("#")
        target = (document.parent / path).resolve() if path else document
        if link.startswith(("http://", "https://", "mailto:")):
            continue
        lost = not target.exists() or (anchor and anchor not in _anchors(target.read_text("utf-8")))
        found += [link] * bool(lost)
    return found


@pytest.mark.parametrize("document", PAGES, ids=lambda document: str(document.relative_to(ROOT)))
def test_every_relative_link_leads_somewhere(document: Path) -> None:
    assert _broken(document) == []


@pytest.mark.parametrize("path", files(), ids=lambda path: path.name)
def test_the_page_and_the_pictures_of_transitions_are_those_of_the_code(path: Path) -> None:
    assert path.read_text("utf-8") == files()[path], "write it again: python -m docs.make_lifecycle"


@pytest.mark.parametrize("readme", ["README.md", "README.zh-CN.md"])
def test_each_readme_holds_the_line_that_starts_and_the_line_that_tests(readme: str) -> None:
    blocks = re.findall(r"^```\w*\n(.*?)^```", (ROOT / readme).read_text("utf-8"), flags=re.MULTILINE | re.DOTALL)
    lines = [line for block in blocks for line in block.splitlines()]
    assert START in lines
    assert TEST in lines
    assert [line for line in lines if "requirements-dev.lock" in line] == [TEST]


@pytest.mark.parametrize("name", Settings.model_fields)
def test_every_setting_is_documented(name: str) -> None:
    assert f"`{PREFIX}{name.upper()}`" in (ROOT / "docs" / "settings.md").read_text("utf-8")
