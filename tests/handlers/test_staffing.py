"""Invitations: once, in time, again when lost; and who stands in for whom."""

from __future__ import annotations

from datetime import timedelta

import pytest

from cases.errors import CaseError
from cases.messages import Address
from cases.model import Role, Staff
from handlers import staffing
from handlers.staffing import VALID, Invitation
from tests.house import Town

HUALONG = "410902"
WANG, LI = (Address(channel="street", value=name) for name in ("wang", "li"))


async def invited(
    town: Town, name: str = "李明", *, role: Role = Role.OFFICER, bureau: str = HUALONG, deputy_for: str | None = None
) -> Invitation:
    async with town.house.database.begin() as tx:
        return await staffing.invite(
            tx, bureau=bureau, role=role, name=name, deputy_for=deputy_for, office=town.house.office
        )


async def redeemed(town: Town, code: str, person: Address = WANG) -> Staff | None:
    async with town.house.database.begin() as tx:
        return await staffing.redeem(tx, code, person=person, office=town.house.office)


async def members(town: Town) -> list[Staff]:
    async with town.house.database.read() as tx:
        return await tx.staff.of([HUALONG])


async def test_a_code_binds_one_address_once(puyang: Town) -> None:
    made = await invited(puyang)
    assert await redeemed(puyang, made.code) == made.staff
    assert await redeemed(puyang, made.code, LI) is None
    assert await redeemed(puyang, "guessed") is None
    async with puyang.house.database.read() as tx:
        assert await tx.conversations.addresses_of([made.staff.id]) == {made.staff.id: [WANG]}


async def test_a_code_lasts_until_it_expires(puyang: Town) -> None:
    made = await invited(puyang)
    puyang.clock.advance(seconds=(VALID - timedelta(seconds=1)).total_seconds())
    late = await invited(puyang)
    puyang.clock.advance(seconds=1)
    assert await redeemed(puyang, made.code) is None
    assert await redeemed(puyang, late.code) == made.staff


async def test_who_is_invited_again_stays_one_person_and_may_have_several_addresses(puyang: Town) -> None:
    codes = [(await invited(puyang)).code for _ in range(2)]
    for code, person in zip(codes, (WANG, LI), strict=True):
        await redeemed(puyang, code, person)
    (only,) = await members(puyang)
    async with puyang.house.database.read() as tx:
        assert await tx.conversations.addresses_of([only.id]) == {only.id: [LI, WANG]}


async def test_a_new_role_or_principal_changes_the_person_and_makes_no_second_one(puyang: Town) -> None:
    await invited(puyang, "周局", role=Role.LEAD)
    before = (await invited(puyang, "李明")).staff
    after = (await invited(puyang, "李明", role=Role.LEAD)).staff
    assert (after.id, after.role) == (before.id, Role.LEAD)
    deputy = (await invited(puyang, "李明", deputy_for="周局")).staff
    assert [person.name for person in await members(puyang)].count("李明") == 1
    principal = next(person for person in await members(puyang) if person.name == "周局")
    assert deputy.deputy_for == principal.id
    async with puyang.house.database.read() as tx:
        assert await tx.staff.deputies_of(principal.id) == [deputy]


async def test_an_unknown_bureau_or_principal_is_refused_by_name(puyang: Town) -> None:
    with pytest.raises(CaseError, match="bureau_unknown"):
        await invited(puyang, bureau="999")
    with pytest.raises(CaseError, match="staff_unknown"):
        await invited(puyang, deputy_for="nobody")
    assert await members(puyang) == []


async def test_only_a_site_without_staff_invites_its_first_administrator(puyang: Town) -> None:
    async def first() -> Invitation | None:
        async with puyang.house.database.begin() as tx:
            return await staffing.first_administrator(tx, name="管理员", office=puyang.house.office)

    made = await first()
    assert made is not None
    assert made.staff.role is Role.ADMIN
    await redeemed(puyang, made.code)
    assert await first() is None


async def test_a_code_is_typed_or_followed_in_a_chat_and_a_used_one_is_refused_in_a_sentence(puyang: Town) -> None:
    li, wang = puyang.person("li"), puyang.person("wang")
    made = await invited(puyang)
    assert "李明您好" in (await li.says(f"/start {made.code}"))[0]
    assert "用过了或过期了" in (await wang.says(f"/join {made.code}"))[0]
    assert "用过了或过期了" in (await wang.says("/join"))[0] or "同意" in wang.texts


async def test_the_link_of_a_login_works_once_and_for_ten_minutes(puyang: Town) -> None:
    li = await puyang.staff("李明", bureau=HUALONG)
    codes = []
    for _ in range(2):
        (told,) = await li.says("登录")
        codes.append(told.partition("code=")[2].split()[0])
    assert await redeemed(puyang, codes[0]) is not None
    assert await redeemed(puyang, codes[0]) is None
    puyang.clock.advance(minutes=10)
    assert await redeemed(puyang, codes[1]) is None
