"""Forgets what need not be kept: drafts that were left, and words that were worked long ago (PIPL 19, 47)."""

from __future__ import annotations

from datetime import timedelta

from handlers.office import Office
from storage.database import Database


async def tidy(database: Database, *, office: Office) -> int:
    """Wipe what is older than the site keeps drafts."""
    before = office.now() - timedelta(days=office.rulebook.site.draft_days)
    async with database.begin(bulk=True) as tx:
        await tx.conversations.forget_idle(before)
        await tx.inbox.wipe_done_before(before)
    return 0
