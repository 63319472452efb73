"""The desk end to end: joining, the list, a case, every kind of form, colleagues."""

from __future__ import annotations

import re

import pytest

from cases.model import Role
from tests.house import MILK
from tests.web.site import HUALONG, Site, Visitor

NO = "410900261123001"


def version(page: str) -> str:
    found = re.search(r'name="version" value="(\d+)"', page)
    assert found
    return found.group(1)


async def filed(site: Site, story: str = MILK) -> Visitor:
    visitor = await site.visitor()
    assert await visitor.files_complaint(story) == NO
    return visitor


async def test_opening_the_link_does_not_use_the_code_and_pressing_the_button_does(site: Site) -> None:
    code = await site.code("李明")
    visitor, preview = await site.visitor(), await site.visitor()
    for _ in range(2):
        status, page = await preview.get(f"/desk/join?code={code}")
        assert (status, code in page) == (200, True)
    status, page = await visitor.submit("/desk/join", code=code)
    assert (status, "李明您好" in page, "华龙区" in page) == (200, True, True)
    status, page = await preview.submit("/desk/join", code=code)
    assert (status, "用过了或过期了" in page) == (403, True)
    assert (await preview.submit("/desk/join", code=""))[0] == 403


async def test_an_expired_code_is_refused(site: Site) -> None:
    code = await site.code("李明")
    site.town.clock.advance(days=4)
    assert (await (await site.visitor()).submit("/desk/join", code=code))[0] == 403


async def test_a_stranger_at_the_desk_finds_the_door_only(site: Site) -> None:
    visitor = await site.visitor()
    status, page = await visitor.get("/desk")
    assert (status, "邀请码" in page) == (401, True)
    assert (await visitor.get("/desk/staff"))[0] == 401
    assert (await visitor.submit(f"/desk/case/{NO}/sign"))[0] == 401


async def test_who_leaves_sees_nothing_more(site: Site) -> None:
    officer = await site.member("李明")
    assert (await officer.get("/desk"))[0] == 200
    status, page = await officer.submit("/desk/leave")
    assert (status, "已经退出" in page) == (401, True)
    assert (await officer.get("/desk"))[0] == 401


async def test_the_list_is_grouped_by_due_date_and_says_so_in_words(site: Site) -> None:
    officer = await site.member("李明")
    assert "现在没有待办" in (await officer.get("/desk"))[1]
    await filed(site)
    _, page = await officer.get("/desk")
    assert all(part in page for part in (NO, "惠万家超市", "纯牛奶", "58元", "还有"))
    site.town.clock.at("2026-11-24 09:00")
    assert "今天到期" in (await officer.get("/desk"))[1]
    site.town.clock.at("2026-11-26 09:00")
    _, page = await officer.get("/desk")
    assert "已超期" in page
    assert "超期2天" in page


async def test_an_officer_takes_a_complaint_to_its_end(site: Site) -> None:
    officer, visitor = await site.member("李明"), await filed(site)
    _, page = await officer.get(f"/desk/case/{NO}")
    assert all(part in page for part in ("王芳", "13812345678", "华龙区中原路某小区", "签收", "登记"))
    status, page = await officer.submit(f"/desk/case/{NO}/sign", version=version(page))
    assert (status, f"{NO}：签收，已办" in page, "初查中" in page) == (200, True, True)
    _, page = await officer.submit(f"/desk/case/{NO}/accept", version=version(page))
    assert "已受理" in page
    status, page = await officer.submit(
        f"/desk/case/{NO}/close_with", version=version(page), outcome="terminated", ground="23-3", reason="谈不成"
    )
    assert (status, "已办结" in page, "无法达成调解协议" in page) == (200, True, True)
    async with visitor.stream() as stream:
        await stream.until("终止调解")


async def test_closing_agreed_needs_no_ground(site: Site) -> None:
    officer = await site.member("李明")
    await filed(site)
    for verb in ("sign", "accept"):
        await officer.submit(f"/desk/case/{NO}/{verb}")
    status, page = await officer.submit(f"/desk/case/{NO}/close_with", outcome="agreed", ground="", reason="退款58元")
    assert (status, "退款58元" in page, "达成调解" in page) == (200, True, True)


async def test_declining_wants_ground_and_reason_and_keeps_what_was_typed(site: Site) -> None:
    officer, visitor = await site.member("李明"), await filed(site)
    _, page = await officer.submit(f"/desk/case/{NO}/sign")
    status, page = await officer.submit(f"/desk/case/{NO}/decline", ground="", reason="已由消协处理")
    assert (status, "还缺内容" in page, ">已由消协处理</textarea>" in page) == (409, True, True)
    status, page = await officer.submit(f"/desk/case/{NO}/decline", ground="16-2", reason="已由消协处理")
    assert (status, "不予受理" in page) == (200, True)
    async with visitor.stream() as stream:
        assert "已由消协处理" in (await stream.until("不予受理"))["text"]


