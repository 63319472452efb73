"""Short messages in the house: sealed numbers, reports that come early, twice or never, and what people send."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, update

from bot.sms import CHANNEL, Kept, SmsChannel, Taken
from cases.errors import CaseError, DeliveryError
from cases.messages import Address, Choice, Outgoing, Wording
from cases.model import CaseNo, Role, Staff, StaffId
from cases.notices import Priority
from cases.short_messages import Report, Said, SmsState
from handlers.short_messages import SAME, ShortMessages, listed, sms_address
from storage.database import Transaction
from storage.outbox_store import Delivered, DeliveryState, Promise
from tests.clock import Clock
from tests.house import MILK, Town, files_complaint, town

NUMBER = "13800000000"
GATEWAY = "carrier"


class Carrier:
    """A gateway in memory; ``before`` is done while a message is on its way."""

    name = GATEWAY
    state = SmsState.SENT

    def __init__(self) -> None:
        self.sent: list[tuple[str, str]] = []
        self.errors: list[DeliveryError] = []

    async def send(self, number: str, text: str, *, wording: Wording | None) -> Taken:
        if self.errors:
            raise self.errors.pop(0)
        self.sent.append((number, text))
        return Taken(reference=f"ref-{len(self.sent)}")

    async def close(self) -> None:
        """There is nothing open."""


@dataclass(kw_only=True)
class Port:
    """A town with the channel of short messages; ``lost`` is what the aftermath was told."""

    town: Town
    carrier: Carrier
    channel: SmsChannel
    lost: list[Delivered] = field(default_factory=list)

    @property
    def messages(self) -> ShortMessages:
        return self.town.house.short_messages

    async def address(self, number: str = NUMBER) -> Address:
        async with self.town.house.database.begin() as tx:
            found = await sms_address(tx, number, office=self.town.house.office)
        assert found is not None
        return found

    async def owes(self, text: str, *, number: str = NUMBER, **more: Any) -> Address:
        """Promise a text and let the channel send it as the delivery would."""
        address = await self.address(number)
        async with self.town.house.database.begin() as tx:
            tx.outbox.promise(
                Promise(outgoing=Outgoing(address=address, text=text, **more), priority=Priority.NOTICE, at=self.now())
            )
        return address

    def now(self) -> Any:
        return self.town.clock()

    async def send(self) -> list[Delivered]:
        """Claim and send what is owed; not yet noted in the outbox."""
        now = self.now()
        async with self.town.house.database.begin() as tx:
            parcels = await tx.outbox.claim([CHANNEL], now=now, lease=now + timedelta(seconds=15), limit=9)
        found = []
        for parcel in parcels:
            reference = await self.channel.send(parcel.outgoing)
            sent = DeliveryState.SENT
            found.append(Delivered(id=parcel.id, state=sent, at=now, not_before=now, reference=reference))
        return found

    async def note(self, results: Sequence[Delivered]) -> None:
        async with self.town.house.database.begin() as tx:
            await tx.outbox.settle(results)

    async def states(self) -> list[tuple[str, bool]]:
        """Of what is owed to mobiles: how far it got, and whether it is known when it arrived."""
        outbox = self.town.house.database.schema.outbox
        async with self.town.house.database.read() as tx:
            rows = await tx.execute(
                select(outbox.c.state, outbox.c.delivered_at).where(outbox.c.channel == CHANNEL).order_by(outbox.c.id)
            )
            return [(row.state, row.delivered_at is not None) for row in rows]

    async def rows(self, role: Role = Role.ADMIN, bureau: str = "410900-12315") -> Any:
        staff = Staff(id=StaffId("s"), bureau=bureau, role=role, name="n")
        async with self.town.house.database.read() as tx:
            return await listed(tx, staff, before=None, limit=50, office=self.town.house.office)


@pytest.fixture
async def port(migrated_url: str, clock: Clock, tmp_path: Path) -> AsyncIterator[Port]:
    async with town(migrated_url, clock, tmp_path) as place:
        house, carrier = place.house, Carrier()
        channel = SmsChannel(
            gateway=carrier,
            messages=house.short_messages,
            signature=house.office.rulebook.site.signature,
            say=house.office.say,
            new_id=house.office.new_id,
            rate=20,
        )
        made = Port(town=place, carrier=carrier, channel=channel)

        async def aftermath(_tx: Transaction, results: Sequence[Delivered]) -> None:
            made.lost += results

        house.delivery._aftermath = aftermath
        yield made


async def test_a_number_is_an_address_that_says_nothing_and_is_stored_sealed(port: Port) -> None:
    address = await port.address("+86 138-0000-0000")
    assert address == await port.address(NUMBER)
    assert address.channel == CHANNEL
    assert NUMBER not in str(address)
    assert await port.messages.number_of(address.value) == NUMBER
    async with port.town.house.database.begin() as tx:
        assert await sms_address(tx, "0393-4412315", office=port.town.house.office) is None


async def test_a_message_is_sent_signed_and_written_down_with_its_reference(port: Port) -> None:
    await port.owes("您的投诉已受理。")
    await port.note(await port.send())
    assert port.carrier.sent == [(NUMBER, "【濮阳市场监管】您的投诉已受理。")]
    row = (await port.rows())[0]
    assert (row.number, row.text, row.segments, row.gateway) == (NUMBER, "【濮阳市场监管】您的投诉已受理。", 1, GATEWAY)
    assert (row.state, await port.states()) == (SmsState.SENT, [("sent", False)])


@pytest.mark.parametrize("word", [SmsState.DELIVERED, SmsState.FAILED, SmsState.UNREACHABLE])
async def test_a_report_moves_the_text_and_the_message_and_only_once(port: Port, word: SmsState) -> None:
    await port.owes("一")
    await port.note(await port.send())
    for state in (word, word, SmsState.FAILED, SmsState.DELIVERED):
        await port.messages.report([Report(reference="ref-1", state=state, reason="code")], gateway=GATEWAY)
    arrived = word is SmsState.DELIVERED
    assert await port.states() == [(word.value, arrived)]
    assert [row.state for row in await port.rows()] == [word]
    assert len(port.lost) == (0 if arrived else 1), "what follows a text that is lost follows once"


async def test_a_report_before_the_text_is_noted_as_sent_is_taken_up_later(port: Port) -> None:
    await port.owes("一")
    results = await port.send()
    await port.messages.report([Report(reference="ref-1", state=SmsState.FAILED)], gateway=GATEWAY)
    assert await port.states() == [("sending", False)]
    assert port.lost == []
    await port.note(results)
    assert await port.messages.settle_reports() == 1
    assert await port.states() == [("failed", False)]
    assert len(port.lost) == 1
    assert await port.messages.settle_reports() == 0


async def test_a_report_before_the_message_is_written_down_waits_for_it(port: Port) -> None:
    await port.messages.report([Report(reference="ref-1", state=SmsState.DELIVERED)], gateway=GATEWAY)
    assert await port.rows() == []
    await port.owes("一")
    await port.note(await port.send())
    assert await port.town.duties.settle_reports() == 0
    assert await port.states() == [("delivered", True)]
    assert [(row.text, row.state) for row in await port.rows()] == [("【濮阳市场监管】一", SmsState.DELIVERED)]


async def test_a_report_of_another_gateway_or_of_nothing_moves_nothing(port: Port) -> None:
    await port.owes("一")
    await port.note(await port.send())
    await port.messages.report([Report(reference="ref-1", state=SmsState.FAILED)], gateway="other")
    await port.messages.report([Report(reference="ref-9", state=SmsState.FAILED)], gateway=GATEWAY)
    await port.messages.report([Report(reference="ref-1", state=SmsState.SENT)], gateway=GATEWAY)
    assert await port.states() == [("sent", False)]
    port.town.clock.advance(days=4)
    await port.messages.settle_reports()
    assert await port.states() == [("sent", False)]


async def test_a_number_that_is_forgotten_cannot_be_reached_and_an_empty_text_cannot_be_sent(port: Port) -> None:
    gone = Address(channel=CHANNEL, value="0" * 64)
    with pytest.raises(DeliveryError) as error:
        await port.channel.send(Outgoing(address=gone, text="一"))
    assert error.value.unreachable
    with pytest.raises(DeliveryError, match="taken back"):
        await port.channel.send(Outgoing(address=await port.address(), text="", revises="ref-1"))


async def test_buttons_are_words_in_a_dialogue_and_left_out_of_a_notice(port: Port) -> None:
    choices = ((Choice(label="是", value="y"), Choice(label="不是", value="n")),)
    await port.owes("是同一件事吗?", choices=choices)
    await port.owes("请评价", choices=choices, wording=Wording(key="notice.rate", facts={}))
    await port.owes("长" * 120, choices=choices)
    await port.send()
    assert [text for _, text in port.carrier.sent] == [
        "【濮阳市场监管】是同一件事吗?(回复:是/不是)",
        "【濮阳市场监管】请评价",
        "【濮阳市场监管】" + "长" * 120,
    ]


async def test_without_a_gateway_messages_are_written_down_and_nobody_is_said_to_be_told(port: Port) -> None:
    house = port.town.house
    channel = SmsChannel(
        gateway=Kept(),
        messages=house.short_messages,
        signature="濮阳市场监管",
        say=house.office.say,
        new_id=house.office.new_id,
        rate=20,
    )
    for text in "一二":
        with pytest.raises(DeliveryError) as caught:
            await channel.send(Outgoing(address=await port.address(), text=text))
        assert not caught.value.retryable
    assert [(row.text[-1], row.state) for row in await port.rows()] == [("二", SmsState.KEPT), ("一", SmsState.KEPT)]


async def test_what_a_mobile_sends_is_committed_once_and_worked_as_from_that_number(port: Port) -> None:
    said = [Said(number=NUMBER, text="1", key="9"), Said(number="10086", text="话费", key="10")]
    for _ in range(2):
        await port.messages.received(said, gateway=GATEWAY)
    async with port.town.house.database.read() as tx:
        waiting = await tx.inbox.waiting([CHANNEL], limit=9)
    assert [(row.message.address, row.message.text) for row in waiting] == [(await port.address(), "1")]
    assert [(row.incoming, row.text, row.number) for row in await port.rows()] == [(True, "1", NUMBER)]


async def test_messages_without_a_number_of_their_own_are_told_apart_by_their_time(port: Port) -> None:
    first = Said(number=NUMBER, text="1", at=port.now())
    later = Said(number=NUMBER, text="1", at=port.now() + timedelta(seconds=1))
    for one in (first, first, later):
        await port.messages.received([one], gateway=GATEWAY)
    assert len(await port.rows()) == 2


async def test_what_has_neither_number_nor_time_and_is_told_again_soon_is_one_message(port: Port) -> None:
    told = Said(number=NUMBER, text="1")
    for wait, rows in ((0, 1), (60, 1), (SAME.total_seconds() - 61, 1), (2, 2), (SAME.total_seconds() - 1, 2), (2, 3)):
        port.town.clock.advance(seconds=wait)
        await port.messages.received([told], gateway=GATEWAY)
        assert len(await port.rows()) == rows
    await port.messages.received([Said(number=NUMBER, text="2")], gateway=GATEWAY)
    assert len(await port.rows()) == 4
    async with port.town.house.database.read() as tx:
        assert len(await tx.inbox.waiting([CHANNEL], limit=9)) == 4


async def test_a_lead_sees_the_messages_about_cases_of_the_bureau_and_an_officer_none(port: Port) -> None:
    no = await files_complaint(port.town.person("wang"), MILK)
    address = await port.address()
    await port.owes("与案件无关")
    async with port.town.house.database.begin() as tx:
        outgoing = Outgoing(address=address, text="您的投诉已受理。")
        tx.outbox.promise(Promise(outgoing=outgoing, priority=Priority.NOTICE, at=port.now(), case_no=CaseNo(no)))
    await port.note(await port.send())
    async with port.town.house.database.read() as tx:
        case = await tx.cases.get(CaseNo(no))
    assert case is not None
    bureau = case.bureau or ""
    assert len(await port.rows(Role.DESK)) == 2
    assert [row.text for row in await port.rows(Role.LEAD, bureau)] == ["【濮阳市场监管】您的投诉已受理。"]
    assert await port.rows(Role.LEAD, "410928") == []
    with pytest.raises(CaseError):
        await port.rows(Role.OFFICER)


async def test_of_a_tipoff_only_who_may_know_the_informant_reads_numbers_and_words(port: Port) -> None:
    no = await files_complaint(port.town.person("li"), MILK, phone=NUMBER)
    address = await port.address()
    async with port.town.house.database.begin() as tx:
        await tx.execute(update(tx.schema.cases).values(kind="tipoff"))
        outgoing = Outgoing(address=address, text="您反映的线索已登记。")
        tx.outbox.promise(Promise(outgoing=outgoing, priority=Priority.NOTICE, at=port.now(), case_no=CaseNo(no)))
    await port.note(await port.send())
    await port.messages.received([Said(number=NUMBER, text="我是李四,举报惠万家", key="1")], gateway=GATEWAY)
    async with port.town.house.database.read() as tx:
        case = await tx.cases.get(CaseNo(no))
    assert case is not None
    assert case.bureau
    for role, bureau in ((Role.ADMIN, "410900-12315"), (Role.DESK, "410900-12315"), (Role.LEAD, "410900")):
        for row in await port.rows(role, bureau):
            assert (row.number, row.text, row.hidden) == (None, None, True)
    told = [row for row in await port.rows(Role.LEAD, case.bureau) if not row.incoming]
    assert [(row.number, row.text) for row in told] == [(NUMBER, "【濮阳市场监管】您反映的线索已登记。")]


async def test_the_number_of_an_open_case_is_kept_however_long_it_takes(port: Port) -> None:
    no = await files_complaint(port.town.person("wang"), MILK)
    address = await port.address("13911112222")
    async with port.town.house.database.begin() as tx:
        who = tx.schema.identities
        await tx.execute(update(who).where(who.c.case_no == no).values(person=str(address), phone_index=None))
    port.town.clock.advance(days=port.town.house.office.rulebook.site.draft_days + 1)
    await port.town.duties.tidy()
    assert await port.messages.number_of(address.value) == "13911112222"


async def test_words_and_unused_numbers_are_wiped_in_time_and_what_is_owed_keeps_its_number(port: Port) -> None:
    await port.owes("一")
    await port.note(await port.send())
    waiting = await port.owes("还没发出", number="13911112222")
    port.town.clock.advance(days=port.town.house.office.rulebook.site.draft_days + 1)
    await port.town.duties.tidy()
    row = (await port.rows())[0]
    assert (row.text, row.number, row.segments, row.state) == (None, None, 1, SmsState.SENT)
    assert await port.messages.number_of(waiting.value) == "13911112222"
