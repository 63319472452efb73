"""The morning digest: who gets it, when, and what stands in it."""

from __future__ import annotations

from cases.clocks import Clock
from cases.model import Case, Role, Status
from tests.handlers.cast import due, signed, staff_id, stands, told
from tests.house import Person, Town

HUALONG, CITY, DESK = "410902", "410900", "410900-12315"


def digests(person: Person) -> list[str]:
    return [outgoing.text for outgoing in told(person, "【12315早报】")]


async def opens(town: Town, day: str, time: str = "08:30") -> None:
    town.clock.at(f"{day} {time}")
    await town.passes()


async def officer_with(town: Town, *days: str, rule: str = "accept") -> Person:
    """Li with cases that are due on these days."""
    li = await town.staff("李明", bureau=HUALONG)
    who = await staff_id(town, "李明", bureau=HUALONG)
    for n, day in enumerate(days, start=1):
        case = signed(n, who)
        await stands(town, case, quiet(case, day, rule=rule))
    return li


def quiet(case: Case, day: str, *, rule: str = "accept") -> Clock:
    """A clock that has nothing to warn of now."""
    return due(case, day, rule=rule, next_warning=None)


async def test_the_digest_tells_what_is_overdue_due_today_and_due_within_a_week(puyang: Town) -> None:
    li = await officer_with(puyang, "2026-12-07", "2026-12-01", "2026-11-24", "2026-11-23", "2026-11-24", "2026-11-30")
    await opens(puyang, "2026-11-24")
    (text,) = digests(li)
    assert text.splitlines() == [
        "【12315早报】11月24日要办5件：",
        "已超期 1件",
        "· 受理超期1个工作日 投诉410900261120004 商家004",
        "今天到期 2件",
        "· 受理今天到期 投诉410900261120003 商家003",
        "· 受理今天到期 投诉410900261120005 商家005",
        "七天内到期 2件",
        "· 受理11月30日到期 投诉410900261120006 商家006",
        "· 受理12月1日到期 投诉410900261120002 商家002",
    ]
    await li.presses("410900261120004")
    li.hears("投诉 410900261120004 · 初查中")


async def test_several_dates_of_a_case_stand_on_one_line_and_an_urgent_one_comes_first(puyang: Town) -> None:
    li = await officer_with(puyang, "2026-11-24")
    who = await staff_id(puyang, "李明", bureau=HUALONG)
    case = signed(2, who, urgent=True)
    await stands(puyang, case, quiet(case, "2026-11-24"), quiet(case, "2026-11-26", rule="supplement"))
    await opens(puyang, "2026-11-24")
    (text,) = digests(li)
    assert text.splitlines()[2:] == [
        "· 【急】受理今天到期、补正11月26日到期 投诉410900261120002 商家002",
        "· 受理今天到期 投诉410900261120001 商家001",
    ]


async def test_there_is_one_digest_a_day_and_none_when_there_is_nothing(puyang: Town) -> None:
    li = await officer_with(puyang, "2026-11-27")
    idle = await puyang.staff("陈静", bureau=CITY)
    admin = await puyang.staff("管理员", bureau=DESK, role=Role.ADMIN)
    await opens(puyang, "2026-11-24", "08:29")
    assert digests(li) == []
    for minute in ("08:30", "08:31", "12:00", "17:29"):
        await opens(puyang, "2026-11-24", minute)
    await opens(puyang, "2026-11-25")
    assert [text.splitlines()[0] for text in digests(li)] == [
        "【12315早报】11月24日要办1件：",
        "【12315早报】11月25日要办1件：",
    ]
    assert digests(idle) == digests(admin) == []


async def test_a_late_start_still_tells_it_until_the_office_closes_and_a_day_off_has_none(puyang: Town) -> None:
    li = await officer_with(puyang, "2026-11-27")
    for day, time in (("2026-11-24", "17:30"), ("2026-11-28", "10:00"), ("2026-11-29", "08:30")):
        await opens(puyang, day, time)
    assert digests(li) == []
    await opens(puyang, "2026-11-30", "16:50")
    assert len(digests(li)) == 1


async def test_a_warning_about_a_case_of_somebody_else_is_added_to_the_digest(puyang: Town) -> None:
    await puyang.staff("李明", bureau=HUALONG)
    deputy = await puyang.staff("陈静", bureau=HUALONG, deputy_for="李明")
    own = signed(1, await staff_id(puyang, "陈静", bureau=HUALONG))
    other = signed(2, await staff_id(puyang, "李明", bureau=HUALONG))
    await stands(puyang, own, quiet(own, "2026-11-25"))
    await stands(puyang, other, due(other, "2026-11-24", warned="2026-11-25", step=3))
    before = len(deputy.told)
    await opens(puyang, "2026-11-25")
    (text,) = deputy.told[before:]
    assert text.text.splitlines() == [
        "【12315早报】11月25日要办1件，另有提醒1件：",
        "今天到期 1件",
        "· 受理今天到期 投诉410900261120001 商家001",
        "另外提醒 1件",
        "· 受理超期1个工作日 投诉410900261120002 商家002",
    ]


async def test_a_long_digest_says_how_many_found_no_room(puyang: Town) -> None:
    li = await officer_with(puyang, *["2026-11-24"] * 28)
    await opens(puyang, "2026-11-24")
    lines = digests(li)[0].splitlines()
    assert (lines[1], len(lines), lines[-1]) == ("今天到期 28件", 28, "还有3件，请在工作台查看。")


async def test_a_business_gets_no_digest_but_its_warning(puyang: Town) -> None:
    shop = await puyang.staff("惠万家", bureau=HUALONG, role=Role.MERCHANT)
    who = await staff_id(puyang, "惠万家", bureau=HUALONG)
    for n in (1, 2):
        case = signed(n, None, enterprise=who, bureau=None, status=Status.NEGOTIATING)
        await stands(puyang, case, due(case, "2026-11-25", rule="odr", warned="2026-11-24", step=1))
    await opens(puyang, "2026-11-24")
    assert digests(shop) == []
    assert len(told(shop, "【12315提醒】2件", "快到期 2件", "企业在线和解11月25日到期 投诉410900261120001")) == 1


async def test_every_address_of_a_member_gets_it_and_a_phone_joined_later_the_same_day_does_not(puyang: Town) -> None:
    from handlers import staffing

    li = await officer_with(puyang, "2026-11-27")
    phone = puyang.person("phone-of-li")
    async with puyang.house.database.begin() as tx:
        member = await tx.staff.named(HUALONG, "李明")
        assert member is not None
        code = staffing.issue(tx, member, office=puyang.house.office).code
    await phone.says(f"/join {code}")
    await opens(puyang, "2026-11-24")
    assert (len(digests(li)), len(digests(phone))) == (1, 1)
