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
    """Who acts. ``SYSTEM`` is the program itself; the others are people.

    ``MEDIATOR`` is a body that mediates on the office's behalf (Order 121, Art. 19), ``MERCHANT`` a business that
    settles complaints itself. ``SUPERIOR`` is nobody's post: a lead has it towards the cases of the bureaus below.
    """

    CONSUMER = "consumer"
    OFFICER = "officer"
    LEAD = "lead"
    DESK = "desk"
    ADMIN = "admin"
    MEDIATOR = "mediator"
    MERCHANT = "merchant"
    SUPERIOR = "superior"
    SYSTEM = "system"


STAFF_ROLES = (Role.OFFICER, Role.LEAD, Role.DESK, Role.ADMIN, Role.MEDIATOR, Role.MERCHANT)
"""Who can be invited: the office's own people, and the bodies and businesses that it works with."""


class Status(StrEnum):
    """Where a case stands. Law-bound states carry their article in ``lifecycle``."""

    RECEIVED = "received"
    NEGOTIATING = "negotiating"
    ROUTED = "routed"
    RETURNED = "returned"
    DISPUTED = "disputed"
    CHECKING = "checking"
    SUPPLEMENTING = "supplementing"
    ACCEPTED = "accepted"
    MEDIATING = "mediating"
    ENTRUSTED = "entrusted"
    APPRAISING = "appraising"
    RECUSING = "recusing"
    AGREED = "agreed"
    SETTLED = "settled"
    TERMINATED = "terminated"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    VERIFYING = "verifying"
    TESTING = "testing"
    MERGED = "merged"
    DUPLICATE = "duplicate"
    DOCKETED = "docketed"
    INVESTIGATING = "investigating"
    SUSPENDED = "suspended"
    DISMISSED = "dismissed"
    TRANSFERRED = "transferred"
    REDIRECTED = "redirected"
    DECIDED = "decided"
    TOLD = "told"
    REWARDING = "rewarding"
    RECLASSIFIED = "reclassified"
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

    ``sibling``: the other case of one message (Art. 9). ``origin``: the complaint in which this clue was found (Art.
    27). ``part_of``: the case with which this one is handled (Art. 12, 35). ``enterprise``: the business that is
    settling it itself; ``mediator``: the body entrusted with it (Art. 19). ``asked``: what the consumer was asked to
    consent to, as ``what:value``. ``rehandled``: how often a bad rating sent it back. ``sampled``: to be called.
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
    origin: CaseNo | None = None
    part_of: CaseNo | None = None
    enterprise: StaffId | None = None
    mediator: StaffId | None = None
    asked: str | None = None
    rehandled: int = 0
    sampled: bool = False
    version: int = 1

    def evolve(self, **changes: Any) -> Case:
        """The same case with some fields changed."""
        return replace(self, **changes)

    def trait(self, name: str) -> str | None:
        """What the case is by one of the closed lists, as rules ask for it: ``kind``, ``category``, ``platform`` …"""
        value = self.merchant.platform if name == "platform" else getattr(self, name)
        return str(value) if value is not None else None


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
    """Who does something to a case, in which role; ``staff`` is None for consumers and the program itself.

    ``above``: the actor leads a bureau above the one that has the case, and may do what a superior may.
    """

    role: Role
    staff: Staff | None = None
    above: bool = False

    @property
    def roles(self) -> frozenset[Role]:
        return frozenset({self.role, Role.SUPERIOR}) if self.above else frozenset({self.role})

    @property
    def label(self) -> str:
        return self.staff.id if self.staff else self.role.value


LABELS = ("category", "problem", "department")
"""What a case is by the closed lists, as the program understood it and as whoever works on it may correct it."""
SYSTEM = Actor(role=Role.SYSTEM)
CONSUMER = Actor(role=Role.CONSUMER)
