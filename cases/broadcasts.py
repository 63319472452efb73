"""Broadcasts: tips and alerts for many people; what may be done to one, for whom it is, and when it may be sent."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from datetime import datetime, time, timedelta
from enum import StrEnum
from typing import Any

from cases.calendar import CHINA, china_date, china_instant
from cases.model import Role, Staff

DRAFTERS = frozenset({Role.DESK, Role.LEAD, Role.ADMIN})
APPROVERS = frozenset({Role.LEAD, Role.ADMIN})
NOBODY = "system"
"""Who drafted what the program drafted by itself."""
DAY = timedelta(days=1)


class BroadcastKind(StrEnum):
    """``TIP`` is general advice; ``ALERT`` warns of a concrete danger, which needs verified facts."""

    TIP = "tip"
    ALERT = "alert"


class BroadcastState(StrEnum):
    DRAFT = "draft"
    APPROVED = "approved"
    SENDING = "sending"
    STOPPED = "stopped"
    SENT = "sent"
    RECALLED = "recalled"


@dataclass(frozen=True, kw_only=True)
class Move:
    """From which states a verb may be done, and where it leads; None stays where it is."""

    sources: frozenset[BroadcastState]
    target: BroadcastState | None


def _move(target: BroadcastState | None, *sources: BroadcastState) -> Move:
    return Move(sources=frozenset(sources), target=target)


TABLE: Mapping[str, Move] = {
    "edit": _move(BroadcastState.DRAFT, BroadcastState.DRAFT, BroadcastState.APPROVED, BroadcastState.STOPPED),
    "submit": _move(None, BroadcastState.DRAFT),
    "approve": _move(BroadcastState.APPROVED, BroadcastState.DRAFT),
    "give_back": _move(BroadcastState.DRAFT, BroadcastState.DRAFT, BroadcastState.APPROVED),
    "send": _move(BroadcastState.SENDING, BroadcastState.APPROVED),
    "stop": _move(BroadcastState.STOPPED, BroadcastState.APPROVED, BroadcastState.SENDING),
    "resume": _move(BroadcastState.SENDING, BroadcastState.STOPPED),
    "finish": _move(BroadcastState.SENT, BroadcastState.SENDING),
    "correct": _move(None, BroadcastState.STOPPED, BroadcastState.SENT),
    "recall": _move(BroadcastState.RECALLED, BroadcastState.STOPPED, BroadcastState.SENT),
}
"""An approved one that was edited is a draft again: nobody sends words that the second officer has not read. Hence one
that was stopped before it began is edited, and one that people have is corrected (``Broadcast.allows``)."""
STARTED = frozenset({BroadcastState.SENDING, BroadcastState.STOPPED, BroadcastState.SENT, BroadcastState.RECALLED})
OF_APPROVERS = frozenset({"approve", "give_back", "correct", "recall"})
BY_PEOPLE = tuple(verb for verb in TABLE if verb != "finish")


@dataclass(frozen=True, kw_only=True)
class Audience:
    """For whom a broadcast is: subscribers, members of groups, and those who complained of something.

    Each that is named adds its people; ``region`` (digits of a division) and ``channels`` narrow them down. Nothing
    named means nobody, except that a region or channels alone mean all their subscribers.
    """

    everyone: bool = False
    topics: tuple[str, ...] = ()
    region: str | None = None
    channels: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    merchant: str | None = None
    product: str | None = None
    category: str | None = None

    @property
    def of_cases(self) -> bool:
        """Whether those with a case about something are meant."""
        return bool(self.merchant or self.product or self.category)

    @property
    def of_subscribers(self) -> bool:
        narrowed = bool(self.region or self.channels) and not (self.groups or self.of_cases)
        return self.everyone or bool(self.topics) or narrowed

    def dumped(self) -> str:
        """As text that ``load`` reads."""
        named = {name: value for name, value in asdict(self).items() if value}
        return json.dumps(named, ensure_ascii=False, sort_keys=True)

    @classmethod
    def load(cls, text: str) -> Audience:
        given: dict[str, Any] = json.loads(text)
        known = {one.name for one in fields(cls)}
        kept: dict[str, Any] = {}
        for name in known & given.keys():
            kept[name] = tuple(given[name]) if isinstance(given[name], list) else given[name]
        return cls(**kept)


@dataclass(frozen=True, kw_only=True)
class Broadcast:
    """One text for many. ``drafted_by`` wrote its words last, and ``approved_by`` has read them; None: nobody yet.

    ``people`` is how many it is for, known once it starts. ``send_at``: not before then. ``published_at``: since when
    it may be read by everybody. Instants are aware.
    """

    id: str
    kind: BroadcastKind
    title: str
    body: str
    audience: Audience
    drafted_by: str
    created_at: datetime
    state: BroadcastState = BroadcastState.DRAFT
    picture: str | None = None
    approved_by: str | None = None
    signal: int | None = None
    people: int | None = None
    send_at: datetime | None = None
    approved_at: datetime | None = None
    started_at: datetime | None = None
    finished_at: datetime | None = None
    published_at: datetime | None = None
    recalled_at: datetime | None = None
    note: str | None = None
    version: int = 1

    def allows(self, verb: str) -> bool:
        if self.state is BroadcastState.STOPPED and verb in ("edit", "correct"):
            return (verb == "correct") == (self.started_at is not None)
        return self.state in TABLE[verb].sources

    def after(self, verb: str) -> BroadcastState:
        """The state to which a verb leads that is allowed now."""
        return TABLE[verb].target or self.state


def may(staff: Staff, verb: str, broadcast: Broadcast | None = None) -> bool:
    """Whether the member's post allows the verb; nobody approves their own words."""
    if verb not in OF_APPROVERS:
        return staff.role in DRAFTERS
    own = verb == "approve" and broadcast is not None and broadcast.drafted_by == staff.id
    return staff.role in APPROVERS and not own


