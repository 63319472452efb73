"""Evidence: what was attached, whether its file has been fetched, and the cases it belongs to."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from sqlalchemy import Row, delete, false, or_, select, update

from cases.messages import Address, Attachment
from cases.model import CaseNo
from storage.inbox_store import load_attachment

if TYPE_CHECKING:
    from storage.database import Transaction


class EvidenceState(StrEnum):
    WANTED = "wanted"
    KEPT = "kept"
    LOST = "lost"
    UNWANTED = "unwanted"


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """One piece of evidence. ``sha256`` names its file once it is kept; ``LOST`` means the channel has it no more."""

    id: str
    person: Address
    attachment: Attachment
    state: EvidenceState
    created_at: datetime
    attempts: int = 0
    sha256: str | None = None
    size: int | None = None


class EvidenceStore:
    def __init__(self, tx: Transaction) -> None:
        self._tx = tx
        self._table = tx.schema.evidence
        self._links = tx.schema.case_evidence

    def add(self, evidence: Evidence) -> None:
        attachment = {key: value for key, value in asdict(evidence.attachment).items() if value not in (None, False)}
        row = {
            "id": evidence.id,
            "person": str(evidence.person),
            "sha256": evidence.sha256,
            "size": evidence.size,
            "attachment": json.dumps(attachment, ensure_ascii=False),
            "state": evidence.state.value,
            "attempts": evidence.attempts,
            "not_before": evidence.created_at,
            "created_at": evidence.created_at,
        }
        self._tx.add(self._table, row)

    async def link(self, case_no: CaseNo, ids: Sequence[str]) -> None:
        """These belong to the case; one that was forgotten meanwhile, with a draft of long ago, is left out."""
        if not ids:
            return
        table = self._table
        rows = await self._tx.execute(select(table.c.id).where(table.c.id.in_(ids)))
        here = {row.id for row in rows}
        for evidence_id in dict.fromkeys(ids):
            if evidence_id in here:
                self._tx.add(self._links, {"case_no": case_no, "evidence_id": evidence_id})

    async def of(self, case_no: CaseNo) -> list[Evidence]:
        links, table = self._links, self._table
        statement = select(table).join(links, links.c.evidence_id == table.c.id).where(links.c.case_no == case_no)
        rows = await self._tx.execute(statement.order_by(table.c.created_at, table.c.id))
        return [_evidence(row) for row in rows]

    async def wanted(self, channels: Collection[str], now: datetime, *, limit: int) -> list[Evidence]:
        """Files still to be fetched from these channels."""
        table = self._table
        ours = or_(false(), *(table.c.person.startswith(f"{channel}:", autoescape=True) for channel in channels))
        statement = (
            select(table)
            .where(table.c.state == EvidenceState.WANTED.value, table.c.not_before <= now, ours)
            .order_by(table.c.not_before)
            .limit(limit)
        )
        return [_evidence(row) for row in await self._tx.execute(statement)]

    async def keep(self, evidence_id: str, *, sha256: str, size: int) -> None:
        await self._set(evidence_id, state=EvidenceState.KEPT.value, sha256=sha256, size=size)

    async def lose(self, evidence_id: str) -> None:
        await self._set(evidence_id, state=EvidenceState.LOST.value)

    async def postpone(self, evidence: Evidence, *, until: datetime) -> None:
        await self._set(evidence.id, attempts=evidence.attempts + 1, not_before=until)

    async def drop_unused(self, before: datetime) -> None:
        """Forget what was sent before an instant and belongs to no case."""
        table, links = self._table, self._links
        used = select(links.c.evidence_id)
        await self._tx.execute(delete(table).where(table.c.created_at < before, table.c.id.not_in(used)))

    async def drop_unwanted(self) -> set[str]:
        """Forget what the person did not want kept; returns the hashes of its files."""
        table = self._table
        gone = delete(table).where(table.c.state == EvidenceState.UNWANTED.value).returning(table.c.sha256)
        return {row.sha256 for row in await self._tx.execute(gone) if row.sha256}

    async def known(self, hashes: Collection[str]) -> set[str]:
        """Those of these files that some evidence names."""
        table = self._table
        rows = await self._tx.execute(select(table.c.sha256).where(table.c.sha256.in_(tuple(hashes))).distinct())
        return {row.sha256 for row in rows}

    async def _set(self, evidence_id: str, **values: Any) -> None:
        await self._tx.execute(update(self._table).where(self._table.c.id == evidence_id).values(**values))


def _evidence(row: Row[Any]) -> Evidence:
    return Evidence(
        id=row.id,
        person=Address.parse(row.person),
        attachment=load_attachment(json.loads(row.attachment)),
        state=EvidenceState(row.state),
        created_at=row.created_at,
        attempts=row.attempts,
        sha256=row.sha256,
        size=row.size,
    )
