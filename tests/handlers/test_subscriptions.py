"""Subscriptions and groups: who is found for what, refusals that stay, and no more tips a week than were promised."""

from __future__ import annotations

import pytest

from bot.command_line import parsed
from cases.broadcasts import Audience, Broadcast, BroadcastKind
from cases.errors import CaseError
from cases.messages import Address
from cases.model import Role, Staff
from cases.subscriptions import Subscription
from handlers import operating, staffing, subscriptions
from handlers.audiences import resolve
from tests.house import CHANNEL, Person, Town

DESK, HUALONG = "410900-12315", "410902"
FOUND: dict[str, Audience] = {
    "food": Audience(topics=("food",)),
    "money": Audience(topics=("money",)),
    "food here": Audience(topics=("food",), region="410902"),
    "food there": Audience(topics=("food",), region="410922"),
    "food in the city": Audience(topics=("food",), region="410900"),
    "everyone": Audience(everyone=True),
}


async def subscribed(town: Town, name: str, *topics: str, region: str | None = None) -> Address:
    person = Address(channel=CHANNEL, value=name)
    async with town.house.database.begin() as tx:
        await subscriptions.start(tx, person, topics=topics, region=region, at=town.clock())
    return person


async def stopped(town: Town, person: Address) -> None:
    async with town.house.database.begin() as tx:
        await subscriptions.stop(tx, person, at=town.clock())


async def found(town: Town, audience: Audience, *, kind: BroadcastKind | None = None) -> list[str]:
    async with town.house.database.read() as tx:
        resolved = await resolve(tx, audience, kind=kind, office=town.house.office)
    return [person.value for person in resolved.people]


async def test_subscribers_are_found_by_topic_and_district(puyang: Town) -> None:
    await subscribed(puyang, "all")
    await subscribed(puyang, "food", "food")
    await subscribed(puyang, "here", "food", "online", region="410902")
    await subscribed(puyang, "money", "money", region="410922")
    assert {name: await found(puyang, audience) for name, audience in FOUND.items()} == {
        "food": ["all", "food", "here"],
        "money": ["all", "money"],
        "food here": ["all", "food", "here"],
        "food there": ["all", "food"],
        "food in the city": ["all", "food", "here"],
        "everyone": ["all", "food", "here", "money"],
    }


async def test_a_subscription_is_one_and_the_last_one_counts(puyang: Town) -> None:
    person = await subscribed(puyang, "li", "food")
    await subscribed(puyang, "li", "money", "farm", region="410902")
    async with puyang.house.database.read() as tx:
        kept = await subscriptions.get(tx, person)
    assert kept == Subscription(topics=("farm", "money"), region="410902", at=puyang.clock())


async def test_a_refusal_counts_for_every_broadcast_until_one_subscribes_anew(puyang: Town) -> None:
    person = await subscribed(puyang, "li", "food")
    await stopped(puyang, person)
    await stopped(puyang, person)
    async with puyang.house.database.begin() as tx:
        await tx.subscriptions.subscribe(person, ("food",), None, at=puyang.clock())
    assert await found(puyang, FOUND["food"]) == [], "it does not matter how the row came to be there"
    await subscribed(puyang, "li", "food")
    assert await found(puyang, FOUND["food"]) == ["li"]


async def test_what_one_is_told_to_get_names_all_of_it(puyang: Town) -> None:
    facts = subscriptions.describe(["money", "food"], "410922", office=puyang.house.office)
    assert facts["topics"] == "食品餐饮、金融保险"
    assert facts["region"] == "清丰县"
    assert subscriptions.describe([], None, office=puyang.house.office)["region"] == "全市"


# Groups.


async def code_for(town: Town, group: str, name: str) -> str:
    async with town.house.database.begin() as tx:
        return subscriptions.invite(tx, group, name=name, office=town.house.office).code


async def test_a_code_lets_one_station_in_once_and_ends_a_refusal(puyang: Town) -> None:
    code = await code_for(puyang, "community", "五一路社区服务站")
    station, other = puyang.person("station"), puyang.person("other")
    await station.says("退订")
    await station.says(f"/join {code}")
    station.hears("五一路社区服务站，您好", "「进社区服务站」", "退订")
    assert await found(puyang, Audience(groups=("community",))) == ["station"]
    await other.says(f"/join {code}")
    assert await found(puyang, Audience(groups=("community",))) == ["station"]
    assert "您在群组「进社区服务站」里" in (await _consented(station, "我的订阅"))[-1]


