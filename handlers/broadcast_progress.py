"""What staff see of a broadcast: before it is approved, for how many it is and how it will look; then how far it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from cases.broadcasts import Broadcast, BroadcastState, Revision, Tally
from cases.texts import sms_segments
from handlers.audiences import resolve
from handlers.broadcast_texts import text_on
from handlers.office import Office
from storage.database import Transaction
from storage.outbox_store import OWING, DeliveryState

ARRIVED = frozenset({DeliveryState.SENT.value, DeliveryState.DELIVERED.value})
HAD = ARRIVED | {DeliveryState.RECALLED.value}
LOST = frozenset({DeliveryState.FAILED.value, DeliveryState.UNREACHABLE.value})
ENDED = ARRIVED | LOST | {DeliveryState.RECALLED.value, DeliveryState.WIPED.value}


@dataclass(frozen=True, kw_only=True)
class OnChannel:
    """Of one channel: how many people, how many seconds at its rate, the text, and what a short one costs."""

    name: str
    label: str
    people: int
    seconds: float
    text: str
    segments: int | None = None


@dataclass(frozen=True, kw_only=True)
class Preview:
    """``ends_at``: when it would be done, begun now or when it is planned; ``in_one_day``: without resting at night."""

    channels: tuple[OnChannel, ...]
    people: int
    refused: int
    starts_at: datetime
    ends_at: datetime
    in_one_day: bool

    @property
    def segments(self) -> int:
        """Of short messages, all together."""
        return sum((one.segments or 0) * one.people for one in self.channels)


async def preview(tx: Transaction, broadcast: Broadcast, *, office: Office) -> Preview:
    ahead = broadcast.kind if broadcast.started_at is None else None
    resolved = await resolve(tx, broadcast.audience, kind=ahead, office=office)
    counts: dict[str, int] = {}
    for person in resolved.people:
        counts[person.channel] = counts.get(person.channel, 0) + 1
    hours = office.rulebook.broadcasting.hours
    channels = tuple(_on_channel(broadcast, name, counts[name], office=office) for name in sorted(counts))
    begins = max(broadcast.send_at or office.now(), office.now())
    starts, longest = hours.next_opening(begins), max((one.seconds for one in channels), default=0.0)
    ends = hours.ends(starts, seconds=longest)
    return Preview(
        channels=channels,
        people=len(resolved.people),
        refused=resolved.refused,
        starts_at=starts,
        ends_at=ends,
        in_one_day=(ends - starts).total_seconds() <= longest + 1,
    )


def _on_channel(broadcast: Broadcast, name: str, people: int, *, office: Office) -> OnChannel:
    rule = office.rulebook.broadcasting.channel(name)
    text = text_on(broadcast, rule, office=office)
    return OnChannel(
        name=name,
        label=rule.label,
        people=people,
        seconds=people / rule.per_second,
        text=text,
        segments=sms_segments(text) if rule.short else None,
    )


def all_forms(broadcast: Broadcast, *, office: Office) -> list[OnChannel]:
    """The text in each form in which people may get it, for a draft of nobody yet: one chat, and the short one."""
    rules = office.rulebook.broadcasting.channels.values()
    forms = {rule.short: rule for rule in reversed(list(rules))}
    return [_on_channel(broadcast, forms[short].name, 0, office=office) for short in sorted(forms)]


@dataclass(frozen=True, kw_only=True)
class Revising:
    """How far a change of what was sent has got: ``done`` of ``total``; ``failed``: refused by the channel;
    ``impossible``: on channels that cannot change anything."""

    revision: Revision
    total: int
    done: int
    failed: int
    impossible: int


@dataclass(frozen=True, kw_only=True)
class Progress:
    """How far it is. ``waiting``: not promised yet; ``left_out``: refused since; ``seconds``: about how much longer."""

    broadcast: Broadcast
    people: int
    waiting: int
    left_out: int
    tallies: tuple[Tally, ...]
    revising: tuple[Revising, ...] = ()
    seconds: float = 0.0
    resting_until: datetime | None = None
    on: dict[str, int] = field(default_factory=dict)

    def count(self, *states: str, channel: str | None = None) -> int:
        """How many texts are in one of these states, on one channel or on all."""
        return sum(t.count for t in self.tallies if t.state in states and channel in (None, t.channel))

    @property
    def ended(self) -> int:
        """How many people have it, or will never have it."""
        return self.count(*ENDED) + self.left_out

    @property
    def share(self) -> float:
        """Between 0 and 1."""
        return self.ended / self.people if self.people else 0.0

    @property
    def reasons(self) -> list[Tally]:
        """Why some did not get it."""
        return [tally for tally in self.tallies if tally.reason and tally.state not in ARRIVED]


async def progress(tx: Transaction, broadcast: Broadcast, *, office: Office) -> Progress:
    tallies = await tx.spread.tallies(broadcast.id)
    waiting = await tx.broadcasts.waiting(broadcast.id)
    on = await tx.broadcasts.people(broadcast.id)
    people, left = sum(on.values()), sum(waiting.values())
    promised = sum(tally.count for tally in tallies)
    return Progress(
        broadcast=broadcast,
        people=people,
        waiting=left,
        left_out=max(0, people - left - promised),
        tallies=tuple(tallies),
        revising=await _revising(tx, broadcast, tallies, office=office),
        seconds=_seconds(waiting, tallies, office=office),
        resting_until=_resting(broadcast, office=office),
        on=on,
    )


def _seconds(waiting: dict[str, int], tallies: Sequence[Tally], *, office: Office) -> float:
    left = dict(waiting)
    for tally in tallies:
        if tally.state in OWING:
            left[tally.channel] = left.get(tally.channel, 0) + tally.count
    rules = office.rulebook.broadcasting
    return max((count / rules.channel(name).per_second for name, count in left.items()), default=0.0)


def _resting(broadcast: Broadcast, *, office: Office) -> datetime | None:
    hours, now = office.rulebook.broadcasting.hours, office.now()
    resting = broadcast.state is BroadcastState.SENDING and not hours.open_at(now)
    return hours.next_opening(now) if resting else None


async def _revising(
    tx: Transaction, broadcast: Broadcast, tallies: Sequence[Tally], *, office: Office
) -> tuple[Revising, ...]:
    found = []
    for revision in await tx.broadcasts.revisions(broadcast.id):
        changed = tallies if revision.body is None else await tx.spread.tallies(broadcast.id, until=revision.at)
        found.append(_how_far(revision, changed, await tx.spread.tallies(revision.mark), office=office))
    return tuple(found)


def _how_far(revision: Revision, texts: Sequence[Tally], changes: Sequence[Tally], *, office: Office) -> Revising:
    rules = office.rulebook.broadcasting
    had = [tally for tally in texts if tally.state in HAD]
    fixed = sum(tally.count for tally in had if not rules.channel(tally.channel).revisable)
    return Revising(
        revision=revision,
        total=sum(tally.count for tally in had) - fixed,
        done=sum(tally.count for tally in changes if tally.state in HAD),
        failed=sum(tally.count for tally in changes if tally.state in LOST),
        impossible=fixed,
    )
