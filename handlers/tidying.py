"""Forgets what need not be kept: drafts that were left, words worked long ago, files of no case (PIPL 19, 47)."""

from __future__ import annotations

import asyncio
from collections.abc import Collection
from datetime import timedelta

from handlers.evidence import Files
from handlers.office import Office
from storage.database import Database

AT_ONCE = 500


async def tidy(database: Database, *, files: Files, office: Office) -> int:
    """Wipe what was refused, and what is older than the site keeps drafts; returns how many files went."""
    before = office.now() - timedelta(days=office.rulebook.site.draft_days)
    async with database.begin(bulk=True) as tx:
        await tx.conversations.forget_idle(before)
        await tx.inbox.wipe_done_before(before)
        await tx.outbox.wipe_told_before(before)
        await tx.sms.wipe_before(before)
        if office.ways.short:
            await tx.sms.forget_numbers(channel=office.ways.short, before=before)
        await tx.warnings.forget_gathered_before(before)
        await tx.evidence.drop_unused(before)
        refused = await tx.evidence.drop_unwanted()
    old = await asyncio.to_thread(files.names, before=before)
    return await _drop(database, {*old, *refused}, files=files)


async def _drop(database: Database, names: Collection[str], *, files: Files) -> int:
    """Delete those of these files that no evidence and no broadcast names any more."""
    dropped, left = 0, sorted(names)
    for start in range(0, len(left), AT_ONCE):
        some = left[start : start + AT_ONCE]
        async with database.read() as tx:
            known = await tx.evidence.known(some) | await tx.broadcasts.pictures(some)
        for name in set(some) - known:
            await asyncio.to_thread(files.forget, name)
            dropped += 1
    return dropped
