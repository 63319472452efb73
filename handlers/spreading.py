"""The duty that sends broadcasts: again and again it promises the next few people, and sees what is to be done.

Only a few seconds' worth of texts stand ready, so that stopping works at once and the hours are kept. Every step is a
transaction under the broadcast's lock and promises under keys: after a crash, or beside another process, nobody is
missed and nobody is promised the same twice.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import takewhile

from cases.broadcasts import NOBODY, Broadcast, BroadcastState, Revision, Step
from cases.errors import CaseError
from cases.messages import Address, Outgoing
from cases.notices import Priority
from handlers.attempts import attempt
from handlers.audiences import refusing
from handlers.broadcast_texts import message
from handlers.broadcasts import start
from handlers.office import Office
from storage.database import Database, Transaction
from storage.outbox_store import OWING, Promise
from storage.spread_store import Told, key_of


async def spread(database: Database, *, office: Office) -> int:
    """Do for each broadcast what is to be done now; returns how many texts were promised."""
    async with database.read() as tx:
        at_work = await tx.broadcasts.at_work(office.now())
    count = 0
    for broadcast_id in at_work:
        step = _step(database, broadcast_id, office=office)
        count += await attempt(step, action="broadcast", broadcast=broadcast_id) or 0
    return count


async def _step(database: Database, broadcast_id: str, *, office: Office) -> int:
    async with database.begin(bulk=True) as tx:
        return await advance(tx, broadcast_id, office=office)


async def advance(tx: Transaction, broadcast_id: str, *, office: Office) -> int:
    """One step of a broadcast; 0 when another process has it in its hands."""
    known = await tx.broadcasts.get(broadcast_id, lock=True, wait=False)
    if known is None:
        return 0
    if known.state is BroadcastState.APPROVED and known.send_at and known.send_at <= office.now():
        known = await _start(tx, known, office=office)
    if known.state is BroadcastState.SENDING:
        return await _feed(tx, known, office=office) + await _revise(tx, known, office=office)
    await tx.spread.stop(known.id)  # what was on the wire when it was stopped may have come back to wait
    return await _revise(tx, known, office=office)


async def _start(tx: Transaction, known: Broadcast, *, office: Office) -> Broadcast:
    try:
        return await start(tx, known, by=NOBODY, office=office)
    except CaseError as error:  # nobody is left for whom it is
        note = office.say(f"error.{error.key}", **error.facts)
        tx.broadcasts.note(known.id, Step(what="stop", by=NOBODY, at=office.now(), note=note))
        return await tx.broadcasts.change(replace(known, state=BroadcastState.STOPPED, send_at=None, note=note))


async def _feed(tx: Transaction, known: Broadcast, *, office: Office) -> int:
    """Promise the next people on each channel, as many as there is room for; the last ones end it."""
    rules, now = office.rulebook.broadcasting, office.now()
    waiting = await tx.broadcasts.waiting(known.id)
    if not waiting and not await tx.spread.owing(known.id):
        ended = replace(known, state=BroadcastState.SENT, finished_at=now)
        await tx.broadcasts.change(ended)
        tx.broadcasts.note(known.id, Step(what="finish", by=NOBODY, at=now))
        return 0
    if not rules.hours.open_at(now):
        await tx.spread.postpone(known.id, until=rules.hours.next_opening(now))
        return 0
    ready, count = await tx.spread.head(now=now), 0
    for channel in sorted(waiting):
        room = rules.channel(channel).per_second * rules.head_seconds - ready.get(channel, 0)
        if room > 0:
            people = await tx.broadcasts.next_people(known.id, channel, limit=room)
            count += await _promise(tx, known, people, office=office)
    return count


async def _promise(tx: Transaction, known: Broadcast, people: list[Address], *, office: Office) -> int:
    """Who has refused since it started is left out."""
    now, refused = office.now(), await refusing(tx, people)
    corrected = any(revision.body is not None for revision in await tx.broadcasts.revisions(known.id))
    promises = [
        Promise(
            outgoing=message(known, person, office=office, corrected=corrected),
            priority=Priority.BROADCAST,
            at=now,
            key=key_of(known.id, person),
            broadcast=known.id,
        )
        for person in people
        if person not in refused
    ]
    new = await tx.outbox.promise_once(promises)
    await tx.broadcasts.promised(known.id, people, at=now)
    return len(new)


async def _revise(tx: Transaction, known: Broadcast, *, office: Office) -> int:
    """Pass on the oldest change that not all who have the text have seen yet."""
    revisions = await tx.broadcasts.revisions(known.id)
    revision = next((one for one in revisions if one.finished_at is None), None)
    if revision is None:
        return 0
    told = await _told(tx, revision, revisions, office=office)
    # A text that is just on the wire is waited for: what it is called there is not known yet.
    gone = list(takewhile(lambda one: one.state not in OWING, told))
    count = len(await tx.outbox.promise_once(_changes(known, revision, gone, office=office)))
    over = not told and not await tx.spread.owing(revision.mark)
    taken = await _taken_back(tx, revision, office=office)
    if gone:
        await tx.broadcasts.revised(replace(revision, upto=gone[-1].id))
    elif over and not taken:
        await tx.broadcasts.revised(replace(revision, finished_at=office.now()))
    return count


async def _told(tx: Transaction, revision: Revision, revisions: list[Revision], *, office: Office) -> list[Told]:
    """The next who have the text, or are about to. What was promised after a correction has its words already."""
    ready = await tx.spread.head(now=office.now())
    return await tx.spread.told(
        revision.broadcast,
        after=revision.upto,
        limit=max(1, _room(office) - sum(ready.values())),
        until=None if revision.body is None else revision.at,
        changed=[one.mark for one in revisions if one.n < revision.n],
    )


async def _taken_back(tx: Transaction, revision: Revision, *, office: Office) -> int:
    """Note from whom it has been taken back since the last tick: no more than a tick can pass on."""
    if revision.body is not None:
        return 0
    return await tx.spread.taken_back(revision.broadcast, by=revision.mark, limit=_room(office))


def _room(office: Office) -> int:
    rules = office.rulebook.broadcasting
    fastest = max((rule.per_second for rule in rules.channels.values()), default=1)
    return rules.head_seconds * fastest


def _changes(known: Broadcast, revision: Revision, told: list[Told], *, office: Office) -> list[Promise]:
    return [
        Promise(
            outgoing=outgoing,
            priority=Priority.BROADCAST,
            at=office.now(),
            key=key_of(revision.mark, one.person),
            broadcast=revision.mark,
        )
        for one in told
        if (outgoing := _change(known, revision, one, office=office)) is not None
    ]


def _change(known: Broadcast, revision: Revision, told: Told, *, office: Office) -> Outgoing | None:
    """What comes in the place of a text; None where the channel cannot change what was sent.

    Where it is too late to take it back, it says that it was taken back.
    """
    rule = office.rulebook.broadcasting.channel(told.person.channel)
    if not rule.revisable or not told.reference:
        return None
    if revision.body is not None:
        return message(known, told.person, office=office, corrected=True, revises=told.reference)
    late = not rule.can_take_back(told.sent_at, now=office.now())
    text = office.say("broadcast.withdrawn") if late else ""
    return Outgoing(address=told.person, text=text, revises=told.reference)