async def test_a_stale_page_says_what_the_case_is_by_now(site: Site) -> None:
    officer, lead = await site.member("李明"), await site.member("周局", role=Role.LEAD)
    await filed(site)
    _, page = await officer.get(f"/desk/case/{NO}")
    old = version(page)
    await lead.submit(f"/desk/case/{NO}/sign", version=old)
    status, page = await officer.submit(f"/desk/case/{NO}/sign", version=old)
    assert (status, "现在是「初查中」" in page) == (409, True)


async def test_a_case_sent_back_goes_to_the_desk_and_is_routed_by_a_form(site: Site) -> None:
    officer, desk = await site.member("李明"), await site.member("孙敏", bureau="410900-12315", role=Role.DESK)
    await filed(site)
    status, page = await officer.submit(f"/desk/case/{NO}/send_back", reason="店在清丰县")
    assert (status, "退回，已办" in page, "现在没有待办" in page) == (200, True, True)
    _, page = await desk.get(f"/desk/case/{NO}")
    assert "店在清丰县" in page
    assert '<optgroup label="清丰县市场监督管理局">' in page
    status, page = await desk.submit(f"/desk/case/{NO}/route", bureau="410922")
    assert (status, "分派，已办" in page) == (200, True)
    neighbour = await site.member("赵强", bureau="410922")
    assert NO in (await neighbour.get("/desk"))[1]


async def test_a_corrected_label_stands_in_the_journal_beside_what_it_was(site: Site) -> None:
    officer = await site.member("李明")
    await filed(site)
    _, page = await officer.get(f"/desk/case/{NO}")
    status, page = await officer.submit(f"/desk/case/{NO}/correct", version=version(page))
    assert (status, "请至少改一项" in page) == (409, True)
    status, page = await officer.submit(f"/desk/case/{NO}/correct", version=version(page), category="餐饮住宿")
    assert (status, f"{NO}：改类别，已办。" in page) == (200, True)
    words = re.sub(r"<[^>]+>", "", page)
    assert "原类别食品类别餐饮住宿" in words


async def test_a_due_date_is_proven_day_by_day(site: Site) -> None:
    officer = await site.member("李明")
    await filed(site)
    _, page = await officer.get(f"/desk/case/{NO}")
    spans = re.findall(r"<dt>(11月2\d日(?:至[^<]+)?)</dt><dd>([^<]+)</dd>", page)
    assert ("11月23日", "开始当天不算") in spans
    assert ("11月24日至27日", "工作日，算4天") in spans
    assert ("11月28日至29日", "周末，不算") in spans


async def test_a_case_is_found_by_its_number(site: Site) -> None:
    officer, stranger = await site.member("李明"), await site.visitor()
    await filed(site)
    status, page = await officer.get("/desk/find", params={"no": f" {NO[:6]} {NO[6:]} "})
    assert (status, "惠万家" in page) == (200, True)
    for wrong in ("1", "", "<b>"):
        status, page = await officer.get("/desk/find", params={"no": wrong})
        assert (status, "没有找到" in page) == (404, True)
    assert (await stranger.get("/desk/find", params={"no": NO}))[0] == 401


async def test_forms_are_shown_for_what_may_be_done_only(site: Site) -> None:
    officer = await site.member("李明")
    await filed(site)
    _, page = await officer.get(f"/desk/case/{NO}")
    assert set(re.findall(rf"/desk/case/{NO}/(\w+)", page)) == {"sign", "reply", "send_back", "find_clue", "correct"}
    assert (await officer.submit(f"/desk/case/{NO}/rate", rating="1"))[0] == 404
    assert (await officer.submit(f"/desk/case/{NO}/accept"))[0] == 409


async def test_what_was_sent_is_shown_with_how_far_it_got(site: Site) -> None:
    officer = await site.member("李明")
    await filed(site)
    await officer.submit(f"/desk/case/{NO}/reply", reason="明天去店里看")
    await site.town.settle()
    _, page = await officer.get(f"/desk/case/{NO}")
    assert re.search(r"已发送</b> <span class=\"by\">网页</span><p class=\"letter\">[^<]*明天去店里看", page)


