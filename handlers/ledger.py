"""The one door for every change: the case, its journal, its clocks and the notices it owes, all in one transaction."""

from __future__ import annotations

from cases.calendar import china_date
from cases.clocks import ClockRule, start_clock
from cases.events import Change, Event
from cases.model import Case
from handlers.notices import promise_notices
from handlers.office import Office
from storage.database import Transaction


async def record(tx: Transaction, change: Change, *, office: Office, before: Case | None) -> Case:
    """Apply every consequence of ``change``. ``before`` is the case as it was read, None when it is new.

    Raises CaseError ``changed_meanwhile`` when another change came first.
    """
    case = change.case
    if before is None:
        tx.cases.add(case)
    else:
        await tx.cases.update(case, expected=before.version)
    tx.cases.log(change.events)
    for event in change.events:
        await _turn_clocks(tx, case, event, office=office)
        await promise_notices(tx, case, event, office=office)
    return case


async def _turn_clocks(tx: Transaction, case: Case, event: Event, *, office: Office) -> None:
    received_on = china_date(case.received_at)
    rules = [rule for rule in office.rulebook.clocks if case.kind in rule.kinds and rule.covers(received_on)]
    started = [rule for rule in rules if event.name in rule.started_by]
    stopped = [rule.code for rule in rules if event.name in rule.stopped_by]
    stopped += [rule.code for rule in started if rule.restarts]
    if stopped:
        await tx.clocks.stop(case.no, stopped, at=event.at)
    for rule in await _to_start(tx, case, started):
        clock = start_clock(
            rule,
            case.no,
            at=event.at,
            calendar=office.rulebook.calendar,
            hours=office.rulebook.site.hours,
            urgent=case.urgent,
        )
        tx.clocks.add(clock)


async def _to_start(tx: Transaction, case: Case, rules: list[ClockRule]) -> list[ClockRule]:
    """A clock that the law starts once keeps its first start, however often the case is routed again."""
    if not rules:
        return []
    started = {clock.rule for clock in (await tx.clocks.of([case.no], running=False)).get(case.no, [])}
    return [rule for rule in rules if rule.restarts or rule.code not in started]
