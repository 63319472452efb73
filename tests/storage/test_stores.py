"""The stores on both databases: once-only keys, versions, sequences, leases, and nothing lost between two writers."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from cases.clocks import Clock as CaseClock
from cases.errors import CaseError
from cases.events import Event, EventName
from cases.messages import Address, Attachment, AttachmentKind
from cases.model import CaseNo, Consumer, Kind, Merchant, StaffId, Status
from storage.case_store import Identity
from storage.conversation_store import Session
from storage.database import Database
from storage.evidence_store import Evidence, EvidenceState
from tests.storage.cast import NOW, SOON, WANG, case, message, staff


async def test_a_message_put_twice_is_worked_once(database: Database) -> None:
    async with database.begin() as tx:
        await tx.inbox.put([message("1", "first"), message("1", "again"), message("2")])
    async with database.begin() as tx:
        await tx.inbox.put([message("1", "later")])
        await tx.inbox.put([])
    async with database.begin() as tx:
        waiting = await tx.inbox.waiting(["street"], limit=10)
        assert [row.message.text for row in waiting] == ["first", "x"]
        await tx.inbox.done([waiting[0].id], at=NOW)
        assert await tx.inbox.still_waiting([row.id for row in waiting]) == {waiting[1].id}
        assert await tx.inbox.waiting(["elsewhere"], limit=10) == []


async def test_a_message_comes_back_as_it_was_put(database: Database) -> None:
    everything = Attachment(
        kind=AttachmentKind.CONTACT, reference="r", sha256="s", file_name="单据.jpg", media_type="image/jpeg", size=3,
        latitude=35.7, longitude=115.0, name="王芳", phone="138", own=True,
    )  # fmt: skip
    put = message("1", "牛奶 <b>&\n", pressed="in:1", album="a", forwarded=True, attachments=(everything,))
    async with database.begin() as tx:
        await tx.inbox.put([put])
        assert [row.message for row in await tx.inbox.waiting(["street"], limit=1)] == [put]


async def test_half_a_surrogate_pair_is_kept_rather_than_refused(database: Database) -> None:
    async with database.begin() as tx:
        await tx.inbox.put([message("1", "a\ud83db")])
        assert [row.message.text for row in await tx.inbox.waiting(["street"], limit=1)] == ["a?b"]


async def test_words_that_were_wiped_are_gone_and_not_worked_again(database: Database) -> None:
    async with database.begin() as tx:
        await tx.inbox.put([message("1"), message("2")])
        rows = await tx.inbox.waiting(["street"], limit=10)
        await tx.inbox.done([row.id for row in rows], at=NOW)
        await tx.inbox.wipe_done_before(NOW)
        assert len(await tx.inbox.said_by(WANG, after=0, limit=9)) == 2
        await tx.inbox.wipe_done_before(NOW + SOON)
        assert await tx.inbox.said_by(WANG, after=0, limit=9) == []
        await tx.inbox.put([message("1")])
        assert await tx.inbox.waiting(["street"], limit=10) == []


async def test_a_message_wiped_before_it_was_worked_stops_nobody(database: Database) -> None:
    async with database.begin() as tx:
        li = Address(channel="street", value="li")
        await tx.inbox.put([message("1"), message("2", address=li), message("3", at=NOW + SOON)])
        await tx.inbox.wipe(WANG, until=NOW)
        assert [row.message.key for row in await tx.inbox.waiting(["street"], limit=10)] == ["2", "3"]
        assert [row.message.key for row in await tx.inbox.said_by(WANG, after=0, limit=9)] == ["3"]


async def test_a_case_and_who_brought_it_come_back_as_they_were_added(database: Database) -> None:
    full = case(
        bureau="410902", officer=StaffId("s"), department="市场监管局", because="b", region="410902", township="t",
        object="goods", category="食品", problem="食品安全", sales_mode="网络", product="纯牛奶",
        amount=Decimal("58.50"), happened_on=date(2026, 11, 22), demands=("退货", "赔偿损失"),
        merchant=Merchant(name="惠万家", address="建设路", phone="0393", platform="淘宝"), urgent=True,
        outcome="agreed", result="退款", rating=1, sibling=CaseNo("2"), version=3,
    )  # fmt: skip
    who = Identity(case_no=full.no, person=WANG, consumer=Consumer(name="王芳", phone="138", postal_address="小区"))
    async with database.begin() as tx:
        tx.cases.add(full)
        tx.cases.add_identity(who, phone_index=tx.blind_index("138"))
        assert await tx.cases.get("1") == full
        assert await tx.cases.identity(full.no) == who
        assert await tx.cases.get("2") is None
        assert await tx.cases.identity(CaseNo("2")) is None
        assert await tx.cases.of_person(WANG, limit=5) == [full]


async def test_a_write_over_an_older_version_is_refused(database: Database) -> None:
    async with database.begin() as tx:
        tx.cases.add(case())
    async with database.begin() as tx:
        await tx.cases.update(case(version=2, product="milk"), expected=1)
    async with database.begin() as tx:
        with pytest.raises(CaseError, match="changed_meanwhile"):
            await tx.cases.update(case(version=2, product="bread"), expected=1)
    async with database.read() as tx:
        assert (await tx.cases.get("1") or case()).product == "milk"


async def test_two_processes_that_read_and_write_one_case_lose_no_update(
    database: Database, elsewhere: Database
) -> None:
    async with database.begin() as tx:
        tx.cases.add(case())

    async def note(where: Database, word: str) -> int:
        for tries in range(1, 50):
            try:
                async with where.begin() as tx:
                    found = await tx.cases.get("1")
                    assert found is not None
                    await asyncio.sleep(0)
                    changed = replace(found, because=found.because + word, version=found.version + 1)
                    await tx.cases.update(changed, expected=found.version)
                return tries
            except CaseError:
                continue
        raise AssertionError("never came through")

    await asyncio.gather(*(note(where, word) for word in "abcde" for where in (database, elsewhere)))
    async with database.read() as tx:
        found = await tx.cases.get("1")
    assert found is not None
    assert sorted(found.because) == sorted("abcde" * 2)
    assert found.version == 11


async def test_numbers_of_two_processes_are_all_different_and_without_gaps(
    database: Database, elsewhere: Database
) -> None:
    async def take(where: Database) -> int:
        async with where.begin() as tx:
            return await tx.numbers.next("410900261123")

    taken = await asyncio.gather(*(take(where) for _ in range(10) for where in (database, elsewhere)))
    assert sorted(taken) == list(range(1, 21))
    async with database.begin() as tx:
        assert await tx.numbers.next("410900261124") == 1


async def test_an_error_leaves_nothing_of_its_transaction(database: Database) -> None:
    async def fails() -> None:
        async with database.begin() as tx:
            tx.cases.add(case())
            await tx.flush()
            raise RuntimeError

    with pytest.raises(RuntimeError):
        await fails()
    async with database.read() as tx:
        assert await tx.cases.get("1") is None


async def test_an_instant_without_a_zone_is_refused_and_others_come_back_in_utc(database: Database) -> None:
    async with database.begin() as tx:
        tx.cases.add(case(received_at=datetime.fromisoformat("2026-11-24T00:01:00+08:00")))
        found = await tx.cases.get("1")
    assert found is not None
    assert found.received_at == datetime(2026, 11, 23, 16, 1, tzinfo=UTC)
    assert found.received_at.tzinfo is UTC
    with pytest.raises(Exception, match="an instant needs its zone"):
        async with database.begin() as tx:
            tx.cases.add(case("2", received_at=datetime(2026, 11, 24)))  # noqa: DTZ001 - the point of the test


async def test_open_cases_are_found_by_bureau_and_the_desk_sees_those_that_have_none(database: Database) -> None:
    async with database.begin() as tx:
        tx.cases.add(case("1"))
        tx.cases.add(case("2", bureau="a", status=Status.ROUTED))
        tx.cases.add(case("3", bureau="b", status=Status.ROUTED))
        tx.cases.add(case("4", bureau="a", status=Status.CLOSED))

        async def numbers(bureaus: list[str] | None) -> list[str]:
            wanted = [Status.RECEIVED, Status.ROUTED]
            return sorted(c.no for c in await tx.cases.open_in(bureaus, statuses=wanted, limit=9))

        assert [await numbers(bureaus) for bureaus in (None, ["a"], ["a", "b"], ["c"])] == [
            ["1"],
            ["2"],
            ["2", "3"],
            [],
        ]


async def test_the_journal_keeps_its_order_and_knows_where_a_case_was_last(database: Database) -> None:
    async with database.begin() as tx:
        tx.cases.add(case())
        places = [("a", EventName.ROUTED), ("", EventName.SENT_BACK), ("b", EventName.ROUTED)]
        events = [
            Event(name=name, case_no=CaseNo("1"), at=NOW, by="s", facts={"bureau": bureau} if bureau else {})
            for bureau, name in places
        ]
        tx.cases.log(events)
        assert await tx.cases.journal(CaseNo("1")) == events
        assert await tx.cases.last_bureau(CaseNo("1")) == "b"


async def test_clocks_are_found_by_what_is_owed_and_stopped_by_their_rule(database: Database) -> None:
    def clock(rule: str, minutes: int) -> CaseClock:
        return CaseClock(
            case_no=CaseNo("1"), rule=rule, started_at=NOW, due_on=date(2026, 12, 2),
            next_warning=NOW + timedelta(minutes=minutes),
        )  # fmt: skip

    async with database.begin() as tx:
        tx.cases.add(case())
        for rule, minutes in (("late", 2), ("early", 1), ("future", 60)):
            tx.clocks.add(clock(rule, minutes))
        owing = await tx.clocks.owing(NOW + timedelta(minutes=5), limit=9)
        assert [row.clock.rule for row in owing] == ["early", "late"]
        await tx.clocks.stop(CaseNo("1"), ["early"], at=NOW)
        assert [row.clock.rule for row in await tx.clocks.owing(NOW + timedelta(minutes=5), limit=9)] == ["late"]
        running = (await tx.clocks.of([CaseNo("1")]))[CaseNo("1")]
        assert {found.rule for found in running} == {"late", "future"}
        assert len((await tx.clocks.of([CaseNo("1")], running=False))[CaseNo("1")]) == 3
        await tx.clocks.move_on([replace(owing[1], clock=replace(owing[1].clock, step=4, next_warning=None))])
        assert await tx.clocks.owing(NOW + timedelta(minutes=5), limit=9) == []


async def test_a_session_is_opened_saved_and_forgotten_when_it_was_left(database: Database) -> None:
    async with database.begin() as tx:
        session = (await tx.conversations.open([WANG], dialogue="home", at=NOW))[WANG]
        assert session == Session(person=WANG, dialogue="home", updated_at=NOW)
        told = replace(session, dialogue="intake", data={"draft": {"名": "王"}}, consented_at=NOW)
        await tx.conversations.save([told])
        await tx.conversations.save([])
        assert await tx.conversations.get(WANG) == told
        await tx.conversations.forget_idle(NOW)
        assert await tx.conversations.get(WANG) == told
        await tx.conversations.forget_idle(NOW + SOON)
        left = await tx.conversations.get(WANG)
    assert left is not None
    assert (left.data, left.consented_at) == ({}, NOW)


async def test_an_address_is_a_member_of_staff_as_long_as_it_is_bound_and_the_member_active(
    database: Database,
) -> None:
    async with database.begin() as tx:
        tx.staff.add(staff("li"), at=NOW)
        tx.staff.add(staff("gone", active=False), at=NOW)
        for who, bound in (("li", staff("li")), ("gone", None)):
            await tx.conversations.bind_staff(WANG, StaffId(who), at=NOW)
            session = await tx.conversations.get(WANG)
            assert session is not None
            assert session.staff == bound
        await tx.conversations.bind_staff(WANG, None, at=NOW)
        assert await tx.conversations.addresses_of([StaffId("li"), StaffId("gone")]) == {}


async def test_a_code_is_redeemed_once_and_only_before_it_expires(database: Database, elsewhere: Database) -> None:
    async with database.begin() as tx:
        tx.staff.add(staff("li"), at=NOW)
        tx.staff.invite(StaffId("li"), code_hash="one", expires_at=NOW + SOON)
        tx.staff.invite(StaffId("li"), code_hash="two", expires_at=NOW + SOON)

    async def redeemed(where: Database, code: str, at: datetime = NOW) -> bool:
        async with where.begin() as tx:
            return await tx.staff.redeem(code, at=at) is not None

    assert await redeemed(database, "two", NOW + SOON) is False
    tries = await asyncio.gather(*(redeemed(where, "one") for _ in range(3) for where in (database, elsewhere)))
    assert sorted(tries) == [False] * 5 + [True]


async def test_evidence_is_wanted_until_it_is_kept_or_lost(database: Database) -> None:
    def piece(number: str) -> Evidence:
        photo = Attachment(kind=AttachmentKind.PHOTO, reference=number)
        return Evidence(id=number, person=WANG, attachment=photo, state=EvidenceState.WANTED, created_at=NOW)

    async with database.begin() as tx:
        tx.cases.add(case())
        for number in "abc":
            tx.evidence.add(piece(number))
        await tx.evidence.link(CaseNo("1"), ["a", "b", "a"])
        assert [e.id for e in await tx.evidence.of(CaseNo("1"))] == ["a", "b"]
        await tx.evidence.keep("a", sha256="s", size=3)
        await tx.evidence.lose("b")
        await tx.evidence.postpone(piece("c"), until=NOW + SOON)
        assert await tx.evidence.wanted(["street"], NOW, limit=9) == []
        assert [e.attempts for e in await tx.evidence.wanted(["street"], NOW + SOON, limit=9)] == [1]
        assert await tx.evidence.wanted(["pigeon"], NOW + SOON, limit=9) == []


async def test_files_of_a_channel_that_is_not_served_here_do_not_keep_those_that_are_waiting(
    database: Database,
) -> None:
    photo = Attachment(kind=AttachmentKind.PHOTO, reference="r")
    async with database.begin() as tx:
        for n, channel in enumerate(["pigeon"] * 3 + ["street"]):
            person = Address(channel=channel, value="x")
            at = NOW - SOON if channel == "pigeon" else NOW
            tx.evidence.add(
                Evidence(id=str(n), person=person, attachment=photo, state=EvidenceState.WANTED, created_at=at)
            )
        assert [e.id for e in await tx.evidence.wanted(["street"], NOW, limit=2)] == ["3"]


async def test_a_browser_is_known_by_its_token_until_it_is_ended_or_too_long_away(database: Database) -> None:
    async with database.begin() as tx:
        tx.web_sessions.start("secret", WANG, at=NOW)
        assert await tx.web_sessions.find("secret", seen_after=NOW - SOON) == (WANG, NOW)
        assert await tx.web_sessions.find("secret", seen_after=NOW) is None
        assert await tx.web_sessions.find("other", seen_after=NOW - SOON) is None
        await tx.web_sessions.seen("secret", at=NOW + SOON)
        assert await tx.web_sessions.find("secret", seen_after=NOW) == (WANG, NOW + SOON)
        await tx.web_sessions.end("secret")
        assert await tx.web_sessions.find("secret", seen_after=NOW - SOON) is None


async def test_received_cases_come_without_their_story_and_tipoffs_without_their_result(database: Database) -> None:
    span = (NOW, NOW + timedelta(days=1))
    made = [case("1", result="r"), case("2", kind=Kind.TIPOFF, result="r"), case("3", received_at=NOW - SOON)]
    async with database.begin() as tx:
        for one in made:
            tx.cases.add(one)
        found = await tx.cases.received(span, bureaus=None, after="", limit=5)
        assert found == [made[0].evolve(narrative=""), made[1].evolve(narrative="", result=None)]
        assert await tx.cases.received(span, bureaus=None, after="1", limit=5) == found[1:]
        assert await tx.cases.received(span, bureaus=("a",), after="", limit=5) == []
