"""Watches what is complained of: counts it against what is usual, and puts what is far more before the office.

Each look reads the complaints of the longest window only; what was counted before them is read once a day, and only
for what has enough complaints now. Tip-offs are not counted at all (Order 121, Art. 37).
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, time, timedelta

from cases.calendar import WEEK, Days, china_date, china_instant
from cases.expecting import DAY, LEVEL_WEEKS, Course, DayClass, Past, day_class
from cases.messages import Address, Outgoing
from cases.model import Role
from cases.notices import Priority
from cases.signals import (
    Brought,
    Series,
    Signal,
    SignalState,
    Spike,
    Watching,
    by_day,
    heads,
    key_of,
    many,
    window,
)
from handlers.office import Office
from handlers.recipients import desk_addresses, roster_of
from handlers.signal_words import ping_text
from storage.database import Database, Transaction
from storage.outbox_store import Promise

SLICE = 5
"""Days of complaints that are read at once."""
KNOWN = 500
"""Signals that are remembered at a look."""
YOUNG = LEVEL_WEEKS * WEEK
"""Days that must have been counted before anything is unusual."""

Head = tuple[tuple[str, str], ...]
"""The facets of a series, as a key; none: everything together."""
Counts = Mapping[date, int]


@dataclass(frozen=True, kw_only=True)
class Found:
    """What a look found. ``young``: too little was ever counted to say what is usual."""

    spikes: tuple[Spike, ...] = ()
    young: bool = False


class Watcher:
    """The look of one process, with what it remembers of the days before."""

    def __init__(self, database: Database, office: Office) -> None:
        self._database = database
        self._office = office
        self._span: Days | None = None
        self._counts: dict[Head, Counts] = {}

    async def work(self) -> int:
        """Put new spikes before the office, and count known ones anew; returns how many are new."""
        found = await self.look()
        if not found.spikes:
            return 0
        async with self._database.begin() as tx:
            known = {key_of(one.facets): one for one in await known_signals(tx, office=self._office)}
            put = [
                await _put(tx, spike, known.get(key_of(spike.facets)), office=self._office) for spike in found.spikes
            ]
        return sum(put)

    async def look(self, today: date | None = None) -> Found:
        """What is far more than usual on a day, today without one; nothing is written.

        The complaints of a known signal explain no other, and what was decided a while ago is not found again.
        """
        rules, today = self._office.rulebook.watching, today or self._office.today()
        longest = window(today, max(rules.windows))
        async with self._database.read() as tx:
            first = await tx.signals.first()
            if first is None or (today - first).days < YOUNG:
                return Found(young=True)
            known = await known_signals(tx, office=self._office, today=today)
            recent = [one for days in _slices(longest) for one in await tx.signals.brought(days)]
            series, closer = await asyncio.to_thread(_grouped, recent, (today, rules))
            await self._count(tx, list(closer), span=history(first, longest.first, rules))
        whole = self._course((), closer.pop(()), first=first)
        usual = _past(whole, today, office=self._office)
        look = _Look(rules=rules, today=today, usual=usual, known=tuple(known), looked_at=series)

        def found() -> list[Spike]:
            courses = {head: self._course(head, some, first=first) for head, some in closer.items()}
            return look.spikes({h: Series(facets=dict(h), recent=closer[h], course=c) for h, c in courses.items()})

        # Counted in another thread: with many series it takes longer than somebody's answer may wait.
        return Found(spikes=tuple(await asyncio.to_thread(found)))

    async def _count(self, tx: Transaction, wanted: Sequence[Head], *, span: Days | None) -> None:
        """Read what was counted before, of the series of which it is not known yet."""
        if span != self._span:
            self._span, self._counts = span, {}
        missing = [head for head in wanted if head not in self._counts]
        for names in {tuple(name for name, _ in head): None for head in missing if span}:
            assert span is not None
            these = [head for head in missing if tuple(name for name, _ in head) == names]
            found = await tx.signals.daily(names, {head[0][1] for head in these if head}, span)
            self._counts |= {head: found.get(tuple(value for _, value in head), {}) for head in these}

    def _course(self, head: Head, recent: Sequence[Brought], *, first: date) -> Course:
        start = self._span.first if self._span else first
        return Course(first=start, counts={**self._counts.get(head, {}), **by_day(recent)})


@dataclass(frozen=True, kw_only=True)
class _Look:
    """What is the same for all series of a look."""

    rules: Watching
    today: date
    usual: Past
    known: tuple[Signal, ...]
    looked_at: int

    def spikes(self, series: Mapping[Head, Series]) -> list[Spike]:
        """The spikes, by the order of the site's series, the least likely first.

        What an earlier one explains is no second spike: the complaints against one business make a whole county rise,
        also those that still come in after it was decided.
        """
        told = {key_of(one.facets): set(one.cases) for one in self.known}
        decided = {key_of(one.facets) for one in self.known if one.state is not SignalState.NEW}
        found: list[Spike] = []
        for names in self.rules.series:
            these = [one for head, one in series.items() if tuple(name for name, _ in head) == names]
            fresh = (self._spike(one, told) for one in these if key_of(one.facets) not in decided)
            spikes = sorted((spike for spike in fresh if spike), key=lambda spike: spike.chance)
            told |= {key_of(one.facets): {it.no for it in one.recent} for one in these if key_of(one.facets) in decided}
            told |= {key_of(spike.facets): set(spike.cases) for spike in spikes}
            found += spikes
        return found

    def _spike(self, series: Series, told: Mapping[str, set[str]]) -> Spike | None:
        own = key_of(series.facets)
        elsewhere = set().union(*(cases for key, cases in told.items() if key != own))
        past = Past(
            course=series.course,
            until=self.today,
            habit=self.rules.habit,
            day_class=self.usual.day_class,
            usual=self.usual,
        )
        return series.without(elsewhere).spike(past, until=self.today, rules=self.rules, looked_at=self.looked_at)


def _past(course: Course, today: date, *, office: Office) -> Past:
    kinds: DayClass = day_class(office.calendar)
    return Past(course=course, until=today, habit=office.rulebook.watching.habit, day_class=kinds)


def history(first: date, until: date, rules: Watching) -> Days | None:
    """The days before ``until`` that are of use, when the oldest complaint is from ``first``; None when there is none.

    So many more than the habit asks for that the longest window, too, has its year before.
    """
    start = max(first, until - rules.habit.back - max(rules.windows) * DAY)
    return Days(first=start, last=until - DAY) if start < until else None


def _slices(days: Days) -> Iterator[Days]:
    """The days in parts, so that nobody waits while one is read."""
    first = days.first
    while first <= days.last:
        last = min(first + (SLICE - 1) * DAY, days.last)
        yield Days(first=first, last=last)
        first = last + DAY


def _grouped(recent: Sequence[Brought], at: tuple[date, Watching]) -> tuple[int, dict[Head, list[Brought]]]:
    """How many series there are, and the complaints of those with enough people now; and all of them under no head."""
    today, rules = at
    found: dict[Head, list[Brought]] = {}
    for one in recent:
        for facets in heads(one, rules):
            found.setdefault(tuple(facets.items()), []).append(one)
    closer = {head: some for head, some in found.items() if many(some, today, rules)}
    return len(found), {**closer, (): list(recent)}


async def known_signals(tx: Transaction, *, office: Office, today: date | None = None) -> list[Signal]:
    """Those before the office on a day, today without one, and those decided a short while before it."""
    day = today or office.today()
    since = china_instant(day, time.min) - timedelta(days=office.rulebook.watching.quiet)
    recent = await tx.signals.recent(limit=KNOWN, decided_since=since)
    return [_as_of(day, signal) for signal in recent if signal.found_on <= day]


def _as_of(day: date, signal: Signal) -> Signal:
    """The signal as it stood on a day: what was decided later was not decided then."""
    later = signal.decided_at is not None and china_date(signal.decided_at) > day
    return replace(signal, state=SignalState.NEW) if later else signal


async def _put(tx: Transaction, spike: Spike, known: Signal | None, *, office: Office) -> bool:
    """Put a spike before the office; one that is there already is counted anew, and nobody is told a second time.

    Unless it is another one that nobody has looked at: a spike that begins after the last day of the one before.
    """
    another = known is not None and known.state is SignalState.NEW and spike.since > known.until
    if known is not None and not another:
        if known.state is SignalState.NEW:
            await tx.signals.recount(known, spike)
        return False
    signal = await (tx.signals.renew(known, spike) if known else tx.signals.add(spike))
    if signal is None:
        return False
    await _tell(tx, signal, office=office)
    return True


async def _tell(tx: Transaction, signal: Signal, *, office: Office) -> None:
    text = ping_text(signal, office=office)
    promised = [
        Promise(
            outgoing=Outgoing(address=address, text=text),
            priority=Priority.PING,
            at=office.now(),
            key=f"signal/{signal.id}/{signal.found_on.isoformat()}/{address}",
        )
        for address in await _addresses(tx, office=office)
    ]
    await tx.outbox.promise_once(promised)


async def _addresses(tx: Transaction, *, office: Office) -> list[Address]:
    """Where the office for consumers is reached: desk and leads of the bureau at the site's desk, else any desk."""
    desk, roles = office.rulebook.site.desk, (Role.DESK, Role.LEAD)
    here = (await roster_of(tx, office=office)).at_work()
    found = [address for one, there in here if one.bureau == desk and one.role in roles for address in there]
    return found or await desk_addresses(tx, office=office)
