"""The page on which staff say when they are away."""

from __future__ import annotations

import re

from cases.model import Role
from tests.web.site import Site

AWAY = {"first": "2026-12-01", "last": "2026-12-05"}


async def test_a_member_enters_an_absence_sees_it_and_takes_it_back(site: Site) -> None:
    li = await site.member("李明")
    assert "没有登记请假" in (await li.get("/desk/away"))[1]
    status, page = await li.submit("/desk/away", **AWAY)
    assert (status, "李明：已登记12月1日到12月5日请假" in page) == (200, True)
    number = re.search(r'name="id" value="(\d+)"', page)
    assert number
    status, page = await li.submit("/desk/away/cancel", id=number[1])
    assert (status, "李明：已销假" in page, "没有登记请假" in page) == (200, True, True)
    status, page = await li.submit("/desk/away/cancel", id=number[1])
    assert (status, "这条请假已经不在了" in page) == (409, True)


async def test_what_is_wrong_is_said_above_the_form_which_keeps_the_days(site: Site) -> None:
    li = await site.member("李明")
    for days, said in (
        ({"first": "2026-12-05", "last": "2026-12-01"}, "最后一天不能早于第一天"),
        ({"first": "2026-11-01", "last": "2026-12-01"}, "已经过去的日子"),
        ({"first": "gestern", "last": ""}, "请填两个日期"),
    ):
        status, page = await li.submit("/desk/away", **days)
        assert (status, said in page, f'value="{days["first"]}"' in page) == (409, True, True)
    await li.submit("/desk/away", **AWAY)
    status, page = await li.submit("/desk/away", first="2026-12-05", last="2026-12-09")
    assert (status, "您已登记12月1日到12月5日请假" in page) == (409, True)


async def test_a_lead_enters_it_for_the_bureau_and_an_officer_for_nobody_else(site: Site) -> None:
    li = await site.member("李明")
    lead = await site.member("周局", role=Role.LEAD)
    _, page = await lead.get("/desk/away")
    who = re.search(r'<option value="(\w+)" >李明', page)
    assert who
    _, page = await lead.submit("/desk/away", who=who[1], **AWAY)
    assert "李明：已登记12月1日到12月5日请假，提醒发给周局" in page
    me = re.search(r'<option value="(\w+)" selected>周局', page)
    assert me
    status, page = await li.submit("/desk/away", who=me[1], **AWAY)
    assert (status, "只能登记自己的请假" in page, "周局" in (await li.get("/desk/away"))[1]) == (409, True, False)


async def test_a_stranger_and_a_business_have_no_such_page(site: Site) -> None:
    assert (await (await site.visitor()).get("/desk/away"))[0] == 401
    shop = await site.member("惠万家", role=Role.MERCHANT)
    assert (await shop.get("/desk/away"))[0] >= 400
    assert "/desk/away" not in (await shop.get("/desk"))[1]
