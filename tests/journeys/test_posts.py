"""A level below the stations is data alone: a service point in a market, a community or a school."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from bot.web.desk_views import bureau_groups
from cases.routing import Level
from cases.rulebook import SITES, load_rulebook
from main import main
from tests.clock import Clock
from tests.house import MILK, files_complaint, town

POST = """
[[bureau]]
code = "620823100-1"
name = "崇信县幸福市场12315消费维权服务站"
short = "幸福市场维权站"
level = "post"
parent = "620823100"
townships = ["620823p01"]
verified = false
"""
PLACE = """
[[place]]
code = "620823p01"
name = "幸福市场"
aliases = ["幸福农贸市场"]
"""
STORY = MILK.replace("华龙区", "崇信县幸福农贸市场")


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """A copy of the county's site with one post more."""
    folder = Path(shutil.copytree(SITES / "chongxin", tmp_path / "site"))
    for name, text in (("bureaus.toml", POST), ("places.toml", PLACE)):
        with (folder / name).open("a", encoding="utf-8") as file:
            file.write(text)
    return folder


def test_a_fourth_level_below_the_stations_is_a_few_lines_of_data(site: Path) -> None:
    assert main(["check", str(site)]) == 0
    directory = load_rulebook(str(site)).directory
    post = directory.get("620823100-1")
    assert post
    assert post.level is Level.POST
    assert directory.line(post.code) == ("620823100-1", "620823100", "620823", "620800")
    assert directory.at(region="620823", township="620823p01") is post


async def test_a_story_from_the_market_goes_to_its_post_and_where_nobody_serves_there_the_station_is_pinged(
    site: Path, migrated_url: str, clock: Clock, tmp_path: Path
) -> None:
    async with town(migrated_url, clock, tmp_path, site=str(site)) as here:
        station = await here.staff("李明", bureau="620823100")
        wang = here.person("wang")
        no = await files_complaint(wang, STORY)
        wang.hears("幸福市场维权站")
        await station.reads()
        station.hears(no)
        await station.presses("签收")
        station.hears("初查中")


async def test_the_desk_finds_the_post_under_its_county(
    site: Path, sqlite_url: str, clock: Clock, tmp_path: Path
) -> None:
    async with town(sqlite_url, clock, tmp_path, site=str(site)) as here:
        groups = dict(bureau_groups(here.house.office))
        assert "620823100-1" in [bureau.code for bureau in groups["崇信县市场监督管理局"]]
        assert [name for name in groups if "幸福" in name] == []
