"""How far what was promised about cases got: the proof of telling, what was lost on the way, what nobody has seen."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import takewhile
from typing import TYPE_CHECKING

from sqlalchemy import case, select, update

from cases.messages import Address, Outgoing
from cases.model import CaseNo
from cases.notices import Priority
from storage.outbox_store import DeliveryState, outgoing_from

if TYPE_CHECKING:
    from storage.database import Transaction


AGAIN = "again/"
"""How the keys of texts begin that were promised in the place of others."""


@dataclass(frozen=True, kw_only=True)
class Told:
    """A notice to the consumer of a case. Instants are aware, None for what has not happened.

    ``asked_at``: an officer was asked to tell it by telephone; ``phoned_at``: that was done.
    """

    id: int
    address: Address
    text: str
    state: DeliveryState
    attempts: int
    at: datetime
    sent_at: datetime | None = None
    delivered_at: datetime | None = None
    reason: str | None = None
    asked_at: datetime | None = None
    phoned_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Lost:
    """A promised text that did not arrive.

    ``notice``: it was for the consumer of the case. ``again``: it was promised in the place of one that was lost or
    not seen.
    """

    id: int
    outgoing: Outgoing
    case_no: CaseNo | None
    notice: bool
    again: bool


@dataclass(frozen=True, kw_only=True)
class Unseen:
    """A notice about a case that was told where it is read later, and that nobody has seen."""

    id: int
    outgoing: Outgoing
    case_no: CaseNo


class ToldStore:
    def __init__(self, tx: Transaction) -> None:
        self._tx = tx
        self._outbox = tx.schema.outbox
        self._calls = tx.schema.calls

    async def of_case(self, no: CaseNo) -> list[Told]:
        """Every notice to the consumer of the case, through whatever channel, in the order of promising."""
        box, calls = self._outbox, self._calls
        joined = box.outerjoin(calls, calls.c.outbox == box.c.id)
        columns = (box, calls.c.asked_at, calls.c.done_at)
        notices = (box.c.case_no == no, box.c.priority == Priority.NOTICE.rank, box.c.broadcast.is_(None))
        rows = await self._tx.execute(select(*columns).select_from(joined).where(*notices).order_by(box.c.id))
        return [
            Told(
                id=row.id,
                address=Address.parse(row.person),
                text=outgoing_from(row).text,
                state=DeliveryState(row.state),
                attempts=row.attempts,
                at=row.created_at,
                sent_at=row.sent_at,
                delivered_at=row.delivered_at,
                reason=row.reason,
                asked_at=row.asked_at,
                phoned_at=row.done_at,
            )
            for row in rows
        ]

    async def lost(self, ids: Collection[int]) -> list[Lost]:
        """These promised texts, in the order of promising."""
        box = self._outbox
        rows = await self._tx.execute(select(box).where(box.c.id.in_(ids)).order_by(box.c.id))
        return [
            Lost(
                id=row.id,
                outgoing=outgoing_from(row),
                case_no=CaseNo(row.case_no) if row.case_no else None,
                notice=row.priority == Priority.NOTICE.rank and row.broadcast is None,
                again=(row.key or "").startswith(AGAIN),
            )
            for row in rows
        ]

    async def last_about(self, person: Address, numbers: Collection[str]) -> CaseNo | None:
        """Of which of these cases the person was told last at this address; None: of none."""
        box = self._outbox
        about = (box.c.person == str(person), box.c.case_no.in_(numbers))
        found = await self._tx.execute(select(box.c.case_no).where(*about).order_by(box.c.id.desc()).limit(1))
        no = found.scalar_one_or_none()
        return CaseNo(no) if no else None

    async def about(self, person: Address, numbers: Collection[str]) -> set[CaseNo]:
        """Those of these cases of which the person was ever told at this address."""
        box = self._outbox
        told = (box.c.person == str(person), box.c.case_no.in_(numbers), box.c.priority == Priority.NOTICE.rank)
        rows = await self._tx.execute(select(box.c.case_no).where(*told).distinct())
        return {CaseNo(no) for no in rows.scalars()}

    async def seen(self, person: Address, ids: Collection[int], *, at: datetime) -> None:
        """The person has read these; one that is still being sent keeps its state until that is noted."""
        box = self._outbox
        read = (box.c.id.in_(ids), box.c.person == str(person), box.c.delivered_at.is_(None))
        sent = box.c.state == DeliveryState.SENT.value
        state = case((sent, DeliveryState.DELIVERED.value), else_=box.c.state)
        await self._tx.execute(update(box).where(*read).values(delivered_at=at, state=state))

    async def unseen(
        self, channels: Collection[str], *, after: int, span: tuple[datetime, datetime], limit: int
    ) -> tuple[list[Unseen], int]:
        """Of the next ``limit`` promised texts after row ``after``, as far as they were promised before the end of the
        span: those about cases that nobody has seen; and the row looked at last. What came before it is passed over.
        """
        box = self._outbox
        light = (box.c.id, box.c.channel, box.c.state, box.c.case_no, box.c.priority, box.c.created_at)
        statement = select(*light, box.c.delivered_at).where(box.c.id > after).order_by(box.c.id).limit(limit)
        first, last = span
        rows = list(takewhile(lambda row: row.created_at <= last, await self._tx.execute(statement)))
        wanted = [
            row.id
            for row in rows
            if row.channel in channels
            and row.case_no
            and row.priority == Priority.NOTICE.rank
            and row.state == DeliveryState.SENT.value
            and row.delivered_at is None
            and row.created_at >= first
        ]
        return await self._opened(wanted), rows[-1].id if rows else after

    async def _opened(self, ids: Sequence[int]) -> list[Unseen]:
        found = await self.lost(ids) if ids else []
        return [Unseen(id=one.id, outgoing=one.outgoing, case_no=one.case_no) for one in found if one.case_no]
