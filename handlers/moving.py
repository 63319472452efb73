"""One step of one case: the table allows it, the ledger writes it."""

from __future__ import annotations

from collections.abc import Mapping

from cases import lifecycle
from cases.model import Actor, Case
from handlers.ledger import record
from handlers.office import Office
from storage.database import Transaction


async def do(
    tx: Transaction, case: Case, verb: str, *, by: Actor, facts: Mapping[str, str] | None = None, office: Office
) -> Case:
    """Do ``verb`` now; returns the case as it is then. Raises the CaseErrors of ``lifecycle.move``."""
    change = lifecycle.move(case, verb, by=by, at=office.now(), facts=facts)
    return await record(tx, change, office=office, before=case)
