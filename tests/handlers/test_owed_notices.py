"""What each step of a case owes to whom, against a table of truth: rows of the law's table that owe nothing stand in
it as well, so that nobody adds a step without deciding who is told."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from cases.model import CONSUMER, SYSTEM, Actor, Case, CaseNo, Kind, Role, Status
from cases.texts import sms_segments
from cases.transitions import TABLE, Transition
from handlers.moving import do
from tests.handlers.cast import due, signed, stands
from tests.house import Town
from tests.journeys.test_reach_chat import stage
from tests.reaching import HUALONG, Stage, source_of

TRUTH = Path(__file__).parents[1] / "truth" / "owed_notices.toml"
FACTS: Mapping[str, str] = {
    "reason": "r",
    "bureau": HUALONG,
    "law": "ad-53",
    "why": "testing",
    "adoption": "noted",
    "level": "2",
    "days": "15",
    "amount": "80000",
    "rating": "3",
}
GROUNDS = {"decline": "16-1", "terminate": "23-3"}
RECLASSIFIED = {Kind.TIPOFF: "complaint", Kind.COMPLAINT: "tipoff"}
Told = dict[CaseNo, set[str]]


def squares() -> Iterator[tuple[Transition, Kind, Role]]:
    """Every row, in each of its kinds, done by each of its roles."""
    for row in TABLE:
        for kind in sorted(row.kinds):
            for role in sorted(row.roles):
                yield row, kind, role


async def does(
    here: Stage, town: Town, row: Transition, kind: Kind, role: Role, *, typed: Mapping[str, str] = FACTS
) -> CaseNo:
    """The row, done to a case of its own; returns the number of it."""
    person = town.person("wang").address
    case, other = await here.puts(row, kind, source_of(row, role), person=person)
    async with here.house.database.begin() as tx:
        facts = {**typed, "other": other, "ground": GROUNDS.get(row.verb, ""), **_people(here, case)}
        facts |= {"kind": RECLASSIFIED.get(kind, "complaint"), "asked": (case.asked or "").partition(":")[0]}
        facts |= {"outcome": case.status.value} if case.status in (Status.AGREED, Status.SETTLED) else {}
        who = {Role.CONSUMER: CONSUMER, Role.SYSTEM: SYSTEM}.get(role)
        if who is None:
            member = await tx.staff.get(here.ids[role])
            assert member
            who = Actor(role=role, staff=member)
        await do(tx, case, row.verb, by=who, facts=facts, office=here.house.office)
    return case.no


def _people(here: Stage, case: Case) -> dict[str, str]:
    facts: dict[str, str] = {"officer": here.ids[Role.OFFICER], "mediator": here.ids[Role.MEDIATOR]}
    return {**facts, "enterprise": here.ids[Role.MERCHANT]} if case.status is Status.RECEIVED else facts


def told(town: Town) -> Told:
    """By case: who was told which text. A colleague in the bureau is told as an officer."""
    found: Told = {}
    for outgoing in town.street.sent:
        if outgoing.wording:
            who = outgoing.address.value.removeprefix("staff-").removesuffix("某")
            no, role = CaseNo(outgoing.wording.facts["no"]), {"wang": "consumer", "同事": "officer"}.get(who, who)
            found.setdefault(no, set()).add(f"{role} {outgoing.wording.key}")
    return found


async def test_every_step_of_every_kind_tells_those_whom_it_owes_it_and_nobody_else(puyang: Town) -> None:
    here, _ = await stage(puyang)
    steps = [(row, kind, role, await does(here, puyang, row, kind, role)) for row, kind, role in squares()]
    await puyang.settle()
    heard, truth = told(puyang), tomllib.loads(TRUTH.read_text("utf-8"))
    found: dict[tuple[str, str, str], set[str]] = {}
    for row, kind, role, no in steps:
        found.setdefault((kind.value, f"{row.verb} {row.event}", role.value), set()).update(heard.get(no, ()))
    owed = {
        (kind, step, role): set(truth[kind][step] if isinstance(truth[kind][step], list) else truth[kind][step][role])
        for kind, step, role in found
    }
    assert found == owed
    assert {(kind, step) for kind, of in truth.items() for step in of} == {(kind, step) for kind, step, _ in found}


async def test_every_short_message_of_every_step_fits_whatever_was_typed(puyang: Town) -> None:
    here, _ = await stage(puyang)
    long = {**FACTS, "reason": "商家说当时没有货,后来又说要等厂家。" * 20}
    for row, kind, role in squares():
        if role in (min(row.roles), Role.CONSUMER):
            await does(here, puyang, row, kind, role, typed=long)
    await puyang.settle()
    office = puyang.house.office
    shorts = {office.short(out.wording) for out in puyang.street.sent if out.wording}
    assert len(shorts) > 100
    assert [text for text in shorts if sms_segments(text) > 2] == []


@pytest.mark.parametrize("name", ["惠万家超市", "惠万家"])
async def test_an_informant_is_not_told_the_business_not_even_in_an_officers_words(name: str, puyang: Town) -> None:
    here, _ = await stage(puyang)
    words = {**FACTS, "reason": f"{name}已被处罚"}
    rows = [(row, role) for row, kind, role in squares() if kind is Kind.TIPOFF and role is min(row.roles)]
    for row, role in rows:
        await does(here, puyang, row, Kind.TIPOFF, role, typed=words)
    await puyang.settle()
    texts = [out.text + str(out.wording) for out in puyang.person("wang").told]
    assert any("***已被处罚" in text for text in texts)
    assert [text for text in texts if "惠万家" in text] == []
    assert words["reason"] in "".join(out.text for out in puyang.street.sent)  # colleagues read it as it is


async def test_a_reminder_of_one_case_keeps_the_text_that_it_was_made_from(puyang: Town) -> None:
    here, people = await stage(puyang)
    case = signed(1, here.ids[Role.OFFICER], urgent=True)
    await stands(puyang, case, due(case, "2026-11-24", warned="2026-11-23"))
    await puyang.passes(hours=1)
    (warned,) = [out for out in people[Role.OFFICER].told if out.wording]
    assert warned.wording
    assert warned.wording.key.startswith("ping.due")
    assert puyang.house.office.short(warned.wording) == warned.text
