"""What becomes of a text that did not arrive: told through the person's next channel, and by telephone after the last.

A notice that the law owes is never dropped: an officer is asked to telephone, is reminded of it every working day, and
says when it was done. Outside of office hours nobody is asked before they open, unless the case is urgent. A courtesy
that did not arrive is noted in the file as such.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime

from cases.calendar import china_date
from cases.errors import CaseError
from cases.events import Event, EventName
from cases.messages import Address, Choice, Outgoing
from cases.model import Case, CaseNo, Role, Staff
from cases.notices import Priority, Recipient
from cases.transitions import ANYONE
from handlers.access import case_for, may_see
from handlers.cards import STAFF, Buttons, rows_of
from handlers.delivery import Aftermath
from handlers.forms import BY_PHONE, CALL
from handlers.office import Office
from handlers.reaching import next_after
from handlers.recipients import addresses
from handlers.wording import kind_words
from storage.database import Database, Transaction
from storage.outbox_store import Delivered, DeliveryState, Promise
from storage.told_store import AGAIN, Lost

LINES = 20
"""Cases that one reminder names; the others stand on the list."""
BUTTONS = 8


def aftermath_at(office: Office) -> Aftermath:
    """``aftermath`` at this office."""

    async def look_after(tx: Transaction, results: Sequence[Delivered]) -> None:
        await aftermath(tx, results, office=office)

    return look_after


async def aftermath(tx: Transaction, results: Sequence[Delivered], *, office: Office) -> None:
    """See to it that what did not arrive is told in another way, in the transaction that notes it; once each."""
    unreachable = {result.id for result in results if result.state is DeliveryState.UNREACHABLE}
    for lost in await tx.told.lost([result.id for result in results]):
        if lost.id in unreachable:
            await tx.reaches.lost(lost.outgoing.address, at=office.now())
        case = await tx.cases.get(lost.case_no) if lost.case_no and lost.notice else None
        if case:
            await _look_after(tx, case, lost, office=office)


async def _look_after(tx: Transaction, case: Case, lost: Lost, *, office: Office) -> None:
    other = await next_after(tx, case, lost, office=office)
    if other is not None:
        await tx.outbox.promise_once([again(lost.id, lost.outgoing, case.no, to=other, office=office)])
    elif is_statutory(lost.outgoing, office=office):
        await _ask(tx, case, lost, office=office)


def again(number: int, outgoing: Outgoing, case_no: CaseNo, *, to: Address, office: Office) -> Promise:
    """The same text to another address of the person; promised once however often it is asked for."""
    choices = () if to.channel == office.ways.short else outgoing.choices
    anew = replace(outgoing, address=to, choices=choices, revises=None)
    key = f"{AGAIN}{number}"
    return Promise(outgoing=anew, priority=Priority.NOTICE, at=office.now(), case_no=case_no, key=key)


def is_statutory(outgoing: Outgoing, *, office: Office) -> bool:
    """Whether the law owes this text; so does a text of which nobody knows from which rule it came."""
    wording = outgoing.wording
    return wording is None or any(
        rule.statutory for rule in office.rulebook.notices if wording.key in (rule.text, rule.short)
    )


async def _ask(tx: Transaction, case: Case, lost: Lost, *, office: Office) -> None:
    """Ask the officer of the case, or who stands in, to tell it by telephone; when they are at work, or at once."""
    asked = await tx.calls.ask(lost.id, case.no, at=office.now())
    if not asked or not (case.urgent or _at_work(office.now(), office=office)):
        return
    text = office.say(
        "ping.call",
        kind=kind_words(case, office=office),
        no=case.no,
        urgent=office.say("card.urgent") if case.urgent else "",
        text=lost.outgoing.text,
    )
    reached = await addresses(tx, Recipient.OFFICER, case=case, office=office)
    pings = [Outgoing(address=address, text=text, choices=_buttons(case, office=office)) for address in reached]
    await tx.outbox.promise_once(
        [
            Promise(
                outgoing=ping,
                priority=Priority.PING,
                at=office.now(),
                case_no=case.no,
                key=f"call/{lost.id}/{ping.address}",
            )
            for ping in pings
        ]
    )


def _buttons(case: Case, *, office: Office) -> Buttons:
    done = Choice(label=office.say(f"verb.{BY_PHONE}"), value=f"{STAFF}:{BY_PHONE}:{case.no}:{case.version}")
    return ((done, Choice(label=office.say("verb.card"), value=f"{STAFF}:card:{case.no}:{case.version}")),)


def may_call(roles: frozenset[Role]) -> bool:
    """Whether people in these roles tell by telephone what could not be sent."""
    return bool(roles & ANYONE)


async def calls_of(tx: Transaction, staff: Staff, *, office: Office) -> list[tuple[Case, date]]:
    """The cases whose people this member is to call, and since which day they wait: those of one's own and unsigned
    ones of the bureau; a lead's bureaus; the intake desk has what no bureau has."""
    owed = await tx.calls.owed() if staff.role in ANYONE else {}
    cases = (await tx.cases.some(owed)).values() if owed else ()
    here = {member.id for member in await tx.staff.of()} if cases else set()
    theirs = (case for case in cases if _is_theirs(staff, case, here=here, office=office))
    return [(case, china_date(owed[case.no])) for case in theirs]


