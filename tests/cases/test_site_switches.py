"""What a site may switch, sample and time by itself; each slip is one fault with its file and its place."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

import pytest

from cases.errors import Fault, RulebookFault
from cases.rulebook import SITES, load_rulebook
from tests.house import rulebook

STATUTORY, OPTIONAL = "notice.complaint.accepted", "notice.tipoff.docketed"
CLOCK = """
[[clock]]
code = "{code}"
name = "n"
length = 2
unit = "{unit}"
basis = "b"
effective_from = 2026-01-01
kinds = ["complaint"]
started_by = ["routed"]
stopped_by = ["closed"]
"""
WARNING = '[[clock.warning]]\nto = ["desk"]\ntext = "ping.due_today"\n'
HOURS, DAYS = CLOCK.format(code="x", unit="hours"), CLOCK.format(code="x", unit="days")


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """A site that switches, samples and times nothing by itself."""
    return Path(shutil.copytree(SITES / "xiangcheng", tmp_path / "site"))


def add(file: Path, text: str) -> None:
    with file.open("a", encoding="utf-8") as opened:
        opened.write(f"\n{text}")


def faults(site: Path) -> list[Fault]:
    with pytest.raises(RulebookFault) as refused:
        load_rulebook(str(site))
    return list(refused.value.faults)


@pytest.mark.parametrize(
    ("lines", "path", "found", "allowed"),
    [
        (f'[notices]\noff = ["{STATUTORY}"]\n', "notices.off[0]", STATUTORY, "no law owes"),
        ('[notices]\noff = ["notice.gone"]\n', "notices.off[0]", "notice.gone", "no law owes"),
        ('[notices]\non = ["notice.gone"]\n', "notices.on[0]", "notice.gone", OPTIONAL),
        (f'[notices]\non = ["{STATUTORY}"]\n', "notices.on[0]", STATUTORY, OPTIONAL),
        ("[notices]\nsms = true\n", "notices.sms", "True", "on"),
        ("[follow_up]\npercent = 101\n", "follow_up.percent", "101", "0 to 100"),
        ("[reach]\nunread_minutes = 0\n", "reach.unread_minutes", "0", "1"),
        ("[reach]\nunread = 60\nunread_minutes = 60\n", "reach.unread", "60", "unread_minutes"),
        ("[follow_up]\npercent = -1\n", "follow_up.percent", "-1", "from 0"),
        ("[follow_up]\nrate = 5\npercent = 5\n", "follow_up.rate", "5", "percent"),
        (
            '[follow_up]\npercent = 5\n[[follow_up.first]]\npercent = 120\nwhen = { category = ["旅游"] }\n',
            "follow_up.first[0].percent",
            "120",
            "0 to 100",
        ),
        (
            '[follow_up]\npercent = 5\n[[follow_up.first]]\npercent = 20\nwhen = { category = ["旅行"] }\n',
            "follow_up.first[0].when.category[0]",
            "旅行",
            "旅游",
        ),
    ],
)
def test_a_switch_or_a_share_that_is_wrong_is_one_fault_with_its_place(
    lines: str, path: str, found: str, allowed: str, site: Path
) -> None:
    add(site / "site.toml", lines)
    (fault,) = faults(site)
    assert (fault.file, fault.path) == ("site.toml", path)
    assert found in fault.found
    assert allowed in fault.allowed


@pytest.mark.parametrize(
    ("clock", "path", "found", "allowed"),
    [
        (CLOCK.format(code="accept", unit="days"), "clock[0].effective_from", "2026-01-01", "no overlap"),
        (HOURS + WARNING + "days = -1\n", "clock[0].warning[0].days", "-1", "hours, minutes"),
        (DAYS + WARNING + "days = 0\nhours = -1\n", "clock[0].warning[0].hours", "-1", "days"),
        (DAYS + 'pausable = true\npaused_by = ["appraisal_ordered"]\n', "clock[0].paused_by", "appraisal", "together"),
        (DAYS + 'resumed_by = ["appraisal_done"]\n', "clock[0].paused_by", "[]", "together"),
        (DAYS + 'chosen = "until"\nwithin = "acept"\n', "clock[0].within", "acept", "accept"),
        (DAYS + 'extended_by = ["extended"]\n', "clock[0].extended_by", "extended", "an extension"),
        (DAYS + 'when = { problem = ["食物"] }\n', "clock[0].when.problem[0]", "食物", "食品安全"),
        (DAYS.replace('["closed"]', '["routed"]'), "clock[0].stopped_by", "routed", "do not start"),
    ],
)
def test_a_clock_of_the_site_that_is_wrong_is_one_fault_with_its_place(
    clock: str, path: str, found: str, allowed: str, site: Path
) -> None:
    (site / "clocks.toml").write_text(clock, "utf-8")
    (fault,) = faults(site)
    assert (fault.file, fault.path) == ("clocks.toml", path)
    assert found in fault.found
    assert allowed in fault.allowed


def test_a_site_sets_its_own_length_for_a_limit_of_the_office_and_none_for_a_laws(site: Path) -> None:
    own = CLOCK.format(code="sign", unit="working_days").replace('["complaint"]', '["complaint", "tipoff"]')
    (site / "clocks.toml").write_text(own, "utf-8")
    book = load_rulebook(str(site))
    assert book.clock("sign", date(2026, 1, 1)).length == 2
    assert book.clock("sign", date(2025, 12, 31)).length == 1  # a case keeps the rules of its day of receipt


def test_a_site_that_forgets_a_kind_in_its_own_length_is_told_so(site: Path) -> None:
    (site / "clocks.toml").write_text(CLOCK.format(code="sign", unit="working_days"), "utf-8")
    (fault,) = faults(site)
    assert (fault.file, fault.path, fault.allowed) == ("clocks.toml", "clock[0].kinds", "all of complaint, tipoff")


def test_a_notice_is_sent_where_the_site_turned_it_on_and_is_not_where_it_turned_it_off(site: Path) -> None:
    add(site / "site.toml", f'[notices]\non = ["{OPTIONAL}"]\noff = ["ping.rated_low"]\n')
    before, after = rulebook("xiangcheng").notices, load_rulebook(str(site)).notices
    assert {rule.text for rule in after} == {rule.text for rule in before} - {"ping.rated_low"} | {OPTIONAL}


def test_puyang_tells_informants_what_its_document_says_it_tells() -> None:
    told = {rule.text for rule in rulebook("puyang").notices}
    assert {OPTIONAL, "notice.tipoff.dismissed", "notice.tipoff.decided"} <= told


def test_quanzhou_draws_tourism_first_at_a_rate_of_its_own_that_is_still_to_be_checked() -> None:
    first, rest = rulebook("quanzhou").site.samples
    assert first.when == {"category": {"旅游"}}
    assert first.percent > rest.percent > 0
    text = (SITES / "quanzhou" / "site.toml").read_text("utf-8")
    about = text[text.index("[follow_up]") : text.index("[[promise]]")]
    assert about.count("verified = false") == 2


def test_a_site_that_says_nothing_of_call_backs_makes_none() -> None:
    assert rulebook("xiangcheng").site.samples == ()


ROUTINE = '[[routine]]\ncode = "x"\ntext = "t"\nmonths = [6]\nday = 25\nto = "desk"\n'


@pytest.mark.parametrize(
    ("old", "new", "path", "found", "allowed"),
    [
        ("[6]", "[13]", "routine[3].months[0]", "13", "from 1 to 12"),
        ("[6]", "[]", "routine[3].months", "[]", "at least one"),
        ("[6]", '["6"]', "routine[3].months[0]", "6", "whole number"),
        ("25", "32", "routine[3].day", "32", "from 1 to 31"),
        ("desk", "boss", "routine[3].to", "boss", "desk"),
        ('"x"', '"ledger_check"', "routine[3].code", "ledger_check", "used once"),
    ],
)
def test_a_routine_that_is_wrong_is_one_fault_with_its_place(
    old: str, new: str, path: str, found: str, allowed: str, site: Path
) -> None:
    add(site / "site.toml", ROUTINE.replace(old, new))
    (fault,) = faults(site)
    assert (fault.file, fault.path) == ("site.toml", path)
    assert found in fault.found
    assert allowed in fault.allowed
