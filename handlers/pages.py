"""What web pages ask for: sessions, the transcript of a chat, and the staff desk. Each method is one transaction."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncIterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from cases.calendar import CalendarYear, Days
from cases.errors import CaseError
from cases.messages import Address, Attachment, Incoming, Outgoing
from cases.model import Case, Role, Staff, StaffId
from handlers import absences, calendars, casework, staffing, worklist
from handlers.beside import Beside, beside
from handlers.broadcasting import Broadcasting
from handlers.calendars import KnownYear, Preview
from handlers.conversation import error_text
from handlers.delivery import Delivery
from handlers.evidence import Files
from handlers.gauges import Gauges
from handlers.grouping import Groups
from handlers.ledger_export import Ledger, bureaus_of
from handlers.office import Office
from handlers.reception import Reception
from handlers.seen import Seen
from handlers.short_messages import ShortMessage, listed
from handlers.signal_desk import SignalDesk
from handlers.staffing import Invitation
from handlers.warnings import Warnings
from storage.database import Database
from storage.evidence_store import Evidence

TOKEN_BYTES = 24
KEPT = timedelta(days=180)
"""A browser that was not seen for so long starts anew."""
SEEN_EVERY = timedelta(days=1)
SHOWN = 60
"""Lines of a transcript that a page starts with."""


@dataclass(frozen=True, kw_only=True)
class Line:
    """One line of a chat, said by the person (``mine``) or told; ``id`` is unique in the chat: "in:7", "out:9"."""

    id: str
    at: datetime
    mine: bool
    text: str
    outgoing: Outgoing | None = None
    attachments: tuple[Attachment, ...] = ()
    revises: str | None = None
    """The line in whose place this one comes; with no text, that one is taken back."""


class Pages:
    """The use cases behind the web chat and the staff desk."""

    def __init__(
        self, *, database: Database, office: Office, reception: Reception, delivery: Delivery, files: Files
    ) -> None:
        self._database = database
        self._reception = reception
        self._delivery = delivery
        self._files = files
        self._seen = Seen(database, now=office.now)
        self.office = office
        self.warnings = Warnings(database, office=office)
        self.groups = Groups(database, office=office)
        self.broadcasts = Broadcasting(database=database, office=office, delivery=delivery, files=files)
        self.signals = SignalDesk(database=database, office=office)
        self.gauges = Gauges(database, office=office)

    async def ready(self) -> None:
        """StorageFault when the database cannot be used."""
        await self._database.ping()

    async def session(self, token: str | None, *, channel: str) -> Address | None:
        """Whose browser this is, None when the token is unknown or was not used for long; using it keeps it alive."""
        if not token:
            return None
        now = self.office.now()
        async with self._database.read() as tx:
            found = await tx.web_sessions.find(token, seen_after=now - KEPT)
        if found is None or found[0].channel != channel:
            return None
        if found[1] < now - SEEN_EVERY:
            async with self._database.begin() as tx:
                await tx.web_sessions.seen(token, at=now)
        return found[0]

    async def new_session(self, *, channel: str) -> tuple[str, Address]:
        """A fresh browser: its secret token and its address."""
        token = secrets.token_urlsafe(TOKEN_BYTES)
        person = Address(channel=channel, value=self.office.new_id())
        async with self._database.begin() as tx:
            tx.web_sessions.start(token, person, at=self.office.now())
        return token, person

    async def staff_at(self, person: Address) -> Staff | None:
        """The member of staff whom this address is bound to."""
        async with self._database.read() as tx:
            session = await tx.conversations.get(person)
        return session.staff if session else None

    async def receive(self, message: Incoming) -> None:
        """Returns when the message is committed."""
        await self._reception.receive([message])

    async def transcript(self, person: Address, *, after: int | None = None) -> list[Line]:
        """The chat so far, or (with ``after``) only what was told after the outbox row of that number.

        Whoever asks for it reads it: the notices in it, which are made from a text of the site, count as delivered.
        """
        async with self._database.read() as tx:
            told = await tx.outbox.since(person, after=after or 0, limit=SHOWN)
            said = await tx.inbox.said_by(person, after=0, limit=SHOWN) if after is None else []
            named = [out.revises for _, _, out in told if out.revises]
            before = await tx.spread.lines_of(person, named) if named else {}
        lines = [_told(n, at, outgoing=out, before=before) for n, at, out in told]
        await self._seen.note(person, [n for n, _, out in told if out.wording is not None])
        lines = lines if after is not None else revised(lines)
        lines += [_said(row.id, row.message) for row in said if row.message.text or row.message.attachments]
        return sorted(lines, key=lambda line: (line.at, not line.mine, int(line.id.partition(":")[2])))

    async def keep_file(self, content: AsyncIterable[bytes], *, limit: int) -> tuple[str, int]:
        """Keep an uploaded file and return its SHA-256 and size. ValueError when it is over ``limit`` bytes."""
        return await self._files.keep(content, limit=limit)

    async def evidence(self, staff: Staff, no: str, evidence_id: str) -> tuple[Evidence, bytes]:
        """A file of a case that this member of staff may see. CaseError ``case_unknown`` or ``file_missing``."""
        async with self._database.read() as tx:
            seen = await worklist.evidence(tx, staff, no, office=self.office)
        found = next((piece for piece in seen if piece.id == evidence_id), None)
        if found is None or found.sha256 is None:
            raise CaseError("file_missing", no=no)
        return found, await asyncio.to_thread(self._files.read, found.sha256)

    async def todo(self, staff: Staff) -> list[worklist.Item]:
        async with self._database.read() as tx:
            return await worklist.todo(tx, staff, office=self.office)

    async def dossier(self, staff: Staff, no: str) -> worklist.Dossier:
        async with self._database.read() as tx:
            return await worklist.dossier(tx, staff, no, office=self.office)

    async def beside(self, staff: Staff, found: worklist.Dossier) -> Beside:
        """What stands beside a case that was just read for this member."""
        async with self._database.read() as tx:
            return await beside(tx, staff, found, office=self.office)

    async def act(self, staff: Staff, no: str, verb: str, *, facts: Mapping[str, str], version: int | None) -> Case:
        """A staff verb from the desk; raises the CaseErrors of ``casework.act``."""
        async with self._database.begin() as tx:
            case = await casework.act(tx, staff, no, verb=verb, facts=facts, version=version, office=self.office)
        self._delivery.wake()
        return case

    async def join(self, code: str, person: Address) -> Staff | None:
        """Use an invitation for this browser."""
        async with self._database.begin() as tx:
            return await staffing.redeem(tx, code, person=person, office=self.office)

    async def leave(self, person: Address) -> None:
        """This browser is no member of staff's any more."""
        async with self._database.begin() as tx:
            await tx.conversations.bind_staff(person, None, at=self.office.now())

    async def colleagues(self, staff: Staff) -> Sequence[Staff]:
        """Everyone who works on the site, for the administrator; CaseError ``not_yours`` for others."""
        _administrator(staff)
        async with self._database.read() as tx:
            return await tx.staff.of()

    async def invite(self, staff: Staff, *, bureau: str, role: Role, name: str, deputy_for: str | None) -> Invitation:
        """A new invitation by the administrator."""
        _administrator(staff)
        async with self._database.begin() as tx:
            return await staffing.invite(
                tx, bureau=bureau, role=role, name=name, deputy_for=deputy_for, office=self.office
            )

    async def retire(self, staff: Staff, staff_id: str) -> Staff:
        """A colleague has left; raises the CaseErrors of ``staffing.retire``, and ``admin_only``."""
        _administrator(staff)
        async with self._database.begin() as tx:
            return await staffing.retire(tx, StaffId(staff_id))

    async def known_years(self, staff: Staff) -> Sequence[KnownYear]:
        """The years of the calendar, for the administrator; CaseError ``admin_only`` for others."""
        _administrator(staff)
        async with self._database.read() as tx:
            return await calendars.known_years(tx, office=self.office)

    async def preview_year(self, staff: Staff, year: CalendarYear) -> Preview:
        """What entering the year would change; raises the CaseErrors of ``check_entry``, and ``admin_only``."""
        _administrator(staff)
        async with self._database.read() as tx:
            return await calendars.preview(tx, year, office=self.office)

    async def enter_year(self, staff: Staff, year: CalendarYear) -> None:
        """The year counts from now on; the clocks are counted anew within a minute. Raises as ``preview_year``."""
        _administrator(staff)
        async with self._database.begin() as tx:
            await calendars.enter(tx, year, by=staff.id, office=self.office)

    async def absences(self, staff: Staff) -> tuple[Sequence[absences.Known], Sequence[Staff]]:
        """Who is or will be away, and for whom this member may say it. CaseError ``away_not_yours``."""
        async with self._database.read() as tx:
            return await absences.known(tx, staff, office=self.office), await absences.whose(tx, staff)

    async def go_away(self, staff: Staff, who: str, *, first: date, last: date) -> tuple[Staff, Sequence[Staff]]:
        """Enter an absence, one's own when ``who`` is empty; returns whose, and who stands in. See ``absences.go``."""
        async with self._database.begin() as tx:
            member = await absences.member_of(tx, staff, who)
            return member, await absences.go(tx, member, first=first, last=last, office=self.office)

    async def come_back(self, staff: Staff, number: int) -> Staff:
        """End an absence; raises the CaseErrors of ``absences.cancel``."""
        async with self._database.begin() as tx:
            return await absences.cancel(tx, staff, number, office=self.office)

    async def short_messages(self, staff: Staff, *, before: int | None, limit: int) -> list[ShortMessage]:
        """The newest short messages that this member may see; CaseError ``sms_closed`` for who may see none."""
        async with self._database.read() as tx:
            return await listed(tx, staff, before=before, limit=limit, office=self.office)

    def ledger(self, staff: Staff, days: Days) -> Ledger:
        """The ledger that this member of staff may take along; CaseError ``ledger_closed`` for who may not."""
        bureaus = bureaus_of(staff, office=self.office)
        return Ledger(self._database, office=self.office, days=days, bureaus=bureaus)

    def error_text(self, error: CaseError) -> str:
        return error_text(error, office=self.office)


def _administrator(staff: Staff) -> None:
    if staff.role is not Role.ADMIN:
        raise CaseError("admin_only")


def _told(number: int, at: datetime, *, outgoing: Outgoing, before: Mapping[str, int]) -> Line:
    revised = f"out:{before.get(outgoing.revises, 0)}" if outgoing.revises else None
    return Line(id=f"out:{number}", at=at, mine=False, text=outgoing.text, outgoing=outgoing, revises=revised)


def revised(lines: Sequence[Line]) -> list[Line]:
    """The lines as they are to be read now: each with its latest words, and without those that were taken back."""
    last = {line.revises: line for line in lines if line.revises}
    kept = [line for line in lines if not line.revises]
    now = [
        replace(line, text=found.text, outgoing=found.outgoing) if (found := last.get(line.id)) else line
        for line in kept
    ]
    return [line for line in now if line.text or line.id not in last]


def _said(number: int, message: Incoming) -> Line:
    return Line(id=f"in:{number}", at=message.at, mine=True, text=message.text, attachments=message.attachments)
