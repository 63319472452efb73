"""The nouns: cases, the people and businesses in them, and the closed lists of what they can be."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, NewType

CaseNo = NewType("CaseNo", str)
StaffId = NewType("StaffId", str)


class Kind(StrEnum):
    COMPLAINT = "complaint"
    TIPOFF = "tipoff"
    INQUIRY = "inquiry"
    SUGGESTION = "suggestion"


class Role(StrEnum):
    """Who acts. ``SYSTEM`` is the program itself; the others are people."""

    CONSUMER = "consumer"
    OFFICER = "officer"
    LEAD = "lead"
    DESK = "desk"
    ADMIN = "admin"
    SYSTEM = "system"


class Status(StrEnum):
    """Where a case stands. Law-bound states carry their article in ``lifecycle``."""

    RECEIVED = "received"
    ROUTED = "routed"
    RETURNED = "returned"
    CHECKING = "checking"
    SUPPLEMENTING = "supplementing"
    ACCEPTED = "accepted"
    MEDIATING = "mediating"
    AGREED = "agreed"
    SETTLED = "settled"
    TERMINATED = "terminated"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    VERIFYING = "verifying"
    DOCKETED = "docketed"
    DISMISSED = "dismissed"
    TRANSFERRED = "transferred"
    REDIRECTED = "redirected"
    DECIDED = "decided"
    ANSWERED = "answered"
    CLOSED = "closed"
    FOLLOWING_UP = "following_up"
    ARCHIVED = "archived"


@dataclass(frozen=True, kw_only=True)
class Merchant:
    """The business a case is about: what the consumer called it, where it trades, and on which platform."""

    name: str | None = None
    address: str | None = None
    phone: str | None = None
    platform: str | None = None


@dataclass(frozen=True, kw_only=True)
class Consumer:
    """Who brought the case, as far as it was said; an anonymous informant said nothing (Order 121, Art. 10, 28)."""

    name: str | None = None
    phone: str | None = None
    postal_address: str | None = None

    @property
    def anonymous(self) -> bool:
        return not self.name


@dataclass(frozen=True, kw_only=True)
class Case:
    """One matter on its way through an office. Identity of the person is kept apart (Order 121, Art. 37).

    ``bureau`` is the code of the office that has the case, None while it waits for the intake desk. ``officer`` is set
    by signing. Instants are aware. ``version`` grows with every change and guards against lost updates.
    """

    no: CaseNo
    kind: Kind
    status: Status
    received_at: datetime
    narrative: str
    bureau: str | None = None
    officer: StaffId | None = None
    department: str | None = None
    because: str = ""
    region: str | None = None
    township: str | None = None
    object: str | None = None
    category: str | None = None
    problem: str | None = None
    sales_mode: str | None = None
    product: str | None = None
    amount: Decimal | None = None
    happened_on: date | None = None
    demands: tuple[str, ...] = ()
    merchant: Merchant = Merchant()
    urgent: bool = False
    outcome: str | None = None
    result: str | None = None
    rating: int | None = None
    sibling: CaseNo | None = None
    version: int = 1

    def evolve(self, **changes: Any) -> Case:
        """The same case with some fields changed."""
        return replace(self, **changes)


@dataclass(frozen=True, kw_only=True)
class Staff:
    """A member of an office. ``deputy_for`` is the officer whom this one stands in for."""

    id: StaffId
    bureau: str
    role: Role
    name: str
    deputy_for: StaffId | None = None
    active: bool = True


@dataclass(frozen=True, kw_only=True)
class Actor:
    """Who does something to a case, in which role; ``staff`` is None for consumers and the program itself."""

    role: Role
    staff: Staff | None = None

    @property
    def label(self) -> str:
        return self.staff.id if self.staff else self.role.value


SYSTEM = Actor(role=Role.SYSTEM)
CONSUMER = Actor(role=Role.CONSUMER)
