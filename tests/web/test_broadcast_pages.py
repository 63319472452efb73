"""Broadcasts on the desk: written, approved by another, followed live, taken back; and what a browser shows of them."""

from __future__ import annotations

import json
import re

import pytest
from aiohttp import FormData
from playwright.async_api import FilePayload

from cases.messages import Address
from cases.model import Role
from tests.browser import BrowserPage, Window
from tests.web.site import PNG, Site, Visitor

DESK = "410900-12315"
TITLE, BODY = "冬季取暖用电安全", "不要购买没有3C标志的电热毯。"
PAGE = "/desk/broadcasts"
SAME_SITE = {"Sec-Fetch-Site": "same-origin", "Accept": "text/html"}


async def desk_and_lead(site: Site) -> tuple[Visitor, Visitor]:
    desk = await site.member("起草", bureau=DESK, role=Role.DESK)
    return desk, await site.member("审批", bureau=DESK, role=Role.LEAD)


async def subscriber(site: Site) -> tuple[Visitor, Address]:
    """Somebody with the chat page who wants everything."""
    visitor = await site.visitor()
    await visitor.get("/")
    token = next(cookie.value for cookie in visitor.session.cookie_jar if cookie.key == "lianxin")
    person = await site.house.pages.session(token, channel="web")
    assert person is not None
    async with site.house.database.begin() as tx:
        await tx.subscriptions.subscribe(person, (), None, at=site.town.clock())
    return visitor, person


async def writes(
    visitor: Visitor, path: str = PAGE, *, picture: bytes | None = None, name: str = "p.png", **fields: str
) -> tuple[int, str]:
    """Send the form with a picture."""
    data = FormData(quote_fields=False)
    for key, value in {"kind": "tip", "title": TITLE, "body": BODY, "everyone": "yes", **fields}.items():
        data.add_field(key, value)
    data.add_field("picture", picture or b"", filename=name if picture else "", content_type="image/png")
    async with visitor.session.post(path, data=data, headers=SAME_SITE) as response:
        return response.status, await response.text()


def number_in(text: str) -> str:
    found = re.search(r"\d{8}-\d\d", text)
    assert found, text
    return found.group()


async def does(visitor: Visitor, no: str, verb: str, **fields: str) -> tuple[int, str]:
    return await visitor.submit(f"{PAGE}/{no}/{verb}", **fields)


async def ticks(site: Site, count: int = 3) -> None:
    for _ in range(count):
        await site.town.duties.spread()
        await site.town.settle()
        site.town.clock.advance(seconds=1)


async def approved(site: Site, desk: Visitor, lead: Visitor, **fields: str) -> str:
    status, text = await writes(desk, picture=PNG, **fields)
    assert status == 200, text
    no = number_in(text)
    assert (await does(lead, no, "approve", version="1"))[0] == 200
    return no


async def test_a_broadcast_from_the_form_to_the_browser_of_a_subscriber_and_back(site: Site) -> None:
    desk, lead = await desk_and_lead(site)
    visitor, _ = await subscriber(site)
    no = await approved(site, desk, lead, topics="food")
    status, text = await desk.get(f"{PAGE}/{no}")
    assert status == 200
    assert "已批准，待发送" in text
    assert "现在共1人" in text
    picture = re.search(r"/pictures/[0-9a-f]{64}", text)
    assert picture
    assert (await visitor.get(picture.group()))[0] == 404  # a draft is nobody's business
    async with desk.session.get(picture.group()) as response:
        assert (response.status, response.content_type, await response.read()) == (200, "image/png", PNG)
        assert response.headers["Cache-Control"] == "private, no-store"
    async with visitor.stream() as stream:
        assert (await does(desk, no, "send", at=""))[0] == 200
        await ticks(site)
        told = await stream.until(BODY)
        assert (told["picture"], told["revises"]) == (picture.group(), None)
        async with visitor.session.get(picture.group()) as response:
            assert (response.status, response.headers["Cache-Control"]) == (200, "public, max-age=60")
        assert (await does(lead, no, "recall", reason="有误"))[0] == 200
        await ticks(site)
        gone = await stream.next()
        assert (gone["text"], gone["revises"]) == ("", told["id"])
    assert (await visitor.history())["lines"] == []
    assert (await visitor.get(picture.group()))[0] == 404
    status, text = await lead.get(f"{PAGE}/{no}")
    assert "撤回：1/1" in text
    assert "有误" in text


