"""Early warning: a spike is seen once, with its cases; a person decides; what is sent names nobody."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

import pytest

from cases.broadcasts import Audience, BroadcastState
from cases.errors import CaseError
from cases.model import Kind, Role, Staff
from cases.signals import Change, Signal, SignalState, Spike
from handlers.signal_words import public_count, rare_words
from handlers.signals import Watcher
from tests.complaints import complained, quiet_year
from tests.handlers.cast import told
from tests.house import Person, Town

DESK, HUALONG, CITY = "410900-12315", "410902", "410900"
GYM = "强力健身俱乐部"
PREPAID = {"category": "文化娱乐体育", "problem": "预付卡退费", "region": HUALONG}


async def member(town: Town, name: str, *, bureau: str = DESK, role: Role = Role.DESK) -> tuple[Staff, Person]:
    person = await town.staff(name, bureau=bureau, role=role)
    async with town.house.database.read() as tx:
        found = await tx.staff.named(bureau, name)
    assert found is not None
    return found, person


def today(town: Town, ago: int = 0) -> date:
    return town.house.office.today() - timedelta(days=ago)


async def gym_closes(town: Town, *, people: int = 8) -> Sequence[str]:
    return await complained(town.house, *[today(town)] * people, merchant=GYM, **PREPAID)


async def spikes(town: Town, day: date | None = None) -> tuple[Spike, ...]:
    return (await Watcher(town.house.database, town.house.office).look(day)).spikes


async def signals(town: Town) -> list[Signal]:
    async with town.house.database.read() as tx:
        return await tx.signals.recent(limit=100)


async def refused(awaitable: object) -> str:
    with pytest.raises(CaseError) as caught:
        await awaitable  # type: ignore[misc]
    return caught.value.key


async def test_a_spike_is_put_before_the_office_within_the_hour_and_once(puyang: Town) -> None:
    _, person = await member(puyang, "消保")
    _, lead = await member(puyang, "科长", role=Role.LEAD)
    _, officer = await member(puyang, "承办", bureau=HUALONG, role=Role.OFFICER)
    await quiet_year(puyang.house)
    assert await puyang.duties.watch() == 0
    numbers = await gym_closes(puyang)
    assert await puyang.duties.watch() == 1
    assert await puyang.duties.watch() == 0
    await puyang.settle()
    for who in (person, lead):
        [ping] = told(who, "预警")
        assert ping.text.startswith(
            f"【预警】当天「{GYM}」被投诉8件，平常约不到1件，较前1天增8件，请研判约谈或发布消费提示。"
        )
    assert told(officer, "预警") == []
    [signal] = await signals(puyang)
    assert (signal.facets, signal.people, signal.days, signal.state) == (
        {"merchant": signal.facets["merchant"]},
        8,
        1,
        "new",
    )
    assert set(signal.cases) == set(numbers)
    assert signal.chance < 1e-5


async def test_what_a_business_explains_is_no_second_spike_of_its_county(puyang: Town) -> None:
    await quiet_year(puyang.house)
    await gym_closes(puyang, people=12)
    assert [list(spike.facets) for spike in await spikes(puyang)] == [["merchant"]]
    await complained(puyang.house, *[today(puyang)] * 8, **PREPAID)  # others, of no business that is known
    assert [list(spike.facets) for spike in await spikes(puyang)] == [["merchant"], ["region", "category", "problem"]]


async def test_a_new_signal_is_counted_anew_and_a_decided_one_is_quiet_for_a_while(puyang: Town) -> None:
    desk, person = await member(puyang, "消保")
    await quiet_year(puyang.house)
    await gym_closes(puyang)
    await puyang.duties.watch()
    puyang.clock.advance(days=1)
    await gym_closes(puyang, people=4)
    assert await puyang.duties.watch() == 0
    [signal] = await signals(puyang)
    assert (signal.people, signal.until) == (12, today(puyang))
    await puyang.house.pages.signals.dismiss(desk, signal.id, reason="已约谈，门店正在退款")
    puyang.clock.advance(days=2)
    await gym_closes(puyang)
    assert await puyang.duties.watch() == 0
    puyang.clock.advance(days=40)
    await gym_closes(puyang, people=20)
    assert await puyang.duties.watch() == 1
    await puyang.settle()
    assert len(told(person, "预警")) == 2
    assert [one.state for one in await signals(puyang)] == [SignalState.NEW, SignalState.DISMISSED]


async def test_a_spike_after_one_that_nobody_looked_at_is_another_and_is_told(puyang: Town) -> None:
    _, person = await member(puyang, "消保")
    await quiet_year(puyang.house)
    await gym_closes(puyang)
    await puyang.duties.watch()
    puyang.clock.advance(days=90)
    again = await gym_closes(puyang, people=20)
    assert await puyang.duties.watch() == 1
    assert await puyang.duties.watch() == 0
    await puyang.settle()
    assert len(told(person, "预警")) == 2
    [signal] = await signals(puyang)
    assert (signal.state, signal.found_on, set(signal.cases)) == (SignalState.NEW, today(puyang), set(again))


async def test_one_person_one_telephone_and_one_joint_complaint_count_once(puyang: Town) -> None:
    await quiet_year(puyang.house)
    await complained(puyang.house, *[today(puyang)] * 9, merchant=GYM, chat="one")
    await complained(puyang.house, *[today(puyang)] * 9, merchant=GYM, phone="13800000000")
    [first] = await complained(puyang.house, today(puyang), merchant=GYM)
    await complained(puyang.house, *[today(puyang)] * 9, merchant=GYM, part_of=first)
    assert await spikes(puyang) == ()
    await gym_closes(puyang, people=5)
    [spike] = await spikes(puyang)
    assert (spike.people, len(spike.cases)) == (8, 33)


async def test_tip_offs_are_not_counted(puyang: Town) -> None:
    await quiet_year(puyang.house)
    await complained(puyang.house, *[today(puyang)] * 20, merchant=GYM, kind=Kind.TIPOFF, **PREPAID)
    assert await spikes(puyang) == ()


async def test_two_processes_that_look_at_once_put_it_once(puyang: Town) -> None:
    _, person = await member(puyang, "消保")
    await quiet_year(puyang.house)
    await gym_closes(puyang)
    watchers = [Watcher(puyang.house.database, puyang.house.office) for _ in range(3)]
    assert sum(await asyncio.gather(*(watcher.work() for watcher in watchers))) == 1
    await puyang.settle()
    assert len(told(person, "预警")) == 1


async def test_a_look_at_a_past_day_finds_what_was_to_be_found_then(puyang: Town) -> None:
    await quiet_year(puyang.house)
    await complained(puyang.house, *[today(puyang, ago=100)] * 9, merchant=GYM)
    assert await spikes(puyang) == ()
    [spike] = await spikes(puyang, today(puyang, ago=100))
    assert (spike.people, spike.until) == (9, today(puyang, ago=100))
    assert (await Watcher(puyang.house.database, puyang.house.office).look(today(puyang, ago=440))).young


async def test_a_look_at_a_past_day_knows_nothing_of_what_was_decided_later(puyang: Town) -> None:
    desk, _ = await member(puyang, "消保")
    await quiet_year(puyang.house)
    await gym_closes(puyang)
    found = today(puyang)
    await puyang.duties.watch()
    puyang.clock.advance(days=3)
    [signal] = await signals(puyang)
    await puyang.house.pages.signals.dismiss(desk, signal.id, reason="已约谈，门店正在退款")
    assert await spikes(puyang) == ()
    [spike] = await spikes(puyang, found)
    assert (spike.people, spike.until) == (8, found)


async def test_the_draft_names_nobody_and_goes_to_subscribers_of_the_topic_and_complainants(puyang: Town) -> None:
    desk, _ = await member(puyang, "消保")
    await quiet_year(puyang.house)
    await gym_closes(puyang)
    await puyang.duties.watch()
    [signal] = await signals(puyang)
    desk_of_signals = puyang.house.pages.signals
    shown = await desk_of_signals.show(desk, signal.id)
    assert shown.warning is not None
    assert (len(shown.cases), shown.hidden) == (8, 0)
    made = await desk_of_signals.draft(desk, signal.id)
    assert made.title == "关于预付式消费的消费提示"
    assert (made.body, made.signal, made.state) == (shown.warning.body, signal.id, BroadcastState.DRAFT)
    assert made.audience == Audience(topics=("leisure",), merchant=GYM)
    assert GYM not in made.title + made.body
    assert not any(no in made.body for no in signal.cases)
    assert "8件" not in made.body  # of one business, and not of all
    assert (
        4 <= sum(line[:2] in ("一、", "二、", "三、", "四、", "五、", "六、") for line in made.body.splitlines()) <= 6
    )
    assert "12315" in made.body.splitlines()[-1]
    assert await refused(desk_of_signals.draft(desk, signal.id)) == "signal_decided"
    assert await refused(desk_of_signals.dismiss(desk, signal.id, reason="x")) == "signal_decided"
    [known] = await signals(puyang)
    assert (known.state, known.broadcast) == (SignalState.DRAFTED, made.id)


async def test_the_draft_about_a_county_gives_its_number_unless_it_is_small(puyang: Town) -> None:
    desk, _ = await member(puyang, "消保")
    await quiet_year(puyang.house)
    await complained(puyang.house, *[today(puyang)] * 9, **PREPAID)
    await puyang.duties.watch()
    [signal] = await signals(puyang)
    shown = await puyang.house.pages.signals.show(desk, signal.id)
    assert shown.warning is not None
    assert "华龙区关于预付式消费的投诉有所增加，共9件" in shown.warning.body
    assert shown.warning.audience == Audience(topics=("leisure",), region=HUALONG, category="文化娱乐体育")
    async with puyang.house.database.begin() as tx:
        [spike] = await spikes(puyang)
        await tx.signals.recount(signal, replace(spike, people=3))
    shown = await puyang.house.pages.signals.show(desk, signal.id)
    assert shown.warning is not None
    assert "本地关于预付式消费的投诉有所增加，主要反映" in shown.warning.body


@pytest.mark.parametrize(("count", "words"), [(0, "少于5件"), (4, "少于5件"), (5, "5件")])
async def test_a_small_number_is_not_told_in_public(puyang: Town, count: int, words: str) -> None:
    assert public_count(count, office=puyang.house.office) == words


@pytest.mark.parametrize(
    ("chance", "words"),
    [
        (0.04, "平常25次里不到1次"),
        (1 / 3456, "平常3400次里不到1次"),
        (1 / 45678, "平常4万次里不到1次"),
        (1e-9, "几乎不会"),
        (0.0, "几乎不会"),
    ],
)
async def test_a_chance_is_said_in_round_numbers(puyang: Town, chance: float, words: str) -> None:
    assert words in rare_words(chance, office=puyang.house.office)


async def test_only_the_office_for_consumers_looks_and_cases_only_those_who_may(puyang: Town) -> None:
    lead, _ = await member(puyang, "外县", bureau="410922", role=Role.LEAD)
    officer, _ = await member(puyang, "承办", bureau=HUALONG, role=Role.OFFICER)
    desk, _ = await member(puyang, "消保")
    await quiet_year(puyang.house)
    await complained(puyang.house, *[today(puyang)] * 8, merchant=GYM, bureau=HUALONG)
    await puyang.duties.watch()
    [signal] = await signals(puyang)
    service = puyang.house.pages.signals
    shown = await service.show(lead, signal.id)
    assert (list(shown.cases), shown.hidden) == ([], 8)
    assert await refused(service.show(officer, signal.id)) == "signal_not_yours"
    assert await refused(service.recent(officer)) == "signal_not_yours"
    assert await refused(service.draft(officer, signal.id)) == "signal_not_yours"
    assert await refused(service.show(desk, 999)) == "signal_unknown"
    assert await refused(service.dismiss(desk, signal.id, reason="  ")) == "signal_no_reason"


async def test_thirty_days_after_its_broadcast_it_is_said_whether_complaints_fell(puyang: Town) -> None:
    desk, _ = await member(puyang, "消保")
    lead, _ = await member(puyang, "科长", role=Role.LEAD)
    await quiet_year(puyang.house)
    await complained(puyang.house, *[today(puyang, ago=n % 10) for n in range(60)], merchant=GYM, **PREPAID)
    await puyang.duties.watch()
    [signal] = await signals(puyang)
    made = await puyang.house.pages.signals.draft(desk, signal.id)
    async with puyang.house.database.begin() as tx:
        await tx.subscriptions.subscribe(puyang.person("p").address, (), None, at=puyang.clock())
    for by, verb in ((lead, "approve"), (desk, "send")):
        await puyang.house.pages.broadcasts.do(by, made.id, verb)
    await puyang.duties.spread()
    puyang.clock.advance(days=12)
    early = (await puyang.house.pages.signals.show(desk, signal.id)).effect
    assert early is not None
    assert (early.change, early.passed) == (Change.WAITING, 11)
    await complained(puyang.house, *[today(puyang, ago=n) for n in range(5)], merchant=GYM, **PREPAID)
    puyang.clock.advance(days=20)
    late = (await puyang.house.pages.signals.show(desk, signal.id)).effect
    assert late is not None
    assert (late.change, late.before, late.after) == (Change.FELL, 54, 5)
    assert late.course == pytest.approx(54, rel=0.2)
