"""Notices of every rule, filled from a real case: whole, short enough for two segments, and telling no secrets."""

from __future__ import annotations

import pytest

from cases.events import Event, EventName
from cases.model import Case, CaseNo, Kind
from cases.notices import NoticeRule, Recipient
from cases.texts import placeholders, sms_segments
from handlers.notices import notice_facts
from handlers.office import Office
from tests.house import MILK, Town, files_complaint, rulebook

BOOK = rulebook()
REASON = "请向住建部门反映，电话见其网站"
LONGEST_BUREAU = max(BOOK.directory, key=lambda bureau: len(bureau.short))
GROUNDS = [ground.code for ground in (*BOOK.grounds.decline, *BOOK.grounds.terminate)]


async def facts_of(here: Town, no: str, *, ground: str = "16-2", **more: object) -> dict[str, str]:
    async with here.house.database.read() as tx:
        case = await tx.cases.get(no)
        assert case is not None
        changed: Case = case.evolve(bureau=LONGEST_BUREAU.code, outcome="agreed", result="商家退款58元", **more)
        event = Event(
            name=EventName.ROUTED,
            case_no=CaseNo(no),
            at=here.clock(),
            by="system",
            facts={"reason": REASON, "ground": ground, "from_bureau": LONGEST_BUREAU.code, "outcome": "agreed"},
        )
        return await notice_facts(tx, changed, event, office=here.house.office)


def kinds_of(rule: NoticeRule) -> list[Kind]:
    return sorted(rule.kinds)


async def test_every_notice_can_be_filled_from_a_case_and_a_consumers_takes_two_segments_at_most(
    puyang: Town,
) -> None:
    no = await files_complaint(puyang.person("wang"), MILK)
    office: Office = puyang.house.office
    for rule in BOOK.notices:
        for kind in kinds_of(rule):
            text = office.say(rule.text, **await facts_of(puyang, no, kind=kind))
            assert "{" not in text
            assert "[[" not in text
            assert "  " not in text
            if rule.to is Recipient.CONSUMER and "reason" not in placeholders(BOOK.texts.template(rule.text)):
                assert sms_segments(text) <= 2, text


@pytest.mark.parametrize("key", ["notice.complaint.declined", "notice.complaint.terminated"])
async def test_a_refusal_with_any_ground_is_told_in_full(key: str, puyang: Town) -> None:
    no = await files_complaint(puyang.person("wang"), MILK)
    for code in GROUNDS:
        text = puyang.house.office.say(key, **await facts_of(puyang, no, ground=code))
        ground = BOOK.ground(code)
        assert ground is not None
        assert ground.short in text
        assert "第三十九条" in text
        assert sms_segments(text) <= 2, text


async def test_every_warning_of_every_clock_can_be_filled(puyang: Town) -> None:
    no = await files_complaint(puyang.person("wang"), MILK)
    facts = await facts_of(puyang, no)
    clock = {"due": "12月2日", "due_name": "受理", "left": "3", "late": ""}
    for rule in BOOK.clocks:
        for warning in rule.warnings:
            assert no in puyang.house.office.say(warning.text, **{**facts, **clock})


async def test_nothing_that_a_notice_may_use_names_who_brought_the_case(puyang: Town) -> None:
    no = await files_complaint(puyang.person("wang"), MILK, name="欧阳娜娜", phone="13912345679")
    facts = await facts_of(puyang, no)
    assert [key for key, value in facts.items() if "欧阳" in value or "139123" in value] == []


async def test_every_statutory_notice_cites_its_article() -> None:
    assert [rule.text for rule in BOOK.notices if rule.statutory and not rule.basis] == []
    owed = {rule.on for rule in BOOK.notices if rule.statutory}
    assert {EventName.ACCEPTED, EventName.DECLINED, EventName.TERMINATED, EventName.SUPPLEMENT_ASKED} <= owed
