"""The ledger on the desk: who may take one along, and whose cases are in it."""

from __future__ import annotations

from urllib.parse import unquote

import pytest

from cases.model import Role
from tests.handlers.test_ledger import case
from tests.web.site import HUALONG, Site, Visitor
from tests.workbooks import Table, read_workbook

CITY, DESK = "410900", "410900-12315"
SPAN = "/desk/export?from=2026-11-01&to=2026-11-30"


async def furnish(site: Site) -> None:
    """A case in a station of Hualong, one in its bureau, one in another county, one that waits for the desk."""
    async with site.house.database.begin() as tx:
        for no, bureau in (("1", "410902003"), ("2", HUALONG), ("3", "410922"), ("4", None)):
            tx.cases.add(case(no, bureau=bureau))


async def download(visitor: Visitor) -> dict[str, Table]:
    async with visitor.session.get(SPAN) as response:
        assert response.status == 200
        assert response.content_type.endswith("spreadsheetml.sheet")
        assert response.headers["Cache-Control"] == "private, no-store"
        assert unquote(response.headers["Content-Disposition"]).endswith("''台账2026-11-01至2026-11-30.xlsx")
        return read_workbook(await response.read())


@pytest.mark.parametrize(
    ("role", "bureau", "numbers"),
    [
        (Role.LEAD, HUALONG, ["1", "2"]),
        (Role.LEAD, "410922", ["3"]),
        (Role.LEAD, "410902003", ["1"]),
        (Role.LEAD, CITY, ["1", "2", "3"]),
        (Role.DESK, DESK, ["1", "2", "3", "4"]),
        (Role.ADMIN, DESK, ["1", "2", "3", "4"]),
    ],
)
async def test_each_takes_along_the_cases_that_they_look_after(
    role: Role, bureau: str, numbers: list[str], site: Site
) -> None:
    await furnish(site)
    member = await site.member("周局", bureau=bureau, role=role)
    _, page = await member.get("/desk")
    assert 'href="/desk/export"' in page
    tables = await download(member)
    assert [row["编号"] for row in tables["投诉"].rows] == numbers


@pytest.mark.parametrize("role", [Role.OFFICER, Role.MERCHANT, Role.MEDIATOR])
async def test_nobody_else_gets_a_ledger_or_its_form(role: Role, site: Site) -> None:
    member = await site.member("李明", role=role)
    for path in (SPAN, "/desk/export", "/desk/export?from=x"):
        status, page = await member.get(path)
        assert (status, "台账只有负责人" in page) == (403, True), path
    assert 'href="/desk/export"' not in (await member.get("/desk"))[1]
    assert (await (await site.visitor()).get(SPAN))[0] == 401


async def test_the_form_offers_this_month_and_days_that_make_no_span_are_refused(site: Site) -> None:
    lead = await site.member("周局", role=Role.LEAD)
    status, page = await lead.get("/desk/export")
    assert (status, 'value="2026-11-01"' in page, 'value="2026-11-23"' in page) == (200, True, True)
    for query in ("from=2026-11-30&to=2026-11-01", "from=2026-11-01", "from=x&to=y", "from=20261101&to=20261130"):
        status, page = await lead.get(f"/desk/export?{query}")
        assert (status, "请填两个日期" in page) == (400, True), query
    for query in ("from=0001-01-01&to=9999-12-31", "from=1970-01-01&to=9999-12-31"):
        assert (await lead.session.get(f"/desk/export?{query}")).status == (400 if "0001" in query else 200)