def _is_theirs(staff: Staff, case: Case, *, here: Collection[str], office: Office) -> bool:
    if case.bureau is None or staff.role in (Role.DESK, Role.ADMIN):
        return case.bureau is None and may_see(staff, case, office=office)
    signed = case.officer in here and case.officer not in (staff.id, staff.deputy_for)
    return may_see(staff, case, office=office) and not (staff.role is Role.OFFICER and signed)


async def told_by_phone(tx: Transaction, staff: Staff, no: str, *, facts: Mapping[str, str], office: Office) -> Case:
    """The officer has told by telephone all that could not be sent in this case: when, whom, and in which words.

    Raises CaseError: ``case_unknown``, ``not_yours``, ``no_call_owed``, ``fact_missing``, ``on_range``.
    """
    case = await case_for(tx, staff, no, office=office)
    if not may_call(frozenset({staff.role})):
        raise CaseError("not_yours", no=case.no, verb=BY_PHONE)
    if case.no not in await tx.calls.owed([case.no]):
        raise CaseError("no_call_owed", no=case.no)
    given = {name: facts.get(name, "").strip() for name, _ in CALL}
    for name, needed in CALL:
        if needed and not given[name]:
            raise CaseError("fact_missing", verb=BY_PHONE, fact=name)
    day = _day(given["on"], case, office=office)
    if not await tx.calls.done(case.no, at=office.now()):  # pressed twice: the other one was faster
        raise CaseError("no_call_owed", no=case.no)
    kept = {**given, "on": day.isoformat()}
    tx.cases.log([Event(name=EventName.PHONED, case_no=case.no, at=office.now(), by=staff.id, facts=kept)])
    return case


def _day(told: str, case: Case, *, office: Office) -> date:
    """The day of the call, today when none was said."""
    try:
        day = date.fromisoformat(told) if told else office.today()
    except ValueError:
        raise CaseError("on_range", no=case.no) from None
    if not china_date(case.received_at) <= day <= office.today():
        raise CaseError("on_range", no=case.no)
    return day


async def remind(database: Database, *, office: Office) -> int:
    """Remind of the calls that are still owed, once a working day in office hours; returns how many texts are new.

    Those of today are known already, unless the need for them arose before the office opened.
    """
    if not _at_work(office.now(), office=office):
        return 0
    async with database.begin() as tx:
        since = await tx.calls.owed()
        told = {no for no, at in since.items() if china_date(at) == office.today() and _at_work(at, office=office)}
        waiting = since.keys() - told
        if not waiting:
            return 0
        promises = await _reminders(tx, await tx.cases.some(waiting), office=office)
        known = await tx.outbox.known([promise.key or "" for promise in promises])
        return len(await tx.outbox.promise_once([promise for promise in promises if promise.key not in known]))


def _at_work(instant: datetime, *, office: Office) -> bool:
    return office.rulebook.site.hours.open_at(instant, office.calendar)


async def _reminders(tx: Transaction, cases: Mapping[CaseNo, Case], *, office: Office) -> list[Promise]:
    """One text an address, however many calls it names."""
    found: dict[Address, list[Case]] = {}
    for case in cases.values():
        for address in await addresses(tx, Recipient.OFFICER, case=case, office=office):
            found.setdefault(address, []).append(case)
    return [_reminder(address, some, office=office) for address, some in found.items()]


def _reminder(address: Address, cases: Sequence[Case], *, office: Office) -> Promise:
    shown = sorted(cases, key=lambda case: (not case.urgent, case.no))
    lines = [office.say("remind.call_line", kind=kind_words(c, office=office), no=c.no) for c in shown[:LINES]]
    left = len(shown) - LINES
    text = office.say("remind.calls", count=len(shown), lines="\n".join(lines), more=left if left > 0 else "")
    cards = [Choice(label=case.no, value=f"{STAFF}:card:{case.no}:0") for case in shown[:BUTTONS]]
    buttons = _buttons(shown[0], office=office) if len(shown) == 1 else rows_of(cards, 2)
    outgoing = Outgoing(address=address, text=text, choices=buttons)
    key = f"calls/{office.today().isoformat()}/{address}"
    return Promise(outgoing=outgoing, priority=Priority.PING, at=office.now(), key=key)
