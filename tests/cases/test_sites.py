"""The built-in sites: every place has one office, every office one root, and what is special is in the data."""

from __future__ import annotations

import csv
import shutil
import tomllib
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from cases.errors import Fault, RulebookFault
from cases.model import Kind
from cases.routing import Level, Route, route
from cases.routing_rules import Matter
from cases.rulebook import SITES, load_rulebook
from cases.site import Promise
from main import main
from tests.clock import Clock
from tests.house import MILK, files_complaint, reader, rulebook, town

ROOT = Path(__file__).parents[2]
ALL = sorted(folder.name for folder in SITES.iterdir() if folder.is_dir())
NEW = ["chongxin", "fujian", "puyang", "quanzhou", "xiangcheng"]
"""Sites written from a document."""
KINMEN = "350527"
"""On the list of divisions, but no office of these sites covers it."""
ROWS: list[dict[str, Any]] = tomllib.loads((ROOT / "tests" / "truth" / "sites.toml").read_text("utf-8"))["row"]
DAY = date(2026, 6, 1)
FOOD = Matter(kind=Kind.COMPLAINT, problem="食品安全")
CLOTHES = Matter(kind=Kind.COMPLAINT, problem="质量")


def rows(site: str, file: str, table: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = tomllib.loads((SITES / site / file).read_text("utf-8")).get(table, [])
    return found


def promise(site: str, code: str) -> Promise:
    found = rulebook(site).site.promise(code)
    assert found, f"{site} has no promise {code}"
    return found


def told(site: str, story: str) -> Route:
    """Where the site sends a story, as it is read."""
    book, facts = rulebook(site), reader(site).understand(story, today=DAY)
    names = ("category", "problem", "department", "sales_mode", "platform", "region", "township")
    kind = facts.kinds[0] if facts.kinds else Kind.COMPLAINT
    matter = Matter(kind=kind, **{name: getattr(facts, name) for name in names})
    return route(matter, routing=book.routing, directory=book.directory, ours=book.site.ours)


def counties(region: str) -> set[str]:
    """The counties of the national list inside a region."""
    with (ROOT / "nlp" / "data" / "divisions.csv").open(encoding="utf-8", newline="") as file:
        return {row["code"] for row in csv.DictReader(file) if len(row["code"]) == 6 and row["code"].startswith(region)}


# ---- shape ----------------------------------------------------------------------------------------------------------


def test_there_is_a_site_for_each_of_the_five_documents() -> None:
    assert set(NEW) <= set(ALL)


@pytest.mark.parametrize("site", ALL)
def test_a_built_in_site_has_no_fault(site: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", site]) == 0
    assert rulebook(site).site.name in capsys.readouterr().out


@pytest.mark.parametrize("site", ALL)
def test_every_office_stands_under_one_root_and_so_does_the_desk(site: str) -> None:
    book = rulebook(site)
    roots = {book.directory.line(bureau.code)[-1] for bureau in book.directory}
    assert len(roots) == 1
    assert [bureau.code for bureau in book.directory if bureau.parent is None] == [*roots]
    assert book.directory.line(book.site.desk)[-1] in roots


@pytest.mark.parametrize("site", ALL)
def test_offices_are_told_apart_by_name_and_by_short_name(site: str) -> None:
    bureaus = list(rulebook(site).directory)
    for names in ([b.name for b in bureaus], [b.short for b in bureaus]):
        assert len(names) == len(set(names))


@pytest.mark.parametrize("site", NEW)
def test_no_place_is_covered_twice_and_every_county_once(site: str) -> None:
    book = rulebook(site)
    townships = [township for bureau in book.directory for township in bureau.townships]
    assert len(townships) == len(set(townships))
    regions = [region for bureau in book.directory for region in bureau.regions]
    wanted = counties(book.site.region) - {KINMEN}
    assert sorted(r for r in regions if r.isdigit() and not r.endswith("00")) == sorted(wanted)


@pytest.mark.parametrize("site", NEW)
def test_every_place_of_the_site_leads_to_an_office_in_its_county(site: str) -> None:
    book = rulebook(site)
    for place in book.places:
        region, township = place.code[:6], place.code if len(place.code) == 9 else None
        found = book.directory.at(region=region, township=township)
        assert found, place
        by_county = book.directory.at(region=region, township=None)
        assert by_county
        assert {found.code, found.parent} & {by_county.code, by_county.parent}


@pytest.mark.parametrize("site", NEW)
def test_every_township_that_an_office_covers_can_be_named(site: str) -> None:
    book = rulebook(site)
    covered = {township for bureau in book.directory for township in bureau.townships}
    assert covered <= {place.code for place in book.places}


@pytest.mark.parametrize("site", NEW)
def test_a_station_stands_in_the_county_that_its_code_says(site: str) -> None:
    for bureau in rulebook(site).directory:
        if bureau.level is Level.STATION and bureau.parent:
            assert bureau.code.startswith(bureau.parent)


@pytest.mark.parametrize("site", NEW)
def test_what_is_called_verified_says_where_it_stands(site: str) -> None:
    for file, table in (("bureaus.toml", "bureau"), ("departments.toml", "department")):
        for row in rows(site, file, table):
            assert isinstance(row["verified"], bool), row
            assert row.get("source") or not row["verified"], row


@pytest.mark.parametrize("site", NEW)
def test_no_phone_is_made_up(site: str) -> None:
    book = rulebook(site)
    assert {bureau.phone for bureau in book.directory} <= {None, "12315"}
    assert set(book.site.phones.values()) <= {"12315", "12345"}
    assert all("hotline" not in row for row in rows(site, "departments.toml", "department"))


@pytest.mark.parametrize("site", NEW)
def test_every_promise_and_every_figure_quotes_its_document(site: str) -> None:
    about = rulebook(site).site
    assert about.promises
    for source in [*(promise.source for promise in about.promises), *(figure.source for figure in about.figures)]:
        assert source.startswith("seeds/00")
        assert "“" in source
        assert "”" in source


# ---- where a story leads --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row['site']}-{row.get('bureau') or row['place']}")
def test_a_story_leads_to_the_office_of_the_place_it_names(row: dict[str, Any]) -> None:
    found = told(row["site"], row["story"])
    assert (found.bureau, found.place.value) == (row.get("bureau"), row["place"])


@pytest.mark.parametrize(
    ("site", "place", "office"),
    [
        ("quanzhou", "晋江市安海镇", "安海"),
        ("fujian", "厦门市思明区", "思明区市场监管局"),
        ("xiangcheng", "相城区黄埭镇", "黄埭镇市场监管局"),
        ("chongxin", "崇信县锦屏镇", "锦屏"),
    ],
)
async def test_a_consumer_files_a_complaint_and_hears_which_office_has_it(
    site: str, place: str, office: str, sqlite_url: str, clock: Clock, tmp_path: Path
) -> None:
    async with town(sqlite_url, clock, tmp_path, site=site) as here:
        wang = here.person("wang")
        number = await files_complaint(wang, MILK.replace("华龙区", place))
        assert number.startswith(rulebook(site).site.number_prefix)
        wang.hears(office)


@pytest.mark.parametrize(
    ("site", "question", "answer", "office"),
    [
        ("quanzhou", "哪个区县", "安海镇", "晋江安海所"),
        ("fujian", "哪个市、县（区）", "泉州晋江", "晋江市市场监管局"),
        ("xiangcheng", "哪个镇、街道", "黄埭镇", "黄埭镇市场监管局"),
        ("chongxin", "哪个乡镇", "锦屏镇", "崇信锦屏所"),
    ],
)
async def test_the_question_for_the_place_is_worded_for_the_site_and_answered_in_its_words(
    site: str, question: str, answer: str, office: str, sqlite_url: str, clock: Clock, tmp_path: Path
) -> None:
    async with town(sqlite_url, clock, tmp_path, site=site) as here:
        wang = here.person("wang")
        await wang.says(MILK.replace("华龙区", ""))
        assert question in "".join(await wang.presses("同意"))
        await wang.says(answer)
        await wang.says("王芳")
        await wang.says("13812345678")
        summary = "".join(await wang.says("某路某小区"))
        found = next(bureau for bureau in rulebook(site).directory if bureau.short == office)
        assert found.name in summary or found.short in summary


def test_the_truth_has_a_story_for_every_site() -> None:
    assert {row["site"] for row in ROWS} == set(NEW)


def test_what_an_office_cannot_settle_goes_up_the_levels_of_its_document() -> None:
    chongxin, fujian = rulebook("chongxin").directory, rulebook("fujian").directory
    assert chongxin.line("620823100") == ("620823100", "620823", "620800")
    assert fujian.line("350203") == ("350203", "350200", "350000")
    assert fujian.line("350128") == ("350128", "350000")


def test_fujian_holds_nine_cities_and_pingtan_right_under_the_province() -> None:
    under = [b for b in rulebook("fujian").directory if b.parent == "350000" and b.regions]
    assert len(under) == 10
    assert [b.code for b in under if b.level is Level.COUNTY] == ["350128"]


def test_xiangcheng_and_quanzhou_hold_the_offices_that_their_documents_name() -> None:
    named = {b.name: b for b in (*rulebook("xiangcheng").directory, *rulebook("quanzhou").directory)}
    assert named["苏州市相城区黄埭镇市场监督管理局"].townships == ("320507102",)
    assert "泉州市市场监管综合执法支队" in named
    assert "泉州市市场监督管理局开发区分局" in named


# ---- what is special to a site --------------------------------------------------------------------------------------


def test_chongxin_takes_suspect_food_off_the_shelf_in_24_hours_and_is_there_in_10_minutes() -> None:
    fast, arrival = promise("chongxin", "fast_response"), promise("chongxin", "arrival")
    assert (fast.hours, arrival.minutes) == (24, 10)
    for found in (fast, arrival):
        assert found.fits(FOOD)
        assert not found.fits(CLOTHES)


def test_quanzhou_calls_back_and_answers_fast_with_tourism_first_and_names_no_rate_of_its_own() -> None:
    for code in ("call_back", "fast_response"):
        found = promise("quanzhou", code)
        assert found.first == ("旅游",)
        assert found.rate is None
        assert found.hours is None
    assert promise("quanzhou", "odr_share").rate == 0.2
    assert "异常名录" in promise("quanzhou", "abnormal_list").text


def test_xiangcheng_warns_twice_a_year_and_takes_up_everything() -> None:
    assert promise("xiangcheng", "warnings_a_year").least == 2
    assert promise("xiangcheng", "review_meetings").least == 2
    assert promise("xiangcheng", "taken_up").percent == 100
    assert promise("xiangcheng", "closed_in_time").percent == 100


def test_fujian_has_its_figures_and_its_joint_conference() -> None:
    figures = {figure.code: figure.value for figure in rulebook("fujian").site.figures}
    assert figures["joint_conference_departments"] == 24
    assert figures["inquiries"] + figures["complaints"] + figures["tipoffs"] == figures["all"] == 549763
    assert "厅际联席会议" in promise("fujian", "joint_conference").source
    assert promise("fujian", "tourism_window").first == ("旅游",)


def test_what_fujian_says_of_other_departments_keeps_the_names_of_its_document() -> None:
    sources = {row["label"]: row.get("source", "") for row in rows("fujian", "departments.toml", "department")}
    assert "省旅发委" in sources["文旅局"]
    assert "省保监局" in sources["金融监管局"]
    assert "省物价局" in sources["发改委"]
    assert "24个部门" in sources["市场监管局"]
    assert set(sources) <= set(rulebook("fujian").labels["department"])


def test_a_site_of_before_this_law_brings_no_time_limit_of_its_own() -> None:
    national = rulebook("puyang").clocks
    own = {site: [rule for rule in rulebook(site).clocks if rule not in national] for site in NEW}
    assert {site: [rule.code for rule in rules] for site, rules in own.items() if rules} == {
        "chongxin": ["fast_response", "arrival"]
    }
    assert all(rule in rulebook(site).clocks for site in NEW for rule in national)


# ---- a folder that people change ------------------------------------------------------------------------------------


@pytest.fixture
def site(tmp_path: Path) -> Path:
    return Path(shutil.copytree(SITES / "chongxin", tmp_path / "site"))


def add(file: Path, text: str) -> None:
    file.write_text(f"{file.read_text('utf-8')}\n{text}", "utf-8")


PROMISE = '[[promise]]\ncode = "x"\ntext = "t"\nsource = "s"\n'


def test_a_promise_for_one_matter_fits_no_other_and_one_without_conditions_fits_all(site: Path) -> None:
    add(site / "site.toml", PROMISE + 'when = { kind = ["tipoff"] }\n' + PROMISE.replace('"x"', '"y"'))
    added = load_rulebook(str(site)).site
    narrow, wide = added.promise("x"), added.promise("y")
    assert narrow
    assert wide
    assert [narrow.fits(FOOD), wide.fits(FOOD)] == [False, True]
    assert added.promise("z") is None


@pytest.mark.parametrize(
    ("lines", "path", "found", "allowed"),
    [
        ("percent = 101\n", "promise[9].percent", "101", "to 100"),
        ("hours = 0\n", "promise[9].hours", "0", "from 1"),
        ('least = "2"\n', "promise[9].least", "2", "whole number"),
        ('first = ["旅行"]\n', "promise[9].first[0]", "旅行", "旅游"),
        ('when = { urgent = ["yes"] }\n', "promise[9].when.urgent", "yes", "problem"),
        ('when = { problem = ["食物"] }\n', "promise[9].when.problem[0]", "食物", "食品安全"),
        ("days = 1\n", "promise[9].days", "1", "hours"),
        (PROMISE, "promise[10].code", "x", "used once"),
        ('[[figure]]\ncode = "c"\nvalue = 1\nunit = "u"\nperiod = "p"\n', "figure[4].source", "nothing", "a text"),
        (
            '[[figure]]\ncode = "c"\nvalue = 0.5\nunit = "u"\nperiod = "p"\nsource = "s"\n',
            "figure[4].value",
            "0.5",
            "whole number",
        ),
    ],
)
def test_a_promise_or_a_figure_that_is_wrong_is_one_fault_with_its_place(
    lines: str, path: str, found: str, allowed: str, site: Path
) -> None:
    add(site / "site.toml", PROMISE + lines)
    with pytest.raises(RulebookFault) as refused:
        load_rulebook(str(site))
    faults: list[Fault] = list(refused.value.faults)
    assert [(fault.file, fault.path) for fault in faults] == [("site.toml", path)]
    assert found in faults[0].found
    assert allowed in faults[0].allowed
