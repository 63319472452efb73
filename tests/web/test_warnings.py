"""What everybody may read of tips and alerts: the page, one page each, and the feed; no session, nothing personal."""

from __future__ import annotations

from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from cases.broadcasts import Audience, BroadcastKind
from cases.messages import Address
from cases.model import Role
from handlers import broadcasts
from tests.browser import BrowserPage
from tests.web.site import PNG, Site

DESK = "410900-12315"
ATOM = {"a": "http://www.w3.org/2005/Atom"}
TITLE, BODY = "预付卡 <办卡> & 退卡", "一次别充太多。\n留好合同和<小票>。"


async def published(site: Site, *, title: str = TITLE, body: str = BODY, picture: bytes | None = None) -> str:
    """A tip that went out to everybody; returns its number."""
    pages, office = site.house.pages, site.house.office
    async with site.house.database.begin() as tx:
        people = [await _staff(tx, name, role, site) for name, role in (("起草", Role.DESK), ("审批", Role.LEAD))]
        await tx.subscriptions.subscribe(Address(channel="street", value="p-secret"), (), None, at=site.town.clock())
    sha = await pages.broadcasts.keep_picture(picture, _pieces(b"")) if picture else None
    async with site.house.database.begin() as tx:
        made = await broadcasts.draft(
            tx,
            kind=BroadcastKind.TIP,
            title=title,
            body=body,
            audience=Audience(everyone=True),
            by=people[0],
            picture=sha,
            office=office,
        )
        await broadcasts.approve(tx, made.id, by=people[1], office=office)
        await broadcasts.send(tx, made.id, by=people[0], office=office)
    await spread(site)
    return made.id


async def _staff(tx: Any, name: str, role: Role, site: Site) -> Any:
    from handlers import staffing

    return (await staffing.invite(tx, bureau=DESK, role=role, name=name, office=site.house.office)).staff


async def _pieces(content: bytes) -> Any:
    yield content


async def spread(site: Site) -> None:
    for _ in range(3):
        await site.town.duties.spread()
        await site.town.settle()
        site.town.clock.advance(seconds=1)


async def done(site: Site, no: str, verb: str, **facts: Any) -> None:
    async with site.house.database.begin() as tx:
        lead = next(one for one in await tx.staff.of() if one.name == "审批")
        await broadcasts.VERBS[verb](tx, no, by=lead, office=site.house.office, **facts)


async def feed(site: Site) -> ET.Element:
    visitor = await site.visitor()
    status, text = await visitor.get("/warnings.atom")
    assert status == 200
    return ET.fromstring(text)


def texts(feed: ET.Element, path: str) -> list[str]:
    return [element.text or "" for element in feed.findall(path, ATOM)]


async def test_everybody_reads_what_was_published_without_a_session(site: Site) -> None:
    visitor = await site.visitor()
    assert "还没有发布过" in (await visitor.get("/warnings"))[1]
    no = await published(site)
    for path in ("/warnings", f"/warnings/{no}"):
        async with visitor.session.get(path) as response:
            text = await response.text()
            assert response.status == 200
            assert "Set-Cookie" not in response.headers
            assert response.headers["Cache-Control"] == "public, max-age=60"
        assert "预付卡 &lt;办卡&gt; &amp; 退卡" in text
        assert "&lt;小票&gt;" in text
        assert "2026年11月23日发布" in text
        assert "application/atom+xml" in text
        for secret in ("p-secret", "起草", "审批"):
            assert secret not in text
    assert (await visitor.get("/warnings/20200101-01"))[0] == 404


async def test_a_draft_is_no_public_matter(site: Site) -> None:
    async with site.house.database.begin() as tx:
        by = await _staff(tx, "起草", Role.DESK, site)
        made = await broadcasts.draft(
            tx,
            kind=BroadcastKind.ALERT,
            title="还没批",
            body="还没批",
            audience=Audience(everyone=True),
            by=by,
            office=site.house.office,
        )
    visitor = await site.visitor()
    assert (await visitor.get(f"/warnings/{made.id}"))[0] == 404
    assert "还没批" not in (await visitor.get("/warnings"))[1]
    assert "还没批" not in (await visitor.get("/warnings.atom"))[1]


