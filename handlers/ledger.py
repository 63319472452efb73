"""The one door for every change: the case, its journal, its clocks and the notices it owes, all in one transaction."""

from __future__ import annotations

from cases.events import Change
from cases.model import Case
from handlers.business_keys import business_key
from handlers.notices import promise_notices
from handlers.office import Office
from handlers.timekeeping import turn_clocks
from storage.database import Transaction


async def record(tx: Transaction, change: Change, *, office: Office, before: Case | None) -> Case:
    """Apply every consequence of ``change``. ``before`` is the case as it was read, None when it is new.

    Raises CaseError ``changed_meanwhile`` when another change came first.
    """
    case = change.case
    if before is None:
        tx.cases.add(case, business=business_key(case.merchant.name, office=office))
    else:
        await tx.cases.update(case, expected=before.version)
    tx.cases.log(change.events)
    for event in change.events:
        await turn_clocks(tx, case, event, office=office)
        await promise_notices(tx, case, event, office=office)
    return case
