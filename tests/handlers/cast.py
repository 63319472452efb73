"""Cases that stand in the database as if they had been filed and signed long ago."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from cases.clocks import Clock
from cases.messages import Outgoing
from cases.model import Case, CaseNo, Kind, Merchant, StaffId, Status
from tests.house import Person, Town

RECEIVED = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)


def told(person: Person, *parts: str) -> list[Outgoing]:
    """What the person was told that holds each of these parts."""
    return [outgoing for outgoing in person.told if all(part in outgoing.text for part in parts)]


async def staff_id(town: Town, name: str, *, bureau: str) -> StaffId:
    async with town.house.database.read() as tx:
        member = await tx.staff.named(bureau, name)
    assert member is not None
    return member.id


async def stands(town: Town, case: Case, *clocks: Clock) -> None:
    async with town.house.database.begin() as tx:
        tx.cases.add(case)
        for clock in clocks:
            tx.clocks.add(clock)


def signed(n: int, officer: StaffId | None, *, bureau: str | None = "410902", **more: object) -> Case:
    """A complaint that an officer is checking."""
    values = {
        "no": CaseNo(f"410900261120{n:03d}"),
        "kind": Kind.COMPLAINT,
        "status": Status.CHECKING if officer else Status.ROUTED,
        "received_at": RECEIVED,
        "narrative": "n",
        "bureau": bureau,
        "officer": officer,
        "merchant": Merchant(name=f"商家{n:03d}"),
    }
    return Case(**{**values, **more})  # type: ignore[arg-type]


def due(case: Case, day: str, *, rule: str = "accept", warned: str = "", step: int = 0, **more: object) -> Clock:
    """A clock of the case, due on a day; its step is owed at the opening of ``warned``."""
    at = datetime.fromisoformat(warned or day).replace(tzinfo=UTC) + timedelta(minutes=30)
    values = {
        "case_no": case.no,
        "rule": rule,
        "started_at": RECEIVED,
        "due_on": date.fromisoformat(day),
        "step": step,
        "next_warning": at,
    }
    return Clock(**{**values, **more})  # type: ignore[arg-type]