async def test_what_was_corrected_or_taken_back_says_so(site: Site) -> None:
    no = await published(site)
    site.town.clock.advance(hours=1)
    await done(site, no, "correct", body="改正后的话。")
    visitor = await site.visitor()
    text = (await visitor.get(f"/warnings/{no}"))[1]
    assert "有更正" in text
    assert "改正后的话" in text
    assert "小票" not in text
    (before,) = texts(await feed(site), "a:entry/a:updated")
    site.town.clock.advance(hours=1)
    await done(site, no, "recall", reason="数据有误")
    for path in ("/warnings", f"/warnings/{no}", "/warnings.atom"):
        text = (await visitor.get(path))[1]
        assert "已撤回" in text
        assert no in text
        for gone in ("改正后的话", "办卡", "数据有误"):
            assert gone not in text
    (after,) = texts(await feed(site), "a:entry/a:updated")
    assert after > before


async def test_the_feed_has_all_that_readers_need(site: Site) -> None:
    no = await published(site, picture=PNG)
    site.town.clock.advance(minutes=5)
    newest = await published(site, title="第二条", body="控制符\x0b也能读。")
    found = await feed(site)
    assert found.tag == "{http://www.w3.org/2005/Atom}feed"
    assert texts(found, "a:author/a:name") == ["濮阳市市场监督管理局"]
    assert texts(found, "a:entry/a:title") == ["【消费提示】第二条", f"【消费提示】{TITLE}"]
    ids = [*texts(found, "a:id"), *texts(found, "a:entry/a:id")]
    assert len(set(ids)) == 3
    assert all(one.startswith("urn:uuid:") for one in ids)
    for moment in (
        *texts(found, "a:updated"),
        *texts(found, "a:entry/a:updated"),
        *texts(found, "a:entry/a:published"),
    ):
        assert datetime.fromisoformat(moment).tzinfo == UTC
    assert texts(found, "a:updated")[0] == max(texts(found, "a:entry/a:updated"))
    base = site.house.office.public_url
    links = {(link.get("rel"), link.get("href")) for link in found.findall("a:link", ATOM)}
    assert links == {("self", f"{base}/warnings.atom"), ("alternate", f"{base}/warnings")}
    hrefs = [link.get("href") for link in found.findall("a:entry/a:link", ATOM)]
    assert hrefs == [f"{base}/warnings/{newest}", f"{base}/warnings/{no}"]
    second, first = texts(found, "a:entry/a:content")
    assert "&lt;小票&gt;" in first
    assert f'<img src="{base}/pictures/' in first
    assert second == "<p>控制符也能读。</p>"


async def test_an_empty_feed_is_valid_too(site: Site) -> None:
    found = await feed(site)
    assert len(texts(found, "a:updated")) == len(texts(found, "a:id")) == 1
    assert not found.findall("a:entry", ATOM)


@pytest.mark.parametrize("path", ["/warnings", "/warnings.atom"])
async def test_whoever_has_it_already_is_sent_nothing(site: Site, path: str) -> None:
    no = await published(site)
    visitor = await site.visitor()
    async with visitor.session.get(path) as response:
        tag, last = response.headers["ETag"], response.headers["Last-Modified"]
    for known in ({"If-None-Match": tag}, {"If-Modified-Since": last}, {"If-None-Match": '"a", ' + tag}):
        async with visitor.session.get(path, headers=known) as response:
            assert response.status == 304
            assert await response.read() == b""
            assert response.headers["ETag"] == tag
    site.town.clock.advance(hours=1)
    await done(site, no, "correct", body="改正后的话。")
    long_ago = format_datetime(datetime(2020, 1, 1, tzinfo=UTC), usegmt=True)
    for old in ({"If-None-Match": tag}, {"If-Modified-Since": last}, {"If-Modified-Since": long_ago}):
        async with visitor.session.get(path, headers=old) as response:
            assert response.status == 200
    async with visitor.session.head(path) as response:
        assert response.status == 200


