"""Cases that have to do with one another: counted by business, product, problem or county, and linked one by one."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

from cases.model import Case, Kind, Staff
from cases.similar import people, same_place, similar
from cases.transitions import CLAIM
from handlers.access import may_know, may_see, reaches
from handlers.business_keys import business_key
from handlers.office import Office
from storage.case_store import BusinessKey
from storage.database import Transaction
from storage.similar_store import Group

LOOKED_AT = 40
"""Of the cases against a business, so many of the newest are compared with one of them."""


@dataclass(frozen=True, kw_only=True)
class Facets:
    """What cases have in common that are counted together; what is None does not matter.

    ``merchant`` is a name as it was said, or a case's; it counts with every branch, in ``region`` or in none.
    """

    merchant: str | None = None
    product: str | None = None
    category: str | None = None
    problem: str | None = None
    region: str | None = None


@dataclass(frozen=True, kw_only=True)
class Count:
    """So many ``cases`` of so many different ``people`` in the last ``days``.

    Who shares a chat or a telephone is one and the same. A case that nobody brought has no person.
    """

    days: int
    cases: int
    people: int


async def count(
    tx: Transaction,
    facets: Facets,
    *,
    days: Collection[int],
    kinds: Collection[Kind] = CLAIM,
    office: Office,
) -> dict[int, Count]:
    """How many cases of these kinds have these facets in common, in each of these spans of days up to now.

    For the program's own use: with both kinds together, the number of people tells who of a business's complainants is
    an informant as well (Order 121, Art. 37). Nothing is counted for a business without a name of its own.
    """
    columns = _columns(facets, office=office)
    if columns is None:
        return {span: Count(days=span, cases=0, people=0) for span in days}
    found: dict[int, Count] = {}
    for span in days:
        since = office.now() - timedelta(days=span)
        groups = await tx.similar.groups(columns, kinds=kinds, since=since)
        near = [group for group in groups if same_place(group.region, facets.region)]
        found[span] = Count(days=span, cases=_sum(near), people=_people(near))
    return found


def _columns(facets: Facets, *, office: Office) -> dict[str, str] | None:
    """What to look for by its column; a county only where there is no business, whose cases may name none."""
    named = {name: value for name, value in vars(facets).items() if value}
    merchant = named.pop("merchant", None)
    if merchant is None:
        return named
    named.pop("region", None)
    key = business_key(merchant, office=office)
    return {**named, "merchant_key": key.key} if key.key else None


def _sum(groups: Iterable[Group]) -> int:
    return sum(group.count for group in groups)


def _people(groups: Iterable[Group]) -> int:
    return people((group.person, group.phone_index) for group in groups)


@dataclass(frozen=True, kw_only=True)
class Window:
    """The complaints against a business in the last ``days``, of how many people; and the tip-offs that the reader may
    see, without how many people brought them. ``branch``: how many complaints name the branch that this case names."""

    days: int
    complaints: int
    people: int
    tipoffs: int
    branch: int


@dataclass(frozen=True, kw_only=True)
class Crowd:
    """What is known against the business of a case; ``linked`` are similar cases that the reader may see, and ``more``
    how many others of these are not named."""

    windows: tuple[Window, ...] = ()
    branch: str | None = None
    linked: tuple[Case, ...] = ()
    more: int = 0


async def crowd(tx: Transaction, staff: Staff, case: Case, *, office: Office) -> Crowd:
    """What else there is against the business of this case, for a member who may see the case."""
    rule = office.rulebook.likeness.crowd
    key = business_key(case.merchant.name, office=office)
    if case.kind not in CLAIM or not key.key:
        return Crowd()
    windows = [await _window(tx, staff, case, key=key, days=days, office=office) for days in rule.windows]
    told = tuple(window for window in windows if window.complaints + window.tipoffs > 1)
    linked = await _linked(tx, staff, case, key=key, office=office)
    return Crowd(windows=told, branch=key.branch, linked=tuple(linked[: rule.listed]), more=len(linked[rule.listed :]))


async def _window(tx: Transaction, staff: Staff, case: Case, *, key: BusinessKey, days: int, office: Office) -> Window:
    since = office.now() - timedelta(days=days)
    groups = await tx.similar.groups({"merchant_key": key.key}, kinds=CLAIM, since=since)
    near = [group for group in groups if same_place(group.region, case.region)]
    complaints = [group for group in near if group.kind is Kind.COMPLAINT]
    tipoffs = [group for group in near if group.kind is Kind.TIPOFF and reaches(staff, group.bureau, office=office)]
    return Window(
        days=days,
        complaints=_sum(complaints),
        people=_people(complaints),
        tipoffs=_sum(tipoffs),
        branch=_sum(group for group in complaints if key.branch and group.branch == key.branch),
    )


async def _linked(tx: Transaction, staff: Staff, case: Case, *, key: BusinessKey, office: Office) -> Sequence[Case]:
    """Similar cases that the member may see, the newest first.

    Chosen by what they are about: were it by who brought them, the list would tell who is an informant. A complaint and
    a tip-off, which may come from one message, are linked only for who may know the informants of both (Art. 37).
    """
    rule = office.rulebook.likeness.crowd
    since = office.now() - timedelta(days=max(rule.windows, default=0))
    others = await tx.similar.against(key.key, kinds=CLAIM, since=since, limit=LOOKED_AT)
    shown = [other for other in others if _may_link(staff, case, other, office=office)]
    share = office.reader.alike_texts
    return [
        other
        for other in shown
        if same_place(other.region, case.region)
        and similar(case, other, share=partial(share, case.narrative, other.narrative), rule=rule)
    ]


def _may_link(staff: Staff, case: Case, other: Case, *, office: Office) -> bool:
    named = other.no in (case.no, case.part_of, case.origin) or other.part_of == case.no  # the card names these anyway
    known = other.kind is case.kind or (may_know(staff, case) and may_know(staff, other))
    return not named and known and may_see(staff, other, office=office)
