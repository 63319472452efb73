"""A site folder that is wrong is refused with every fault: file, path, what was found and what is allowed."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

import pytest

from cases.advice import closest
from cases.errors import Fault, RulebookFault
from cases.rulebook import SITES, load_rulebook
from cases.rulebook_files import NATIONAL
from cases.similar import Trace
from main import main


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """A copy of the built-in site, to be broken."""
    return Path(shutil.copytree(SITES / "puyang", tmp_path / "site"))


@pytest.fixture
def national(tmp_path: Path) -> Path:
    """A copy of the national data, to be broken."""
    return Path(shutil.copytree(NATIONAL, tmp_path / "national"))


def change(file: Path, old: str, new: str) -> None:
    text = file.read_text("utf-8") if file.exists() else ""
    assert old in text, f"{file.name} has changed: {old}"
    file.write_text(text.replace(old, new, 1) if old else text + new, "utf-8")


def fault_of(site: Path, national: Path = NATIONAL) -> Fault:
    """The one fault of the folder."""
    with pytest.raises(RulebookFault) as refused:
        load_rulebook(str(site), national=national)
    assert len(refused.value.faults) == 1, str(refused.value)
    return refused.value.faults[0]


IN_SITE = [
    ("site.toml", 'ours = "市场监管局"', 'ours = "工商局"', "ours", "工商局", "市场监管局"),
    ("site.toml", 'name = "濮阳市市场监督管理局"', 'name = ""', "name", "''", "not empty"),
    ("site.toml", 'desk = "410900-12315"', 'desk = "999"', "desk", "999", "code of a bureau"),
    ("site.toml", 'start = "08:30"', 'start = "halb neun"', "office_hours.start", "halb neun", "08:30"),
    ("site.toml", 'end = "17:30"', 'end = "08:00"', "office_hours.end", "08:00", "after start"),
    ("site.toml", 'number_prefix = "410900"', 'number_prefix = "PY"', "number_prefix", "PY", "six digits"),
    ("site.toml", "retention_days_draft = 30", "retention_days_draft = -1", "privacy.retention_days_draft", "-1", "1"),
    ("site.toml", "purpose = ", "porpose = ", "privacy.purpose", "nothing", "a text"),
    ("site.toml", 'website = "www.12315.cn"', 'web = "www.12315.cn"', "web", "12315.cn", "website"),
    ("bureaus.toml", 'parent = "410900"', 'parent = "410999"', "bureau[1].parent", "410999", "code of a bureau"),
    ("bureaus.toml", 'code = "410902002"', 'code = "410902001"', "bureau[12].code", "410902001", "used once"),
    ("bureaus.toml", 'regions = ["410922"]', 'regions = ["410902"]', "bureau[3].regions", "410902", "one bureau"),
    (
        "bureaus.toml",
        'level = "county"',
        'level = "region"',
        "bureau[2].level",
        "region",
        "city, county, post, station",
    ),
    ("bureaus.toml", 'phone = "12315"', "phone = 12315", "bureau[1].phone", "12315", "a text"),
    ("bureaus.toml", 'phone = "12315"', 'telephone = "12315"', "bureau[1].telephone", "12315", "phone"),
    ("places.toml", 'aliases = ["清丰"', 'alias = ["清丰"', "place[1].alias", "清丰", "aliases"),
    ("routing.toml", "", '[[rules]]\nid = "x"\n', "rules", "x", "rule"),
    ("texts.toml", "", '[notice.complant]\nreceived = "x"\n', "notice.complant.received", "x", "national text"),
    ("texts.toml", "", '[home]\nwelcome = "{merchant}"\n', "home.welcome", "merchant", "hotline, signature, site"),
    ("texts.toml", "", '[home]\nwelcome = "{"\n', "home.welcome", "{", "braces"),
    ("texts.toml", "", "[home]\nwelcome = 7\n", "home.welcome", "7", "a text"),
    ("departments.toml", 'label = "教育局"', 'label = "教委"', "department[1].label", "教委", "教育局"),
]


@pytest.mark.parametrize(("file", "old", "new", "path", "found", "allowed"), IN_SITE)
def test_one_thing_wrong_in_a_site_is_one_fault_with_its_place(
    file: str, old: str, new: str, path: str, found: str, allowed: str, site: Path
) -> None:
    change(site / file, old, new)
    fault = fault_of(site)
    assert (fault.file, fault.path) == (file, path)
    assert found in fault.found
    assert allowed in fault.allowed


RULE = """
[[rule]]
id = "x"
when = { %s }
department = "%s"
because = "b"
basis = "b"
"""
IN_RULES = [
    (RULE % ('category = ["食物"]', "教育局"), "rule[0].when.category[0]", "食物", "食品"),
    (RULE % ('categorie = ["食品"]', "教育局"), "rule[0].when.categorie", "食品", "category"),
    (RULE % ('kind = ["complain"]', "教育局"), "rule[0].when.kind[0]", "complain", "complaint"),
    (RULE % ('category = ["食品"]', "教委"), "rule[0].department", "教委", "教育局"),
    (RULE.replace('basis = "b"\n', "") % ('category = ["食品"]', "教育局"), "rule[0].basis", "nothing", "a text"),
]


@pytest.mark.parametrize(("rule", "path", "found", "allowed"), IN_RULES)
def test_a_routing_rule_with_an_unknown_label_or_without_its_article_is_refused(
    rule: str, path: str, found: str, allowed: str, site: Path
) -> None:
    (site / "routing.toml").write_text(rule, "utf-8")
    fault = fault_of(site)
    assert (fault.file, fault.path) == ("routing.toml", path)
    assert found in fault.found
    assert allowed in fault.allowed


QUESTION = """
[[question]]
id = "%s"
%s
ask = "a"
basis = "b"
answer = [{ value = "one", label = "1"%s }, { value = "2", label = "2"%s }]
"""
ONE, TIPOFF = ', region = "410902"', 'when = { kind = ["tipoff"] }'
IN_QUESTIONS = [
    (QUESTION % ("q", "", "", ""), "question[0].when", "nothing", "between"),
    (QUESTION % ("q", 'between = ["1", "2"]', ONE, ""), "question[0].answer", "without region", "each answer"),
    (QUESTION % ("q" * 29, TIPOFF, "", ""), "question[0].id", "qqq", "32 characters"),
    (
        QUESTION % ("q", 'when = { kind = ["tipoff"] }', ', trader = "stall"', ""),
        "question[0].answer[0].trader",
        "stall",
        "own_site",
    ),
    (QUESTION % ("advert", TIPOFF, "", ""), "question.id", "advert", "used once"),
    (QUESTION % ("q", 'when = { trader = ["stall"] }', "", ""), "question[0].when.trader[0]", "stall", "inside"),
    ('[[place]]\nid = "x"\nwords = "x"\nbasis = "b"\n', "place[0].looks", "nothing", "told, platform"),
    ('[[place]]\nid = "x"\nlooks = ["seen"]\nwords = "x"\nbasis = "b"\n', "place[0].looks[0]", "seen", "told"),
]


@pytest.mark.parametrize(("text", "path", "found", "allowed"), IN_QUESTIONS)
def test_a_question_or_place_that_cannot_decide_is_refused(
    text: str, path: str, found: str, allowed: str, site: Path
) -> None:
    (site / "routing.toml").write_text(text, "utf-8")
    fault = fault_of(site)
    assert (fault.file, fault.path) == ("routing.toml", path)
    assert found in fault.found
    assert allowed in fault.allowed


def test_a_site_knows_a_platform_of_its_own_and_one_with_a_wrong_trader_is_refused(site: Path) -> None:
    text = '[[platform]]\nname = "濮阳优选"\nregion = "410902"\nplace = "华龙区"\nsource = "x"\nverified = false\n'
    (site / "platforms.toml").write_text(text, "utf-8")
    routing = load_rulebook(str(site)).routing
    assert (routing.seat("濮阳优选"), routing.seat("淘宝")) == ("410902", "330110")
    (site / "platforms.toml").write_text(text + 'trader = "stall"\n', "utf-8")
    fault = fault_of(site)
    assert (fault.file, fault.path) == ("platforms.toml", "platform[0].trader")


IN_NATIONAL = [
    ("similar.toml", "gap = 3", 'gap = "three"', "again.gap", "three", "whole number"),
    ("similar.toml", "percent = 60", "percent = 101", "again.percent", "101", "1 to 100"),
    ("similar.toml", "windows = [30, 90]", "windows = [30, 0]", "crowd.windows[1]", "0", "1 to 1000"),
    ("similar.toml", 'code = "same_item"', 'code = "guilty"', "trace[1].code", "guilty", "same_item"),
    ("similar.toml", "least = 5", "leats = 5\nleast = 5", "trace[0].leats", "5", "least"),
    ("signals.toml", "windows = [1, 7, 30]", "windows = [0, 7]", "watch.windows[0]", "0", "1 to 90"),
    ("signals.toml", '"merchant", ', '"trader", ', "watch.series[0]", "trader", "merchant, product"),
    (
        "signals.toml",
        '"category+problem"',
        '"problem+problem"',
        "watch.series[3]",
        "problem+problem",
        "alone or with +",
    ),
    ("signals.toml", "half_life = 8", "half_life = 0", "habit.half_life", "0", "from 1"),
    ("advice.toml", 'problems = ["价格"]', 'problems = ["物价"]', "advice[5].problems[0]", "物价", "价格"),
    ("advice.toml", '    "核对账单。结账时逐项核对，有出入当场提出。",\n', "", "advice[5].tips", "3", "4 to 6"),
    ("calendars/2026.toml", '"2026-10-10"]', '"2026-10-01"]', "off", "2026-10-01", "not also in work"),
    ("calendars/2026.toml", '"2026-10-10"]', '"2026-10-32"]', "work[5]", "2026-10-32", "2026-01-01"),
    ("calendars/2026.toml", '"2026-10-10"]', '"2025-10-10"]', "off/work", "2025-10-10", "days of 2026"),
    ("calendars/2026.toml", '"2026-05-01/2026-05-05"', '"2026-05-05/2026-05-01"', "off[3]", "05-01", "2026-01-01"),
    ("calendars/2026.toml", "work = ", "works = ", "works", "2026", "work"),
    ("clocks.toml", "effective_to = 2026-04-14", "effective_to = 2026-04-15", "clock[4].effective_from", "", "overlap"),
    ("clocks.toml", "length = 7", "length = -7", "clock[2].length", "-7", "from 1"),
    ("clocks.toml", "length = 7", 'length = "7"', "clock[2].length", "7", "whole number"),
    (
        "clocks.toml",
        'unit = "working_days"',
        'unit = "weeks"',
        "clock[0].unit",
        "weeks",
        "days, hours, minutes, working_days",
    ),
    ("clocks.toml", "effective_from = 2019-01-01\n", "", "clock[0].effective_from", "nothing", "2026-04-15"),
    ("clocks.toml", "effective_from = 2019-01-01", 'effective_from = "now"', "clock[0].effective_from", "now", "date"),
    ("clocks.toml", 'stopped_by = ["routed"', 'stopped_by = ["rooted"', "clock[0].stopped_by[0]", "rooted", "routed"),
    ("clocks.toml", 'to = ["desk"]', 'to = ["boss"]', "clock[0].warning[0].to[0]", "boss", "desk"),
    ("clocks.toml", "days = 0", "day = 0\ndays = 0", "clock[0].warning[0].day", "0", "days"),
    ("clocks.toml", 'then = "archive"', 'then = "shred"', "clock[19].then", "shred", "archive"),
    ("clocks.toml", 'text = "ping.due_today"', 'text = "ping.gone"', "ping.gone", "nothing", "owed by clock dispatch"),
    ("notices.toml", 'text = "ping.sent_back"', 'text = "ping.gone"', "ping.gone", "nothing", "notice sent_back"),
    ("notices.toml", 'on = "received"', 'on = "receives"', "notice[0].on", "receives", "received"),
    ("grounds.toml", 'code = "16-1"', 'kode = "16-1"', "decline[0].kode", "16-1", "code"),
    ("commands.toml", 'does = "start"', 'dose = "start"', "command[0].dose", "start", "does"),
]


@pytest.mark.parametrize(("file", "old", "new", "path", "found", "allowed"), IN_NATIONAL)
def test_one_thing_wrong_in_the_national_data_is_found_with_its_place(
    file: str, old: str, new: str, path: str, found: str, allowed: str, national: Path
) -> None:
    change(national / file, old, new)
    with pytest.raises(RulebookFault) as refused:
        load_rulebook("puyang", national=national)
    fits = [f for f in refused.value.faults if f.path == path and found in f.found and allowed in f.allowed]
    assert fits, str(refused.value)


def test_a_rule_table_without_a_default_is_refused(national: Path) -> None:
    change(national / "routing.toml", 'id = "default"\n', 'id = "default"\nwhen = { category = ["食品"] }\n')
    with pytest.raises(RulebookFault, match="a default rule"):
        load_rulebook("puyang", national=national)


def test_every_fault_is_told_at_once(site: Path) -> None:
    change(site / "site.toml", 'desk = "410900-12315"', 'desk = "999"')
    change(site / "bureaus.toml", 'parent = "410900"', 'parent = "410999"')
    (site / "places.toml").unlink()
    (site / "routing.toml").write_text("[[rule]\n", "utf-8")
    with pytest.raises(RulebookFault) as refused:
        load_rulebook(str(site))
    assert {fault.file for fault in refused.value.faults} == {
        "site.toml",
        "bureaus.toml",
        "places.toml",
        "routing.toml",
    }


def test_a_file_that_is_not_utf8_is_a_fault_and_no_traceback(site: Path) -> None:
    (site / "routing.toml").write_bytes("# 濮阳".encode("gb18030"))
    assert fault_of(site).allowed == "a TOML file in UTF-8"


def test_a_site_adds_a_year_of_the_calendar_and_words_of_its_own(site: Path) -> None:
    year = 'year = 2027\nbasis = "b"\noff = ["2027-01-01/2027-01-03"]\nwork = ["2027-01-10"]\nstatutory = []\n'
    (site / "calendars").mkdir()
    (site / "calendars" / "2027.toml").write_text(year, "utf-8")
    (site / "texts.toml").write_text('[home]\nwelcome = "{site}!"\n', "utf-8")
    book = load_rulebook(str(site))
    assert book.calendar.published(2027)
    assert book.calendar.is_working(date(2027, 1, 10))
    assert book.texts.render("home.welcome", site="X") == "X!"


def test_check_says_every_fault_on_standard_error_and_exits_with_1(
    site: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    change(site / "bureaus.toml", 'parent = "410900"', 'parent = "410999"')
    assert main(["check", str(site)]) == 1
    told = capsys.readouterr()
    assert told.out == ""
    assert told.err == ("bureaus.toml: bureau[1].parent: found '410999'; allowed: the code of a bureau in this file\n")


def test_check_of_a_good_site_exits_with_0_and_says_what_is_in_it(
    site: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["check", str(site)]) == 0
    assert main(["check", "puyang"]) == 0
    first, second = [line for line in capsys.readouterr().out.splitlines() if "没有问题" in line]
    assert first == second
    assert "濮阳市市场监督管理局" in first
    assert "100个单位" in first


def test_check_of_a_folder_that_is_not_there_names_the_built_in_sites(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "nowhere"]) == 1
    assert "puyang" in capsys.readouterr().err


OWN_SIMILAR = """
[crowd]
windows = [7]
listed = 2
percent = 40
basis = "本市细则"

