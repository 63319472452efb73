"""What a business or a mediating body sees of a case that it has: what it needs for its task, and nothing else."""

from __future__ import annotations

from collections.abc import Mapping

from cases.events import Event, EventName
from cases.model import Case, Consumer, Merchant, Role, Status

GUESTS = frozenset({Role.MERCHANT, Role.MEDIATOR})
AT_WORK: Mapping[Role, Status] = {Role.MERCHANT: Status.NEGOTIATING, Role.MEDIATOR: Status.ENTRUSTED}
"""While the case is with them."""
NEGOTIATION = frozenset(
    {EventName.NEGOTIATED, EventName.OFFERED, EventName.REFUSED, EventName.SETTLED, EventName.CHASED}
)
MEDIATION = frozenset(
    {
        EventName.ACCEPTED,
        EventName.MEDIATED,
        EventName.SCHEDULED,
        EventName.ENTRUST_ASKED,
        EventName.ENTRUSTED,
        EventName.ENTRUST_ENDED,
        EventName.APPRAISAL_ORDERED,
        EventName.APPRAISAL_DONE,
        EventName.REPRESENTED,
        EventName.AGREED,
        EventName.SETTLED,
        EventName.TERMINATED,
    }
)
JOURNALS: Mapping[Role, frozenset[EventName]] = {Role.MERCHANT: NEGOTIATION, Role.MEDIATOR: MEDIATION}
CLOCKS: Mapping[Role, frozenset[str]] = {Role.MERCHANT: frozenset({"odr"}), Role.MEDIATOR: frozenset({"mediate"})}
"""The time limits that are theirs to keep."""


def guest_case(case: Case, role: Role) -> Case:
    """The case with the fields that this guest may know; everything else is empty.

    A body that mediates also reads the story, unless the same message held a tip-off.
    """
    seen = Case(
        no=case.no,
        kind=case.kind,
        status=case.status,
        received_at=case.received_at,
        narrative="",
        product=case.product,
        amount=case.amount,
        happened_on=case.happened_on,
        problem=case.problem,
        demands=case.demands,
        enterprise=case.enterprise if role is Role.MERCHANT else None,
        mediator=case.mediator if role is Role.MEDIATOR else None,
        version=case.version,
    )
    if role is Role.MERCHANT:
        return seen.evolve(result=case.result)  # what it offered itself
    told = case.narrative if case.sibling is None else ""
    business = Merchant(name=case.merchant.name, address=case.merchant.address, platform=case.merchant.platform)
    return seen.evolve(narrative=told, merchant=business, bureau=case.bureau, part_of=case.part_of)


def guest_consumer(consumer: Consumer | None) -> Consumer | None:
    """Whom to call, and nothing about where they live."""
    return Consumer(name=consumer.name, phone=consumer.phone) if consumer else None


def guest_journal(journal: tuple[Event, ...], role: Role) -> tuple[Event, ...]:
    """How the negotiation or the mediation went."""
    return tuple(event for event in journal if event.name in JOURNALS[role])
