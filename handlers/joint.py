"""Joint complaints: several consumers against one business on one matter are handled once and all told (Art. 12)."""

from __future__ import annotations

from cases.errors import CaseError
from cases.lifecycle import find
from cases.model import Case, Kind
from cases.transitions import OPEN
from handlers.office import Office
from storage.database import Transaction

OWN = frozenset(
    {"ask_supplement", "supplement", "find_clue", "ask_join", "escalate", "represent", "respond", "correct"}
)
"""What is done to the leading case alone."""
SINGLY = frozenset({"leave_group", "correct"})
"""What is done to one of the others by itself: each consumer told a story of its own."""
BINDING = frozenset({"agree", "settle"})
"""What binds all only with the consent of each who is represented (Art. 12)."""
MOST = 500


async def members(tx: Transaction, case: Case, verb: str) -> list[Case]:
    """The cases to which ``verb`` is done as well, locked. CaseError ``ask_each``: nobody consents for the others."""
    found = [member for member in await members_of(tx, case, lock=True) if find(member, verb)]
    if found and verb == "ask_entrust":
        raise CaseError("ask_each", no=case.no)
    return [] if verb in OWN else found


async def members_of(tx: Transaction, case: Case, *, lock: bool = False) -> list[Case]:
    """The open cases that are handled with this one. ``lock``: nobody else may change them until the end."""
    if case.kind is not Kind.COMPLAINT or case.part_of:
        return []
    return [member for member in await tx.cases.parts_of(case.no, lock=lock) if member.status in OPEN]


async def joinable(tx: Transaction, case: Case, *, office: Office) -> list[Case]:
    """The cases with which ``case`` could be handled, the oldest first; none for a case that leads others."""
    if case.bureau is None or await members_of(tx, case):
        return []
    beside = await tx.cases.open_in([case.bureau], statuses={case.status}, limit=MOST)
    return [lead for lead in beside if lead.no != case.no and _fits(lead, case, office=office)]


async def check_joinable(tx: Transaction, case: Case, lead_no: str, *, office: Office) -> Case:
    """The case with which ``case`` could be handled.

    Raises CaseError ``other_unknown`` when there is none of that number, and ``not_joinable`` when it is not about the
    same business in the same bureau, stands elsewhere, or is itself handled with another.
    """
    lead = await tx.cases.get(lead_no)
    if lead is None or lead.no == case.no:
        raise CaseError("other_unknown", no=lead_no)
    if not _fits(lead, case, office=office) or await members_of(tx, case):
        raise CaseError("not_joinable", no=case.no, lead=lead.no)
    return lead


def _fits(lead: Case, case: Case, *, office: Office) -> bool:
    same = lead.kind is case.kind and lead.bureau == case.bureau and lead.status is case.status
    names = lead.merchant.name or "", case.merchant.name or ""
    return same and lead.part_of is None and office.reader.alike(*names)
