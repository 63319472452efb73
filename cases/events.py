"""What can happen to a case, as values that the journal keeps and the data files name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from cases.model import Case, CaseNo


class EventName(StrEnum):
    RECEIVED = "received"
    NEGOTIATED = "negotiated"
    OFFERED = "offered"
    NEGOTIATION_FAILED = "negotiation_failed"
    ROUTED = "routed"
    SENT_BACK = "sent_back"
    DISPUTED = "disputed"
    DESIGNATED = "designated"
    SIGNED = "signed"
    ASSIGNED = "assigned"
    SUPPLEMENT_ASKED = "supplement_asked"
    SUPPLEMENTED = "supplemented"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    MEDIATED = "mediated"
    SCHEDULED = "scheduled"
    ENTRUST_ASKED = "entrust_asked"
    ENTRUSTED = "entrusted"
    ENTRUST_ENDED = "entrust_ended"
    APPRAISAL_ORDERED = "appraisal_ordered"
    APPRAISAL_DONE = "appraisal_done"
    RECUSAL_ASKED = "recusal_asked"
    RECUSAL_DECIDED = "recusal_decided"
    AGREED = "agreed"
    SETTLED = "settled"
    TERMINATED = "terminated"
    FRAUD_FOUND = "fraud_found"
    WITHDRAWN = "withdrawn"
    CALLED_OFF = "called_off"
    JOIN_ASKED = "join_asked"
    JOINED = "joined"
    LEFT_GROUP = "left_group"
    REPRESENTED = "represented"
    REFUSED = "refused"
    CLUE_FOUND = "clue_found"
    TEST_ORDERED = "test_ordered"
    TEST_DONE = "test_done"
    EXTENSION_ASKED = "extension_asked"
    EXTENDED = "extended"
    EXTENDED_FURTHER = "extended_further"
    MERGED = "merged"
    CONTINUED = "continued"
    DUPLICATED = "duplicated"
    DOCKETED = "docketed"
    DISMISSED = "dismissed"
    INVESTIGATED = "investigated"
    SUSPENDED = "suspended"
    RESUMED = "resumed"
    TRANSFERRED = "transferred"
    REDIRECTED = "redirected"
    DECIDED = "decided"
    REVISED = "revised"
    UNPUBLISHED = "unpublished"
    TOLD = "told"
    REWARDED = "rewarded"
    RECLASSIFY_ASKED = "reclassify_asked"
    RECLASSIFIED = "reclassified"
    ANSWERED = "answered"
    CLOSED = "closed"
    FOLLOW_UP_OPENED = "follow_up_opened"
    SAMPLED = "sampled"
    RATED = "rated"
    RATED_LOW = "rated_low"
    FOLLOWED_UP = "followed_up"
    REHANDLED = "rehandled"
    ARCHIVED = "archived"
    ADDED = "added"
    CHASED = "chased"
    REPLIED = "replied"
    ESCALATED = "escalated"
    RESPONDED = "responded"
    CORRECTED = "corrected"
    PHONED = "phoned"
    OVERDUE = "overdue"
    RECOUNTED = "recounted"


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
