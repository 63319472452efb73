"""What staff do with a broadcast: each verb within the caller's transaction, each refusal one sentence.

Who writes may not approve; what was approved may not be changed; a broadcast is sent once. Nothing is sent here: the
duty in ``spreading`` promises the texts, a few seconds' worth at a time.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from datetime import datetime

from cases.broadcasts import (
    NOBODY,
    STARTED,
    Audience,
    Broadcast,
    BroadcastKind,
    BroadcastState,
    Revision,
    Step,
    may,
)
from cases.errors import CaseError
from cases.messages import Outgoing
from cases.model import Staff, StaffId
from cases.notices import Priority
from handlers.audiences import resolve
from handlers.broadcast_pings import approvers, ask_approval, tell_drafter
from handlers.broadcast_texts import message, state_words
from handlers.office import Office
from storage.database import Transaction
from storage.outbox_store import Promise

NOTE = 400
"""Characters of a note that are kept."""


async def draft(
    tx: Transaction,
    *,
    kind: BroadcastKind,
    title: str,
    body: str,
    audience: Audience,
    by: Staff | None,
    signal: int | None = None,
    picture: str | None = None,
    office: Office,
) -> Broadcast:
    """A new draft; ``by`` None: the program itself wrote it. Raises CaseError for a text that is empty or too long."""
    if by is not None:
        _check_post(by, "edit")
    title, body = _checked(title, body, office=office)
    now = office.now()
    made = Broadcast(
        id=await _number(tx, office=office),
        kind=kind,
        title=title,
        body=body,
        picture=picture,
        audience=audience,
        drafted_by=by.id if by else NOBODY,
        signal=signal,
        created_at=now,
    )
    tx.broadcasts.add(made)
    await tx.flush()
    tx.broadcasts.note(made.id, Step(what="draft", by=made.drafted_by, at=now))
    return made


async def _number(tx: Transaction, *, office: Office) -> str:
    day = f"{office.today():%Y%m%d}"
    return f"{day}-{await tx.numbers.next(f'broadcast/{day}'):02d}"


def _checked(title: str, body: str, *, office: Office) -> tuple[str, str]:
    rules = office.rulebook.broadcasting
    title, body = " ".join(title.split()), body.replace("\r\n", "\n").strip()
    if not title or not body:
        raise CaseError("broadcast_no_text")
    if len(title) > rules.title:
        raise CaseError("broadcast_title_long", most=str(rules.title), length=str(len(title)))
    if len(body) > rules.body:
        raise CaseError("broadcast_body_long", most=str(rules.body), length=str(len(body)))
    return title, body


async def edit(
    tx: Transaction,
    broadcast_id: str,
    *,
    by: Staff,
    version: int | None = None,
    kind: BroadcastKind | None = None,
    title: str | None = None,
    body: str | None = None,
    audience: Audience | None = None,
    picture: str | None = None,
    office: Office,
) -> Broadcast:
    """Change what is given; an approved one is to be approved anew. An empty ``picture`` takes the picture out."""
    known = await _ready(tx, broadcast_id, "edit", by=by, version=version, office=office)
    title, body = _checked(title or known.title, body or known.body, office=office)
    changed = replace(
        known,
        kind=kind or known.kind,
        title=title,
        body=body,
        audience=audience or known.audience,
        picture=known.picture if picture is None else picture or None,
        drafted_by=by.id,
        approved_by=None,
        approved_at=None,
        send_at=None,
    )
    return await _moved(tx, changed, "edit", by=by, office=office)


async def submit(tx: Transaction, broadcast_id: str, *, by: Staff, office: Office) -> Broadcast:
    """Ask those who may approve it to do so. CaseError ``broadcast_no_approver`` when nobody can be reached."""
    known = await _ready(tx, broadcast_id, "submit", by=by, office=office)
    to = await approvers(tx, by=by, office=office)
    if not to:
        raise CaseError("broadcast_no_approver")
    submitted = await _moved(tx, known, "submit", by=by, office=office)
    ask_approval(tx, submitted, to, by=by, office=office)
    return submitted


async def approve(
    tx: Transaction, broadcast_id: str, *, by: Staff, version: int | None = None, office: Office
) -> Broadcast:
    """The second officer has read it. CaseError ``broadcast_own`` for who wrote it."""
    known = await _ready(tx, broadcast_id, "approve", by=by, version=version, office=office)
    if not may(by, "approve", known):
        raise CaseError("broadcast_own", no=known.id)
    if not (await resolve(tx, known.audience, kind=known.kind, office=office)).people:
        raise CaseError("broadcast_nobody", no=known.id)
    approved = replace(known, approved_by=by.id, approved_at=office.now(), note=None)
    moved = await _moved(tx, approved, "approve", by=by, office=office)
    await tell_drafter(tx, moved, "broadcast.ping_approved", by=by, office=office)
    return moved


async def give_back(tx: Transaction, broadcast_id: str, *, by: Staff, reason: str, office: Office) -> Broadcast:
    """Not like this: the drafter is told why."""
    known = await _ready(tx, broadcast_id, "give_back", by=by, office=office)
    returned = replace(known, approved_by=None, approved_at=None, send_at=None, note=reason[:NOTE] or None)
    moved = await _moved(tx, returned, "give_back", by=by, note=reason, office=office)
    await tell_drafter(tx, moved, "broadcast.ping_returned", by=by, reason=reason, office=office)
    return moved


async def send(
    tx: Transaction, broadcast_id: str, *, by: Staff, at: datetime | None = None, office: Office
) -> Broadcast:
    """Send it now, or not before ``at``; within the hours either way.

    It is sent once: CaseError ``broadcast_sent_already``.
    """
    known = await _known(tx, broadcast_id)
    _check_post(by, "send")
    if known.state in STARTED:
        raise CaseError("broadcast_sent_already", no=known.id)
    if not known.allows("send"):
        raise CaseError("broadcast_not_approved", no=known.id)
    if at is not None and at <= office.now():
        raise CaseError("broadcast_past")
    if at is not None:
        planned = await tx.broadcasts.change(replace(known, send_at=at))
        _note(tx, planned, "schedule", by=by.id, office=office)
        return planned
    return await start(tx, replace(known, send_at=None), by=by.id, office=office)


async def start(tx: Transaction, known: Broadcast, *, by: str, office: Office) -> Broadcast:
    """Settle for whom it is, once. CaseError ``broadcast_nobody`` when that is nobody."""
    resolved = await resolve(tx, known.audience, kind=known.kind, office=office)
    if not resolved.people:
        raise CaseError("broadcast_nobody", no=known.id)
    await tx.broadcasts.add_people(known.id, resolved.people)
    now = office.now()
    started = replace(
        known,
        state=BroadcastState.SENDING,
        people=len(resolved.people),
        started_at=now,
        published_at=known.published_at or now,
    )
    changed = await tx.broadcasts.change(started)
    _note(tx, changed, "send", by=by, office=office)
    return changed


async def stop(tx: Transaction, broadcast_id: str, *, by: Staff, office: Office) -> Broadcast:
    """Nothing more of it leaves but what is on the wire already; a planned one is called off."""
    known = await _ready(tx, broadcast_id, "stop", by=by, office=office)
    if known.state is BroadcastState.APPROVED and known.send_at is None:
        raise CaseError("broadcast_not_sending", no=known.id)
    await tx.spread.stop(known.id)
    return await _moved(tx, known, "stop", by=by, office=office)


async def resume(tx: Transaction, broadcast_id: str, *, by: Staff, office: Office) -> Broadcast:
    """Go on where it was stopped, with the words as they are now; the duty keeps the hours, and who has refused.

    CaseError ``broadcast_unread`` when words that only one officer knows are left to be sent, unless ``by`` is a second
    one who may approve them.
    """
    known = await _ready(tx, broadcast_id, "resume", by=by, office=office)
    if known.started_at is None:
        return await start(tx, replace(known, send_at=None), by=by.id, office=office)
    await tx.spread.stop(known.id)  # what was on the wire when it was stopped may have come back to wait
    await tx.spread.resume(known.id)
    if known.approved_by is None and await tx.broadcasts.waiting(known.id):
        if not may(by, "approve", known):
            raise CaseError("broadcast_unread", no=known.id)
        known = replace(known, approved_by=by.id, approved_at=office.now())
    return await _moved(tx, replace(known, finished_at=None), "resume", by=by, office=office)


async def correct(
    tx: Transaction, broadcast_id: str, *, by: Staff, body: str, title: str | None = None, office: Office
) -> Broadcast:
    """Other words in the place of those that people have, where the channel can; the old ones stay on record.

    One officer is enough for that. Who has nothing yet is sent them only when a second one has resumed it.
    """
    known = await _ready(tx, broadcast_id, "correct", by=by, office=office)
    title, body = _checked(title or known.title, body, office=office)
    if (title, body) == (known.title, known.body):
        raise CaseError("broadcast_same_text", no=known.id)
    await _revise(tx, known, by=by, title=known.title, body=known.body, office=office)
    words = replace(known, title=title, body=body, drafted_by=by.id, approved_by=None, approved_at=None)
    return await _moved(tx, words, "correct", by=by, office=office)


async def recall(tx: Transaction, broadcast_id: str, *, by: Staff, reason: str = "", office: Office) -> Broadcast:
    """Take it back from those who have it, where the channel can."""
    known = await _ready(tx, broadcast_id, "recall", by=by, office=office)
    await tx.spread.stop(known.id)
    await _revise(tx, known, by=by, title=None, body=None, office=office)
    recalled = replace(known, recalled_at=office.now(), note=reason[:NOTE] or None)
    return await _moved(tx, recalled, "recall", by=by, note=reason, office=office)


async def _revise(
    tx: Transaction, known: Broadcast, *, by: Staff, title: str | None, body: str | None, office: Office
) -> None:
    n = len(await tx.broadcasts.revisions(known.id)) + 1
    tx.broadcasts.revise(Revision(broadcast=known.id, n=n, by=by.id, at=office.now(), title=title, body=body))


async def test_to_self(tx: Transaction, broadcast_id: str, *, by: Staff, office: Office) -> int:
    """Send it to the member's own chats, marked as a test; returns to how many. CaseError ``broadcast_no_chat``."""
    known = await _known(tx, broadcast_id)
    _check_post(by, "edit")
    own = (await tx.conversations.addresses_of([by.id])).get(by.id, [])
    if not own:
        raise CaseError("broadcast_no_chat")
    for address in own:
        made = message(known, address, office=office)
        text = office.say("broadcast.test", text=made.text)
        tested = Outgoing(address=address, text=text, picture=made.picture)
        tx.outbox.promise(Promise(outgoing=tested, priority=Priority.PING, at=office.now()))
    return len(own)


