"""Turns the clocks of a case as things happen to it: what an event starts, stops, pauses, resumes or extends."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from cases.clocks import Clock, ClockRule
from cases.clockwork import extend_clock, pause_clock, resume_clock, start_clock
from cases.events import Event, EventName
from cases.model import Case
from cases.transitions import ENDED
from handlers.office import Office
from storage.database import Transaction

SINCE = "since"
"""The fact that says from when a clock counts anew, as an ISO instant, where that is not the event's own."""


async def turn_clocks(tx: Transaction, case: Case, event: Event, *, office: Office) -> None:
    """Apply ``event`` to the clocks of ``case``, as it is after it."""
    rules = office.rulebook.clocks_moved_by(event.name, case)
    await _stop(tx, case, event, rules=rules)
    for rule in rules:
        if event.name in rule.paused_by | rule.resumed_by | rule.extended_by:
            await _move(tx, case, event, rule=rule, office=office)
    for rule in await _to_start(tx, case, event, rules=rules):
        tx.clocks.add(await _started(tx, case, event, rule=rule, office=office))
    if event.name is EventName.CORRECTED:
        await _refit(tx, case, event, office=office)


async def _refit(tx: Transaction, case: Case, event: Event, *, office: Office) -> None:
    """The matter of the case is another one by now: limits for matters such as it is not end, and those for matters
    such as it is run from where the law has them start, however late that was understood."""
    running = {clock.rule for clock in (await tx.clocks.of([case.no])).get(case.no, [])}
    narrow = [rule for rule in office.rulebook.clocks if rule.when]
    fitting = [rule for rule in office.rulebook.clocks if rule.fits(case)]
    over = {rule.code for rule in narrow} & running - {rule.code for rule in fitting}
    if over:
        await tx.clocks.stop(case.no, over, at=event.at)
    for rule in fitting:
        anew = rule.when and not rule.chosen and rule.code not in running
        since = await _running_since(tx, case, rule) if anew else None
        if since:
            tx.clocks.add(start_clock(rule, case.no, at=since, pace=office.pace(case)))


async def _running_since(tx: Transaction, case: Case, rule: ClockRule) -> datetime | None:
    """From when the limit would be running now, had it been the case's from the beginning."""
    since: datetime | None = None
    moments = await tx.cases.moments([case.no], rule.started_by | rule.restarted_by | rule.stopped_by)
    for name, at in moments.get(case.no, []):
        if name in rule.restarted_by or (name in rule.started_by and (since is None or rule.restarts)):
            since = at
        elif name in rule.stopped_by:
            since = None
    return since


async def _stop(tx: Transaction, case: Case, event: Event, *, rules: Sequence[ClockRule]) -> None:
    if case.status in ENDED and event.name is not EventName.RECEIVED:
        await tx.clocks.stop(case.no, None, at=event.at)
        return
    codes = [rule.code for rule in rules if event.name in rule.stopped_by | rule.restarted_by]
    codes += [rule.code for rule in rules if event.name in rule.started_by and rule.restarts]
    if codes:
        await tx.clocks.stop(case.no, codes, at=event.at)


async def _move(tx: Transaction, case: Case, event: Event, *, rule: ClockRule, office: Office) -> None:
    clock = await running_clock(tx, case, rule.code)
    if clock is None:
        return
    pace = office.pace(case)
    if event.name in rule.paused_by:
        await tx.clocks.change(pause_clock(clock, at=event.at))
    elif event.name in rule.resumed_by and clock.paused:
        await tx.clocks.change(resume_clock(clock, at=event.at, rule=rule, pace=pace))
    elif event.name in rule.extended_by:
        days = int(event.facts["days"]) if event.facts.get("days") else None
        await tx.clocks.change(extend_clock(clock, at=event.at, rule=rule, pace=pace, days=days))


async def running_clock(tx: Transaction, case: Case, rule: str) -> Clock | None:
    """The clock of this rule that runs on the case."""
    clocks = (await tx.clocks.of([case.no])).get(case.no, [])
    return next((clock for clock in clocks if clock.rule == rule), None)


async def _to_start(tx: Transaction, case: Case, event: Event, *, rules: Sequence[ClockRule]) -> list[ClockRule]:
    """A clock that the law starts once keeps its first start, however often the case is routed again."""
    anew = [rule for rule in rules if event.name in rule.restarted_by]
    starting = [rule for rule in rules if event.name in rule.started_by]
    if not starting:
        return anew
    started = {clock.rule for clock in (await tx.clocks.of([case.no], running=False)).get(case.no, [])}
    return anew + [rule for rule in starting if rule.restarts or rule.code not in started]


async def _started(tx: Transaction, case: Case, event: Event, *, rule: ClockRule, office: Office) -> Clock:
    since = event.facts.get(SINCE)
    at = datetime.fromisoformat(since) if since and event.name in rule.restarted_by else event.at
    until = event.facts.get(rule.chosen) if rule.chosen else None
    inside = await running_clock(tx, case, rule.within) if rule.within else None
    return start_clock(
        rule,
        case.no,
        at=at,
        pace=office.pace(case),
        until=date.fromisoformat(until) if until else None,
        latest=inside.due_on if inside else None,
    )
