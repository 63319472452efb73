"""The calendar on the desk: the years, a new one entered after a look at it, and dates that say why they are so."""

from __future__ import annotations

import html

from cases.model import Role
from handlers.duties import Duties
from tests.browser import BrowserPage
from tests.house import MILK
from tests.web.site import Site, Visitor

DESK = "410900-12315"
YEAR = """year = 2027
basis = "国办发明电〔2026〕9号"
off = ["2027-01-01/2027-01-04", "2027-02-05/2027-02-11"]
work = ["2027-01-31", "2027-02-14"]
"""


def duties(site: Site) -> Duties:
    return site.house.duties({})


async def admin(site: Site) -> Visitor:
    return await site.member("管理员", bureau=DESK, role=Role.ADMIN)


async def december(site: Site) -> str:
    """The number of a complaint whose time for acceptance ends in a year that is only estimated."""
    site.town.clock.at("2026-12-24 10:00")
    return await (await site.visitor()).files_complaint(MILK)


async def test_the_years_are_listed_with_what_is_known_of_them(site: Site) -> None:
    status, page = await (await admin(site)).get("/desk/calendar")
    assert status == 200
    assert all(part in page for part in ("2026", "已公布", "国办发明电〔2025〕7号", "2027", "只有法定节假日，暂定"))
    assert "year = 2027" in page


async def test_a_year_is_looked_at_and_then_entered_and_the_page_says_by_whom(site: Site) -> None:
    no, boss = await december(site), await admin(site)
    officer = await site.member("李明")
    assert "暂定" in (await officer.get(f"/desk/case/{no}"))[1]
    status, page = await boss.submit("/desk/calendar", text=YEAR)
    assert (status, "放假11天" in page, "1月1日至4日、2月5日至11日" in page) == (200, True, True)
    assert "确认录入2027年" in page
    assert not site.house.office.calendar.published(2027)
    status, page = await boss.submit("/desk/calendar", text=YEAR, sure="yes")
    assert (status, "2027年的放假安排已经录入" in page, "管理员，12月24日" in page) == (200, True, True)
    assert site.house.office.calendar.published(2027)
    assert await duties(site).recount() > 0
    _, page = await officer.get(f"/desk/case/{no}")
    assert all(part in page for part in ("2027年1月6日到期", "期限重算", "原来到期", "2027年1月5日"))
    assert "暂定" not in page


async def test_a_day_marked_both_ways_and_every_other_fault_is_named_and_nothing_typed_is_lost(site: Site) -> None:
    boss = await admin(site)
    wrong = YEAR.replace("2027-02-14", "2027-02-05").replace("basis", "baasis") + "# 我的备注\n"
    status, page = await boss.submit("/desk/calendar", text=wrong, sure="yes")
    shown = html.unescape(page)
    assert status == 409
    assert "calendar: off: found '2027-02-05'; allowed: a day that is not also in work" in shown
    assert "calendar: baasis: found" in shown
    assert wrong.strip() in shown
    status, page = await boss.submit("/desk/calendar", text="year = ")
    assert (status, "a TOML file in UTF-8" in page) == (409, True)
    assert not site.house.office.calendar.published(2027)


async def test_a_year_that_a_file_has_published_otherwise_is_refused(site: Site) -> None:
    status, page = await (await admin(site)).submit("/desk/calendar", text=YEAR.replace("2027", "2026"), sure="yes")
    assert (status, "以文件为准" in page) == (409, True)


async def test_only_the_administrator_sees_and_enters_years(site: Site) -> None:
    officer = await site.member("李明")
    assert (await officer.get("/desk/calendar"))[0] == 403
    assert (await officer.submit("/desk/calendar", text=YEAR))[0] == 403
    assert (await officer.submit("/desk/calendar", text=YEAR, sure="yes"))[0] == 403
    assert "/desk/calendar" not in (await officer.get("/desk"))[1]
    assert (await (await site.visitor()).get("/desk/calendar"))[0] == 401
    assert not site.house.office.calendar.published(2027)


async def test_each_date_of_a_case_opens_its_proof(site: Site) -> None:
    no, officer = await december(site), await site.member("李明")
    _, page = await officer.get(f"/desk/case/{no}")
    for part in ("怎么算的", "开始当天不算", "周末，不算", "工作日，算1天", "7个工作日", "节假日安排未公布，暂定"):
        assert part in page


async def test_the_calendar_in_a_browser(site: Site, browser_page: BrowserPage) -> None:
    no = await december(site)
    window = await browser_page("desktop")
    code = await site.code("管理员", bureau=DESK, role=Role.ADMIN)
    await window.page.goto(f"{site.url}/desk/join?code={code}")
    await window.page.get_by_role("button", name="登录工作台").click()
    await window.page.goto(f"{site.url}/desk/case/{no}")
    await window.page.get_by_text("怎么算的").first.click()
    assert await window.page.get_by_text("开始当天不算").first.is_visible()
    await window.screenshot("clocks")
    await window.page.get_by_role("link", name="日历").click()
    await window.page.get_by_role("textbox").fill(YEAR)
    await window.page.get_by_role("button", name="预览").click()
    await window.page.get_by_text("请核对").wait_for()
    await window.screenshot("calendar-preview")
    await window.page.get_by_role("button", name="确认录入2027年").click()
    await window.page.get_by_text("已经录入").wait_for()
    await window.screenshot("calendar")
    assert window.faults == []