async def get(tx: Transaction, broadcast_id: str, *, by: Staff) -> Broadcast:
    """One to be looked at; CaseError ``broadcast_unknown``, or ``broadcast_not_yours`` for who may not."""
    _check_post(by, "edit")
    found = await tx.broadcasts.get(broadcast_id)
    if found is None:
        raise CaseError("broadcast_unknown", no=broadcast_id)
    return found


async def recent(tx: Transaction, *, by: Staff, limit: int) -> list[Broadcast]:
    _check_post(by, "edit")
    return await tx.broadcasts.recent(limit=limit)


async def member_named(tx: Transaction, name: str) -> Staff:
    """The one member of that name. CaseError ``staff_unknown``, or ``staff_several`` when there are more."""
    found = [staff for staff in await tx.staff.of() if name in (staff.name, staff.id)]
    if not found:
        raise CaseError("staff_unknown", name=name)
    if len(found) > 1:
        raise CaseError("staff_several", name=name, ids=", ".join(f"{one.id}({one.bureau})" for one in found))
    return found[0]


async def names(tx: Transaction, broadcast: Broadcast) -> dict[str, str]:
    """The names of those who wrote and approved it."""
    ids = [one for one in (broadcast.drafted_by, broadcast.approved_by) if one]
    return await tx.staff.names([StaffId(one) for one in ids])


