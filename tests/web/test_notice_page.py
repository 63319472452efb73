"""The page of texts on the desk: read by staff, tried with facts of their own, kept nowhere."""

from __future__ import annotations

import pytest

from cases.model import Role
from tests.browser import BrowserPage
from tests.web.site import Site

PATH = "/desk/notices"
DECLINED = f"{PATH}?key=notice.complaint.declined"


@pytest.mark.parametrize("role", [Role.OFFICER, Role.LEAD, Role.DESK, Role.ADMIN])
async def test_all_staff_read_what_people_are_told(role: Role, site: Site) -> None:
    member = await site.member("李明", role=role)
    assert f'href="{PATH}"' in (await member.get("/desk"))[1]
    status, page = await member.get(PATH)
    assert (status, "投诉：发给消费者" in page, "发给工作人员" in page) == (200, True, True)
    assert "【濮阳市场监管】您的投诉已登记,编号410900261122001。" in page
    assert "法定，不能关" in page
    assert "服务，未开" in page


@pytest.mark.parametrize("role", [Role.MERCHANT, Role.MEDIATOR])
async def test_guests_have_no_such_page(role: Role, site: Site) -> None:
    guest = await site.member("惠万家", role=role)
    assert f'href="{PATH}"' not in (await guest.get("/desk"))[1]
    assert (await guest.get(PATH))[0] == 404
    assert (await (await site.visitor()).get(PATH))[0] == 401


async def test_own_facts_are_counted_and_too_many_words_are_shortened(site: Site) -> None:
    member = await site.member("李明")
    status, page = await member.submit(DECLINED, reason="请向住建部门反映")
    assert (status, "请向住建部门反映。可依消法第三十九条" in page, "2段" in page) == (200, True, True)
    status, page = await member.submit(DECLINED, reason="请向住建部门反映," + "物业收费不归市场监管部门管。" * 30)
    assert (status, "短信装不下全文" in page, "…。可依消法第三十九条" in page) == (200, True, True)
    assert "超过两段" not in page.partition("<form")[0].rpartition('id="try"')[2]
    status, page = await member.submit(DECLINED, ground_short="理由" * 60)
    assert "超过两段，发出前要改短" in page


@pytest.mark.parametrize("name", ["key", "office", "a-b"])
async def test_a_field_by_any_other_name_is_no_fact_and_changes_nothing(name: str, site: Site) -> None:
    member = await site.member("李明")
    status, page = await member.submit(DECLINED, **{name: "王芳", "reason": "请向住建部门反映"})
    assert (status, "请向住建部门反映。可依消法第三十九条" in page, "王芳" in page) == (200, True, False)


async def test_what_was_typed_is_shown_as_text_and_a_text_that_is_none_is_not_found(site: Site) -> None:
    member = await site.member("李明")
    _, page = await member.submit(DECLINED, reason="<script>x</script>")
    assert "<script>x" not in page
    for key in ("notice.gone", "page.chat.name", "x"):
        assert (await member.get(f"{PATH}?key={key}"))[0] == 404


@pytest.mark.parametrize("size", ["desktop", "phone"])
async def test_in_a_browser_it_is_read_and_tried(size: str, site: Site, browser_page: BrowserPage) -> None:
    window = await browser_page(size)  # type: ignore[arg-type]
    code = await site.code("李明")
    await window.page.goto(f"{site.url}/desk/join?code={code}")
    await window.page.click("main button")
    await window.page.goto(f"{site.url}{PATH}")
    await window.screenshot(f"notices-{size}-1-all")
    wide = await window.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wide <= 0
    await window.page.click(f'a[href^="{DECLINED}"]')
    await window.page.fill("#fact-reason", "请向住建部门反映," * 30)
    await window.page.click("#try button")
    await window.screenshot(f"notices-{size}-2-tried")
    assert "2段" in await window.page.inner_text("#try [role=status]")
    assert window.faults == []
