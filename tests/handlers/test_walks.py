"""Any order of what people and time may do: a case never leaves the table, and no clock runs on one that is handled."""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st

from cases.errors import CaseError
from cases.intake import Draft
from cases.lifecycle import find, outcomes_for
from cases.messages import Address
from cases.model import Case, Kind, Role, Staff, StaffId, Status
from cases.transitions import HANDLED, OUTCOME_PATHS, TABLE
from handlers import casework, deadlines, filing
from handlers.cards import actions
from handlers.staffing import STAFF_ROLES
from main import House
from tests.clock import Clock
from tests.house import Town, town

WANG = Address(channel="street", value="wang")
HUALONG, QINGFENG = "410902", "410922"
STAFF = {role: Staff(id=StaffId(role.value), bureau="410900", role=role, name=role.value) for role in STAFF_ROLES}
VERBS = sorted({row.verb for row in TABLE} | {"close_with"})
REASONS = {"reason": "r", "bureau": QINGFENG, "ground": "16-1"}
ANYTHING = st.tuples(st.sampled_from(STAFF_ROLES), st.sampled_from(VERBS), st.sampled_from(sorted(OUTCOME_PATHS)))
ALLOWED = st.integers(0, 1000)
"""Chooses one of what may be done now, so that walks get far."""
Step = tuple[Role, str, str]
STEPS = st.lists(st.one_of(ALLOWED, ALLOWED, ALLOWED, ANYTHING), min_size=8, max_size=20)


def chosen(case: Case, number: int) -> Step:
    steps: list[Step] = [(Role.SYSTEM, "time", days) for days in ("1", "5", "30")]
    for role in STAFF_ROLES:
        steps += [(role, verb, "") for verb in actions(case, {role}) if verb != "close_with"]
        steps += [(role, "close_with", outcome) for outcome in outcomes_for(case, role)]
    steps += [(Role.CONSUMER, verb, "") for verb in ("add", "chase", "withdraw", "rate") if find(case, verb)]
    return steps[number % len(steps)]


def draft(kind: Kind) -> Draft:
    facts = {"narrative": "牛奶过期了", "merchant": "惠万家", "region": HUALONG, "category": "食品", "name": "王芳"}
    return Draft(kinds=(kind,), facts=facts)


async def take(here: Town, no: str, step: Step) -> None:
    role, verb, more = step
    office, database = here.house.office, here.house.database
    if role is Role.SYSTEM:
        here.clock.advance(days=int(more))
        await deadlines.warn_all(database, office=office)
        return
    async with database.begin() as tx:
        if role is not Role.CONSUMER:
            facts = {**REASONS, "outcome": more}
            await casework.act(tx, STAFF[role], no, verb=verb, facts=facts, version=None, office=office)
        elif verb == "add":
            await casework.add(tx, WANG, no, text="more", evidence=[], office=office)
        elif verb == "rate":
            await casework.rate(tx, WANG, no, rating=3, office=office)
        else:
            await {"chase": casework.chase, "withdraw": casework.withdraw}[verb](tx, WANG, no, office=office)


async def seen(house: House, no: str) -> tuple[Case, set[str], list[str]]:
    async with house.database.read() as tx:
        case = await tx.cases.get(no)
        assert case is not None
        clocks = (await tx.clocks.of([case.no])).get(case.no, [])
        journal = [event.name.value for event in await tx.cases.journal(case.no)]
    assert len({clock.rule for clock in clocks}) == len(clocks), "one clock of a rule runs at a time"
    return case, {clock.rule for clock in clocks}, journal


async def walk(template: Path, kind: Kind, steps: Sequence[int | Step]) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        url = f"sqlite+aiosqlite:///{shutil.copyfile(template, folder / 'walk.sqlite3')}"
        async with town(url, Clock(), folder) as here:
            async with here.house.database.begin() as tx:
                for staff in STAFF.values():
                    tx.staff.add(staff, at=here.clock())
                (case,) = await filing.file(tx, draft(kind), person=WANG, office=here.house.office)
            before = case
            for step in steps:
                with suppress(CaseError):
                    await take(here, case.no, chosen(before, step) if isinstance(step, int) else step)
                after, running, journal = await seen(here.house, case.no)
                check(before, after, running=running, journal=journal)
                before = after
            await here.house.delivery.idle()


def check(before: Case, after: Case, *, running: set[str], journal: list[str]) -> None:
    ways = {(s, row.target or s) for row in TABLE if after.kind in row.kinds for s in row.sources}
    reached = {before.status}
    for _ in range(after.version - before.version):
        reached = {target for source, target in ways if source in reached}
    assert after.status in reached
    assert journal.count("closed") <= 1
    if after.status in HANDLED:
        assert running == ({"follow_up"} if after.status is Status.FOLLOWING_UP else set())
        assert after.outcome is not None
    else:
        assert running, "an open case has somebody's clock"


SENT_BACK = [(Role.OFFICER, "sign", ""), (Role.OFFICER, "send_back", "")]


@example(kind=Kind.TIPOFF, steps=[*SENT_BACK, (Role.DESK, "redirect", "")])
@example(kind=Kind.TIPOFF, steps=[*SENT_BACK, (Role.DESK, "route", ""), SENT_BACK[0], (Role.LEAD, "docket", "")])
@example(kind=Kind.COMPLAINT, steps=[*SENT_BACK, (Role.DESK, "decline", "")])
@example(
    kind=Kind.COMPLAINT, steps=[SENT_BACK[0], (Role.OFFICER, "ask_supplement", ""), (Role.CONSUMER, "withdraw", "")]
)
@settings(
    deadline=None,
    max_examples=30,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],  # a walk is a second's work: shorten it by hand
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(kind=st.sampled_from(Kind), steps=STEPS)
def test_no_order_of_events_leads_out_of_the_table_or_leaves_a_clock_running(
    sqlite_template: Path, kind: Kind, steps: list[int | Step]
) -> None:
    asyncio.run(walk(sqlite_template, kind, steps))
