"""Warnings, absences and marks on both databases: told once, in order, and taken by one."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from cases.messages import Address
from cases.model import CaseNo, StaffId
from storage.database import Database
from storage.mark_store import Mark
from storage.warning_store import Content, Due, Short, Warned
from tests.storage.cast import NOW, WANG, staff

CONTENT = Content(text="t", short=Short(what="w", which="c", mark="m"))
TODAY = Due(on=date(2026, 11, 23))


def warned(clock: int = 1, *, step: int = 0, due: Due = TODAY, address: Address = WANG) -> Warned:
    return Warned(clock=clock, step=step, due=due, case_no=CaseNo("1"), address=address, content=CONTENT)


async def waiting(database: Database, address: Address = WANG) -> list[int]:
    async with database.begin() as tx:
        return [one.id for one in (await tx.warnings.waiting([address])).get(address, [])]


async def test_a_warning_is_owed_once_even_when_it_was_gathered_and_an_extended_clock_warns_anew(
    database: Database,
) -> None:
    for _ in range(2):
        async with database.begin() as tx:
            await tx.warnings.add_once([warned(), warned(), warned(step=1)], at=NOW)
    ids = await waiting(database)
    async with database.begin() as tx:
        assert await tx.warnings.owed() == [(WANG, 2)]
        assert await tx.warnings.contents(ids) == dict.fromkeys(ids, CONTENT)
        await tx.warnings.gathered(ids, at=NOW)
    async with database.begin() as tx:
        await tx.warnings.add_once([warned(), warned(due=Due(on=date(2026, 12, 8)))], at=NOW)
        assert await tx.warnings.owed() == [(WANG, 1)]


async def test_what_one_process_is_gathering_is_not_gathered_by_another(
    database: Database, elsewhere: Database
) -> None:
    async with database.begin() as tx:
        await tx.warnings.add_once([warned()], at=NOW)
    if database.on_sqlite:
        return  # there, the write lock keeps the other out
    async with database.begin() as tx:
        assert len((await tx.warnings.waiting([WANG]))[WANG]) == 1
        assert await waiting(elsewhere) == []


async def test_gathered_warnings_are_forgotten_and_waiting_ones_are_not(database: Database) -> None:
    async with database.begin() as tx:
        await tx.warnings.add_once([warned(1), warned(2)], at=NOW)
    first, second = await waiting(database)
    async with database.begin() as tx:
        await tx.warnings.gathered([first], at=NOW)
        await tx.warnings.forget_gathered_before(NOW + timedelta(days=1))
        assert set(await tx.warnings.contents([first, second])) == {second}


@pytest.mark.parametrize(
    ("due", "text", "rank"),
    [
        (Due(on=date(2026, 11, 22)), "2026-11-22", 0),
        (Due(on=date(2026, 11, 23)), "2026-11-23", 1),
        (Due(on=date(2026, 11, 24), alone=True, any_hour=True), "2026-11-24!", 2),
        (Due(on=date(2026, 11, 23), at="0959", any_hour=True), "2026-11-23+0959~", 0),
        (Due(on=date(2026, 11, 23), at="1001", any_hour=True), "2026-11-23+1001~", 1),
    ],
)
def test_when_a_clock_is_due_stands_in_the_key_and_tells_how_pressing_it_is(due: Due, text: str, rank: int) -> None:
    assert (str(due), Due.parse(text), due.rank(NOW)) == (text, due, rank)


async def test_an_absence_covers_its_first_and_last_day_and_can_be_cut_short(database: Database) -> None:
    li, first, last = StaffId("li"), date(2026, 12, 1), date(2026, 12, 5)
    async with database.begin() as tx:
        tx.staff.add(staff("li"), at=NOW)
        tx.absences.add(li, first=first, last=last, at=NOW)
        days = [date(2026, 11, 30), first, last, date(2026, 12, 6)]
        assert [bool(await tx.absences.on(day)) for day in days] == [False, True, True, False]
        (absence,) = await tx.absences.of([li], since=last)
        await tx.absences.end(absence, last=date(2026, 12, 2))
        assert [bool(await tx.absences.on(day)) for day in days] == [False, True, False, False]
        (absence,) = await tx.absences.of([li], since=first)
        await tx.absences.end(absence, last=date(2026, 11, 30))
        assert await tx.absences.of([li], since=first) == []


async def test_a_mark_holds_what_was_put_last(database: Database, elsewhere: Database) -> None:
    for where, value in ((database, "2026-11-23"), (elsewhere, "2026-11-24")):
        async with where.begin() as tx:
            await tx.marks.put("digest", value, at=NOW)
    async with database.read() as tx:
        assert await tx.marks.get("digest") == Mark(value="2026-11-24", at=NOW)
        assert await tx.marks.get("other") is None
