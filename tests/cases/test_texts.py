"""Texts: filled from facts, never half filled; every key that the code names exists and every text is used."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cases.clocks import Unit
from cases.events import EventName
from cases.intake import Slot
from cases.model import STAFF_ROLES, Kind, Status
from cases.notices import LOWEST_RATING, Recipient
from cases.routing import Place
from cases.texts import PART, SINGLE, TextFault, Texts, placeholders, sms_segments
from cases.transitions import OUTCOME_PATHS, TABLE
from handlers.calendars import OPERATOR
from handlers.consumer_cards import ASKED
from handlers.forms import CHOSEN, VERBS
from handlers.ledger_columns import CELLS
from handlers.notice_previews import Group, Switch
from tests.house import rulebook

ROOT = Path(__file__).parents[2]
SOURCES = [
    ROOT / "main.py",
    *(path for name in ("cases", "handlers", "bot", "scheduler") for path in sorted((ROOT / name).rglob("*.py"))),
]
PAGES = [path for pattern in ("*.html", "*.js") for path in sorted((ROOT / "bot").rglob(pattern))]
BOOK = rulebook()
KEYS = BOOK.texts.keys()
FAMILIES = {key.partition(".")[0] for key in KEYS if "." in key}
COMMON = {"signature", "site", "hotline"}
KEY = re.compile(r"[a-z][a-z_]*(\.[a-z0-9_]+)+")
IN_PAGES = re.compile(r"""["'](page\.[a-z0-9_.]*[a-z0-9_])["']""")
JOINED_IN_PAGES = re.compile(r"""["']([a-z_.]+\.)["'] ~""")
ENDINGS = {"declined", "withdrawn", "redirected", "answered", "duplicate"}
ASKING = {row.verb for row in TABLE if "reason" in (*row.needs, *row.may)} | {"close_with"}
UNTYPED = {"reason", "rating", "enterprise"}
TYPED = {name for row in TABLE for name in (*row.needs, *row.may)} - UNTYPED
OURS: dict[str, set[str]] = {
    "status": set(Status),
    "next": set(Status),
    "kind": set(Kind),
    "slot": set(Slot),
    "ask": {slot.value for slot in Slot if slot is not Slot.CONFIRM},
    "why": set(Place),
    "event": set(EventName),
    "role": set(STAFF_ROLES),
    "outcome": set(OUTCOME_PATHS) | ENDINGS,
    "verb": {*VERBS, *(row.verb for row in TABLE), "card", "more", "why"},
    "calendar.by": {OPERATOR},
    "page.unit": {unit for unit in Unit if unit.span is None},
    "rating": {str(n) for n in range(1, LOWEST_RATING + 1)},
    "progress.rated_": {str(n) for n in range(1, LOWEST_RATING + 1)},
    "page.ask": ASKING | TYPED,
    "staff.which_": (TYPED | {"outcome"}) & CHOSEN,
    "choice": set(ASKED),
    "asked": {"offer", "entrust", "join", "reclassify"},
    "progress": {*ASKED, "settle", "settle_what", "recuse", "recuse_what", "leave_group"},
    "ask.narrative_": set(Kind),
    "ledger.column": set(CELLS),
    "ledger": {"yes", "no", "running"},
    "preview.fact": set(BOOK.samples.facts),
    "preview.group_": set(Group),
    "preview.to_": set(Recipient),
    "preview.switch_": set(Switch),
}
"""Families of keys that are put together from a closed list."""


def trees() -> Iterator[tuple[Path, ast.Module]]:
    for path in SOURCES:
        yield path, ast.parse(path.read_text("utf-8"))


def literals() -> set[str]:
    """Every whole string in the code, and every key in a page."""
    found: set[str] = set()
    for _, tree in trees():
        nodes = list(ast.walk(tree))
        pieces = {id(value) for node in nodes if isinstance(node, ast.JoinedStr) for value in node.values}
        found |= {str(node.value) for node in nodes if isinstance(node, ast.Constant) and id(node) not in pieces}
    return found | {key for path in PAGES for key in IN_PAGES.findall(path.read_text("utf-8"))}


def patterns() -> list[re.Pattern[str]]:
    """What f-strings that look like a key can become."""
    found = []
    for _, tree in trees():
        for node in ast.walk(tree):
            if isinstance(node, ast.JoinedStr) and isinstance(first := node.values[0], ast.Constant):
                family, dot, _ = str(first.value).partition(".")
                if dot and family in FAMILIES:
                    parts = [re.escape(str(v.value)) if isinstance(v, ast.Constant) else ".+" for v in node.values]
                    found.append(re.compile("".join(parts)))
    stems = {stem for path in PAGES for stem in JOINED_IN_PAGES.findall(path.read_text("utf-8"))}
    return found + [re.compile(re.escape(stem) + ".+") for stem in sorted(stems)]


def case_error_keys() -> set[str]:
    stores = [ast.parse(path.read_text("utf-8")) for path in sorted((ROOT / "storage").glob("*.py"))]
    every = [*stores, *(tree for _, tree in trees())]
    calls = (node for tree in every for node in ast.walk(tree) if isinstance(node, ast.Call))
    named = (call for call in calls if ast.unparse(call.func) == "CaseError" and call.args)
    return {str(call.args[0].value) for call in named if isinstance(call.args[0], ast.Constant)}


def test_every_key_that_the_code_names_has_a_text() -> None:
    words = {word for word in literals() if KEY.fullmatch(word) and not word.endswith(".html")}
    named = {word for word in words if word.partition(".")[0] in FAMILIES}
    assert sorted(named - KEYS) == []


@pytest.mark.parametrize("family", OURS)
def test_every_value_of_a_closed_list_has_its_text(family: str) -> None:
    stem = family if family[-1] == "_" else f"{family}."
    assert sorted(f"{stem}{value}" for value in OURS[family] if f"{stem}{value}" not in KEYS) == []


def test_every_error_that_the_code_raises_has_its_sentence_and_no_sentence_is_left_over() -> None:
    assert {f"error.{key}" for key in case_error_keys()} == {key for key in KEYS if key.startswith("error.")}


def test_every_text_is_used() -> None:
    books = [rulebook(site) for site in ("puyang", "chongxin")]
    used = literals() | {key for book in books for notice in book.offered for key in notice.texts}
    used |= {warning.text for book in books for clock in book.clocks for warning in clock.warnings}
    families = patterns()
    idle = [key for key in KEYS - used if not any(pattern.fullmatch(key) for pattern in families)]
    assert sorted(idle) == []


def said() -> Iterator[tuple[str, str, set[str]]]:
    """Every ``say`` of a literal key whose facts are all written out: where, the key, the facts."""
    for path, tree in trees():
        for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call)):
            saying = isinstance(call.func, ast.Attribute) and call.func.attr in {"say", "render"}
            names = [keyword.arg for keyword in call.keywords]
            if saying and call.args and isinstance(call.args[0], ast.Constant) and None not in names:
                yield f"{path.name}:{call.lineno}", str(call.args[0].value), {name for name in names if name}


