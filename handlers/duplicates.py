"""Whether a person is about to file what they have filed already: the same person, business and facts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from cases import intake
from cases.intake import Draft
from cases.lifecycle import verbs_for
from cases.messages import Address
from cases.model import Case, CaseNo, Consumer, Kind, Role, Status
from cases.similar import same_facts, same_place
from cases.transitions import CLAIM, OPEN
from handlers.access import is_same_person
from handlers.business_keys import business_key
from handlers.office import Office
from storage.database import Transaction
from storage.similar_store import Known

MOST = 100
"""Of somebody's cases, so many of the newest are looked at."""
ADDING = frozenset({"add", "supplement"})
DONE = frozenset({Status.CLOSED, Status.FOLLOWING_UP, Status.ARCHIVED})
NOT_TRIED = frozenset({"withdrawn", "declined", "redirected"})
"""Outcomes after which bringing the matter again is what one should do."""


@dataclass(frozen=True, kw_only=True)
class Found:
    """``cases``: what the draft may be about, one a kind at most. ``none``: this person has nothing at all against the
    business, so that no other facts can change that."""

    cases: tuple[Case, ...] = ()
    none: bool = True


async def find(tx: Transaction, draft: Draft, *, person: Address, office: Office) -> Found:
    """The person's own cases of which the draft tells again, save those that they said it is not about.

    Looked up by the chat and the telephone; nothing is read of anybody else's.
    """
    rule, who = office.rulebook.likeness.again, says_to_be(draft)
    index = tx.blind_index(who.phone) if who.phone and who.name else None
    since = office.now() - timedelta(days=rule.days)
    known = await tx.similar.of_person(person, phone_index=index, since=since, open_in=OPEN, limit=MOST)
    mine = [found.case.no for found in known if _is_meant(found, draft, person=person, who=who, office=office)]
    if not mine:
        return Found()
    whole = await tx.cases.some(mine)
    shares = {no: office.reader.alike_texts(draft.get("narrative") or "", whole[no].narrative) for no in mine}
    alike = [whole[no] for no in mine if same_facts(_as_case(draft, whole[no]), whole[no], share=shares[no], rule=rule)]
    alike.sort(key=lambda case: (can_be_added_to(case), shares[case.no]), reverse=True)
    return Found(cases=_first_of_each(alike), none=False)


def says_to_be(draft: Draft) -> Consumer:
    """Who the draft says that the person is; nobody, for an informant without a name."""
    return intake.consumer(draft, Kind.COMPLAINT if Kind.COMPLAINT in draft.kinds else Kind.TIPOFF)


def can_be_added_to(case: Case) -> bool:
    return bool(ADDING & set(verbs_for(case, Role.CONSUMER)))


def _is_meant(found: Known, draft: Draft, *, person: Address, who: Consumer, office: Office) -> bool:
    """Whether it can be about the same: of one of the draft's kinds, the person's, and against the same business."""
    case = found.case
    if case.kind not in CLAIM & set(draft.kinds) or case.no in draft.apart:
        return False
    lasts = can_be_added_to(case)
    ended = case.status in DONE and case.outcome not in NOT_TRIED and found.identity.person == person
    theirs = is_same_person(person, who, found.identity, kind=case.kind)
    return theirs and (lasts or ended) and _same_business(draft, case, office=office)


def _same_business(draft: Draft, case: Case, *, office: Office) -> bool:
    names = draft.get("merchant") or "", case.merchant.name or ""
    keys = [business_key(name, office=office) for name in names]
    named = all(key.key for key in keys)
    same = keys[0] == keys[1] or office.reader.same_business(*names)
    return named and same and same_place(draft.get("region"), case.region)


def _as_case(draft: Draft, like: Case) -> Case:
    return intake.complete(draft, like.kind, blank=like)


def _first_of_each(cases: Sequence[Case]) -> tuple[Case, ...]:
    first: dict[Kind, Case] = {}
    for case in cases:
        first.setdefault(case.kind, case)
    return tuple(first.values())


def numbers(cases: Sequence[Case]) -> tuple[CaseNo, ...]:
    return tuple(case.no for case in cases)
