"""Broadcasts under way: stopped, resumed, counted, taken back and corrected."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from cases.broadcasts import Broadcast, BroadcastState
from cases.errors import DeliveryError
from cases.model import Role, Staff
from handlers.spreading import advance
from tests.handlers.broadcast_cast import (
    BODY,
    desk_and_lead,
    does,
    drafted,
    member,
    progress,
    refused,
    refuses,
    sent,
    subscribers,
    ticks,
)
from tests.house import CHANNEL, Person, Town
from tests.storage.cast import NOW

HOUR = timedelta(hours=1)


async def test_stopped_it_stands_at_once_and_resumed_it_misses_and_repeats_nobody(puyang: Town) -> None:
    people = await subscribers(puyang, *(f"p{n:03d}" for n in range(300)))
    desk, lead = await desk_and_lead(puyang)
    made = await drafted(puyang, desk)
    await does(puyang, lead, made, "approve")
    await does(puyang, desk, made, "send")
    await puyang.duties.spread()  # promised, and nothing delivered yet
    await does(puyang, desk, made, "stop")
    await puyang.settle()
    stood = await progress(puyang, desk, made)
    assert stood.broadcast.state is BroadcastState.STOPPED
    assert stood.waiting > 100
    told = sum(len(person.told) for person in people)
    await ticks(puyang, 3)
    assert sum(len(person.told) for person in people) == told
    late = next(person for person in people if not person.told)
    await refuses(puyang, late)
    await does(puyang, desk, made, "resume")
    await ticks(puyang, 12)
    assert [len(person.told) for person in people if person is not late] == [1] * 299
    assert late.told == []
    ended = await progress(puyang, desk, made)
    assert (ended.broadcast.state, ended.count("sent")) == (BroadcastState.SENT, 299)


async def test_resumed_after_a_correction_everybody_ends_with_the_new_words_and_is_counted(
    puyang: Town,
) -> None:
    people = await subscribers(puyang, *(f"p{n:03d}" for n in range(200)))
    desk, lead = await desk_and_lead(puyang)
    second = await member(puyang, "二审", role=Role.LEAD)
    made = await under_way(puyang, desk, lead)
    await does(puyang, desk, made, "stop")
    await does(puyang, lead, made, "correct", body="更正后的内容")
    late = next(person for person in people if not person.told)
    await refuses(puyang, late)
    await ticks(puyang, 4)
    await does(puyang, second, made, "resume")
    assert (await progress(puyang, desk, made)).left_out == 0
    await ticks(puyang, 12)
    assert [person.told[-1].text.count("更正后的内容") for person in people if person is not late] == [1] * 199
    found = await progress(puyang, desk, made)
    assert (found.broadcast.state, found.count("sent"), found.left_out) == (BroadcastState.SENT, 199, 1)
    assert found.share == 1


async def test_who_is_told_first_after_a_correction_has_its_words_once(puyang: Town) -> None:
    people = await subscribers(puyang, *(f"p{n:03d}" for n in range(150)))
    desk, lead = await desk_and_lead(puyang)
    second = await member(puyang, "二审", role=Role.LEAD)
    made = await under_way(puyang, desk, lead)
    await does(puyang, desk, made, "stop")
    await does(puyang, lead, made, "correct", body="更正后的内容")
    puyang.clock.advance(seconds=1)
    await does(puyang, second, made, "resume")
    await ticks(puyang, 12)
    assert [sum("更正后的内容" in told.text for told in person.told) for person in people] == [1] * 150
    assert sorted(len(person.told) for person in people) == [1] * 30 + [2] * 120
    [revising] = (await progress(puyang, desk, made)).revising
    assert (revising.total, revising.done, revising.revision.finished_at is not None) == (120, 120, True)


async def test_words_that_only_one_officer_knows_go_to_nobody_who_has_no_others(puyang: Town) -> None:
    people = await subscribers(puyang, *(f"p{n:03d}" for n in range(150)))
    desk, lead = await desk_and_lead(puyang)
    other = await member(puyang, "二审", role=Role.LEAD)
    made = await under_way(puyang, desk, lead)
    await does(puyang, desk, made, "stop")
    await does(puyang, other, made, "correct", body="更正后的内容")
    for by in (desk, other):
        assert await refused(puyang, by, made, "resume") == "broadcast_unread"
    assert (await does(puyang, lead, made, "resume")).approved_by == lead.id
    await does(puyang, desk, made, "stop")
    await does(puyang, desk, made, "resume")
    await ticks(puyang, 12)
    assert all("更正后的内容" in person.told[-1].text for person in people)


async def test_what_was_called_off_before_it_began_is_edited_and_approved_anew(puyang: Town) -> None:
    [person] = await subscribers(puyang, "p")
    desk, lead = await desk_and_lead(puyang)
    made = await drafted(puyang, desk)
    await does(puyang, lead, made, "approve")
    await does(puyang, desk, made, "send", at=puyang.clock().replace(hour=6))
    await does(puyang, desk, made, "stop")
    assert await refused(puyang, lead, made, "correct", body="谁也没读过的话") == "broadcast_not_now"
    assert (await does(puyang, lead, made, "edit", body="改过的话")).state is BroadcastState.DRAFT
    assert await refused(puyang, desk, made, "send") == "broadcast_not_approved"
    assert await refused(puyang, desk, made, "resume") == "broadcast_not_now"
    assert person.told == []


async def test_resumed_at_night_it_goes_on_in_the_morning(puyang: Town) -> None:
    people = await subscribers(puyang, *(f"p{n:03d}" for n in range(150)))
    desk, lead = await desk_and_lead(puyang)
    made = await under_way(puyang, desk, lead)
    await does(puyang, desk, made, "stop")
    await puyang.settle()
    told = sum(len(person.told) for person in people)
    puyang.clock.at("2026-11-23 23:30")
    await does(puyang, desk, made, "resume")
    await puyang.settle()
    await ticks(puyang, 3)
    assert sum(len(person.told) for person in people) == told
    puyang.clock.at("2026-11-24 08:00")
    await ticks(puyang, 6)
    assert [len(person.told) for person in people] == [1] * 150


async def test_who_refuses_at_night_is_not_sent_in_the_morning_what_stood_ready(puyang: Town) -> None:
    people = await subscribers(puyang, *(f"p{n:03d}" for n in range(150)))
    desk, lead = await desk_and_lead(puyang)
    made = await under_way(puyang, desk, lead)
    puyang.clock.at("2026-11-23 22:00:01")
    await puyang.duties.spread()
    late = next(person for person in people if not person.told)
    assert "已退订" in "".join(await late.says("退订"))
    puyang.clock.at("2026-11-24 08:00")
    await ticks(puyang, 6)
    assert [any(BODY in told.text for told in person.told) for person in people].count(False) == 1
    assert BODY not in late.texts
    found = await progress(puyang, desk, made)
    assert (found.broadcast.state, found.left_out, found.share) == (BroadcastState.SENT, 1, 1)


async def test_who_has_refused_is_still_told_what_is_wrong_with_a_text_that_they_have(puyang: Town) -> None:
    [person] = await subscribers(puyang, "p")
    _, lead, made = await sent(puyang)
    await does(puyang, lead, made, "correct", body="更正后的内容")
    puyang.street.errors = [DeliveryError("busy", retryable=True, retry_after=30)]
    await ticks(puyang)
    await person.says("退订")
    puyang.clock.advance(minutes=1)
    await ticks(puyang)
    assert "更正后的内容" in person.texts


async def under_way(town: Town, desk: Staff, lead: Staff) -> Broadcast:
    """A broadcast that the first 120 people have, and that stands ready for the next: no delivery has taken it up."""
    made = await drafted(town, desk)
    await does(town, lead, made, "approve")
    await does(town, desk, made, "send")
    await ticks(town)
    async with town.house.database.begin() as tx:
        await advance(tx, made.id, office=town.house.office)
        await tx.spread.postpone(made.id, until=town.clock() + HOUR)
    return made


async def test_only_a_few_seconds_of_texts_stand_ready(puyang: Town) -> None:
    await subscribers(puyang, *(f"p{n:03d}" for n in range(300)))
    desk, lead = await desk_and_lead(puyang)
    made = await drafted(puyang, desk)
    await does(puyang, lead, made, "approve")
    await does(puyang, desk, made, "send")
    rules = puyang.house.office.rulebook.broadcasting
    assert await puyang.duties.spread() == rules.channel(CHANNEL).per_second * rules.head_seconds <= 300


async def test_two_processes_that_send_one_broadcast_promise_each_person_once(puyang: Town) -> None:
    people = await subscribers(puyang, *(f"p{n:03d}" for n in range(150)))
    desk, lead = await desk_and_lead(puyang)
    made = await drafted(puyang, desk)
    await does(puyang, lead, made, "approve")
    await does(puyang, desk, made, "send")
    for _ in range(5):
        await asyncio.gather(*(puyang.duties.spread() for _ in range(4)))
        await puyang.settle()
        puyang.clock.advance(seconds=1)
    assert [len(person.told) for person in people] == [1] * 150


async def test_what_did_not_arrive_is_counted_with_its_reason(puyang: Town) -> None:
    await subscribers(puyang, "p1", "p2")
    desk, lead = await desk_and_lead(puyang)
    made = await drafted(puyang, desk)
    await does(puyang, lead, made, "approve")
    await puyang.settle()
    puyang.street.errors = [DeliveryError("blocked", unreachable=True)]
    await does(puyang, desk, made, "send")
    await ticks(puyang, 4)
    found = await progress(puyang, desk, made)
    assert (found.count("sent"), found.count("unreachable"), found.ended) == (1, 1, 2)
    assert [(tally.state, tally.reason) for tally in found.reasons] == [("unreachable", "blocked")]
    results = await puyang.house.pages.broadcasts.results(desk, made.id)
    assert sorted(result.state for result in results) == ["sent", "unreachable"]
    assert found.broadcast.state is BroadcastState.SENT


async def test_recalled_it_is_taken_back_from_those_who_have_it_and_from_the_page(puyang: Town) -> None:
    people = await subscribers(puyang, "p1", "p2")
    desk, lead, made = await sent(puyang)
    async with puyang.house.database.begin() as tx:
        row = _sent_sms() | {"broadcast": made.id, "key": f"broadcast/{made.id}/sms:1"}
        tx.add(tx.schema.outbox, row)
    assert await refused(puyang, desk, made, "recall") == "broadcast_not_yours"
    await does(puyang, lead, made, "recall", reason="数据有误")
    await ticks(puyang, 4)
    for person in people:
        _, second = person.told
        assert (second.text, second.revises, second.choices) == ("", first_reference(puyang, person), ())
    found = await progress(puyang, desk, made)
    [revising] = found.revising
    assert (found.count("recalled"), found.count("sent")) == (2, 1)
    assert (revising.total, revising.done, revising.failed, revising.impossible) == (2, 2, 0, 1)
    assert revising.revision.finished_at is not None
    async with puyang.house.database.read() as tx:
        [published] = await tx.broadcasts.published(10)
    assert published.recalled_at is not None
    assert await refused(puyang, lead, made, "recall") == "broadcast_not_now"


def _sent_sms() -> dict[str, object]:
    return {
        "channel": "sms",
        "person": "sms:1",
        "priority": 3,
        "payload": '{"text": "t", "choices": []}',
        "state": "sent",
        "attempts": 1,
        "not_before": NOW,
        "created_at": NOW,
        "sent_at": NOW,
        "reference": "r",
    }


def first_reference(town: Town, person: Person) -> str:
    """How the street calls the first text that the person was sent."""
    return str(town.street.sent.index(person.told[0]) + 1)


async def test_corrected_it_says_so_in_the_same_place_and_keeps_what_it_said(puyang: Town) -> None:
    [person] = await subscribers(puyang, "p")
    desk, lead, made = await sent(puyang)
    assert await refused(puyang, lead, made, "correct", body=BODY) == "broadcast_same_text"
    await does(puyang, lead, made, "correct", body="更正后的内容")
    await ticks(puyang, 3)
    _, second = person.told
    assert second.revises == first_reference(puyang, person)
    assert "（已更正）" in second.text
    assert "更正后的内容" in second.text
    found = await progress(puyang, desk, made)
    assert found.broadcast.state is BroadcastState.SENT
    assert found.revising[0].revision.body == BODY
    async with puyang.house.database.read() as tx:
        [published] = await tx.broadcasts.published(10)
        steps = [step.what for step in await tx.broadcasts.steps(made.id)]
    assert (published.body, published.corrected_at is not None) == ("更正后的内容", True)
    assert steps == ["draft", "approve", "send", "finish", "correct"]


async def test_what_was_changed_before_is_changed_again_by_what_the_channel_calls_it_now(puyang: Town) -> None:
    [person] = await subscribers(puyang, "p")
    _, lead, made = await sent(puyang)
    for words in ("更正后的内容", "再更正的内容"):
        await does(puyang, lead, made, "correct", body=words)
        await ticks(puyang, 3)
    await does(puyang, lead, made, "recall")
    await ticks(puyang, 3)
    names = [str(puyang.street.sent.index(told) + 1) for told in person.told]
    assert [told.revises for told in person.told] == [None, *names[:-1]]


async def test_where_it_is_too_late_to_delete_the_text_says_that_it_was_taken_back(puyang: Town) -> None:
    rules = puyang.house.office.rulebook.broadcasting
    rule = rules.channel("telegram")
    now = puyang.clock()
    assert rule.can_take_back(now, now=puyang.clock.advance(hours=47))
    assert not rule.can_take_back(now, now=puyang.clock.advance(hours=2))
    assert rules.channel("web").can_take_back(now, now=puyang.clock())
