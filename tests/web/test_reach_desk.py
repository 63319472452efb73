"""Every row of the table is reached on the desk by those whose role allows it, and by nobody else."""

from __future__ import annotations

import itertools
import re

import pytest

from cases.messages import Address
from cases.model import Case, Role
from cases.transitions import Transition
from handlers.forms import ANY_OF, CHOSEN
from tests.reaching import POSTS, ROWS, Stage, row_name, source_of
from tests.web.site import Site, Visitor

pytestmark = pytest.mark.timeout(480)  # each goes through the whole table

TYPED = {"reason": "情况属实", "days": "15", "amount": "80000"}
WANG = Address(channel="street", value="wang")


async def stage(site: Site) -> tuple[Stage, dict[Role, Visitor]]:
    ids, people = {}, {}
    for role, (bureau, post) in POSTS.items():
        people[role] = await site.member(f"{role.value}某", bureau=bureau, role=post)
    await site.code("同事某", bureau=POSTS[Role.OFFICER][0])
    async with site.house.database.read() as tx:
        for role, (bureau, _) in POSTS.items():
            member = await tx.staff.named(bureau, f"{role.value}某")
            assert member
            ids[role] = member.id
    return Stage(house=site.house, clock=site.town.clock, ids=ids, numbers=itertools.count(1)), people


def form_of(page: str, case: Case, verb: str) -> str:
    """The form of a verb on the page of a case, empty when there is none."""
    start = page.find(f'action="/desk/case/{case.no}/{verb}"')
    return page[start : page.find("</form>", start)] if start >= 0 else ""


def filled(form: str, row: Transition, *, other: str) -> dict[str, str]:
    """The first of what is offered, and words for what is typed."""
    facts = {}
    for name in row.may if row.verb in ANY_OF else row.needs:
        options = re.findall(r'<option value="([^"]+)"', form.partition(f'name="{name}"')[2].partition("</select>")[0])
        facts[name] = options[0] if name in CHOSEN and options else {**TYPED, "other": other}[name]
    version = re.search(r'name="version" value="(\d+)"', form)
    assert version
    return {**facts, "version": version.group(1)}


async def test_every_row_is_done_on_the_desk_by_each_role_that_it_names(site: Site) -> None:
    here, people = await stage(site)
    missed: list[str] = []
    for row, kind in ROWS:
        site.town.clock.advance(seconds=30)  # so many forms a minute are nobody's
        for role in sorted(row.roles & set(POSTS)):
            source = source_of(row, role)
            case, other = await here.puts(row, kind, source, person=WANG)
            _, page = await people[role].get(f"/desk/case/{case.no}")
            form = form_of(page, case, row.verb)
            if form:
                facts = filled(form, row, other=other)
                _, page = await people[role].submit(f"/desk/case/{case.no}/{row.verb}", **facts)
            if f"{row.verb} {row.event.value}" not in await here.verbs_of(case.no):
                said = re.findall(r'class="refused"[^>]*>([^<]*)', page)
                missed.append(f"{row_name(row, source)} by {role}: {bool(form)} {said}")
    assert not missed, "\n".join(missed)


async def test_no_row_is_done_on_the_desk_by_a_role_that_it_does_not_name(site: Site) -> None:
    here, people = await stage(site)
    for row, kind in ROWS:
        site.town.clock.advance(seconds=30)
        source = source_of(row, Role.OFFICER)
        case, other = await here.puts(row, kind, source, person=WANG)
        allowed = row.roles | ({Role.SUPERIOR} if Role.LEAD in row.roles else set())
        for role in sorted(set(POSTS) - allowed):
            _, page = await people[role].get(f"/desk/case/{case.no}")
            assert not form_of(page, case, row.verb), f"{row_name(row, source)} is offered to {role}"
            facts = {**TYPED, "bureau": "410902", "ground": "23-3", "other": other, "officer": here.ids[Role.OFFICER]}
            status, _ = await people[role].submit(f"/desk/case/{case.no}/{row.verb}", **facts)
            assert status in (404, 409), (row_name(row, source), role, status)
        assert await here.verbs_of(case.no) == [], row_name(row, source)
