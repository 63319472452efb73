"""The desk's page of a case shows what else there is against the business, and the facts of Art. 17, to officers."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from cases.messages import Address
from cases.model import Case, CaseNo, Consumer, Kind, Merchant, Role, Status
from storage.case_store import Identity
from tests.browser import BrowserPage
from tests.clock import Clock
from tests.handlers.cast import signed
from tests.web.site import HUALONG, Site, Visitor, open_site

PHONE, SHOP = "13912345679", Merchant(name="惠万家超市(建设路店)")
COUNT, TRACES, NO_VERDICT = "同一经营者近90天：3件，2人", "供判断的事实", "只是事实，不是结论"


@pytest.fixture
async def site(sqlite_url: str, clock: Clock, tmp_path: Path) -> AsyncIterator[Site]:
    async with open_site(sqlite_url, clock, tmp_path, posts_per_minute=600) as opened:
        yield opened


async def stands(site: Site, n: int, *, chat: str = "wang", name: str = "王芳", **more: Any) -> Case:
    """A case of milk against one shop."""
    case = signed(n, None, **{"category": "食品", "problem": "食品安全", "product": "纯牛奶", "merchant": SHOP, **more})
    async with site.house.database.begin() as tx:
        tx.cases.add(case)
        who = Consumer(name=name, phone=PHONE, postal_address="华龙区中原路88号3号楼2单元501")
        identity = Identity(case_no=case.no, person=Address(channel="street", value=chat), consumer=who)
        tx.cases.add_identity(identity, phone_index=tx.blind_index(chat))
    await site.town.duties.read_unread()
    return case


async def three(site: Site) -> list[Case]:
    return [await stands(site, 1), await stands(site, 2), await stands(site, 3, chat="zhao", name="赵敏")]


async def page_of(reader: Visitor, case: Case) -> str:
    _, page = await reader.get(f"/desk/case/{case.no}")
    assert case.no in page
    return page


async def test_an_officer_reads_counts_links_and_facts_that_are_no_verdict(
    site: Site, browser_page: BrowserPage
) -> None:
    li = await site.member("李明")
    one, two, other = await three(site)
    await stands(site, 4, merchant=Merchant(name="好又多超市"))
    page = await page_of(li, one)
    for words in (COUNT, TRACES, NO_VERDICT, "同一人近90天就「纯牛奶」投诉举报3件"):
        assert words in page
    for linked in (two, other):
        assert f'href="/desk/case/{linked.no}"' in page
    window = await browser_page("phone")
    await window.page.goto(f"{site.url}/desk/join?code={await site.code('张强')}")
    await window.page.get_by_role("button", name="登录工作台").click()
    await window.page.goto(f"{site.url}/desk/case/{one.no}")
    await window.screenshot("beside-1-case")
    await window.page.get_by_role("link", name=other.no).first.click()
    await window.page.wait_for_url(f"**/desk/case/{other.no}")
    assert window.faults == []


async def test_a_mediating_body_and_a_colleague_who_may_not_know_the_informant_read_less(site: Site) -> None:
    li, body = await site.member("李明"), await site.member("消费者协会", role=Role.MEDIATOR)
    async with site.house.database.read() as tx:
        member = await tx.staff.named(HUALONG, "消费者协会")
    assert member is not None
    await three(site)
    entrusted = await stands(site, 5, status=Status.ENTRUSTED, mediator=member.id)
    tipoff = await stands(site, 6, kind=Kind.TIPOFF, no=CaseNo("410900J261120006"))
    for_body, for_li = await page_of(body, entrusted), await page_of(li, tipoff)
    for hidden in ("同一经营者", "相似的件", TRACES):
        assert hidden not in for_body
    assert "同一经营者" in for_li
    assert TRACES not in for_li