async def _consented(person: Person, text: str) -> list[str]:
    await person.says("你好")
    await person.presses("同意")
    return await person.says(text)


async def test_a_code_ends_after_three_days(puyang: Town) -> None:
    code = await code_for(puyang, "village", "某村服务站")
    puyang.clock.advance(days=3, seconds=1)
    await puyang.person("late").says(f"/join {code}")
    assert await found(puyang, Audience(groups=("village",))) == []


async def test_a_station_leaves_by_unsubscribing(puyang: Town) -> None:
    station = puyang.person("station")
    await station.says(f"/join {await code_for(puyang, 'school', '某校服务站')}")
    await station.says("退订")
    assert await found(puyang, Audience(groups=("school",))) == []
    async with puyang.house.database.read() as tx:
        assert await tx.subscriptions.groups_of(station.address) == []


async def test_businesses_that_settle_themselves_belong_to_their_group_while_they_are_staff(puyang: Town) -> None:
    shop = await puyang.staff("某超市", bureau=HUALONG, role=Role.MERCHANT)
    await puyang.staff("李明", bureau=HUALONG)
    assert await found(puyang, Audience(groups=("odr",))) == [shop.address.value]
    await shop.says("退订")
    assert await found(puyang, Audience(groups=("odr",))) == []
    other = await puyang.staff("某商城", bureau=HUALONG, role=Role.MERCHANT)
    assert await found(puyang, Audience(groups=("odr", "village"))) == [other.address.value]
    async with puyang.house.database.begin() as tx:
        member = await tx.staff.named(HUALONG, "某商城")
        assert member
        await staffing.retire(tx, member.id)
    assert await found(puyang, Audience(groups=("odr",))) == []


async def test_the_command_line_invites_to_a_group(puyang: Town) -> None:
    wanted = parsed(["invite", "--group", "village", "--name", "某村服务站"])
    database, office = puyang.house.database, puyang.house.office
    told = await operating.invite_to_group(database, office, group=wanted.group, name=wanted.name)
    await puyang.person("station").says(told.splitlines()[-1])
    assert await found(puyang, Audience(groups=("village",))) == ["station"]
    with pytest.raises(CaseError) as unknown:
        await operating.invite_to_group(database, office, group="nowhere", name="某站")
    assert "odr, company, school" in puyang.house.pages.error_text(unknown.value)
    with pytest.raises(CaseError, match="group_by_role"):
        await operating.invite_to_group(database, office, group="odr", name="某店")


@pytest.mark.parametrize(
    "given", [[], ["--group", "village", "--bureau", "410902", "--role", "desk"], ["--role", "desk"]]
)
def test_an_invitation_is_for_staff_or_for_a_group(given: list[str]) -> None:
    with pytest.raises(SystemExit) as end:
        parsed(["invite", "--name", "某站", *given])
    assert end.value.code == 2


# What was promised.


async def sent(town: Town, desk: Staff, lead: Staff, kind: BroadcastKind, n: int) -> Broadcast:
    service = town.house.pages.broadcasts
    made = await service.draft(desk, kind=kind, title=f"第{n}条", body="小心。", audience=Audience(everyone=True))
    await service.do(lead, made.id, "approve")
    return await service.do(desk, made.id, "send")


async def test_nobody_is_sent_more_tips_a_week_than_was_promised(puyang: Town) -> None:
    desk, lead = [await _member(puyang, name, role) for name, role in (("起草", Role.DESK), ("审批", Role.LEAD))]
    await subscribed(puyang, "old")
    for n in range(3):
        await sent(puyang, desk, lead, BroadcastKind.TIP, n)
        puyang.clock.advance(hours=1)
    await subscribed(puyang, "new")
    everyone = FOUND["everyone"]
    assert await found(puyang, everyone, kind=BroadcastKind.TIP) == ["new"]
    assert await found(puyang, everyone, kind=BroadcastKind.ALERT) == ["new", "old"]
    assert (await sent(puyang, desk, lead, BroadcastKind.TIP, 4)).people == 1
    assert (await sent(puyang, desk, lead, BroadcastKind.ALERT, 5)).people == 2
    puyang.clock.advance(days=7)
    assert await found(puyang, everyone, kind=BroadcastKind.TIP) == ["new", "old"]


async def _member(town: Town, name: str, role: Role) -> Staff:
    await town.staff(name, bureau=DESK, role=role)
    async with town.house.database.read() as tx:
        member = await tx.staff.named(DESK, name)
    assert member
    return member
