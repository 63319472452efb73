"""Any order of what people and time may do: no case leaves the table, no clock is left, the journal tells all."""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st

from cases.clocks import Clock as CaseClock
from cases.errors import CaseError
from cases.events import Event
from cases.intake import Draft
from cases.lifecycle import outcomes_for, replay, verbs_for
from cases.messages import Address
from cases.model import STAFF_ROLES, Case, CaseNo, Kind, Role, Staff, StaffId, Status
from cases.transitions import ENDED, HANDLED, OPEN, OUTCOME_PATHS, TABLE, WAITING
from handlers import casework, deadlines, filing
from handlers.cards import actions
from handlers.forms import VERBS
from handlers.house import House
from tests.clock import Clock
from tests.house import Town, town

WANG = Address(channel="street", value="wang")
ZHAO = Address(channel="street", value="zhao")
HUALONG, QINGFENG = "410902", "410922"
STAFF = {
    role: Staff(
        id=StaffId(role.value), bureau=HUALONG if role is Role.OFFICER else "410900", role=role, name=role.value
    )
    for role in STAFF_ROLES
}
COLLEAGUE = Staff(id=StaffId("colleague"), bureau=HUALONG, role=Role.OFFICER, name="colleague")
FACTS = {
    "reason": "r",
    "bureau": HUALONG,
    "law": "ad-53",
    "why": "testing",
    "adoption": "noted",
    "level": "2",
    "mediator": "mediator",
    "officer": "colleague",
    "days": "15",
    "amount": "80000",
    "until": "2026-11-25",
}
GROUNDS = {"decline": "16-1"}
ANYTHING = st.tuples(
    st.sampled_from(STAFF_ROLES), st.sampled_from(sorted(VERBS)), st.sampled_from(sorted(OUTCOME_PATHS))
)
ALLOWED = st.integers(0, 1000)
"""Chooses one of what may be done now, so that walks get far."""
Step = tuple[Role, str, str]
STEPS = st.lists(st.one_of(ALLOWED, ALLOWED, ALLOWED, ANYTHING), min_size=8, max_size=24)
ONWARD = {row.verb for row in TABLE if row.target not in {None, *WAITING, *ENDED}}
"""Verbs that lead deeper into a case: tried more often, else most walks would stay at the door."""
CONSUMER_VERBS = {"rate_low": "3", "rate": "1"}


@dataclass(frozen=True, kw_only=True)
class Seen:
    """A case as it stands, with what runs on it and what is told of it."""

    case: Case
    running: tuple[CaseClock, ...]
    journal: tuple[Event, ...]


def chosen(case: Case, number: int) -> Step:
    steps: list[Step] = [(Role.SYSTEM, "time", days) for days in ("1", "5", "30")]
    for role in STAFF_ROLES:
        roles = {role, Role.SUPERIOR} if role is Role.LEAD else {role}
        steps += [(role, verb, "") for verb in actions(case, roles) if verb != "close_with"]
        steps += [(role, "close_with", outcome) for outcome in outcomes_for(case, roles)]
    steps += [(Role.CONSUMER, verb, "") for verb in verbs_for(case, Role.CONSUMER) if verb != "negotiate"]
    steps += [step for step in steps if step[1] in ONWARD] * 3
    return steps[number % len(steps)]


def draft(kind: Kind, *, negotiates: bool = False) -> Draft:
    facts = {"narrative": "牛奶过期了", "merchant": "惠万家", "region": HUALONG, "category": "食品", "name": "王芳"}
    facts |= {"enterprise": "merchant"} if negotiates else {}
    return Draft(kinds=(kind,), facts=facts, urgent=kind is Kind.TIPOFF)


async def take(here: Town, case: Case, step: Step, *, other: CaseNo) -> None:
    role, verb, more = step
    office, database = here.house.office, here.house.database
    if role is Role.SYSTEM:
        here.clock.advance(days=int(more))
        await deadlines.warn_all(database, office=office)
        return
    wanted = {Kind.TIPOFF: "complaint", Kind.COMPLAINT: "tipoff"}.get(case.kind, "complaint")
    facts = {**FACTS, "outcome": more, "other": other, "kind": wanted, "ground": GROUNDS.get(verb, "23-3")}
    async with database.begin() as tx:
        if role is not Role.CONSUMER:
            await casework.act(tx, STAFF[role], case.no, verb=verb, facts=facts, version=None, office=office)
        elif verb in ("add", "supplement"):
            await casework.add(tx, WANG, case.no, text="more", evidence=[], office=office)
        elif verb in CONSUMER_VERBS:
            await casework.rate(tx, WANG, case.no, rating=int(CONSUMER_VERBS[verb]), office=office)
        elif verb in ("chase", "withdraw"):
            await {"chase": casework.chase, "withdraw": casework.withdraw}[verb](tx, WANG, case.no, office=office)
        else:
            await casework.decide(tx, WANG, case.no, verb=verb, facts={"reason": "r"}, office=office)


