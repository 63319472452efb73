"""Broadcasts: written by one, approved by another, sent once and within the hours; stopped, resumed, taken back."""

from __future__ import annotations

from dataclasses import replace

import pytest

from cases.broadcasts import Audience, BroadcastState
from cases.errors import CaseError, DeliveryError
from cases.messages import Address
from cases.model import Consumer, Kind, Merchant, Role
from cases.texts import sms_segments
from handlers import audiences
from handlers.business_keys import business_key
from storage.case_store import Identity
from tests.handlers.broadcast_cast import (
    BODY,
    EVERYONE,
    TITLE,
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
from tests.handlers.cast import signed
from tests.house import CHANNEL, MILK, Town, files_complaint


async def test_a_broadcast_reaches_every_subscriber_once_with_its_signature_and_a_way_out(puyang: Town) -> None:
    people = await subscribers(puyang, *(f"p{n}" for n in range(7)))
    desk, _, made = await sent(puyang)
    for person in people:
        [told] = person.told
        assert told.text.startswith("【濮阳市场监管】消费提示：冬季取暖用电安全")
        assert BODY in told.text
        assert "退订" in told.text.splitlines()[-1]
        assert [choice.label for row in told.choices for choice in row] == ["退订"]
    found = await progress(puyang, desk, made)
    assert (found.broadcast.state, found.people, found.ended, found.count("sent")) == (BroadcastState.SENT, 7, 7, 7)
    assert found.broadcast.published_at is not None


async def test_nobody_approves_or_sends_what_no_other_has_read(puyang: Town) -> None:
    await subscribers(puyang, "p")
    desk, lead = await desk_and_lead(puyang)
    other = await member(puyang, "二审", role=Role.ADMIN)
    officer = await member(puyang, "承办", bureau="410902", role=Role.OFFICER)
    own = await drafted(puyang, lead)
    assert await refused(puyang, lead, own, "approve") == "broadcast_own"
    assert await refused(puyang, desk, own, "approve") == "broadcast_not_yours"
    assert await refused(puyang, officer, own, "send") == "broadcast_not_yours"
    assert await refused(puyang, desk, own, "send") == "broadcast_not_approved"
    await does(puyang, other, own, "approve")
    changed = await does(puyang, desk, own, "edit", body="改了")
    assert (changed.state, changed.approved_by) == (BroadcastState.DRAFT, None)
    assert await refused(puyang, desk, own, "send") == "broadcast_not_approved"
    assert await refused(puyang, lead, own, "approve", version=changed.version - 1) == "broadcast_changed"
    assert (await does(puyang, lead, own, "approve", version=changed.version)).approved_by == lead.id
    with pytest.raises(CaseError, match="broadcast_not_yours"):
        await drafted(puyang, officer)


async def test_what_cannot_be_written_is_refused_in_a_sentence(puyang: Town) -> None:
    desk, lead = await desk_and_lead(puyang)
    for title, body, key in (
        (" ", BODY, "broadcast_no_text"),
        (TITLE, "\n", "broadcast_no_text"),
        ("长" * 61, BODY, "broadcast_title_long"),
        (TITLE, "长" * 2001, "broadcast_body_long"),
    ):
        with pytest.raises(CaseError, match=key):
            await drafted(puyang, desk, title=title, body=body)
    for_nobody = await drafted(puyang, desk, audience=Audience(topics=("food",)))
    assert await refused(puyang, lead, for_nobody, "approve") == "broadcast_nobody"
    with pytest.raises(CaseError, match="broadcast_unknown"):
        await puyang.house.pages.broadcasts.do(desk, "20260101-01", "send")


async def test_it_is_sent_once_whatever_is_pressed(puyang: Town) -> None:
    [person] = await subscribers(puyang, "p")
    desk, lead, made = await sent(puyang)
    for by in (desk, lead):
        assert await refused(puyang, by, made, "send") == "broadcast_sent_already"
    assert await refused(puyang, desk, made, "stop") == "broadcast_not_now"
    assert await refused(puyang, desk, made, "resume") == "broadcast_not_now"
    assert await refused(puyang, desk, made, "edit", body="x") == "broadcast_not_now"
    await ticks(puyang, 3)
    assert len(person.told) == 1


async def test_who_is_asked_to_approve_gets_the_words_and_the_drafter_the_answer(puyang: Town) -> None:
    await subscribers(puyang, "p")
    desk, lead = await desk_and_lead(puyang)
    made = await drafted(puyang, desk)
    await does(puyang, desk, made, "submit")
    await puyang.settle()
    asked = puyang.person("staff-审批")
    asked.hears("群发待批", "起草", BODY, "全部订阅者")
    assert [asked.button(label).value.split(":")[1] for label in ("批准", "退回")] == ["approve", "give_back"]
    returned = await does(puyang, lead, made, "give_back", reason="语气再平实些")
    await puyang.settle()
    assert (returned.state, returned.note) == (BroadcastState.DRAFT, "语气再平实些")
    puyang.person("staff-起草").hears("语气再平实些")
    await does(puyang, lead, made, "approve")
    await puyang.settle()
    puyang.person("staff-起草").hears("已批准")


async def test_nobody_to_approve_is_said_at_once(puyang: Town) -> None:
    desk = await member(puyang, "起草")
    assert await refused(puyang, desk, await drafted(puyang, desk), "submit") == "broadcast_no_approver"


async def test_a_test_goes_to_oneself_and_says_so(puyang: Town) -> None:
    await subscribers(puyang, "p")
    desk, _ = await desk_and_lead(puyang)
    made = await drafted(puyang, desk)
    assert await puyang.house.pages.broadcasts.test(desk, made.id) == 1
    await puyang.settle()
    puyang.person("staff-起草").hears("【测试，只发给您自己】", BODY)
    assert puyang.person("p").told == []
    assert (await progress(puyang, desk, made)).tallies == ()


async def resolved(town: Town, audience: Audience) -> tuple[list[str], int]:
    async with town.house.database.read() as tx:
        found = await audiences.resolve(tx, audience, office=town.house.office)
    return [person.value for person in found.people], found.refused


async def test_an_audience_is_by_topic_district_channel_and_group_without_those_who_refused(puyang: Town) -> None:
    await subscribers(puyang, "food-hualong", topics=("food",), region="410902")
    await subscribers(puyang, "food-qingfeng", topics=("food", "farm"), region="410922")
    await subscribers(puyang, "all-city", region="410900")
    [gone] = await subscribers(puyang, "gone", topics=("food",))
    await subscribers(puyang, "farm", topics=("farm",), region="410922")
    await refuses(puyang, gone)
    web = Address(channel="web", value="w")
    async with puyang.house.database.begin() as tx:
        await tx.subscriptions.subscribe(web, (), None, at=puyang.clock())
        for who in ("station", "food-hualong"):
            row = {"group_code": "posts", "person": f"{CHANNEL}:{who}", "name": who, "at": puyang.clock()}
            tx.add(tx.schema.group_members, row)
    assert await resolved(puyang, Audience(topics=("food",))) == (["all-city", "food-hualong", "food-qingfeng", "w"], 1)
    hualong = Audience(topics=("food",), region="410902")
    assert await resolved(puyang, hualong) == (["all-city", "food-hualong", "w"], 1)
    assert (await resolved(puyang, replace(hualong, region="410900")))[0] == [
        "all-city",
        "food-hualong",
        "food-qingfeng",
        "w",
    ]
    assert await resolved(puyang, Audience(channels=("web",))) == (["w"], 0)
    assert await resolved(puyang, Audience(region="410922")) == (["all-city", "farm", "food-qingfeng", "w"], 1)
    assert await resolved(puyang, Audience(groups=("posts",))) == (["food-hualong", "station"], 0)
    assert len((await resolved(puyang, EVERYONE))[0]) == 5
    assert await resolved(puyang, Audience()) == ([], 0)


async def test_those_with_a_complaint_about_it_are_told_but_never_an_informant(puyang: Town) -> None:
    async def case(n: int, who: str, kind: Kind) -> None:
        person = puyang.person(who)
        made = signed(
            n, None, merchant=Merchant(name="惠万家超市建设路店"), product="纯牛奶", region="410902", kind=kind
        )
        async with puyang.house.database.begin() as tx:
            key = business_key(made.merchant.name, office=puyang.house.office)
            tx.cases.add(made, business=key)
            await tx.flush()
            identity = Identity(case_no=made.no, person=person.address, consumer=Consumer(name=who))
            tx.cases.add_identity(identity, phone_index=None)

    for who, name in (("wang", "王芳"), ("li", "李明")):
        await files_complaint(puyang.person(who), MILK, name=name)
    await case(1, "informant", Kind.TIPOFF)
    await case(2, "never-consented", Kind.COMPLAINT)
    about = Audience(merchant="惠万家超市")
    assert await resolved(puyang, about) == (["li", "wang"], 0)
    assert await resolved(puyang, Audience(product="牛奶", region="410902")) == (["li", "wang"], 0)
    assert await resolved(puyang, Audience(product="牛奶", region="410922")) == ([], 0)
    assert await resolved(puyang, Audience(merchant="别家超市")) == ([], 0)
    await refuses(puyang, puyang.person("li"))
    assert await resolved(puyang, about) == (["wang"], 1)
    puyang.clock.advance(days=400)
    assert await resolved(puyang, about) == ([], 0)


async def test_the_preview_counts_people_seconds_and_segments(puyang: Town) -> None:
    await subscribers(puyang, *(f"p{n}" for n in range(60)))
    async with puyang.house.database.begin() as tx:
        for n in range(40):
            person = Address(channel="sms", value=f"{n}")
            await tx.subscriptions.subscribe(person, (), None, at=puyang.clock())
    desk, _ = await desk_and_lead(puyang)
    made = await drafted(puyang, desk, body="很长的正文。" * 100)
    found = (await puyang.house.pages.broadcasts.show(desk, made.id)).preview
    chat, sms = sorted(found.channels, key=lambda one: one.segments or 0)
    assert (found.people, found.refused, found.in_one_day) == (100, 0, True)
    assert (chat.people, chat.seconds, chat.segments) == (60, 2.0, None)
    assert (sms.people, sms.seconds, sms.segments, found.segments) == (40, 2.0, 2, 80)
    assert sms.text.endswith("拒收请回复R")
    assert f"/warnings/{made.id}" in sms.text
    assert sms_segments(sms.text) == 2


async def test_a_broadcast_rests_outside_the_hours_and_ends_the_next_day(puyang: Town) -> None:
    people = await subscribers(puyang, *(f"p{n:03d}" for n in range(200)))
    desk, lead = await desk_and_lead(puyang)
    made = await drafted(puyang, desk)
    await does(puyang, lead, made, "approve")
    puyang.clock.at("2026-11-23 21:59:59")
    await does(puyang, desk, made, "send")
    await ticks(puyang)
    told = sum(len(person.told) for person in people)
    assert 0 < told < 200
    await ticks(puyang, 5)
    assert sum(len(person.told) for person in people) == told
    assert (await progress(puyang, desk, made)).resting_until is not None
    puyang.clock.at("2026-11-24 08:00")
    await ticks(puyang, 5)
    assert [len(person.told) for person in people] == [1] * 200


async def test_what_waits_for_another_try_at_closing_time_waits_for_the_morning(puyang: Town) -> None:
    [person] = await subscribers(puyang, "p")
    desk, lead = await desk_and_lead(puyang)
    made = await drafted(puyang, desk)
    await does(puyang, lead, made, "approve")
    puyang.clock.at("2026-11-23 21:59:50")
    await puyang.settle()
    puyang.street.errors = [DeliveryError("busy", retryable=True, retry_after=30)]
    await does(puyang, desk, made, "send")
    await ticks(puyang)
    puyang.clock.at("2026-11-23 22:00:10")
    await puyang.duties.spread()
    puyang.clock.at("2026-11-23 23:00")
    await puyang.settle()
    assert person.told == []
    puyang.clock.at("2026-11-24 08:00")
    await puyang.settle()
    assert len(person.told) == 1


async def test_a_planned_broadcast_starts_by_itself_and_can_be_called_off(puyang: Town) -> None:
    people = await subscribers(puyang, "p", "q")
    desk, lead = await desk_and_lead(puyang)
    made, other = await drafted(puyang, desk), await drafted(puyang, desk, title="另一条")
    for one in (made, other):
        await does(puyang, lead, one, "approve")
        assert await refused(puyang, desk, one, "send", at=puyang.clock()) == "broadcast_past"
        assert await refused(puyang, desk, one, "stop") == "broadcast_not_sending"
        await does(puyang, desk, one, "send", at=puyang.clock.advance(seconds=1).replace(hour=6))
    await does(puyang, desk, other, "stop")
    await refuses(puyang, people[1])
    await ticks(puyang, 3)
    assert people[0].told == []
    puyang.clock.advance(hours=6)
    await ticks(puyang, 3)
    assert [len(person.told) for person in people] == [1, 0]
    assert (await progress(puyang, desk, other)).people == 0


async def test_a_planned_broadcast_for_whom_nobody_is_left_stops_with_a_reason(puyang: Town) -> None:
    [person] = await subscribers(puyang, "p")
    desk, lead = await desk_and_lead(puyang)
    made = await drafted(puyang, desk)
    await does(puyang, lead, made, "approve")
    await does(puyang, desk, made, "send", at=puyang.clock().replace(hour=6))
    await refuses(puyang, person)
    puyang.clock.advance(hours=6)
    await ticks(puyang, 2)
    shown = await puyang.house.pages.broadcasts.show(desk, made.id)
    assert shown.broadcast.state is BroadcastState.STOPPED
    assert "一个人也没有" in (shown.broadcast.note or "")