@pytest.mark.parametrize("size", ["desktop", "phone"])
async def test_a_browser_without_scripts_reads_it_from_the_chat(
    site: Site, browser_page: BrowserPage, size: str
) -> None:
    gone = await published(site, title="要撤回的")
    site.town.clock.advance(hours=1)
    await published(
        site, picture=PNG, title="办预付卡前，先看这几条", body="一次别充太多。\n留好合同和小票。\n有纠纷打12315。"
    )
    site.town.clock.advance(hours=1)
    fixed = await published(site, title="冬季取暖用电安全", body="旧话")
    await done(site, fixed, "correct", body="不要购买没有3C标志的电热毯。")
    await done(site, gone, "recall")
    window = await browser_page("phone" if size == "phone" else "desktop", scripts=False)
    page = window.page
    await page.goto(site.url)
    await window.screenshot(f"warnings-chat-{size}")
    await page.get_by_role("link", name="消费提示").click()
    await page.get_by_text("这里是濮阳市市场监督管理局发布的").wait_for()
    await window.screenshot(f"warnings-{size}")
    await page.get_by_role("link", name="办预付卡前").click()
    await page.get_by_text("留好合同和小票").wait_for()
    await window.screenshot(f"warning-{size}")
    assert await page.locator("img.picture").evaluate("image => image.naturalWidth") == 1
    await page.get_by_role("link", name="全部消费提示和消费警示").click()
    await page.get_by_text("已撤回，请不要再转发").or_(page.get_by_text("请不要再转发")).first.wait_for()
    assert window.faults == []


async def test_the_administrator_lets_a_station_into_its_group(site: Site, browser_page: BrowserPage) -> None:
    code = await site.code("管理员", bureau=DESK, role=Role.ADMIN)
    window = await browser_page()
    page = window.page
    await page.goto(f"{site.url}/desk/join?code={code}")
    await page.get_by_role("button", name="登录工作台").click()
    await page.get_by_role("link", name="群组").click()
    await page.get_by_label("单位名称").fill("五一路社区服务站")
    await page.get_by_label("群组").select_option("进社区服务站")
    await page.get_by_role("button", name="生成一次性的码").click()
    line = await page.locator(".made code").inner_text()
    await window.screenshot("groups-made")
    visitor = await site.visitor()
    await visitor.get("/")
    await visitor.talks((line, "您已加入濮阳市市场监督管理局的「进社区服务站」"))
    await visitor.talks((line, ""))
    await page.goto(f"{site.url}/desk/groups")
    await page.get_by_text("五一路社区服务站").first.wait_for()
    await window.screenshot("groups")
    await page.locator("summary", has_text="移出").click()
    await page.get_by_role("button", name="移出群组").click()
    await page.get_by_text("已移出群组").wait_for()
    assert window.faults == []


async def test_only_the_administrator_sees_groups(site: Site) -> None:
    desk = await site.member("起草", bureau=DESK, role=Role.DESK)
    assert (await desk.get("/desk/groups"))[0] == 403
    assert (await desk.submit("/desk/groups", name="某站", group="village"))[0] == 403
    admin = await site.member("管理员", bureau=DESK, role=Role.ADMIN)
    assert "请写单位名称" in (await admin.submit("/desk/groups", name="", group="village"))[1]
    assert "没有nowhere这个群组" in (await admin.submit("/desk/groups", name="某站", group="nowhere"))[1]
    assert "不用邀请" in (await admin.submit("/desk/groups", name="某店", group="odr"))[1]
    assert "已经不在群组里" in (await admin.submit("/desk/groups/remove", group="village", key="x"))[1]