async def seen(house: House, no: str) -> Seen:
    async with house.database.read() as tx:
        case = await tx.cases.get(no)
        assert case is not None
        clocks = (await tx.clocks.of([case.no])).get(case.no, [])
        journal = await tx.cases.journal(case.no)
    return Seen(case=case, running=tuple(clocks), journal=tuple(journal))


async def walk(template: Path, kind: Kind, steps: Sequence[int | Step], *, negotiates: bool) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        url = f"sqlite+aiosqlite:///{shutil.copyfile(template, folder / 'walk.sqlite3')}"
        async with town(url, Clock(), folder) as here:
            office = here.house.office
            async with here.house.database.begin() as tx:
                for staff in (*STAFF.values(), COLLEAGUE):
                    tx.staff.add(staff, at=here.clock())
                (other,) = await filing.file(tx, draft(kind), person=WANG, office=office)
                (case,) = await filing.file(tx, draft(kind, negotiates=negotiates), person=WANG, office=office)
            first = replace(case, status=Status.RECEIVED, bureau=None, enterprise=None, version=1)
            before = await seen(here.house, case.no)
            for step in steps:
                with suppress(CaseError):
                    await take(
                        here,
                        before.case,
                        chosen(before.case, step) if isinstance(step, int) else step,
                        other=other.no,
                    )
                after = await seen(here.house, case.no)
                check(before.case, after)
                assert replay(first, after.journal) == after.case, "the journal alone tells how the case stands"
                before = after
            await here.house.delivery.idle()


def check(before: Case, now: Seen) -> None:
    after, running = now.case, {clock.rule for clock in now.running}
    assert len(running) == len(now.running), "one clock of a rule runs at a time"
    ways = {(s, row.target or s) for row in TABLE if after.kind in row.kinds for s in row.sources}
    reached = {before.status}
    for _ in range(after.version - before.version):
        reached = {target for source, target in ways if source in reached}
    assert after.status in reached
    if after.status in ENDED:
        assert running <= {"archive", "tell_terminated"}, after.status
    if after.status is Status.FOLLOWING_UP:
        assert len(running & {"follow_up", "call_back", "amends"}) == 1
    if after.status in HANDLED:
        assert after.outcome is not None
    if after.status in OPEN:
        assert running, "an open case has somebody's clock"
    check_ladders(now)


def check_ladders(now: Seen) -> None:
    """A running clock warns of something to come, unless it is paused or has told everything."""
    for clock in now.running:
        assert not (clock.paused and clock.next_warning)


SENT_BACK: list[Step] = [(Role.OFFICER, "sign", ""), (Role.OFFICER, "send_back", "")]
MONTH: Step = (Role.SYSTEM, "time", "30")
SIGNED: Step = (Role.OFFICER, "sign", "")
DISPUTED: list[Step] = [*SENT_BACK, (Role.DESK, "dispute", "")]
ACCEPTED: list[Step] = [SIGNED, (Role.OFFICER, "accept", ""), (Role.OFFICER, "mediate", "")]


@example(kind=Kind.TIPOFF, steps=[*SENT_BACK, (Role.DESK, "redirect", "")], negotiates=False)
@example(
    kind=Kind.TIPOFF,
    steps=[SIGNED, (Role.OFFICER, "test", ""), (Role.OFFICER, "end_test", ""), (Role.LEAD, "extend", "")],
    negotiates=False,
)
@example(
    kind=Kind.TIPOFF,
    steps=[SIGNED, (Role.LEAD, "docket", ""), (Role.LEAD, "investigate", ""), (Role.LEAD, "suspend", "")],
    negotiates=False,
)
@example(kind=Kind.TIPOFF, steps=[SIGNED, (Role.OFFICER, "merge", ""), (Role.LEAD, "dismiss", "")], negotiates=False)
@example(kind=Kind.COMPLAINT, steps=[*DISPUTED, (Role.LEAD, "designate", "")], negotiates=False)
@example(kind=Kind.COMPLAINT, steps=[*ACCEPTED, (Role.CONSUMER, "withdraw", "")], negotiates=False)
@example(
    kind=Kind.COMPLAINT,
    steps=[*ACCEPTED, (Role.OFFICER, "appraise", ""), MONTH],
    negotiates=False,
)
@example(kind=Kind.COMPLAINT, steps=[(Role.MERCHANT, "offer", ""), (Role.CONSUMER, "take_offer", "")], negotiates=True)
@example(kind=Kind.COMPLAINT, steps=[MONTH], negotiates=True)
@example(
    kind=Kind.COMPLAINT,
    steps=[SIGNED, (Role.OFFICER, "ask_supplement", ""), (Role.CONSUMER, "withdraw", "")],
    negotiates=False,
)
@settings(
    deadline=None,
    max_examples=30,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],  # a walk is a second's work: shorten it by hand
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(kind=st.sampled_from(Kind), steps=STEPS, negotiates=st.just(False))
def test_no_order_of_events_leads_out_of_the_table_or_leaves_a_clock_running(
    sqlite_template: Path, kind: Kind, steps: list[int | Step], negotiates: bool
) -> None:
    asyncio.run(walk(sqlite_template, kind, steps, negotiates=negotiates))