@dataclass(frozen=True, kw_only=True)
class SendingHours:
    """The hours of the day, in China, in which people may be sent what they did not ask for."""

    start: time
    end: time

    def open_at(self, instant: datetime) -> bool:
        return self.start <= instant.astimezone(CHINA).time() < self.end

    def next_opening(self, instant: datetime) -> datetime:
        """``instant`` when it is within the hours, else when they next begin."""
        if self.open_at(instant):
            return instant
        today = china_instant(china_date(instant), self.start)
        return today if instant < today else china_instant(china_date(instant) + DAY, self.start)

    def ends(self, start: datetime, *, seconds: float) -> datetime:
        """When so many seconds of work are done that begin at ``start`` and rest outside the hours."""
        at, left = self.next_opening(start), timedelta(seconds=seconds)
        while True:
            closing = china_instant(china_date(at), self.end)
            if at + left <= closing:
                return at + left
            left -= closing - at
            at = self.next_opening(closing)


@dataclass(frozen=True, kw_only=True)
class ChannelRule:
    """What is known of a channel. ``per_second``: how many texts it takes; ``short``: two segments with a link.

    ``revisable``: what was sent can be changed or taken back, the latter within ``take_back_hours`` (None: always).
    """

    name: str
    label: str
    per_second: int = 30
    short: bool = False
    revisable: bool = True
    take_back_hours: int | None = None

    def can_take_back(self, sent_at: datetime | None, *, now: datetime) -> bool:
        late = self.take_back_hours is not None and sent_at is not None
        return not late or now - (sent_at or now) < timedelta(hours=self.take_back_hours or 0)


@dataclass(frozen=True, kw_only=True)
class Broadcasting:
    """The site's rules of broadcasts. ``title`` and ``body``: most characters; ``case_days``: how far back the cases
    lie whose people may be written to; ``head_seconds``: for so many seconds of sending, texts stand ready."""

    hours: SendingHours
    title: int
    body: int
    case_days: int
    head_seconds: int
    channels: Mapping[str, ChannelRule] = field(default_factory=dict)

    def channel(self, name: str) -> ChannelRule:
        """The rule of a channel; one of which nothing is said is like a chat."""
        return self.channels.get(name) or ChannelRule(name=name, label=name)


@dataclass(frozen=True, kw_only=True)
class Topic:
    """What one can subscribe to: some categories under a name. ``words``: what people call it besides."""

    code: str
    label: str
    categories: tuple[str, ...] = ()
    words: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Revision:
    """One change of what was already sent: other words, or (``body`` None) taken back. ``upto``: the row of the outbox
    up to which it was passed on."""

    broadcast: str
    n: int
    by: str
    at: datetime
    title: str | None = None
    body: str | None = None
    upto: int = 0
    finished_at: datetime | None = None

    @property
    def mark(self) -> str:
        """Under which its texts stand in the outbox."""
        return f"{self.broadcast}/{self.n}"


@dataclass(frozen=True, kw_only=True)
class Step:
    """One thing that was done to a broadcast, by whom and when."""

    what: str
    by: str
    at: datetime
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class Tally:
    """So many texts on a channel are in this state, for this reason."""

    channel: str
    state: str
    reason: str | None
    count: int


@dataclass(frozen=True, kw_only=True)
class Result:
    """What became of the text for one person, without the person. ``n`` only tells them apart."""

    n: int
    channel: str
    state: str
    at: datetime | None
    reason: str | None
