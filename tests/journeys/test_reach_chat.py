"""Every row of the table is reached in chat by those whose role allows it, and by nobody else."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import pytest

from cases.calendar import china_date
from cases.model import Case, Role
from cases.transitions import Transition
from handlers.forms import ANY_OF, CHOSEN
from tests.house import Person, Town
from tests.reaching import POSTS, ROWS, Stage, row_name, source_of

pytestmark = pytest.mark.timeout(480)  # each goes through the whole table

TYPED = {"reason": "情况属实", "days": "15", "amount": "8万元"}
STAFF_ROLES = set(POSTS)
BY_CONSUMER = {"supplement": "add"}
RATED = {"rate": "rt:{no}:1", "rate_low": "rt:{no}:3"}


async def stage(town: Town) -> tuple[Stage, dict[Role, Person]]:
    people, ids = {}, {}
    for role, (bureau, post) in POSTS.items():
        people[role] = await town.staff(f"{role.value}某", bureau=bureau, role=post)
    await town.staff("同事某", bureau=POSTS[Role.OFFICER][0])
    async with town.house.database.read() as tx:
        for role, (bureau, _) in POSTS.items():
            member = await tx.staff.named(bureau, f"{role.value}某")
            assert member
            ids[role] = member.id
    return Stage(house=town.house, clock=town.clock, ids=ids, numbers=itertools.count(1)), people


async def does(town: Town, person: Person, case: Case, row: Transition, *, other: str) -> list[str]:
    """Open the case, press the verb, choose the first of what is offered, type what is asked."""
    await person.says(case.no)
    if not button(person, row.verb, case) and button(person, "more", case):
        await person.presses(town.house.office.say("verb.more"))
    found = button(person, row.verb, case)
    if not found:
        return [f"no button {row.verb}"]
    told = await person.sends(person.message(pressed=found))
    for name in ["one", "of it"] if row.verb in ANY_OF else [name for name in row.needs if name in CHOSEN]:
        choices = [choice for line in person.told[-1].choices for choice in line]
        assert choices, f"nothing to choose for {name}: {told}"
        told = await person.sends(person.message(pressed=choices[0].value))
    for name in [name for name in row.needs if name not in CHOSEN]:
        told = await person.says({**TYPED, "other": other}[name])
    return told


def button(person: Person, verb: str, case: Case) -> str:
    """The button of the verb under what the person was told last; empty when there is none."""
    every = (choice.value for line in person.told[-1].choices for choice in line)
    return next((value for value in every if value.startswith(f"st:{verb}:{case.no}:")), "")


def offers(person: Person, label: str) -> bool:
    return any(choice.label == label for line in person.told[-1].choices for choice in line)


async def test_every_row_is_done_in_chat_by_each_role_that_it_names(puyang: Town) -> None:
    here, people = await stage(puyang)
    wang = puyang.person("wang")
    missed: list[str] = []
    for row, kind in ROWS:
        for role in sorted(row.roles & STAFF_ROLES):
            source = source_of(row, role)
            case, other = await here.puts(row, kind, source, person=wang.address)
            told = await does(puyang, people[role], case, row, other=other)
            if f"{row.verb} {row.event.value}" not in await here.verbs_of(case.no):
                missed.append(f"{row_name(row, source)} by {role}: {told}")
    assert not missed, "\n".join(missed)


async def test_every_row_of_a_consumer_is_done_in_chat_by_the_consumer(puyang: Town) -> None:
    here, _ = await stage(puyang)
    missed: list[str] = []
    for n, (row, kind) in enumerate(ROWS):
        source = source_of(row, Role.CONSUMER)
        if Role.CONSUMER not in row.roles or row.verb == "negotiate":  # that one is offered in the intake
            continue
        person = puyang.person(f"wang{n}")
        await person.says("你好")
        await person.presses("同意")
        case, _other = await here.puts(row, kind, source, person=person.address)
        told = await consumer_does(puyang, person, case, row)
        if f"{row.verb} {row.event.value}" not in await here.verbs_of(case.no):
            missed.append(f"{row_name(row, source)}: {told}")
    assert not missed, "\n".join(missed)


async def consumer_does(town: Town, person: Person, case: Case, row: Transition) -> Sequence[str]:
    """Press the button of the verb under the own case, and say what it asks for."""
    await person.says(case.no)
    every = [choice.value for line in person.told[-1].choices for choice in line]
    wanted = RATED.get(row.verb, "pg:{verb}:{no}").format(verb=BY_CONSUMER.get(row.verb, row.verb), no=case.no)
    if wanted not in every:
        return [f"no button {wanted} in {every}"]
    told = await person.sends(person.message(pressed=wanted))
    if row.verb == "withdraw":
        return await person.presses("确定撤回")
    if row.verb in ("settle", "recuse", "add", "supplement"):
        return await person.says("商家退了58元")
    return told


async def test_no_row_is_done_in_chat_by_a_role_that_it_does_not_name(puyang: Town) -> None:
    here, people = await stage(puyang)
    wang, thief = puyang.person("wang"), puyang.person("thief")
    await thief.says("你好")
    await thief.presses("同意")
    for row, kind in ROWS:
        source = source_of(row, Role.OFFICER)
        case, _other = await here.puts(row, kind, source, person=wang.address)
        allowed = row.roles | ({Role.SUPERIOR} if Role.LEAD in row.roles else set())
        others = [people[role] for role in sorted(STAFF_ROLES - allowed)]
        for person in (*others, thief):
            told = await person.sends(person.message(pressed=f"st:{row.verb}:{case.no}:1"))
            assert len(told) == 1, (row_name(row, source), told)
            assert "是我们的问题" not in told[0]
        assert await here.verbs_of(case.no) == [], row_name(row, source)


async def test_a_verb_done_twice_is_refused_with_how_the_case_stands(puyang: Town) -> None:
    here, people = await stage(puyang)
    wang = puyang.person("wang")
    for row, kind in ROWS:
        role = min(row.roles & STAFF_ROLES, default=None)
        source = source_of(row, role or Role.OFFICER)
        if role is None or row.target is None or row.target is source:
            continue
        case, other = await here.puts(row, kind, source, person=wang.address)
        await does(puyang, people[role], case, row, other=other)
        before = await here.verbs_of(case.no)
        told = await people[role].sends(people[role].message(pressed=f"st:{row.verb}:{case.no}:1"))
        assert len(told) == 1
        assert case.no in told[0]
        assert await here.verbs_of(case.no) == before, row_name(row, source)
    assert china_date(puyang.clock()) == puyang.house.office.today()