async def test_a_picture_of_what_was_called_off_before_it_began_is_shown_to_who_writes_broadcasts_only(
    site: Site,
) -> None:
    desk, lead = await desk_and_lead(site)
    _, text = await desk.get(f"{PAGE}/{await planned_and_called_off(site, desk, lead)}")
    picture = re.search(r"/pictures/[0-9a-f]{64}", text)
    assert picture
    async with desk.session.get(picture.group()) as response:
        assert response.status == 200
    for stranger in (await site.visitor(), await site.member("承办")):
        assert (await stranger.get(picture.group()))[0] == 404


async def planned_and_called_off(site: Site, desk: Visitor, lead: Visitor) -> str:
    await subscriber(site)
    no = await approved(site, desk, lead)
    assert (await does(desk, no, "send", at="2099-01-01T09:00"))[0] == 200
    status, text = await does(desk, no, "stop")
    assert status == 200, text
    return no


async def test_what_was_corrected_stands_in_the_place_of_what_was_said(site: Site) -> None:
    desk, lead = await desk_and_lead(site)
    visitor, _ = await subscriber(site)
    no = await approved(site, desk, lead)
    await does(desk, no, "send")
    await ticks(site)
    before = (await visitor.history())["lines"]
    assert (await does(lead, no, "correct", title=TITLE, body="更正后的内容"))[0] == 200
    await ticks(site)
    after = (await visitor.history())["lines"]
    assert [line["id"] for line in after] == [line["id"] for line in before]
    assert "更正后的内容" in after[0]["text"]
    assert "（已更正）" in after[0]["text"]
    assert (await does(lead, no, "recall", reason="有误"))[0] == 200
    await ticks(site)
    async with visitor.stream() as stream:
        assert [(await stream.next())["revises"] for _ in range(3)] == [None, *[before[0]["id"]] * 2]
    assert (await visitor.history())["lines"] == []


async def test_the_page_follows_a_broadcast_in_numbers_without_anybodys_name(site: Site) -> None:
    desk, lead = await desk_and_lead(site)
    _, person = await subscriber(site)
    no = await approved(site, desk, lead)
    await does(desk, no, "send")
    _, text = await desk.get(f"{PAGE}/{no}/progress")
    assert json.loads(text)["moving"] is True
    await ticks(site)
    status, text = await desk.get(f"{PAGE}/{no}/progress")
    facts = json.loads(text)
    assert status == 200
    assert (facts["state"], facts["share"], facts["states"], facts["moving"]) == ("sent", 1.0, {"sent": 1}, False)
    assert facts["lines"][0] == "1/1人（100%）"
    page = (await desk.get(f"{PAGE}/{no}"))[1]
    assert "逐人结果" in page
    assert person.value not in page + text


async def test_what_cannot_be_done_is_said_in_a_sentence(site: Site) -> None:
    desk, lead = await desk_and_lead(site)
    officer = await site.member("承办")
    stranger = await site.visitor()
    await subscriber(site)
    assert (await stranger.get(PAGE))[0] == 401
    assert (await officer.get(PAGE))[0] == 403
    status, text = await writes(desk, body="  ", title="保留的标题")
    assert status == 409
    assert "群发要有标题和正文" in text
    assert "保留的标题" in text
    status, text = await writes(desk, picture=b"%PDF-1.7 no picture", title="保留的标题")
    assert status == 409
    assert "JPG、PNG或WebP" in text
    assert "保留的标题" in text
    no = number_in((await writes(lead))[1])
    assert "要由另一位" in (await does(lead, no, "approve", version="1"))[1]
    assert "还没有批准" in (await does(desk, no, "send"))[1]
    assert (await writes(desk, f"{PAGE}/{no}/edit", body="改过的"))[0] == 200
    status, text = await does(lead, no, "approve", version="1")
    assert status == 409
    assert "被别人改过" in text
    assert (await does(lead, no, "approve", version="2"))[0] == 200
    assert "定时写成" in (await does(desk, no, "send", at="明天"))[1]
    await does(desk, no, "send")
    assert "不会发第二次" in (await does(desk, no, "send"))[1]
    assert (await desk.get(f"{PAGE}/20260101-01"))[0] == 404
    assert (await does(desk, no, "explode"))[0] == 404
    assert (await does(officer, no, "stop"))[0] == 403