async def test_markup_in_every_field_is_shown_as_text(site: Site) -> None:
    officer, visitor = await site.member("<b>李</b>"), await site.visitor()
    evil = "<img src=x onerror=alert(1)>"
    await visitor.get("/")
    await visitor.talks(
        (f"{MILK}{evil}", "同意"),
        (">同意", "怎么称呼"),
        ("王芳", "电话"),
        ("13812345678", "地址"),
        (f"华龙区中原路{evil}", "请核对"),
        (">确认提交", "编号"),
    )
    await officer.submit(f"/desk/case/{NO}/sign")
    _, page = await officer.submit(f"/desk/case/{NO}/ask_supplement", reason=evil)
    for path in (f"/desk/case/{NO}", "/desk", "/"):
        _, shown = await officer.get(path)
        assert evil not in page + shown
        assert "<b>李</b>" not in shown
    assert page.count("&lt;img src=x") >= 3


@pytest.mark.parametrize("role", [Role.OFFICER, Role.LEAD, Role.DESK])
async def test_only_the_administrator_sees_and_invites_colleagues(site: Site, role: Role) -> None:
    member = await site.member("李明", role=role)
    status, page = await member.get("/desk/staff")
    assert (status, "只有管理员" in page) == (403, True)
    assert (await member.submit("/desk/staff", name="王五", role="admin", bureau=HUALONG))[0] == 403


async def test_the_administrator_invites_and_the_code_works_in_chat_and_browser(site: Site) -> None:
    admin = await site.member("管理员", bureau="410900-12315", role=Role.ADMIN)
    await admin.submit("/desk/staff", name="李明", role="officer", bureau=HUALONG)
    status, page = await admin.submit("/desk/staff", name="张华", role="officer", bureau=HUALONG, deputy_for="李明")
    assert (status, "李明的B岗" in page) == (200, True)
    code = re.search(r"/join ([\w-]+)", page)
    link = re.search(r"http\S+/desk/join\?code=[\w-]+", page)
    assert code
    assert link
    assert (await (await site.visitor()).submit("/desk/join", code=code.group(1)))[0] == 200
    assert code.group(1) not in (await admin.get("/desk/staff"))[1]


async def test_a_colleague_who_left_is_out_at_once_and_the_cases_are_the_bureaus(site: Site) -> None:
    admin = await site.member("管理员", bureau="410900-12315", role=Role.ADMIN)
    gone, other = await site.member("李明"), await site.member("张华")
    await filed(site)
    _, page = await gone.get(f"/desk/case/{NO}")
    await gone.submit(f"/desk/case/{NO}/sign", version=version(page))
    assert NO not in (await other.get("/desk"))[1], "signed by somebody else"
    _, page = await admin.get("/desk/staff")
    ids = dict(re.findall(r'value="([0-9a-f]+)"><button>确认(.+?)已离岗', page))
    of = {name: number for number, name in ids.items()}
    status, page = await admin.submit("/desk/staff/retire", id=of["李明"])
    assert (status, "李明已停用" in page) == (200, True)
    assert (await gone.get("/desk"))[0] == 401
    assert NO in (await other.get("/desk"))[1]
    status, page = await admin.submit("/desk/staff/retire", id=of["管理员"])
    assert (status, "唯一的管理员" in page) == (409, True)
    assert (await other.submit("/desk/staff/retire", id=of["张华"]))[0] == 403


async def test_a_wrong_invitation_keeps_the_form(site: Site) -> None:
    admin = await site.member("管理员", bureau="410900-12315", role=Role.ADMIN)
    for fields in ({"bureau": "1"}, {"role": "king"}, {"name": ""}, {"deputy_for": "没有的人"}):
        given = {"name": "张华", "role": "officer", "bureau": HUALONG, **fields}
        status, page = await admin.submit("/desk/staff", **given)
        assert status in (400, 409)
        assert 'role="alert"' in page
        assert f'value="{given["name"]}"' in page


async def test_staff_find_the_desk_from_the_chat(site: Site) -> None:
    officer, visitor = await site.member("李明"), await site.visitor()
    assert 'href="/desk"' in (await officer.get("/"))[1]
    assert 'href="/desk"' not in (await visitor.get("/"))[1]


async def test_the_page_of_a_case_says_why_it_is_here_rule_by_rule(site: Site) -> None:
    officer = await site.member("李明")
    await filed(site)
    _, page = await officer.get(f"/desk/case/{NO}")
    assert "为什么在这里" in page
    assert "规则至今没有变" in page
    assert "涉嫌诈骗要由公安机关立案侦查 → 公安局</b> 不合，问题是食品安全" in page
    assert '<li class="fits"><b>食品安全由市场监管部门管 → 市场监管局</b>' in page
    assert "食品安全法第六条" in page
