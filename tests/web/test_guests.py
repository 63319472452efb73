"""The desk of a business and of a mediating body: their own cases, what they need of them, and nothing else."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import expect

from cases.model import Role
from tests.browser import BrowserPage, Window
from tests.clock import Clock
from tests.house import MILK
from tests.web.site import HUALONG, Site, Visitor, open_site

SHOP, BODY = "惠万家超市", "市消费者协会"


@pytest.fixture
async def site(sqlite_url: str, clock: Clock, tmp_path: Path) -> AsyncIterator[Site]:
    async with open_site(sqlite_url, clock, tmp_path, posts_per_minute=600) as opened:
        yield opened


async def signs_in(window: Window, site: Site, name: str, role: Role, *, bureau: str = HUALONG) -> None:
    await window.page.goto(f"{site.url}/desk/join?code={await site.code(name, role=role, bureau=bureau)}")
    await window.page.get_by_role("button", name="登录工作台").click()
    await expect(window.page.locator(".whoami")).to_contain_text(name)


async def files(site: Site, *, settles: bool = False, phone: str = "13812345678") -> tuple[str, Visitor]:
    """A complaint from the web chat: its number, and who made it."""
    wang = await site.visitor()
    await wang.get("/")
    await wang.talks(
        (MILK, "同意"),
        (">同意", "怎么称呼"),
        ("王芳", "电话"),
        (phone, "地址"),
        ("华龙区中原路某小区", "在线和解" if settles else "请核对"),
        *(((">先和商家协商", "请核对"),) if settles else ()),
        (">确认提交", "编号"),
    )
    texts = "".join(line["text"] for line in (await wang.history())["lines"])
    return texts.split("编号")[1][:15], wang


async def test_a_business_offers_a_solution_on_its_page_which_shows_only_the_claim(
    site: Site, browser_page: BrowserPage
) -> None:
    window = await browser_page("desktop")
    page = window.page
    await signs_in(window, site, SHOP, Role.MERCHANT)
    no, _ = await files(site, settles=True)
    await page.goto(f"{site.url}/desk")
    await expect(page.locator(".cases li")).to_have_count(1)
    await expect(page.get_by_role("link", name="人员")).to_have_count(0)
    await window.screenshot("guest-1-list")
    await page.goto(f"{site.url}/desk/case/{no}")
    body = page.locator("main")
    await expect(body).to_contain_text("13812345678")
    for hidden in ("中原路", "回家发现", "告知记录", "材料", "事情经过", "分流理由", "12315投诉举报中心"):
        await expect(body).not_to_contain_text(hidden)
    await page.locator("summary", has_text="提出方案").click()
    await window.screenshot("guest-2-case")
    await page.locator("textarea").first.fill("退款58元，再送一箱牛奶")
    await page.get_by_role("button", name="确定提出方案").click()
    await expect(page.get_by_role("status")).to_contain_text("提出方案，已办")
    await expect(body).to_contain_text("退款58元，再送一箱牛奶")
    await window.screenshot("guest-3-offered")
    assert window.faults == []
    for path, status in (("/desk/staff", 403), ("/desk/case/410900261123999", 404)):
        response = await page.goto(f"{site.url}{path}")
        assert response is not None
        assert response.status == status, path


async def test_an_officer_joins_two_complaints_and_closes_both_only_with_the_consent(
    site: Site, browser_page: BrowserPage
) -> None:
    window = await browser_page("desktop")
    page = window.page
    await signs_in(window, site, "李明", Role.OFFICER)
    lead, _ = await files(site)
    member, wang = await files(site, phone="13912345679")
    for no in (lead, member):
        await page.goto(f"{site.url}/desk/case/{no}")
        for verb in ("签收", "受理", "组织调解"):
            await page.get_by_role("button", name=verb, exact=True).click()
            await expect(page.get_by_role("status")).to_contain_text(verb)
    await page.locator("summary", has_text="更多").click()
    await page.locator("summary", has_text="征询合并").click()
    await expect(page.locator("#ask_join-other-list option")).to_have_attribute("value", lead)
    await window.screenshot("guest-4-join")
    await page.locator("#ask_join-other").fill(lead)
    await page.get_by_role("button", name="确定征询合并").click()
    await expect(page.get_by_role("status")).to_contain_text("征询合并，已办")
    await wang.talks((">同意合并", "合并办理"))
    await page.goto(f"{site.url}/desk/case/{member}")
    await expect(page.locator("main")).to_contain_text("合并到")
    await page.get_by_role("link", name=lead).click()
    await expect(page.locator("main")).to_contain_text("合并的件")
    await page.locator("summary", has_text="更多").click()
    await page.locator("summary", has_text="达成调解").click()
    await page.locator("#agree-reason").fill("每人退款58元")
    await page.get_by_role("button", name="确定达成调解").click()
    await expect(page.locator(".status").first).to_have_text("调解中")
    await window.screenshot("guest-5-consent")
    await page.locator("#agree-consented").select_option("已征得被代表投诉人同意")
    await page.get_by_role("button", name="确定达成调解").click()
    await expect(page.get_by_role("status")).to_contain_text("达成调解，已办")
    await page.goto(f"{site.url}/desk/case/{member}")
    await expect(page.locator(".status").first).to_have_text("已达成调解")
    assert window.faults == []
