"""What was told, on the pages: read or not, sent on by short message, told by telephone; in a real browser as well."""

from __future__ import annotations

import re

from playwright.async_api import expect

from cases.errors import DeliveryError
from cases.messages import Address
from handlers import unread
from tests.browser import BrowserPage
from tests.house import SHORT
from tests.web.site import Site, Visitor
from tests.web.test_desk import NO, filed

NUMBER = "13812345678"


async def accepts(site: Site, officer: Visitor) -> None:
    for verb in ("sign", "accept"):
        status, page = await officer.submit(f"/desk/case/{NO}/{verb}")
        assert status == 200, page
    await site.town.settle()


async def state(officer: Visitor, *, about: str) -> list[str]:
    _, page = await officer.get(f"/desk/case/{NO}")
    told = re.findall(
        r'<b class="(?:arrived|lost)">([^<]*)</b> <span class="by">[^<]*</span><p class="letter">([^<]*)', page
    )
    return [words for words, text in told if about in text]


async def waits(site: Site, *, minutes: float) -> int:
    site.town.clock.advance(minutes=minutes)
    return await unread.tell_unread(site.house.database, office=site.house.office)


async def nobody_answers(site: Site) -> None:
    """The page stays shut for as long as the site waits, and the number takes no short message."""
    phone = Address(channel=SHORT, value=site.house.database.vault.blind_index(NUMBER))
    site.town.phones.shut[phone] = DeliveryError("refused")
    assert await waits(site, minutes=121) == 1
    await site.town.settle()


async def test_a_notice_is_read_when_the_page_is_opened_and_the_file_says_so(site: Site) -> None:
    visitor, officer = await filed(site), await site.member("李明")
    await accepts(site, officer)
    assert await state(officer, about="已受理") == ["已发送"]
    await visitor.get("/")
    assert await state(officer, about="已受理") == ["对方已收到"]
    assert await waits(site, minutes=500) == 0


async def test_a_notice_is_read_where_the_page_stands_open(site: Site) -> None:
    visitor, officer = await filed(site), await site.member("李明")
    async with visitor.stream((await visitor.history())["last"]) as stream:
        await accepts(site, officer)
        await stream.until("已受理")
    assert await state(officer, about="已受理") == ["对方已收到"]


async def test_a_notice_that_nobody_reads_is_sent_by_short_message_and_when_that_fails_told_by_telephone(
    site: Site,
) -> None:
    await filed(site)
    officer = await site.member("李明")
    await accepts(site, officer)
    assert await waits(site, minutes=110) == 0
    await nobody_answers(site)
    assert await state(officer, about="已受理") == ["已发送", "未送达，请电话告知"]
    _, page = await officer.get("/desk")
    assert "待电话告知" in page
    status, page = await officer.submit(f"/desk/case/{NO}/told_by_phone", whom="本人", on="2026-11-22", reason="说了")
    assert (status, "不早于登记日" in page) == (409, True)
    status, page = await officer.submit(f"/desk/case/{NO}/told_by_phone", whom="本人", on="2026-11-23", reason="说了")
    assert (status, "电话告知" in page) == (200, True)
    assert await state(officer, about="已受理") == ["已发送", "已电话告知"]
    _, page = await officer.get("/desk")
    assert "待电话告知" not in page


async def test_an_owed_call_is_seen_and_recorded_in_a_browser(site: Site, browser_page: BrowserPage) -> None:
    await filed(site)
    window = await browser_page("phone")
    page = window.page
    await page.goto(f"{site.url}/desk/join?code={await site.code('李明')}")
    await page.get_by_role("button").last.click()
    for verb in ("签收", "受理"):
        await page.goto(f"{site.url}/desk/case/{NO}")
        await page.get_by_role("button", name=verb, exact=True).click()
    await nobody_answers(site)
    await page.goto(f"{site.url}/desk")
    await expect(page.get_by_text("待电话告知")).to_be_visible()
    await window.screenshot("call-1-list")
    await page.goto(f"{site.url}/desk/case/{NO}")
    await page.get_by_text("已电话告知").first.click()
    await page.get_by_label("告诉了谁").fill("本人")
    await page.get_by_label("说了什么").fill("已告知受理，下周调解")
    await window.screenshot("call-2-form")
    await page.get_by_role("button", name="已电话告知").click()
    await expect(page.get_by_text("电话告知", exact=True)).to_be_visible()
    await window.screenshot("call-3-told")
    assert window.faults == []
