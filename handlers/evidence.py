"""Evidence: noted at once, fetched from its channel when it can be, kept sealed under its hash."""

from __future__ import annotations

import asyncio
import hashlib
import logging
import os
import tempfile
from collections.abc import AsyncIterable, AsyncIterator, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Protocol

from cases.errors import DeliveryError
from cases.messages import Attachment, AttachmentKind, Incoming, Outgoing
from cases.notices import Priority
from handlers.office import Office
from storage.database import Database, Transaction
from storage.evidence_store import Evidence, EvidenceState
from storage.outbox_store import Promise
from storage.vault import Vault

log = logging.getLogger("lianxin.evidence")

LARGEST = 20_000_000
"""Bytes of one file: no channel hands out larger ones."""
FAMILIES = ("image/", "video/", "audio/", "text/plain", "application/vnd.openxmlformats", "application/vnd.oasis")
TYPES = frozenset(
    {"application/pdf", "application/msword", "application/vnd.ms-excel", "application/vnd.ms-powerpoint"}
)
"""What a person can look at; programs and archives are no evidence."""
CHUNK = 1 << 20
"""Bytes sealed as one block."""
TRIES = 12
FIRST_WAIT = timedelta(seconds=2)
BATCH = 8


class Source(Protocol):
    """A channel from which an attachment's file can be fetched."""

    def fetch(self, attachment: Attachment) -> AsyncIterator[bytes]: ...


def unfit(attachment: Attachment) -> str | None:
    """The key of the text that says why a file cannot be kept; None when it can."""
    if attachment.size is not None and attachment.size > LARGEST:
        return "file.too_large"
    kind = attachment.media_type
    if kind is None or kind in TYPES or kind.startswith(FAMILIES):
        return None
    return "file.wrong_type"


def keep_attachments(tx: Transaction, message: Incoming, *, office: Office) -> tuple[str, ...]:
    """Note every attachment as evidence and return their ids; a contact card that is one's own is none."""
    kept = []
    for attachment in message.attachments:
        if attachment.kind is AttachmentKind.CONTACT and attachment.own:
            continue
        waiting = attachment.reference is not None and attachment.sha256 is None
        evidence = Evidence(
            id=office.new_id(),
            person=message.address,
            attachment=attachment,
            state=EvidenceState.WANTED if waiting else EvidenceState.KEPT,
            created_at=office.now(),
            sha256=attachment.sha256,
            size=attachment.size,
        )
        tx.evidence.add(evidence)
        kept.append(evidence.id)
    return tuple(kept)


def refuse_attachments(tx: Transaction, message: Incoming, *, office: Office) -> None:
    """Mark files that were uploaded with a message as not wanted: ``tidying`` deletes them."""
    for attachment in message.attachments:
        if attachment.sha256:
            unwanted = Evidence(
                id=office.new_id(),
                person=message.address,
                attachment=attachment,
                state=EvidenceState.UNWANTED,
                created_at=office.now(),
                sha256=attachment.sha256,
            )
            tx.evidence.add(unwanted)


class Files:
    """The sealed files of evidence under one folder, each named by the SHA-256 of what it holds."""

    def __init__(self, folder: Path, *, vault: Vault) -> None:
        self._folder = folder
        self._vault = vault

    def path(self, sha256: str) -> Path:
        return self._folder / sha256[:2] / sha256

    async def keep(self, content: AsyncIterable[bytes], *, limit: int | None = None) -> tuple[str, int]:
        """Store the bytes sealed; return hash and size. ValueError over ``limit`` bytes, with nothing left behind."""
        self._folder.mkdir(parents=True, exist_ok=True)
        digest, size, buffer = hashlib.sha256(), 0, bytearray()
        handle, name = tempfile.mkstemp(dir=self._folder, suffix=".part")
        try:
            with os.fdopen(handle, "wb") as file:
                async for piece in content:
                    digest.update(piece)
                    size += len(piece)
                    if limit is not None and size > limit:
                        raise ValueError("the file is too large")
                    buffer += piece
                    while len(buffer) >= CHUNK:
                        file.write(self._block(bytes(buffer[:CHUNK])))
                        del buffer[:CHUNK]
                if buffer or not size:
                    file.write(self._block(bytes(buffer)))
                file.flush()
                await asyncio.to_thread(os.fsync, file.fileno())
            target = self.path(digest.hexdigest())
            target.parent.mkdir(exist_ok=True)
            Path(name).replace(target)
        finally:
            Path(name).unlink(missing_ok=True)
        return digest.hexdigest(), size

    def _block(self, block: bytes) -> bytes:
        sealed = self._vault.seal(block, column="evidence.file")
        return len(sealed).to_bytes(4, "big") + sealed

    def names(self, *, before: datetime) -> list[str]:
        """The hashes of the files that were stored before an instant."""
        limit = before.timestamp()
        return [path.name for path in self._folder.glob("??/*") if path.stat().st_mtime < limit]

    def forget(self, sha256: str) -> None:
        self.path(sha256).unlink(missing_ok=True)

    def read(self, sha256: str) -> bytes:
        """The bytes as they were sent; FileNotFoundError when they are not here."""
        sealed, blocks, at = self.path(sha256).read_bytes(), [], 0
        while at < len(sealed):
            length = int.from_bytes(sealed[at : at + 4], "big")
            blocks.append(self._vault.open(sealed[at + 4 : at + 4 + length], column="evidence.file"))
            at += 4 + length
        return b"".join(blocks)


async def fetch_wanted(database: Database, files: Files, sources: Mapping[str, Source], *, office: Office) -> int:
    """Fetch files that are still with their channel; later again when it fails. Returns how many were kept."""
    async with database.read() as tx:
        wanted = await tx.evidence.wanted(sources.keys(), office.now(), limit=BATCH)
    kept = 0
    for evidence in wanted:
        kept += await _fetch(database, files, evidence, source=sources[evidence.person.channel], office=office)
    return kept


async def _fetch(database: Database, files: Files, evidence: Evidence, *, source: Source, office: Office) -> bool:
    try:
        sha256, size = await files.keep(source.fetch(evidence.attachment))
    except DeliveryError as error:
        await _later(database, evidence, error, office=office)
        return False
    async with database.begin() as tx:
        await tx.evidence.keep(evidence.id, sha256=sha256, size=size)
    return True


def _sorry(evidence: Evidence, *, office: Office) -> Promise:
    """The person is asked to send the file again: what was called kept must not be missed in silence."""
    text = office.say("file.lost", name=evidence.attachment.file_name or "")
    outgoing = Outgoing(address=evidence.person, text=text)
    return Promise(outgoing=outgoing, priority=Priority.NOTICE, at=office.now())


async def _later(database: Database, evidence: Evidence, error: DeliveryError, *, office: Office) -> None:
    lost = not error.retryable or evidence.attempts + 1 >= TRIES
    log.warning("A file could not be fetched.", extra={"action": "evidence", "evidence": evidence.id, "lost": lost})
    wait = timedelta(seconds=error.retry_after) if error.retry_after else FIRST_WAIT * 2**evidence.attempts
    async with database.begin() as tx:
        if lost:
            await tx.evidence.lose(evidence.id)
            tx.outbox.promise(_sorry(evidence, office=office))
        else:
            await tx.evidence.postpone(evidence, until=office.now() + wait)
