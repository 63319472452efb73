"""Whose business a matter is, against a truth file whose rows cite the law; and where a place leads."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cases.model import Kind
from cases.routing import Bureau, Directory, Level, Place, Route, route
from cases.routing_rules import MATTER_KEYS, Matter
from tests.house import rulebook

ROWS: list[dict[str, Any]] = tomllib.loads((Path(__file__).parents[1] / "truth" / "routing.toml").read_text("utf-8"))[
    "row"
]
BOOK = rulebook()
ROOT = Path(__file__).parents[2]


def routed(**matter: Any) -> Route:
    return route(Matter.load(matter), routing=BOOK.routing, directory=BOOK.directory, ours=BOOK.site.ours)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row['expect']['rule']}-{row['expect']['place']}")
def test_a_matter_goes_where_the_law_says(row: dict[str, Any]) -> None:
    found = routed(**row["matter"])
    expect = {"bureau": None, **row["expect"]}
    counts = {"place_rule": found.place_rule.id} if found.place_rule and "place_rule" in expect else {}
    came = {"rule": found.rule, "department": found.department, "bureau": found.bureau, "place": found.place}
    assert came | counts == expect
    assert found.because
    assert found.basis
    assert row["basis"]


def test_every_rule_is_hit_by_a_row_and_every_row_uses_labels_of_the_closed_lists() -> None:
    assert [rule.id for rule in BOOK.routing.rules if rule.id not in {row["expect"]["rule"] for row in ROWS}] == []
    for row in ROWS:
        for key in ("category", "problem", "department", "sales_mode"):
            assert row["matter"].get(key) in (None, *BOOK.labels[key]), row


def test_every_platform_that_a_text_can_name_is_known() -> None:
    named = tomllib.loads((ROOT / "nlp" / "lexicons" / "merchants.toml").read_text("utf-8"))["platform"]
    assert set(BOOK.routing.platforms) == set(named)


def test_every_rule_of_which_place_counts_is_hit_by_a_row() -> None:
    hit = {row["expect"].get("place_rule") for row in ROWS}
    assert [rule.id for rule in BOOK.routing.places if rule.id not in hit] == []


LABELS = {
    key: st.sampled_from([None, *BOOK.labels[key]]) for key in ("category", "problem", "department", "sales_mode")
}
REGIONS = st.sampled_from([None, "110101", *(region for bureau in BOOK.directory for region in bureau.regions)])


@settings(deadline=None)
@given(kind=st.sampled_from(Kind), region=REGIONS, platform=st.sampled_from([None, "淘宝"]), **LABELS)
def test_every_matter_has_a_department_and_a_bureau_only_when_it_is_ours(
    kind: Kind, region: str | None, platform: str | None, **labels: str | None
) -> None:
    found = routed(kind=kind.value, region=region, platform=platform, **labels)
    assert found.department in BOOK.labels["department"]
    assert (found.department == BOOK.site.ours) == (found.place is not Place.ELSEWHERE)
    assert found.certain == (found.place is Place.HERE)
    if found.bureau:
        assert region is not None
        assert found.bureau in BOOK.directory


def bureau(
    code: str, parent: str | None = None, *, regions: tuple[str, ...] = (), townships: tuple[str, ...] = ()
) -> Bureau:
    return Bureau(
        code=code, name=code, short=code, level=Level.COUNTY, parent=parent, regions=regions, townships=townships
    )


def test_a_township_is_more_particular_than_its_county_and_an_unknown_one_falls_back_to_it() -> None:
    directory = Directory([bureau("c", regions=("1",)), bureau("s", "c", townships=("11",))])
    found = [directory.at(region="1", township=township) for township in ("11", "12", None)]
    assert [b.code for b in found if b] == ["s", "c", "c"]
    assert directory.at(region="2", township=None) is None
    assert directory.at(region=None, township=None) is None


def test_the_line_of_a_bureau_goes_up_and_ends_even_when_the_data_turn_in_a_circle() -> None:
    directory = Directory([bureau("a", "b"), bureau("b", "c"), bureau("c", "a")])
    assert directory.line("a") == ("a", "b", "c")
    assert directory.line("unknown") == directory.line(None) == ()
    assert set(directory.under("c")) == {"a", "b", "c"}


def test_every_bureau_of_the_site_stands_under_the_city_and_every_county_has_one_that_covers_it() -> None:
    top = BOOK.directory.line(BOOK.site.desk)[-1]
    assert {code.code for code in BOOK.directory} == set(BOOK.directory.under(top))
    counties = {place.code for place in BOOK.places if len(place.code) == 6}
    assert {code for code in counties if BOOK.directory.at(region=code, township=None) is None} == set()
    townships = {place.code for place in BOOK.places if len(place.code) == 9}
    assert {t for t in townships if BOOK.directory.at(region=None, township=t) is None} == set()


def test_the_keys_that_rules_may_name_are_facts_of_a_matter() -> None:
    assert all(Matter(kind=Kind.COMPLAINT).value(key) in (None, Kind.COMPLAINT) for key in MATTER_KEYS)