def test_every_placeholder_is_supplied_where_a_text_is_said() -> None:
    calls = list(said())
    assert len(calls) > 50
    lacking = {
        f"{where} {key}: {sorted(needed)}"
        for where, key, facts in calls
        if key in KEYS and (needed := placeholders(BOOK.texts.template(key)) - facts - COMMON)
    }
    assert sorted(lacking) == []


@pytest.mark.parametrize("key", sorted(key for key in KEYS if key.startswith("notice.tipoff.")))
def test_a_notice_about_a_tipoff_never_names_the_business_or_what_was_told(key: str) -> None:
    secret = {"merchant", "merchant_address", "narrative", "platform", "product", "subject", "demands", "amount"}
    assert placeholders(BOOK.texts.template(key)).isdisjoint(secret)


@pytest.mark.parametrize("key", sorted(key for key in KEYS if key.startswith("notice.")))
def test_a_notice_begins_with_the_signature(key: str) -> None:
    assert BOOK.texts.template(key).startswith("【{signature}】")


@pytest.mark.parametrize(
    ("template", "facts", "text"),
    [
        ("{a}[[,电话{b}]]。", {"a": "x", "b": "1"}, "x,电话1。"),
        ("{a}[[,电话{b}]]。", {"a": "x", "b": ""}, "x。"),
        ("{a}[[,电话{b}]]。", {"a": "x", "b": None}, "x。"),
        ("{a}[[,电话{b}]]。", {"a": "x"}, "x。"),
        ("[[{a}{b}]]!", {"a": "x", "b": ""}, "!"),
        ("[[\n{a}]]", {"a": 0}, "\n0"),
        ("{a}", {"a": "{b}[[c]]"}, "{b}[[c]]"),
        ("plain", {}, "plain"),
    ],
)
def test_an_optional_part_stands_only_when_all_its_facts_are_known(
    template: str, facts: dict[str, object], text: str
) -> None:
    assert Texts({"k": template}).render("k", **facts) == text


def test_a_missing_fact_or_key_is_a_mistake_and_is_named() -> None:
    texts = Texts({"k": "{a} {b}"})
    with pytest.raises(TextFault, match="text k needs the fact b"):
        texts.render("k", a="x")
    with pytest.raises(TextFault, match="no text other"):
        texts.render("other")


@settings(deadline=None)
@given(st.text(), st.text(min_size=1))
def test_what_a_person_said_comes_out_as_it_was_said(one: str, other: str) -> None:
    assert Texts({"k": "<{a}|[[{b}]]>"}).render("k", a=one, b=other) == f"<{one}|{other}>"


@pytest.mark.parametrize(
    ("length", "segments"), [(0, 1), (SINGLE, 1), (SINGLE + 1, 2), (2 * PART, 2), (2 * PART + 1, 3)]
)
def test_a_short_message_is_one_segment_up_to_70_characters_and_67_each_above(length: int, segments: int) -> None:
    assert sms_segments("字" * length) == segments


def test_the_labels_shown_to_people_are_all_named_in_the_data() -> None:
    labels = set(chain.from_iterable(BOOK.labels.values()))
    assert set(BOOK.plain) <= labels
