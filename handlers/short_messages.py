"""Short messages: numbers as addresses, what was sent and what is reported of it, and what people send.

A number is kept sealed and its address is its index. Nothing here logs a number or a text.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from cases.errors import CaseError
from cases.messages import Address, Incoming
from cases.model import Role, Staff
from cases.short_messages import FINAL, Report, Said, SmsState, masked_number, mobile
from cases.texts import sms_segments
from handlers.access import may_know
from handlers.delivery import Delivery
from handlers.ledger_export import bureaus_of
from handlers.office import Office
from handlers.reception import Reception
from storage.database import Database, Transaction
from storage.outbox_store import Delivered, DeliveryState
from storage.sms_store import Sent, ShortMessage, Unsettled

__all__ = ["ShortMessage", "ShortMessages", "listed", "masked_number", "mobile", "sms_address"]

log = logging.getLogger("lianxin.sms")

AT_ONCE = 500
LONGEST_KEY = 60
"""Characters of an operator's own number of a message, so that it fits into a key of the inbox."""
SAME = timedelta(minutes=5)
"""Within so long the same words from a number are one message that the operator tells of again, where it gives a
message neither a number nor a time."""
GIVEN_UP = timedelta(days=3)
"""So long a report waits for its text to be noted as sent; operators report for three days at most."""
OVERSEERS = (Role.DESK, Role.ADMIN, Role.LEAD)
STATES = {
    SmsState.DELIVERED: DeliveryState.DELIVERED,
    SmsState.FAILED: DeliveryState.FAILED,
    SmsState.UNREACHABLE: DeliveryState.UNREACHABLE,
}


async def sms_address(tx: Transaction, number: str, *, office: Office) -> Address | None:
    """The address of a number, which is kept sealed with it; None when it is no mobile, or nothing sends there."""
    digits, channel = mobile(number), office.ways.short
    if digits is None or channel is None:
        return None
    return Address(channel=channel, value=await tx.sms.keep_number(digits, at=office.now()))


async def listed(
    tx: Transaction, staff: Staff, *, before: int | None, limit: int, office: Office
) -> list[ShortMessage]:
    """The newest short messages that this member may see: a lead those about cases of the bureau and below it.

    Without number and words where they tell who an informant is, to a member who may not know it (Art. 37).
    CaseError ``sms_closed`` for those who do not look after the work of others.
    """
    if staff.role not in OVERSEERS:
        raise CaseError("sms_closed")
    found = await tx.sms.page(before=before, limit=limit, bureaus=bureaus_of(staff, office=office))
    about = await tx.sms.cases_behind([message.id for message in found])
    tipoffs = await tx.sms.tipoffs_of({message.person for message in found})
    cases = await tx.cases.some({*about.values(), *(no for _, no in tipoffs)})
    secret = {no for no, case in cases.items() if not may_know(staff, case)}
    informants = {person for person, no in tipoffs if no in secret}

    def hidden(message: ShortMessage) -> bool:
        """Words of no case, as all that people send, may be about any of theirs."""
        no = about.get(message.id)
        return no in secret if no else message.person in informants

    return [replace(one, text=None, number=None, hidden=True) if hidden(one) else one for one in found]


class ShortMessages:
    """The use cases behind a gateway of short messages. Each method is one transaction."""

    def __init__(self, *, database: Database, office: Office, reception: Reception, delivery: Delivery) -> None:
        self._database = database
        self._office = office
        self._reception = reception
        self._delivery = delivery

    async def number_of(self, value: str) -> str | None:
        """The number behind the value of an address; None when it is not kept any more."""
        async with self._database.read() as tx:
            return await tx.sms.number_of(value)

    async def keep_sent(
        self, person: Address, text: str, *, gateway: str, reference: str, state: SmsState = SmsState.SENT
    ) -> None:
        """Write down what a gateway took, in the words that it sends."""
        sent = Sent(
            person=str(person),
            text=text,
            segments=sms_segments(text),
            gateway=gateway,
            reference=reference,
            state=state,
            at=self._office.now(),
        )
        async with self._database.begin() as tx:
            await tx.sms.keep(sent)

    async def report(self, reports: Sequence[Report], *, gateway: str) -> None:
        """Returns when these are committed. Told twice, or before its message is noted as sent, each counts once."""
        final = [report for report in reports if report.state in FINAL]
        if not final:
            return
        async with self._database.begin() as tx:
            for report in final:
                await tx.sms.note(report, gateway=gateway, at=self._office.now())
            lost = await self._settle(tx)
        if lost:
            self._delivery.wake()

    async def settle_reports(self) -> int:
        """Tell the outbox what was reported before it knew of the message; returns how many did not arrive."""
        async with self._database.begin() as tx:
            lost = await self._settle(tx)
        if lost:
            self._delivery.wake()
        return lost

    async def _settle(self, tx: Transaction) -> int:
        told, results = list[int](), list[Delivered]()
        for report in await tx.sms.unsettled(limit=AT_ONCE):
            found = await tx.outbox.sent_as(report.person, report.reference)
            if found is None:
                told += [report.id] if report.reported_at < self._office.now() - GIVEN_UP else []
                continue
            told.append(report.id)
            number, state = found
            if state is DeliveryState.SENT:
                result = _result(number, report)
                results += [result] if await tx.outbox.reported(result) else []
        await self._delivery.see_after(tx, results)
        await tx.sms.settled(told)
        return sum(result.state is not DeliveryState.DELIVERED for result in results)

    async def received(self, said: Sequence[Said], *, gateway: str) -> None:
        """Returns when these are committed, each once; what no mobile sent (a service's own number) is left out."""
        async with self._database.begin() as tx:
            found = [await self._incoming(tx, one, gateway=gateway) for one in said]
        messages = [message for message in found if message is not None]
        if len(messages) < len(said):
            left = len(said) - len(messages)
            log.info("Messages of no mobile were left out.", extra={"action": "sms_inbound", "count": left})
        await self._reception.receive(messages)

    async def _incoming(self, tx: Transaction, said: Said, *, gateway: str) -> Incoming | None:
        address, now = await sms_address(tx, said.number, office=self._office), self._office.now()
        if address is None:
            return None
        key = await _key(tx, said, gateway=gateway, now=now)
        received = Sent(
            person=str(address),
            text=said.text,
            segments=sms_segments(said.text),
            gateway=gateway,
            reference=key,
            state=SmsState.RECEIVED,
            at=now,
        )
        await tx.sms.keep_received(received)
        return Incoming(address=address, key=f"{gateway}/{key}"[:80], at=now, text=said.text)


async def _key(tx: Transaction, said: Said, *, gateway: str, now: datetime) -> str:
    """What tells a message from the next: the operator's number of it, else its words and its time."""
    if said.key:
        return said.key if len(said.key) <= LONGEST_KEY else tx.blind_index(said.key)
    if said.at:
        return tx.blind_index(_digested(said, said.at.isoformat()))
    # Times are cut into spans: one that came at the end of a span is looked for in the next, too.
    span = int(now.timestamp() // SAME.total_seconds())
    keys = [tx.blind_index(_digested(said, str(number))) for number in (span - 1, span)]
    told_again = await tx.sms.came_since(now - SAME, keys[0], gateway=gateway)
    return keys[0] if told_again else keys[1]


def _digested(said: Said, when: str) -> str:
    return "|".join((said.number, said.text, when))


def _result(number: int, report: Unsettled) -> Delivered:
    at = report.reported_at
    return Delivered(id=number, state=STATES[report.state], at=at, not_before=at, reason=report.reason)
