"""The morning digest: what each member of staff has to do, one line a case, once a working day."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from cases.calendar import china_date
from cases.clocks import Clock
from cases.messages import Address, Outgoing
from cases.model import Case, CaseNo, Staff
from cases.notices import Priority
from handlers.attempts import attempt
from handlers.due_work import due_by
from handlers.office import Office
from handlers.recipients import roster_of
from handlers.reminders import (
    Entry,
    Reminder,
    Section,
    by_rank,
    entries,
    is_known,
    lines_of,
    openers,
    short_of,
    shown,
    what_words,
)
from handlers.wording import clock_words, day_words
from storage.database import Database, Transaction
from storage.outbox_store import Promise
from storage.warning_store import Content, Short, Waiting

MARK = "digest"
"""The day whose digests have all been promised."""
AHEAD = timedelta(days=7)
AT_ONCE = 20
"""Members in one transaction; others who write wait for it on SQLite, a tenth of a second."""


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
    work = await due_by(database, today + AHEAD, roster=roster, office=office)
    owed = [
        _Owed(member=member, there=waiting, own=work[member.id])
        for member, there in members
        if member.id in work and (waiting := [address for address in there if _key(address, now) not in sent])
    ]
    for start in range(0, len(owed), AT_ONCE):
        await _try(database, owed[start : start + AT_ONCE], office=office)
        await asyncio.sleep(0)
    async with database.begin() as tx:
        await tx.marks.put(MARK, today.isoformat(), at=now)


@dataclass(frozen=True, kw_only=True)
class _Owed:
    """A member who has work, where no digest of today has gone yet."""

    member: Staff
    there: Sequence[Address]
    own: Sequence[Reminder]


async def _try(database: Database, owed: Sequence[_Owed], *, office: Office) -> None:
    """Several members' digests in one transaction; when that fails, each in its own."""

    async def sent() -> bool:
        async with database.begin() as tx:
            await _send(tx, owed, office=office)
        return True

    if await attempt(sent(), action="digest", staff=owed[0].member.id) is None:
        for one in owed if len(owed) > 1 else ():
            await _try(database, [one], office=office)


def _key(address: Address, now: datetime) -> str:
    return f"digest/{china_date(now)}/{address}"


@dataclass(frozen=True, kw_only=True)
class _Page:
    """A digest at one address before its words are read."""

    address: Address
    told: Sequence[Waiting]
    sections: Sequence[Section]

    def room(self) -> set[CaseNo]:
        """The cases that find room; the others are only counted."""
        return {entry.case_no for entry in shown(self.sections)}

    def marking(self) -> list[Waiting]:
        """The warnings that say something about a case that finds room."""
        room = self.room()
        return [one for one in self.told if one.case_no in room]


async def _send(tx: Transaction, owed: Sequence[_Owed], *, office: Office) -> None:
    now = office.now()
    waiting = await tx.warnings.waiting([address for one in owed for address in one.there])
    pages = [
        _page(address, one.own, waiting=waiting.get(address, ()), now=now) for one in owed for address in one.there
    ]
    words = await _shorts(tx, list({no for page in pages for no in page.room()}), office=office)
    said = await tx.warnings.contents([one.id for page in pages for one in page.marking()])
    promised = await tx.outbox.promise_once([_promise(page, words=words, said=said, office=office) for page in pages])
    gathered = [one.id for page in pages if _key(page.address, now) in promised for one in page.told]
    await tx.warnings.gathered(gathered, at=now)


def _page(address: Address, own: Sequence[Reminder], *, waiting: Sequence[Waiting], now: datetime) -> _Page:
    told = [one for one in waiting if not one.due.alone]
    listed = {(one.case_no, one.due.on) for one in own}
    others = [one for one in told if (one.case_no, one.due.on) not in listed]
    beside = entries((Reminder(case_no=one.case_no, due=one.due) for one in others), now)
    sections = [*by_rank(entries(own, now), later="week"), Section(name="others", entries=beside)]
    return _Page(address=address, told=told, sections=sections)


async def _shorts(tx: Transaction, numbers: Sequence[CaseNo], *, office: Office) -> dict[CaseNo, tuple[Short, ...]]:
    """The words of what is due in these cases within a week, soonest first."""
    cases, clocks = await tx.cases.some(numbers), await tx.clocks.of(numbers)
    return {
        no: tuple(_short(cases[no], clock, office=office) for clock in _soon(clocks.get(no, ()), office))
        for no in cases
    }


def _soon(clocks: Sequence[Clock], office: Office) -> list[Clock]:
    until = office.today() + AHEAD
    return [clock for clock in clocks if clock.due_on <= until and not clock.paused]


def _short(case: Case, clock: Clock, *, office: Office) -> Short:
    known = is_known(case, clock, office=office)
    name = clock_words(clock, office=office, received_on=china_date(case.received_at)) if known else clock.rule
    return short_of(case, what=what_words(name, clock, now=office.now(), office=office), office=office)


def _promise(
    page: _Page, *, words: Mapping[CaseNo, tuple[Short, ...]], said: Mapping[int, Content], office: Office
) -> Promise:
    worded = [_worded(section, words) for section in page.sections]
    marks = [(one, said[one.id].short) for one in page.marking() if one.id in said]
    return _digest(page.address, [_marked(section, marks) for section in worded], at=office.now(), office=office)


def _worded(section: Section, words: Mapping[CaseNo, tuple[Short, ...]]) -> Section:
    """With the words of the cases that find room; the others are only counted."""
    if section.name == "others":
        return section
    return replace(section, entries=[replace(e, shorts=words.get(e.case_no, ())) for e in section.entries])


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
    if not entry.shorts:
        return entry
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
