"""Signals on the desk: what is seen, what is decided, and what a browser shows of it."""

from __future__ import annotations

import re
from datetime import date, timedelta

import pytest

from cases.model import Role
from tests.browser import BrowserPage
from tests.complaints import complained, quiet_year
from tests.web.site import Site, Visitor

DESK, HUALONG = "410900-12315", "410902"
GYM = "强力健身俱乐部"
PAGE = "/desk/signals"
PREPAID = {"category": "文化娱乐体育", "problem": "预付卡退费", "region": HUALONG, "bureau": HUALONG}


def days(site: Site, *ago: int) -> list[date]:
    return [site.house.office.today() - timedelta(days=n) for n in ago]


async def spiked(site: Site) -> str:
    """A gym that is complained of; returns the address of the signal."""
    await quiet_year(site.house)
    await complained(site.house, *days(site, *(n % 4 for n in range(12))), merchant=GYM, **PREPAID)
    assert await site.town.duties.watch() == 1
    async with site.house.database.read() as tx:
        [signal] = await tx.signals.recent(limit=10)
    return f"{PAGE}/{signal.id}"


async def desk(site: Site) -> Visitor:
    return await site.member("消保", bureau=DESK, role=Role.DESK)


async def test_the_list_and_the_page_tell_what_where_and_how_unlikely(site: Site) -> None:
    visitor, path = await desk(site), await spiked(site)
    status, text = await visitor.get(PAGE)
    assert status == 200
    for part in (f"「{GYM}」", "近7天12人投诉，平常约不到1", "平常几乎不会出现", path, "待研判"):
        assert part in text
    status, text = await visitor.get(path)
    assert status == 200
    for part in ("11月17日至11月23日", "<svg", "11月20日：3人", "关于预付式消费的消费提示", "起草消费提示", "不发提示"):
        assert part in text
    assert len(re.findall(r'href="/desk/case/\d+"', text)) == 12


async def test_a_draft_goes_on_as_a_broadcast_and_a_dismissal_needs_a_reason(site: Site) -> None:
    visitor, path = await desk(site), await spiked(site)
    assert (await visitor.submit(f"{path}/dismiss", reason=" "))[0] == 409
    status, text = await visitor.submit(f"{path}/draft")
    assert status == 200
    assert "底稿已转入群发" in text
    assert "/desk/broadcasts/" in (await visitor.get(path))[1]
    status, text = await visitor.submit(f"{path}/dismiss", reason="已约谈")
    assert status == 409
    assert "已经有人处理过" in text


async def test_a_dismissed_signal_keeps_its_reason(site: Site) -> None:
    visitor, path = await desk(site), await spiked(site)
    status, text = await visitor.submit(f"{path}/dismiss", reason="已<b>约谈</b>")
    assert status == 200
    assert "现在没有需要研判" in text
    status, text = await visitor.get(path)
    assert "研判意见：已&lt;b&gt;约谈" in text
    assert "起草消费提示" not in text


async def test_who_may_not_look_is_told_so_and_others_see_only_their_cases(site: Site) -> None:
    path = await spiked(site)
    stranger, officer = await site.visitor(), await site.member("承办")
    elsewhere = await site.member("外县", bureau="410922", role=Role.LEAD)
    assert (await stranger.get(path))[0] == 401
    for part in ("", "/1"):
        status, text = await officer.get(PAGE + part)
        assert (status, "由消保部门研判" in text) == (403, True)
    assert (await officer.submit(f"{path}/draft"))[0] == 403
    text = (await elsewhere.get(path))[1]
    assert "另有12件您无权查看" in text
    assert "/desk/case/" not in text
    assert (await elsewhere.get(f"{PAGE}/999"))[0] == 404
    assert (await elsewhere.get(f"{PAGE}/99999999999999"))[0] == 404


@pytest.mark.parametrize("size", ["desktop", "phone"])
async def test_a_browser_shows_a_signal_its_chart_and_the_way_to_a_warning(
    site: Site, browser_page: BrowserPage, size: str
) -> None:
    path = await spiked(site)
    lead = await site.member("审批", bureau=DESK, role=Role.LEAD)
    window = await browser_page("phone" if size == "phone" else "desktop")
    page = window.page
    code = await site.code("消保", bureau=DESK, role=Role.DESK)
    await page.goto(f"{site.url}/desk/join?code={code}")
    await page.get_by_role("button", name="登录工作台").click()
    await page.get_by_role("link", name="预警").click()
    await window.screenshot(f"signals-{size}")
    await page.get_by_role("link", name=GYM).click()
    await page.locator("svg.chart rect.marked").first.wait_for()
    await window.screenshot(f"signal-{size}")
    await page.get_by_role("button", name="起草消费提示").click()
    await page.wait_for_url(re.compile(r"/desk/broadcasts/\d{8}-\d\d"))
    no = page.url.rpartition("/")[2]
    async with site.house.database.begin() as tx:
        await tx.subscriptions.subscribe(site.town.person("p").address, (), None, at=site.town.clock())
    assert (await lead.submit(f"/desk/broadcasts/{no}/approve"))[0] == 200
    assert (await lead.submit(f"/desk/broadcasts/{no}/send", at=""))[0] == 200
    await site.town.duties.spread()
    await complained(site.house, *days(site, -3, -9, -20), merchant=GYM, **PREPAID)
    site.town.clock.advance(days=32)
    await page.goto(site.url + path)
    await page.get_by_text("太少，看不出变化").wait_for()
    await window.screenshot(f"signal-effect-{size}")
    assert window.faults == []
