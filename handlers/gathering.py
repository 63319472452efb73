"""Gathers the warnings that are owed to one address into one text, so that nobody gets forty."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property

from cases.messages import Address, Outgoing
from cases.model import Case, CaseNo
from cases.notices import Priority
from handlers.access import actor
from handlers.attempts import attempt
from handlers.cards import Buttons, staff_buttons
from handlers.consumer_cards import consumer_buttons
from handlers.office import Office
from handlers.recipients import Roster, roster_of
from handlers.reminders import LINES, Entry, Reminder, by_rank, entries, lines_of, openers
from storage.database import Database, Transaction
from storage.outbox_store import Promise
from storage.warning_store import Content, Waiting

PORTION = 2000
"""Warnings gathered in one transaction, as far as one address has no more."""


async def gather(database: Database, *, office: Office) -> None:
    """Promise what is owed and not yet told; what is marked as gathered is promised in the same transaction.

    Outside of office hours, only what does not wait for them.
    """
    async with database.read() as tx:
        owed = await tx.warnings.owed()
    for some in _portions(owed):
        await _try(database, some, office=office)
        await asyncio.sleep(0)


async def _try(database: Database, some: Sequence[Address], *, office: Office) -> None:
    """A failure among many is looked for one by one: it must not keep the others from being told."""

    async def gathered() -> bool:
        async with database.begin() as tx:
            await _gather(tx, some, office=office)
        return True

    if await attempt(gathered(), action="gathering", count=len(some)) is None:
        for address in some if len(some) > 1 else ():
            await _try(database, [address], office=office)


def _portions(owed: Sequence[tuple[Address, int]]) -> Iterator[list[Address]]:
    some: list[Address] = []
    size = 0
    for address, count in owed:
        if some and size + count > PORTION:
            yield some
            some, size = [], 0
        some.append(address)
        size += count
    if some:
        yield some


async def _gather(tx: Transaction, some: Sequence[Address], *, office: Office) -> None:
    now = office.now()
    is_open = office.rulebook.site.hours.open_at(now, office.calendar)
    found = await tx.warnings.waiting(some)
    texts = [
        _Text(address=address, waiting=told, entries=entries(map(_bare, told), now))
        for address, waiting in found.items()
        for told in _apart([one for one in waiting if is_open or one.due.any_hour])
    ]
    contents = await tx.warnings.contents([one.id for text in texts for one in text.told])
    cases = await tx.cases.some({text.entries[0].case_no for text in texts if text.is_one})
    roster = await roster_of(tx, office=office)
    for text in texts:
        if text.is_one:
            case = cases[text.entries[0].case_no]
            tx.outbox.promise(_single(text, contents, case, buttons=_buttons(text.address, case, roster), at=now))
        else:
            tx.outbox.promise(_grouped(text, contents, at=now, office=office))
    await tx.warnings.gathered([one.id for text in texts for one in text.waiting], at=now)


@dataclass(frozen=True, kw_only=True)
class _Text:
    """What goes into one text."""

    address: Address
    waiting: Sequence[Waiting]
    entries: Sequence[Entry]

    @property
    def is_one(self) -> bool:
        return len(self.entries) == 1

    @cached_property
    def told(self) -> list[Waiting]:
        """The warnings about the cases that find room."""
        cases = {entry.case_no for entry in self.entries[:LINES]}
        return [one for one in self.waiting if one.case_no in cases]


def _bare(one: Waiting) -> Reminder:
    return Reminder(case_no=one.case_no, due=one.due)


def _apart(waiting: Sequence[Waiting]) -> list[list[Waiting]]:
    """Every case that is told by itself, and the rest together."""
    alone: dict[CaseNo, list[Waiting]] = {}
    together: list[Waiting] = []
    for one in waiting:
        (alone.setdefault(one.case_no, []) if one.due.alone else together).append(one)
    return [*alone.values(), *([together] if together else [])]


def _single(text: _Text, contents: Mapping[int, Content], case: Case, *, buttons: Buttons, at: datetime) -> Promise:
    """The warnings about one case, with the buttons of what can be done to it."""
    said = "\n".join(dict.fromkeys(contents[one.id].text for one in text.told))
    wordings = {contents[one.id].text: contents[one.id].wording for one in text.told}
    wording = next(iter(wordings.values())) if len(wordings) == 1 else None
    outgoing = Outgoing(address=text.address, text=said, choices=buttons, wording=wording)
    return Promise(outgoing=outgoing, priority=Priority.PING, at=at, case_no=case.no)


def _buttons(address: Address, case: Case, roster: Roster) -> Buttons:
    """Those of whoever reads it: a lead who gets an officer's warning has a lead's."""
    member = roster.at(address)
    if member is None:
        return consumer_buttons(case, office=roster.office)
    return staff_buttons(case, actor(member, case, office=roster.office).roles, office=roster.office)


def _grouped(text: _Text, contents: Mapping[int, Content], *, at: datetime, office: Office) -> Promise:
    told = entries((replace(_bare(one), short=contents[one.id].short) for one in text.told), at)
    sections = by_rank([*told, *text.entries[LINES:]], later="soon")
    lines, more = lines_of(sections, office=office)
    said = office.say("remind.grouped", count=len(text.entries), lines=lines, more=more or "")
    outgoing = Outgoing(address=text.address, text=said, choices=openers(sections))
    return Promise(outgoing=outgoing, priority=Priority.PING, at=at)
