"""The words of the pages: every text that a template or a form asks for is there."""

from __future__ import annotations

import re
from pathlib import Path

import bot.web
from bot.web.desk_views import GROUPS, PARTICULARS, TOLD
from cases.calendar import DayKind
from cases.messages import AttachmentKind
from tests.house import rulebook

FOLDER = Path(bot.web.__file__).parent
KEY = re.compile(r'(?:\bt|say)\(\s*"([a-z_.0-9]+)"')


def test_every_text_named_in_a_page_is_written() -> None:
    sources = [*FOLDER.rglob("*.html"), *FOLDER.glob("*.py")]
    keys = {key for source in sources for key in KEY.findall(source.read_text("utf-8"))}
    keys = {key for key in keys if not key.endswith((".", "_"))}
    keys |= {f"page.group.{name}" for name in GROUPS} | {f"page.fact.{name}" for name in PARTICULARS}
    keys |= {f"page.attachment.{kind.value}" for kind in AttachmentKind}
    keys |= {f"page.fact.{name}" for name in (*TOLD, "sibling", "origin", "part_of", "part")}
    keys |= {
        f"page.proof.{why}" for why in (*DayKind, "first_day", "day", "rolled", "paused", "chosen", "hours", "minutes")
    }
    keys |= {f"page.calendar.{state}" for state in ("published", "entered", "estimated")}
    keys |= {f"page.fact.{name}" for name in ("rule", "from", "to")}
    assert keys - rulebook().texts.keys() == set()


def test_templates_hold_no_words_of_their_own() -> None:
    found = {path.name: re.findall("[\u3400-\u9fff]", path.read_text("utf-8")) for path in FOLDER.rglob("*.html")}
    assert {name: words for name, words in found.items() if words} == {}
