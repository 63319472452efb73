"""Who is told among staff: those who may approve a broadcast, and who wrote it."""

from __future__ import annotations

from collections.abc import Sequence

from cases.broadcasts import APPROVERS, Broadcast
from cases.messages import Address, Choice, Outgoing
from cases.model import Role, Staff, StaffId
from cases.notices import Priority
from handlers.broadcast_texts import audience_words, chat_text, kind_words
from handlers.office import Office
from storage.database import Transaction
from storage.outbox_store import Promise

PREFIX = "bc"
"""Of every button about a broadcast: ``bc:verb:number:version``."""


def button(verb: str, broadcast: Broadcast, *, office: Office) -> Choice:
    value = f"{PREFIX}:{verb}:{broadcast.id}:{broadcast.version}"
    return Choice(label=office.say(f"broadcast.do_{verb}"), value=value)


def ask_approval(tx: Transaction, broadcast: Broadcast, to: Sequence[Address], *, by: Staff, office: Office) -> None:
    """Put it before those who may approve it, with its words and buttons."""
    text = office.say(
        "broadcast.ping_submitted",
        no=broadcast.id,
        name=by.name,
        kind=kind_words(broadcast, office=office),
        audience=audience_words(broadcast.audience, office=office),
        text=chat_text(broadcast, office=office),
    )
    choices = (tuple(button(verb, broadcast, office=office) for verb in ("approve", "give_back")),)
    for address in to:
        outgoing = Outgoing(address=address, text=text, choices=choices, picture=broadcast.picture)
        tx.outbox.promise(Promise(outgoing=outgoing, priority=Priority.PING, at=office.now()))


async def approvers(tx: Transaction, *, by: Staff, office: Office) -> list[Address]:
    """Where those are reached who may approve it: leads of the drafter's bureau or above, else administrators."""
    away = await tx.absences.on(office.today())
    others = [one for one in await tx.staff.of(roles=tuple(APPROVERS)) if one.id != by.id and one.id not in away]
    bound = await tx.conversations.addresses_of([one.id for one in others])
    directory = office.rulebook.directory
    leads = [one for one in others if one.role is Role.LEAD]
    line = dict.fromkeys((*directory.line(by.bureau), *directory.line(office.rulebook.site.desk)))
    groups = [[one for one in leads if one.bureau == code] for code in line]
    groups.append([one for one in others if one.role is Role.ADMIN])
    reached = ([address for one in group for address in bound.get(one.id, ())] for group in groups)
    return next((found for found in reached if found), [])


async def tell_drafter(
    tx: Transaction, broadcast: Broadcast, key: str, *, by: Staff, reason: str = "", office: Office
) -> None:
    """Tell who wrote it what was decided; with a button to send it once it is approved."""
    drafter = StaffId(broadcast.drafted_by)
    bound = await tx.conversations.addresses_of([drafter])
    facts = {"no": broadcast.id, "title": broadcast.title, "name": by.name, "reason": reason}
    choices = ((button("send", broadcast, office=office),),) if broadcast.allows("send") else ()
    for address in bound.get(drafter, ()):
        outgoing = Outgoing(address=address, text=office.say(key, **facts), choices=choices)
        tx.outbox.promise(Promise(outgoing=outgoing, priority=Priority.PING, at=office.now()))
