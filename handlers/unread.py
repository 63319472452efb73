"""Sends by short message what was told on a page that nobody has opened since."""

from __future__ import annotations

from datetime import timedelta

from handlers.calling import again
from handlers.office import Office
from handlers.reaching import number_of
from storage.database import Database, Transaction
from storage.told_store import Unseen

MARK = "unread"
AT_ONCE = 2000
"""Promised texts looked through in one transaction."""
OLDEST = timedelta(days=2)
"""What nobody has seen for so long was told before this was looked after, or while the program was down."""


async def tell_unread(database: Database, *, office: Office) -> int:
    """Promise anew what has stood unseen for as long as the site waits; each text is looked at once. Returns how many.

    Only for a person who gave a mobile number; and what was seen since is left alone.
    """
    ways, site = office.ways, office.rulebook.site
    if ways.short is None or not ways.sends or not ways.paged:
        return 0
    last = office.now() - timedelta(minutes=site.unread_minutes)
    told = 0
    while True:
        async with database.begin(bulk=True) as tx:
            mark = await tx.marks.get(MARK)
            after = int(mark.value) if mark else 0
            span = (last - OLDEST, last)
            found, reached = await tx.told.unseen(ways.paged, after=after, span=span, limit=AT_ONCE)
            if reached == after:
                return told
            told += await _again(tx, found, office=office)
            await tx.marks.put(MARK, str(reached), at=office.now())


async def _again(tx: Transaction, found: list[Unseen], *, office: Office) -> int:
    told = 0
    for unseen in found:
        identity = await tx.cases.identity(unseen.case_no)
        if identity is None or identity.person != unseen.outgoing.address:
            continue
        to = await number_of(tx, identity, await tx.reaches.way_of(identity.person), office=office)
        if to is not None:
            promise = again(unseen.id, unseen.outgoing, unseen.case_no, to=to, office=office)
            told += len(await tx.outbox.promise_once([promise]))
    return told