[[trace]]
code = "frequent"
days = 30
least = 9
basis = "本市细则"
"""


def test_a_site_refines_what_is_alike_and_the_rest_stays_national(site: Path) -> None:
    national = load_rulebook(str(site)).likeness
    (site / "similar.toml").write_text(OWN_SIMILAR, "utf-8")
    found = load_rulebook(str(site)).likeness
    assert found.crowd.windows == (7,)
    assert (found.traces[Trace.FREQUENT].days, found.traces[Trace.FREQUENT].least) == (30, 9)
    assert found.again == national.again
    assert found.traces[Trace.SHARED_PHONE] == national.traces[Trace.SHARED_PHONE]


OWN_WATCH = """
[habit]
weeks = 26
half_life = 4
weekday_prior = 1
season_prior = 1
pad = 1
season_most = 2
"""
OWN_ADVICE = """
[[advice]]
problems = ["价格"]
subject = "停车收费"
what = "w"
tips = ["a", "b", "c", "d"]
"""


def test_a_site_refines_when_it_is_warned_and_its_own_advice_comes_first(site: Path) -> None:
    national = load_rulebook(str(site))
    (site / "signals.toml").write_text(OWN_WATCH, "utf-8")
    (site / "advice.toml").write_text(OWN_ADVICE, "utf-8")
    found = load_rulebook(str(site))
    assert (found.watching.habit.weeks, found.watching.windows) == (26, national.watching.windows)
    assert closest(found.advice, category=None, problem="价格").subject == "停车收费"
    assert closest(found.advice, category=None, problem="计量").subject == "计量"
