"""Signals for those who decide on them: the list, one with all that is behind it, and what can be done to it.

Each method is one transaction.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from cases.broadcasts import DRAFTERS, Broadcast, BroadcastKind
from cases.calendar import Days, china_date
from cases.errors import CaseError
from cases.expecting import DAY, Course, Past, day_class
from cases.model import Case, CaseNo, Staff, StaffId
from cases.signals import Effect, Signal, SignalState, by_day, effect, window
from handlers import broadcasts
from handlers.access import may_see
from handlers.office import Office
from handlers.signal_drafts import Warning, written
from handlers.signals import history
from storage.database import Database, Transaction

LISTED = 100
NOTE = 400
"""Characters of a reason that are kept."""


@dataclass(frozen=True, kw_only=True)
class Shown:
    """A signal with all that is to be seen of it. ``cases``: those that the reader may see, and ``hidden`` how many
    others; ``counts``: people a day on the days of ``chart``; ``warning``: what could be sent, of one not decided."""

    signal: Signal
    cases: Sequence[Case]
    hidden: int
    chart: Days
    counts: dict[date, int]
    warning: Warning | None
    broadcast: Broadcast | None
    sent_on: date | None
    effect: Effect | None
    decider: str


class SignalDesk:
    """The use cases behind ``/desk/signals``."""

    def __init__(self, *, database: Database, office: Office) -> None:
        self._database = database
        self.office = office

    async def recent(self, by: Staff) -> list[Signal]:
        """What nobody has decided on first. CaseError ``signal_not_yours``."""
        _check_post(by)
        async with self._database.read() as tx:
            return await tx.signals.recent(limit=LISTED)

    async def show(self, by: Staff, signal_id: int) -> Shown:
        """CaseError ``signal_unknown`` when there is none, ``signal_not_yours`` for who may not look."""
        _check_post(by)
        async with self._database.read() as tx:
            signal = await _known(tx, signal_id)
            cases = list((await tx.cases.some([CaseNo(no) for no in signal.cases])).values())
            seen = [case for case in cases if may_see(by, case, office=self.office)]
            broadcast = await tx.broadcasts.get(signal.broadcast) if signal.broadcast else None
            sent = china_date(broadcast.started_at) if broadcast and broadcast.started_at else None
            names = await tx.staff.names([StaffId(signal.decided_by)] if signal.decided_by else [])
            chart = self._chart(signal)
            return Shown(
                signal=signal,
                cases=sorted(seen, key=lambda case: (case.received_at, case.no), reverse=True),
                hidden=len(signal.cases) - len(seen),
                chart=chart,
                counts=by_day(await tx.signals.brought(chart, signal.facets)),
                warning=self._written(signal, cases),
                broadcast=broadcast,
                sent_on=sent,
                effect=await self._effect(tx, signal, sent) if sent else None,
                decider=names.get(signal.decided_by or "", ""),
            )

    def _chart(self, signal: Signal) -> Days:
        """The days up to the last count, and after it while the signal is followed; not more than are shown."""
        rules, today = self.office.rulebook.watching, self.office.today()
        return window(min(today, signal.until + rules.effect * DAY), rules.shown)

    def _written(self, signal: Signal, cases: Sequence[Case]) -> Warning | None:
        return written(signal, cases, office=self.office) if signal.state is SignalState.NEW else None

    async def _effect(self, tx: Transaction, signal: Signal, sent: date) -> Effect | None:
        rules, today, first = self.office.rulebook.watching, self.office.today(), await tx.signals.first()
        span = history(first, sent - rules.effect * DAY, rules) if first else None
        if span is None:
            return None
        names = tuple(signal.facets)
        whole = Days(first=span.first, last=max(today, sent))
        found = await tx.signals.daily(names, [signal.facets[names[0]]], whole)
        course = Course(first=span.first, counts=found.get(tuple(signal.facets.values()), {}))
        kinds = day_class(self.office.calendar)
        past = Past(course=course, until=sent, habit=rules.habit, day_class=kinds)
        return effect(course, past, sent=sent, today=today, rules=rules)

    async def draft(self, by: Staff, signal_id: int) -> Broadcast:
        """Take the drafted warning up as a broadcast, which is edited, approved by another, and sent as any other.

        CaseError ``signal_unknown``, ``signal_not_yours``, or ``signal_decided`` when somebody was faster.
        """
        _check_post(by)
        async with self._database.begin() as tx:
            signal = await _open(tx, signal_id)
            cases = list((await tx.cases.some([CaseNo(no) for no in signal.cases])).values())
            warning = written(signal, cases, office=self.office)
            made = await broadcasts.draft(
                tx,
                kind=BroadcastKind.TIP,
                title=warning.title,
                body=warning.body,
                audience=warning.audience,
                by=by,
                signal=signal.id,
                office=self.office,
            )
            await tx.signals.decide(signal, SignalState.DRAFTED, by=by.id, at=self.office.now(), broadcast=made.id)
            return made

    async def dismiss(self, by: Staff, signal_id: int, *, reason: str) -> None:
        """No warning, and why. The CaseErrors of ``draft``, and ``signal_no_reason``."""
        _check_post(by)
        reason = " ".join(reason.split())[:NOTE]
        if not reason:
            raise CaseError("signal_no_reason")
        async with self._database.begin() as tx:
            signal = await _open(tx, signal_id)
            await tx.signals.decide(signal, SignalState.DISMISSED, by=by.id, at=self.office.now(), note=reason)


def _check_post(by: Staff) -> None:
    if by.role not in DRAFTERS:
        raise CaseError("signal_not_yours")


async def _known(tx: Transaction, signal_id: int, *, lock: bool = False) -> Signal:
    found = await tx.signals.get(signal_id, lock=lock)
    if found is None:
        raise CaseError("signal_unknown")
    return found


async def _open(tx: Transaction, signal_id: int) -> Signal:
    signal = await _known(tx, signal_id, lock=True)
    if signal.state is not SignalState.NEW:
        raise CaseError("signal_decided")
    return signal
