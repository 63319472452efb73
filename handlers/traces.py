"""What officers may weigh under Order 121, Art. 17: facts about who brought a case, for those who may know who did.

Nothing here is a verdict, and none of it is for consumers, businesses, mediating bodies, the ledger or a log.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from cases.model import Case, CaseNo, Kind, Staff
from cases.similar import Trace, TraceRule
from cases.transitions import CLAIM
from handlers.access import is_same_person, may_know, may_see
from handlers.guests import GUESTS
from handlers.office import Office
from storage.case_store import Identity
from storage.database import Transaction
from storage.similar_store import Known

MOST = 300
"""Cases of one person, telephone or address that are read, the newest; there may be more."""


@dataclass(frozen=True, kw_only=True)
class Seen:
    """A fact: how many ``times`` (cases, or other people), on what (``of``, ``businesses``), and in which cases the
    reader may look it up."""

    rule: TraceRule
    times: int
    businesses: int = 0
    of: str = ""
    cases: tuple[CaseNo, ...] = ()


@dataclass(frozen=True, kw_only=True)
class _About:
    """A case with who brought it, and the cases that this member may set beside it."""

    case: Case
    identity: Identity
    phone_index: str | None
    address_index: str | None
    known: tuple[Known, ...]
    staff: Staff
    office: Office


async def traces(tx: Transaction, staff: Staff, case: Case, *, office: Office) -> tuple[Seen, ...]:
    """The facts of Art. 17 that are there for this case; none for who may not know who brought it.

    Of an informant without a name nothing is set beside anything, and tip-offs count only where the member may know who
    brought them as well (Art. 37).
    """
    if staff.role in GUESTS or case.kind not in CLAIM or not may_know(staff, case):
        return ()
    identity = await tx.cases.identity(case.no)
    if identity is None or identity.consumer.anonymous:
        return ()
    phone, address = await tx.similar.indexes(case.no)
    since = office.now() - timedelta(days=office.rulebook.likeness.longest)
    found = await tx.similar.sharing(
        identity.person, phone_index=phone, address_index=address or None, since=since, limit=MOST
    )
    about = _About(
        case=case,
        identity=identity,
        phone_index=phone,
        address_index=address or None,
        known=tuple(known for known in found if _may_count(known, case, staff)),
        staff=staff,
        office=office,
    )
    rules = office.rulebook.likeness.traces
    seen = [_read(about, rules[trace]) for trace in Trace if trace in rules]
    return tuple(fact for fact in seen if fact.times >= fact.rule.least)


def _may_count(known: Known, case: Case, staff: Staff) -> bool:
    if known.case.no == case.no or known.case.kind is Kind.COMPLAINT:
        return True
    return known.case.kind is Kind.TIPOFF and not known.identity.consumer.anonymous and may_know(staff, known.case)


def _read(about: _About, rule: TraceRule) -> Seen:
    since = about.office.now() - timedelta(days=rule.days)
    recent = [known for known in about.known if known.case.received_at >= since]
    own = [known for known in recent if _is_own(about, known)]
    match rule.trace:
        case Trace.FREQUENT:
            return _frequent(own, rule)
        case Trace.SAME_ITEM:
            return _same_item(about, own, rule)
        case Trace.SHARED_PHONE:
            return _others(about, [k for k in recent if k.phone_index == about.phone_index is not None], rule)
        case Trace.SHARED_ADDRESS:
            return _others(about, [k for k in recent if k.address_index == about.address_index is not None], rule)


def _is_own(about: _About, known: Known) -> bool:
    return is_same_person(about.identity.person, about.identity.consumer, known.identity, kind=Kind.COMPLAINT)


def _frequent(own: Sequence[Known], rule: TraceRule) -> Seen:
    businesses = {known.case.merchant.name for known in own if known.case.merchant.name}
    return Seen(rule=rule, times=len(own), businesses=len(businesses))


def _same_item(about: _About, own: Sequence[Known], rule: TraceRule) -> Seen:
    item = about.case.product or ""
    same = [known for known in own if item and known.case.product == item]
    return Seen(rule=rule, times=len(same), of=item, cases=_named(about, same))


def _others(about: _About, shared: Sequence[Known], rule: TraceRule) -> Seen:
    """Other people are those of another name, from another chat."""
    mine = about.identity
    others = [
        known
        for known in shared
        if known.identity.person != mine.person and known.identity.consumer.name != mine.consumer.name
    ]
    names = {known.identity.consumer.name for known in others}
    return Seen(rule=rule, times=len(names), cases=_named(about, others))


def _named(about: _About, found: Sequence[Known]) -> tuple[CaseNo, ...]:
    """The numbers of those cases that the member may open."""
    seen = (known.case for known in found if known.case.no != about.case.no)
    listed = about.office.rulebook.likeness.crowd.listed
    return tuple(case.no for case in seen if may_see(about.staff, case, office=about.office))[:listed]
