"""Labelled texts out of the office's own work, to fit a classifier to: closed cases, and what officers put right.

Who told a story is taken out of it, and its number is not the case's: a row leads nobody back to a person.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import TypedDict

from cases.model import LABELS, Case, CaseNo, Consumer, Kind, Status
from handlers.corrections import KIND, TOLD, Example, told_by
from handlers.masking import masked_story
from handlers.office import Office
from storage.database import Database, Transaction

PAGE = 500
"""Cases held in memory at a time."""
CLOSED = frozenset({Status.CLOSED, Status.FOLLOWING_UP, Status.ARCHIVED})
WORKED = frozenset(
    {"agreed", "settled", "terminated", "declined", "decided", "dismissed", "transferred", "answered", "redirected"}
)
"""Outcomes before which somebody in the office has looked at what the case is. A duplicate or one that was withdrawn
tells nothing of it."""
ELSEWHERE = frozenset({"declined", "transferred", "redirected"})
"""Outcomes that leave open whose business the case was in the end."""
KEY_DIGITS = 16


class Labelled(TypedDict):
    """One text with what officers say it is. ``source``: "corrected" where they put the program right, else "closed".

    ``id`` is the same each time and leads back to no case. What is not known is None.
    """

    id: str
    text: str
    kinds: list[str]
    category: str | None
    problem: str | None
    department: str | None
    source: str


async def labelled(
    database: Database, *, office: Office, bureaus: Collection[str] | None = None
) -> AsyncIterator[Labelled]:
    """Everything that the office's work teaches, in the order of the cases' numbers, a page in memory at a time.

    A closed case gives a row with its labels as closed; one whose labels officers corrected gives a row before it is
    closed, too. Of ``bureaus`` only; with None, of all, and of those that the intake desk answered itself.

    No row: what was withdrawn, duplicates, what a business settled before anybody in the office read it, a clue that
    an officer wrote, a case without a story, and a tip-off that came in one message with a complaint, whose row tells
    both kinds. In each text names, numbers and addresses of the person are ``***`` (docs/privacy.md), and so is every
    number of seven digits or more. Reads in transactions of a page each; changes nothing.
    """
    after = ""
    while True:
        async with database.read() as tx:
            numbers = await tx.taught.teaching(
                statuses=CLOSED, outcomes=WORKED, bureaus=bureaus, after=after, limit=PAGE
            )
            page = await _page(tx, numbers)
        # Beside the loop: to look through the words of a page takes a while in which others want an answer.
        for row in await asyncio.to_thread(_rows, page, office):
            yield row
        if len(numbers) < PAGE:
            return
        after = numbers[-1]


@dataclass(frozen=True, kw_only=True)
class _Told:
    """A case with who brought it, what was put right in it, and the name of its row."""

    case: Case
    consumer: Consumer | None
    examples: Sequence[Example]
    id: str


async def _page(tx: Transaction, numbers: Sequence[CaseNo]) -> list[_Told]:
    cases = await tx.cases.some(numbers)
    journals = await tx.taught.journals(numbers, TOLD)
    people = await tx.taught.people(numbers)
    return [
        _Told(
            case=case,
            consumer=people.get(no),
            examples=told_by(journals.get(no, ()), kind=case.kind.value),
            id=tx.blind_index(f"teaching/{no}")[:KEY_DIGITS],
        )
        for no, case in sorted(cases.items())
        if _teaches(case)
    ]


def _teaches(case: Case) -> bool:
    copied = case.origin is not None or (case.kind is Kind.TIPOFF and case.sibling is not None)
    return bool(case.narrative.strip()) and not copied and case.outcome not in ("duplicate", "withdrawn")


def _rows(page: Sequence[_Told], office: Office) -> list[Labelled]:
    return [row for told in page if (row := _row(told, office))]


def _row(told: _Told, office: Office) -> Labelled | None:
    case = told.case
    corrected = {one.what: one for one in told.examples if one.meant}
    if not corrected and not _looked_at(case):
        return None
    if case.status not in CLOSED and not corrected.keys() & set(LABELS):
        return None  # a case that only was returned is worked on by another bureau, which has not yet said what it is
    labels = _labels(case, corrected)
    return Labelled(
        id=told.id,
        text=masked_story(case.narrative, told.consumer, reader=office.reader),
        kinds=_kinds(case, corrected),
        category=labels["category"],
        problem=labels["problem"],
        department=labels["department"],
        source="corrected" if corrected else "closed",
    )


def _looked_at(case: Case) -> bool:
    """What a business settles before it comes to the office has only the program's labels."""
    return case.status in CLOSED and (case.bureau is not None or case.outcome != "settled")


def _labels(case: Case, corrected: Mapping[str, Example]) -> Mapping[str, str | None]:
    """As they stand now; the department only where an officer named it, or its own office did the work."""
    labels = {name: case.trait(name) for name in LABELS}
    if case.outcome in ELSEWHERE and "department" not in corrected:
        labels["department"] = None
    return labels


def _kinds(case: Case, corrected: Mapping[str, Example]) -> list[str]:
    """Both, where one message was a complaint and a tip-off; what a question was in truth."""
    if KIND in corrected:
        return [str(corrected[KIND].meant)]
    return [case.kind.value, *([Kind.TIPOFF.value] if case.sibling else [])]