async def _known(tx: Transaction, broadcast_id: str) -> Broadcast:
    found = await tx.broadcasts.get(broadcast_id, lock=True)
    if found is None:
        raise CaseError("broadcast_unknown", no=broadcast_id)
    return found


async def _ready(
    tx: Transaction, broadcast_id: str, verb: str, *, by: Staff, version: int | None = None, office: Office
) -> Broadcast:
    known = await _known(tx, broadcast_id)
    _check_post(by, verb)
    if version is not None and version != known.version:
        raise CaseError("broadcast_changed", no=known.id)
    if not known.allows(verb):
        deed, state = office.say(f"broadcast.do_{verb}"), state_words(known, office=office)
        raise CaseError("broadcast_not_now", no=known.id, state=state, deed=deed)
    return known


def _check_post(by: Staff, verb: str) -> None:
    if not may(by, verb):
        raise CaseError("broadcast_not_yours")


async def _moved(
    tx: Transaction, known: Broadcast, verb: str, *, by: Staff, note: str = "", office: Office
) -> Broadcast:
    changed = await tx.broadcasts.change(replace(known, state=known.after(verb)))
    _note(tx, changed, verb, by=by.id, note=note, office=office)
    return changed


def _note(tx: Transaction, broadcast: Broadcast, what: str, *, by: str, note: str = "", office: Office) -> None:
    tx.broadcasts.note(broadcast.id, Step(what=what, by=by, at=office.now(), note=note[:NOTE]))


VERBS: Mapping[str, Callable[..., Awaitable[Broadcast]]] = {
    "edit": edit,
    "submit": submit,
    "approve": approve,
    "give_back": give_back,
    "send": send,
    "stop": stop,
    "resume": resume,
    "correct": correct,
    "recall": recall,
}
"""What staff can do with one that exists, by name."""
