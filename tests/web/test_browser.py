"""The pages in a real browser, at a phone's and a desktop's size; nothing may trouble its console or its policy."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Page, Route, expect

from cases.model import Role
from tests.browser import BrowserPage, Size
from tests.clock import Clock
from tests.house import MILK
from tests.web.site import PNG, Site, open_site

NO = "410900261123001"
SECOND = MILK.replace("惠万家超市建设路店", "联华便利店人民路店").replace("58", "1280")
SIZES: tuple[Size, ...] = ("phone", "desktop")


@pytest.fixture
async def site(sqlite_url: str, clock: Clock, tmp_path: Path) -> AsyncIterator[Site]:
    async with open_site(sqlite_url, clock, tmp_path, posts_per_minute=600) as opened:
        yield opened


async def say(page: Page, text: str, heard: str) -> None:
    await page.get_by_label("请在这里说事情").fill(text)
    await page.get_by_role("button", name="发送").click()
    await expect(page.locator(".told .text").last).to_contain_text(heard)


async def press(page: Page, label: str, heard: str) -> None:
    await page.get_by_role("button", name=label, exact=True).last.click()
    await expect(page.locator(".told .text").last).to_contain_text(heard)


async def file_complaint(page: Page) -> None:
    await say(page, MILK, "收着呢")
    await press(page, "同意", "怎么称呼")
    for text, heard in (("王芳", "电话"), ("13812345678", "地址"), ("华龙区中原路某小区", "请核对")):
        await say(page, text, heard)
    await page.get_by_role("button", name="确认提交").click()
    await expect(page.locator("#log")).to_contain_text(f"编号{NO}")


@pytest.mark.parametrize("size", SIZES)
async def test_a_consumer_files_a_complaint(site: Site, browser_page: BrowserPage, size: Size) -> None:
    window = await browser_page(size)
    page = window.page
    await page.goto(site.url)
    await expect(page.locator(".told")).to_contain_text("12315助手")
    await expect(page.get_by_role("link", name="打电话给12315")).to_have_attribute("href", "tel:12315")
    await window.screenshot(f"chat-{size}-1-greeting")
    await file_complaint(page)
    await expect(page.locator(".mine .text").first).to_have_text(MILK)
    await expect(page.locator("button.chosen").first).to_have_text("同意")
    await expect(page.locator("button.chosen").first).to_be_disabled()
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    await window.screenshot(f"chat-{size}-2-filed")
    before = await page.locator(".line .text").all_inner_texts()
    await page.reload()
    await expect(page.locator(".line .text")).to_have_text(before)
    assert window.faults == []


async def test_buttons_are_large_enough_for_a_thumb(site: Site, browser_page: BrowserPage) -> None:
    window = await browser_page("phone")
    await window.page.goto(site.url)
    await expect(window.page.get_by_role("button", name="同意", exact=True)).to_be_visible()
    for button in await window.page.locator("button:visible, .button:visible").all():
        box = await button.bounding_box()
        assert box
        assert box["height"] >= 44, await button.inner_text()


async def test_dark_mode_has_its_own_colours(site: Site, browser_page: BrowserPage) -> None:
    window = await browser_page("phone")
    await window.page.emulate_media(color_scheme="dark")
    await window.page.goto(site.url)
    await say(window.page, MILK, "收着呢")
    ground = await window.page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert ground == "rgb(17, 22, 29)"
    await window.screenshot("chat-phone-dark")


async def test_photos_are_chosen_shown_and_sent_and_a_wrong_file_is_named(
    site: Site, browser_page: BrowserPage
) -> None:
    window = await browser_page("phone")
    page = window.page
    await page.goto(site.url)
    await expect(page.locator(".told")).to_have_count(1)
    await press(page, "同意", "发生了什么事")
    files = [
        {"name": "小票.png", "mimeType": "image/png", "buffer": PNG},
        {"name": "坏的 文件.exe", "mimeType": "application/octet-stream", "buffer": b"MZ"},
    ]
    await page.locator("#files").set_input_files(files)  # type: ignore[arg-type]
    await expect(page.locator("#picked li")).to_have_count(2)
    await window.screenshot("chat-phone-3-picked")
    await say(page, MILK, "称呼")
    await expect(page.get_by_role("alert")).to_contain_text("「坏的 文件.exe」没有收到")
    await expect(page.locator(".mine img.sent")).to_have_count(1)
    await expect(page.locator("#picked")).to_be_hidden()
    await expect(page.locator(".told").last).to_be_in_viewport(ratio=0.9)
    await window.screenshot("chat-phone-4-refused")
    assert window.faults == []


async def test_a_pasted_picture_is_attached(site: Site, browser_page: BrowserPage) -> None:
    window = await browser_page("desktop")
    await window.page.goto(site.url)
    await window.page.evaluate(
        """() => {
            const data = new DataTransfer();
            data.items.add(new File([new Uint8Array([137, 80, 78, 71])], "截图.png", {type: "image/png"}));
            const box = document.getElementById("box");
            box.dispatchEvent(new ClipboardEvent("paste", {clipboardData: data, bubbles: true, cancelable: true}));
            window.dispatchEvent(new DragEvent("drop", {dataTransfer: data, cancelable: true}));
        }"""
    )
    await expect(window.page.locator("#picked li")).to_have_count(2)


async def test_a_place_is_sent_by_its_button(site: Site, browser_page: BrowserPage) -> None:
    window = await browser_page("phone")
    page = window.page
    await page.context.grant_permissions(["geolocation"])
    await page.context.set_geolocation({"latitude": 35.76, "longitude": 115.03})
    await page.goto(site.url)
    await expect(page.locator(".told")).to_have_count(1)
    await press(page, "同意", "发生了什么事")
    await page.get_by_role("button", name="位置").click()
    await expect(page.locator(".mine .file").last).to_have_text("位置")
    await expect(page.locator(".told")).to_have_count(3)
    await page.reload()
    await expect(page.locator(".mine .file").last).to_have_text("位置")
    assert window.faults == []


async def test_numbers_and_links_that_are_told_can_be_tapped(site: Site, browser_page: BrowserPage) -> None:
    officer = await site.member("李明")
    await officer.talks(("登录", "工作台："))
    window = await browser_page("phone")
    cookie = next(cookie for cookie in officer.session.cookie_jar if cookie.key == "lianxin")
    await window.page.context.add_cookies([{"name": "lianxin", "value": cookie.value, "url": site.url}])
    await window.page.goto(site.url)
    link = window.page.locator(".told a").last
    await expect(link).to_have_attribute("href", re.compile(r"^http\S+/desk/join\?code=[\w-]+$"))
    assert window.faults == []


async def test_what_is_said_without_a_network_is_sent_once_when_it_is_back(
    site: Site, browser_page: BrowserPage
) -> None:
    window = await browser_page("phone")
    page = window.page
    await page.goto(site.url)
    await expect(page.locator(".told")).to_have_count(1)
    await press(page, "同意", "发生了什么事")
    await page.context.set_offline(True)
    await page.get_by_label("请在这里说事情").fill(MILK)
    await page.get_by_role("button", name="发送").click()
    await expect(page.locator(".state").last).to_contain_text("没有网络")
    await window.screenshot("chat-phone-5-offline")
    await page.context.set_offline(False)
    await expect(page.locator(".told .text").last).to_contain_text("称呼")
    await expect(page.locator(".state").last).to_be_hidden()
    await page.reload()
    await expect(page.locator(".mine", has_text=MILK)).to_have_count(1)


async def test_the_page_goes_on_by_itself_after_the_server_was_away(site: Site, browser_page: BrowserPage) -> None:
    window = await browser_page("phone")
    page = window.page
    await page.goto(site.url)
    await expect(page.locator(".told")).to_have_count(1)
    await press(page, "同意", "发生了什么事")
    await site.stop()
    await expect(page.locator("#connection")).to_contain_text("正在重新连接")
    await page.get_by_label("请在这里说事情").fill(MILK)
    await page.get_by_role("button", name="发送").click()
    await expect(page.locator(".state").last).to_contain_text("没有网络")
    await window.screenshot("chat-phone-6-away")
    await site.start_again()
    await expect(page.locator(".told .text").last).to_contain_text("称呼", timeout=15_000)
    await expect(page.locator("#connection")).to_be_hidden()
    told = await page.locator(".told").count()
    await page.reload()
    await expect(page.locator(".told")).to_have_count(told)
    await expect(page.locator(".mine", has_text=MILK)).to_have_count(1)


async def test_unsent_words_outlive_a_reload_and_are_taken_once(site: Site, browser_page: BrowserPage) -> None:
    window = await browser_page("phone")
    page = window.page
    await page.goto(site.url)
    await expect(page.locator(".told")).to_have_count(1)
    await press(page, "同意", "发生了什么事")

    async def lose_the_answer(route: Route) -> None:
        await route.fetch()
        await route.abort()

    await page.route("**/chat/messages", lose_the_answer)
    await page.get_by_label("请在这里说事情").fill(MILK)
    await page.get_by_role("button", name="发送").click()
    await expect(page.locator(".state").last).to_contain_text("没有网络")
    await page.unroute("**/chat/messages")
    await page.reload()
    await expect(page.locator(".told .text").last).to_contain_text("称呼")
    await page.reload()
    await expect(page.locator(".mine", has_text=MILK)).to_have_count(1)


async def test_a_lost_session_is_renewed_and_the_words_are_sent(site: Site, browser_page: BrowserPage) -> None:
    window = await browser_page("phone")
    page = window.page
    await page.goto(site.url)
    await expect(page.locator(".told")).to_have_count(1)
    await page.context.clear_cookies()
    await page.get_by_label("请在这里说事情").fill(MILK)
    await page.get_by_role("button", name="发送").click()
    await expect(page.locator(".told .text").last).to_contain_text("先收着")
    await expect(page.locator(".mine", has_text=MILK)).to_have_count(1)


async def test_a_browser_that_keeps_no_session_is_told_so_and_does_not_reload_for_ever(
    site: Site, browser_page: BrowserPage
) -> None:
    window = await browser_page("phone")
    page = window.page
    loads: list[str] = []
    page.on("load", lambda loaded: loads.append(loaded.url))

    async def unknown(route: Route) -> None:
        await route.fulfill(status=401, json={"error": "请重新打开页面再试。"})

    await page.route("**/chat/messages", unknown)
    await page.goto(site.url)
    await expect(page.get_by_role("alert")).to_contain_text("请重新打开页面")
    assert len(loads) == 2


async def test_markup_told_and_said_is_text(site: Site, browser_page: BrowserPage) -> None:
    window = await browser_page("desktop")
    evil = "<img src=x onerror=alert(1)><script>alert(2)</script>"
    await window.page.goto(site.url)
    await expect(window.page.locator(".told")).to_have_count(1)
    await press(window.page, "同意", "发生了什么事")
    await say(window.page, f"{evil}{MILK}", "称呼")
    assert await window.page.locator("#lines img, #lines script").count() == 0
    await window.page.reload()
    await expect(window.page.locator(".mine").last).to_contain_text(evil)
    assert await window.page.locator("#lines img, #lines script").count() == 0
    assert window.faults == []


async def test_the_chat_works_without_scripts(site: Site, browser_page: BrowserPage) -> None:
    window = await browser_page("phone", scripts=False)
    page = window.page
    await page.goto(site.url)
    await window.screenshot("noscript-1")
    await page.get_by_role("button", name="开始").click()
    await page.get_by_role("button", name="同意", exact=True).click()
    await page.get_by_label("请在这里说事情").fill(MILK)
    await page.locator("#files").set_input_files({"name": "小票.png", "mimeType": "image/png", "buffer": PNG})
    await page.get_by_role("button", name="发送").click()
    await expect(page.locator(".told .text").last).to_contain_text("称呼")
    await expect(page.locator(".mine").last).to_contain_text("照片")
    await window.screenshot("noscript-2")


@pytest.mark.parametrize("size", SIZES)
async def test_an_officer_works_at_the_desk(site: Site, browser_page: BrowserPage, size: Size) -> None:
    consumer = await site.visitor()
    await consumer.get("/")
    await consumer.talks((MILK, "同意"), (">同意", "怎么称呼"))
    await consumer.uploads(("小票.png", PNG), ("发票.pdf", b"%PDF-1.7 x"), text="王芳")
    await consumer.talks(("13812345678", "地址"), ("华龙区中原路某小区", "请核对"), (">确认提交", "编号"))
    other = await site.visitor()
    await other.files_complaint(SECOND)
    site.town.clock.at("2026-11-25 09:30")
    window = await browser_page(size)
    page = window.page
    await page.goto(f"{site.url}/desk/join?code={await site.code('李明')}")
    await window.screenshot(f"desk-{size}-1-door")
    await page.get_by_role("button", name="登录工作台").click()
    await expect(page.locator(".cases li")).to_have_count(2)
    await window.screenshot(f"desk-{size}-2-list")
    await page.get_by_role("link", name=re.compile(NO)).click()
    await expect(page.locator(".timers")).to_contain_text("超期")
    await window.screenshot(f"desk-{size}-3-case")
    await page.get_by_role("button", name="签收").click()
    await expect(page.get_by_role("status")).to_contain_text("签收，已办")
    await page.get_by_text("不予受理", exact=True).first.click()
    await window.screenshot(f"desk-{size}-4-decline")
    await page.get_by_role("button", name="受理", exact=True).click()
    await page.locator("summary", has_text="办结").click()
    await expect(page.locator(".when-grounded")).to_be_hidden()
    await page.get_by_label("怎么办结").select_option("terminated")
    await page.get_by_label("终止调解的依据").select_option("23-3")
    await page.get_by_label("结果").fill("双方对赔偿数额谈不拢")
    await page.get_by_role("button", name="确定办结").click()
    await expect(page.locator(".case-head .status")).to_contain_text("已办结")
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    await window.screenshot(f"desk-{size}-5-closed")
    await page.emulate_media(media="print")
    await expect(page.locator(".actions, .bar nav").first).to_be_hidden()
    await window.screenshot(f"desk-{size}-8-print")
    assert window.faults == []


@pytest.mark.parametrize("size", SIZES)
async def test_the_administrator_invites_a_colleague(site: Site, browser_page: BrowserPage, size: Size) -> None:
    window = await browser_page(size)
    page = window.page
    code = await site.code("管理员", bureau="410900-12315", role=Role.ADMIN)
    await page.goto(f"{site.url}/desk/join?code={code}")
    await page.get_by_role("button", name="登录工作台").click()
    await page.get_by_role("link", name="人员").click()
    await page.get_by_label("姓名").first.fill("李明")
    await page.get_by_label("单位").select_option("410902")
    await page.get_by_role("button", name="生成邀请码").click()
    await expect(page.get_by_role("status")).to_contain_text("/join ")
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    await window.screenshot(f"desk-{size}-6-staff")
    await page.goto(f"{site.url}/nowhere")
    await window.screenshot(f"desk-{size}-7-unknown")
    assert [fault for fault in window.faults if "404" not in fault] == []
