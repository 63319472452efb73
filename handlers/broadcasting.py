"""Broadcasts for pages and the command line: each method is one transaction."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterable, AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from cases.broadcasts import Audience, Broadcast, BroadcastKind, Result, Step, may
from cases.errors import CaseError
from cases.model import Staff
from cases.subscriptions import Group
from handlers import broadcasts
from handlers.broadcast_progress import Preview, Progress, preview, progress
from handlers.delivery import Delivery
from handlers.evidence import LARGEST, Files
from handlers.office import Office
from handlers.subscriptions import group_counts
from storage.database import Database

LISTED = 100
PICTURE = 10_000_000
"""Bytes of a picture: what the narrowest channel takes as one."""

PHOTOS = (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n")
"""How JPEG and PNG begin: every channel with pictures shows these, and WebP."""


def is_photo(head: bytes) -> bool:
    """Whether a file that begins so is a picture that all channels can show."""
    return head.startswith(PHOTOS) or (head[:4] == b"RIFF" and head[8:12] == b"WEBP")


async def _whole(head: bytes, rest: AsyncIterable[bytes]) -> AsyncIterator[bytes]:
    yield head
    async for piece in rest:
        yield piece


@dataclass(frozen=True, kw_only=True)
class Shown:
    """A broadcast with all that is to be seen of it. ``names``: of those who had to do with it, by their ids."""

    broadcast: Broadcast
    preview: Preview
    progress: Progress
    steps: Sequence[Step]
    names: dict[str, str]


@dataclass(frozen=True, kw_only=True)
class Picture:
    """The bytes of a picture; ``public``: everybody may see it."""

    content: bytes
    public: bool


class Broadcasting:
    """The use cases behind ``/desk/broadcasts`` and ``main.py broadcast``."""

    def __init__(self, *, database: Database, office: Office, delivery: Delivery, files: Files) -> None:
        self._database = database
        self._delivery = delivery
        self._files = files
        self.office = office

    async def member(self, name: str) -> Staff:
        """The member of staff called so. Raises the CaseErrors of ``broadcasts.member_named``."""
        async with self._database.read() as tx:
            return await broadcasts.member_named(tx, name)

    async def recent(self, by: Staff) -> list[Broadcast]:
        async with self._database.read() as tx:
            return await broadcasts.recent(tx, by=by, limit=LISTED)

    async def groups(self, by: Staff) -> list[tuple[Group, int]]:
        """The groups that can be written to, and how many are in each."""
        async with self._database.read() as tx:
            return await group_counts(tx, office=self.office)

    async def show(self, by: Staff, broadcast_id: str) -> Shown:
        async with self._database.read() as tx:
            found = await broadcasts.get(tx, broadcast_id, by=by)
            steps = await tx.broadcasts.steps(broadcast_id)
            return Shown(
                broadcast=found,
                preview=await preview(tx, found, office=self.office),
                progress=await progress(tx, found, office=self.office),
                steps=steps,
                names=await tx.staff.names([step.by for step in steps]),
            )

    async def progress(self, by: Staff, broadcast_id: str) -> Progress:
        async with self._database.read() as tx:
            found = await broadcasts.get(tx, broadcast_id, by=by)
            return await progress(tx, found, office=self.office)

    async def results(self, by: Staff, broadcast_id: str, *, after: int = 0, limit: int = LISTED) -> list[Result]:
        """What became of it for each person, without the persons."""
        async with self._database.read() as tx:
            found = await broadcasts.get(tx, broadcast_id, by=by)
            return await tx.spread.results(found.id, after=after, limit=limit)

    async def draft(
        self,
        by: Staff,
        *,
        kind: BroadcastKind,
        title: str,
        body: str,
        audience: Audience,
        picture: str | None = None,
    ) -> Broadcast:
        async with self._database.begin() as tx:
            return await broadcasts.draft(
                tx,
                kind=kind,
                title=title,
                body=body,
                audience=audience,
                by=by,
                picture=picture,
                office=self.office,
            )

    async def do(self, by: Staff, broadcast_id: str, verb: str, **facts: Any) -> Broadcast:
        """Any verb of ``broadcasts.VERBS``; raises its CaseErrors."""
        async with self._database.begin(bulk=True) as tx:
            done = await broadcasts.VERBS[verb](tx, broadcast_id, by=by, office=self.office, **facts)
        self._delivery.wake()
        return done

    async def test(self, by: Staff, broadcast_id: str) -> int:
        """Send it to the member's own chats; returns to how many."""
        async with self._database.begin() as tx:
            count = await broadcasts.test_to_self(tx, broadcast_id, by=by, office=self.office)
        self._delivery.wake()
        return count

    async def send(self, by: Staff, broadcast_id: str, *, at: datetime | None = None) -> Broadcast:
        return await self.do(by, broadcast_id, "send", at=at)

    async def keep_picture(self, head: bytes, rest: AsyncIterable[bytes], *, limit: int = min(PICTURE, LARGEST)) -> str:
        """Keep a picture, of which ``head`` are the first bytes, and return its SHA-256.

        CaseError ``broadcast_picture_kind`` for what is no photo, ``broadcast_picture_large`` for too large a one.
        """
        if not is_photo(head):
            raise CaseError("broadcast_picture_kind")
        try:
            return (await self._files.keep(_whole(head, rest), limit=limit))[0]
        except ValueError:
            raise CaseError("broadcast_picture_large", megabytes=str(limit // 1_000_000)) from None

    async def picture(self, sha256: str, *, by: Staff | None) -> Picture | None:
        """A picture of a broadcast that was published and not taken back, or of any for who may write them."""
        async with self._database.read() as tx:
            public = await tx.broadcasts.shows(sha256)
            desk = by is not None and may(by, "edit") and bool(await tx.broadcasts.pictures([sha256]))
        if not (public or desk):
            return None
        try:
            return Picture(content=await asyncio.to_thread(self._files.read, sha256), public=public)
        except FileNotFoundError:
            return None
