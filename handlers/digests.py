"""The morning digest: what each member of staff has to do, one line a case, once a working day."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from cases.calendar import china_date
from cases.clocks import Clock
from cases.errors import DatabaseAway
from cases.messages import Address, Outgoing
from cases.model import Case, CaseNo, Staff
from cases.notices import Priority
from handlers.office import Office
from handlers.recipients import Roster, roster_of
from handlers.reminders import (
    Entry,
    Reminder,
    Section,
    by_rank,
    due_of,
    entries,
    is_known,
    lines_of,
    openers,
    short_of,
    shown,
    what_words,
)
from handlers.wording import clock_words, day_words
from handlers.worklist import Item, todo
from storage.database import Database, Transaction
from storage.outbox_store import Promise
from storage.warning_store import Short, Waiting

log = logging.getLogger("lianxin.digests")

MARK = "digest"
"""The day whose digests have all been promised."""
AHEAD = timedelta(days=7)


async def send_all(database: Database, *, office: Office) -> None:
    """From the opening of the office until it closes, promise each member the digest of the day that is still owed.

    Who starts late in the day still sends it; after hours nobody gets one.
    """
    now, today = office.now(), office.today()
    if not office.rulebook.site.hours.open_at(now, office.calendar):
        return
    async with database.read() as tx:
        mark = await tx.marks.get(MARK)
        if mark and mark.value == today.isoformat():
            return
        roster = await roster_of(tx, office=office)
        members = roster.at_work()
        sent = await tx.outbox.known([_key(address, now) for _, there in members for address in there])
    for member, there in members:
        waiting = [address for address in there if _key(address, now) not in sent]
        if waiting:
            await _try(database, member, waiting, roster=roster, office=office)
            await asyncio.sleep(0)
    async with database.begin() as tx:
        await tx.marks.put(MARK, today.isoformat(), at=now)


async def _try(database: Database, member: Staff, there: Sequence[Address], *, roster: Roster, office: Office) -> None:
    try:
        await _send(database, member, there, roster=roster, office=office)
    except DatabaseAway:
        raise
    except Exception:  # one member's digest must not keep the others from theirs
        log.exception("A digest could not be made.", extra={"action": "digest", "staff": member.id})


def _key(address: Address, now: datetime) -> str:
    return f"digest/{china_date(now)}/{address}"


async def _send(database: Database, member: Staff, there: Sequence[Address], *, roster: Roster, office: Office) -> None:
    now = office.now()
    async with database.read() as tx:
        items = await todo(tx, member, office=office)
    own = [one for item in items if _is_for(member, item, roster) for one in _reminders(item, now, office=office)]
    if not own:
        return
    async with database.begin() as tx:
        waiting = await tx.warnings.waiting(there)
        for address in there:
            told = [one for one in waiting.get(address, ()) if not one.due.alone]
            promise = await _promise(tx, address, own, told=told, office=office)
            if await tx.outbox.promise_once([promise]):
                await tx.warnings.gathered([one.id for one in told], at=now)


def _is_for(member: Staff, item: Item, roster: Roster) -> bool:
    """A deputy's digest holds the cases of the principal while that one is away."""
    theirs = item.case.officer is not None and item.case.officer == member.deputy_for
    return not theirs or roster.is_away(item.case.officer)


def _reminders(item: Item, now: datetime, *, office: Office) -> list[Reminder]:
    """The clocks of a case that are due within a week."""
    case, until = item.case, office.today() + AHEAD
    soon = [clock for clock in item.clocks if clock.due_on <= until and is_known(case, clock, office=office)]
    return [_reminder(case, clock, now=now, office=office) for clock in soon]


def _reminder(case: Case, clock: Clock, *, now: datetime, office: Office) -> Reminder:
    name = clock_words(clock, office=office, received_on=china_date(case.received_at))
    short = short_of(case, what=what_words(name, clock, now=now, office=office), office=office)
    return Reminder(case_no=case.no, due=due_of(clock, urgent=case.urgent), short=short)


async def _promise(
    tx: Transaction, address: Address, own: Sequence[Reminder], *, told: Sequence[Waiting], office: Office
) -> Promise:
    now = office.now()
    listed = {(one.case_no, one.due.on) for one in own}
    others = [one for one in told if (one.case_no, one.due.on) not in listed]
    beside = entries((Reminder(case_no=one.case_no, due=one.due) for one in others), now)
    found = entries(own, now)
    sections = [*by_rank(found, later="week"), Section(name="others", entries=beside)]
    room = {entry.case_no for entry in shown(sections)}
    contents = await tx.warnings.contents([one.id for one in told if one.case_no in room])
    said = [(one, contents[one.id].short) for one in told if one.id in contents]
    return _digest(address, [_marked(section, said) for section in sections], at=now, office=office)


def _marked(section: Section, said: Sequence[tuple[Waiting, Short]]) -> Section:
    """With the words of the warnings that are no case of this member's, and the marks of those that are."""
    if section.name == "others":
        words: dict[CaseNo, list[Short]] = {}
        for one, short in said:
            words.setdefault(one.case_no, []).append(short)
        found = [replace(entry, shorts=tuple(words.get(entry.case_no, ()))) for entry in section.entries]
        return replace(section, entries=found)
    marks = {one.case_no: short.mark for one, short in said if short.mark}
    return replace(section, entries=[_with_mark(entry, marks.get(entry.case_no, "")) for entry in section.entries])


def _with_mark(entry: Entry, mark: str) -> Entry:
    first, *rest = entry.shorts
    return replace(entry, shorts=(replace(first, mark=mark), *rest))


def _digest(address: Address, sections: Sequence[Section], *, at: datetime, office: Office) -> Promise:
    *own, others = sections
    lines, more = lines_of(sections, office=office)
    text = office.say(
        "remind.digest",
        day=day_words(office.today(), office=office),
        count=sum(len(section.entries) for section in own),
        others=len(others.entries) or "",
        lines=lines,
        more=more or "",
    )
    outgoing = Outgoing(address=address, text=text, choices=openers(sections))
    return Promise(outgoing=outgoing, priority=Priority.PING, at=at, key=_key(address, at))
