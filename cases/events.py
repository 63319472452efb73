"""What can happen to a case, as values that the journal keeps and the data files name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from cases.model import Case, CaseNo


class EventName(StrEnum):
    RECEIVED = "received"
    ROUTED = "routed"
    SENT_BACK = "sent_back"
    SIGNED = "signed"
    SUPPLEMENT_ASKED = "supplement_asked"
    SUPPLEMENTED = "supplemented"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    MEDIATED = "mediated"
    AGREED = "agreed"
    SETTLED = "settled"
    TERMINATED = "terminated"
    WITHDRAWN = "withdrawn"
    DOCKETED = "docketed"
    DISMISSED = "dismissed"
    TRANSFERRED = "transferred"
    REDIRECTED = "redirected"
    DECIDED = "decided"
    ANSWERED = "answered"
    CLOSED = "closed"
    FOLLOW_UP_OPENED = "follow_up_opened"
    RATED = "rated"
    ARCHIVED = "archived"
    ADDED = "added"
    CHASED = "chased"
    REPLIED = "replied"
    OVERDUE = "overdue"


@dataclass(frozen=True, kw_only=True)
class Event:
    """One thing that happened: what, to which case, when (aware), by whom (a staff id or a role), and its facts."""

    name: EventName
    case_no: CaseNo
    at: datetime
    by: str
    facts: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Change:
    """What a verb did: the case as it is now and the events that tell why."""

    case: Case
    events: tuple[Event, ...]