async def test_a_test_message_goes_to_ones_own_chat_page(site: Site) -> None:
    desk, _ = await desk_and_lead(site)
    no = number_in((await writes(desk))[1])
    assert "测试消息已发到您的1个聊天" in (await does(desk, no, "test"))[1]
    await site.town.settle()
    assert "【测试，只发给您自己】" in (await desk.history())["lines"][-1]["text"]


async def writes_it_down(window: Window, url: str, shot: str) -> None:
    page = window.page
    await page.goto(url + PAGE)
    await page.get_by_label("标题").fill(TITLE)
    await page.get_by_label("正文").fill(f"{BODY}\n一、看标志。\n二、看电线。\n三、留好发票，有纠纷打12315。")
    picture: FilePayload = {"name": "毯.png", "mimeType": "image/png", "buffer": PNG}
    await page.get_by_label("图片（可不传）").set_input_files([picture])
    await page.get_by_text("全部订阅者").click()
    await window.screenshot(shot)
    await page.get_by_role("button", name="存为草稿").click()
    await page.wait_for_url(re.compile(r"/desk/broadcasts/\d{8}-\d\d"))


@pytest.mark.parametrize("size", ["desktop", "phone"])
async def test_a_browser_shows_the_way_of_a_broadcast_and_its_recall(
    site: Site, browser_page: BrowserPage, size: str
) -> None:
    lead = await site.member("审批", bureau=DESK, role=Role.LEAD)
    window = await browser_page("phone" if size == "phone" else "desktop")
    page = window.page
    code = await site.code("起草", bureau=DESK, role=Role.DESK)
    await page.goto(f"{site.url}/desk/join?code={code}")
    await page.get_by_role("button", name="登录工作台").click()
    reader = await browser_page("phone")
    await reader.page.goto(site.url)
    await reader.page.wait_for_selector(".told")
    async with site.house.database.begin() as tx:
        table = tx.schema.web_sessions
        people = [row.person for row in await tx.execute(table.select().order_by(table.c.seen_at.desc()))]
        for person in people[:1]:
            await tx.subscriptions.subscribe(Address.parse(person), (), None, at=site.town.clock())
        for n in range(400):
            await tx.subscriptions.subscribe(
                Address(channel="street", value=f"p{n:03d}"), (), None, at=site.town.clock()
            )
    await writes_it_down(window, site.url, f"broadcast-form-{size}")
    no = number_in(page.url)
    await window.screenshot(f"broadcast-draft-{size}")
    await page.get_by_role("button", name="提交审批").click()
    assert (await does(lead, no, "approve"))[0] == 200
    await page.goto(f"{site.url}{PAGE}/{no}")
    await page.locator("summary", has_text="发送").click()
    await page.get_by_role("button", name="发送").click()
    await page.wait_for_selector("#progress[data-moving=yes]")
    await ticks(site, 1)
    await page.get_by_text(re.compile(r"1\d\d/401人")).wait_for()
    await window.screenshot(f"broadcast-sending-{size}")
    await ticks(site, 6)
    await page.get_by_text("401/401人").wait_for()
    await page.get_by_text("已发完").wait_for()
    await reader.page.get_by_text(BODY).wait_for()
    await reader.screenshot(f"broadcast-chat-{size}")
    assert (await does(lead, no, "recall", reason="数据有误"))[0] == 200
    await ticks(site, 6)
    await reader.page.get_by_text(BODY).wait_for(state="detached")
    await page.goto(f"{site.url}{PAGE}/{no}")
    await page.get_by_text("撤回：401/401").wait_for()
    await window.screenshot(f"broadcast-recalled-{size}")
    assert window.faults == []
    assert reader.faults == []
