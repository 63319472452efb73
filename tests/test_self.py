"""The project keeps its own word: every module says what it is for, every event and state can happen and be told."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from cases.events import EventName
from cases.model import Kind, Status
from cases.notices import Recipient
from cases.transitions import TABLE
from tests.house import rulebook

ROOT = Path(__file__).parents[1]
PACKAGES = ("cases", "nlp", "storage", "handlers", "bot", "scheduler", "bench")
MODULES = sorted(path for name in PACKAGES for path in (ROOT / name).rglob("*.py") if path.read_text("utf-8").strip())
OUTSIDE_THE_TABLE = {EventName.RECEIVED, EventName.OVERDUE, EventName.RECOUNTED, EventName.PHONED}
SILENT = {EventName.CONTINUED, EventName.SUSPENDED, EventName.TEST_ORDERED, EventName.UNPUBLISHED}
SILENT |= {EventName.RATED, EventName.ARCHIVED, EventName.CORRECTED, EventName.PHONED}
"""Steps on the way of which the consumer hears with the next one."""


@pytest.mark.parametrize("module", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_module_says_in_a_sentence_what_it_is_for(module: Path) -> None:
    said = ast.get_docstring(ast.parse(module.read_text("utf-8"))) or ""
    assert said
    assert said[0].isupper() or said.startswith("`")
    assert "." in said


def test_every_event_comes_from_the_table_or_from_the_program_itself() -> None:
    assert set(EventName) == {row.event for row in TABLE} | OUTSIDE_THE_TABLE


def test_somebody_is_told_of_every_event_that_is_not_a_mere_step() -> None:
    told = {notice.on for notice in rulebook().notices} | {EventName.OVERDUE}
    assert set(EventName) - told == SILENT


def test_every_state_is_somewhere_a_case_can_go_and_only_the_last_is_never_left() -> None:
    reached = {row.target for row in TABLE if row.target} | {Status.RECEIVED}
    left = {status for row in TABLE if row.target for status in row.sources}
    assert reached == set(Status)
    assert set(Status) - left == {Status.ARCHIVED}


def test_every_kind_is_told_that_it_was_received_and_every_recipient_is_told_something() -> None:
    book = rulebook()
    heard = {kind for notice in book.notices if notice.on is EventName.RECEIVED for kind in notice.kinds}
    assert heard == set(Kind)
    warned = {name for rule in book.clocks for warning in rule.warnings for name in warning.to}
    assert {notice.to for notice in book.notices} | {Recipient(name) for name in warned} == set(Recipient)
