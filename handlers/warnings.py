"""The broadcasts that everybody may read, as the public page and its feed show them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from cases.calendar import china_date
from cases.errors import CaseError
from handlers.broadcast_texts import kind_words
from handlers.office import Office
from storage.broadcast_store import Published
from storage.database import Database

LISTED = 100


@dataclass(frozen=True, kw_only=True)
class Shown:
    """One as the page shows it. Of what was taken back, only that is told: its words may have been wrong.

    ``picture`` is the name of a file. ``changed_at``: when what is to be read of it changed last.
    """

    id: str
    kind: str
    title: str
    day: str
    published_at: datetime
    changed_at: datetime
    body: str = ""
    picture: str | None = None
    corrected: str = ""
    recalled: str = ""


class Warnings:
    """What was published; nothing here tells who was sent it."""

    def __init__(self, database: Database, *, office: Office) -> None:
        self._database = database
        self._office = office

    async def recent(self, limit: int = LISTED) -> list[Shown]:
        """The newest first."""
        async with self._database.read() as tx:
            found = await tx.broadcasts.published(limit)
        return [shown(one, office=self._office) for one in found]

    async def one(self, broadcast_id: str) -> Shown:
        """The one with this id; CaseError ``warning_unknown`` when it was not published."""
        async with self._database.read() as tx:
            found = await tx.broadcasts.published(1, only=broadcast_id)
        if not found:
            raise CaseError("warning_unknown")
        return shown(found[0], office=self._office)


def shown(one: Published, *, office: Office) -> Shown:
    kind = kind_words(one, office=office)
    facts: dict[str, Any] = {
        "id": one.id,
        "kind": kind,
        "day": _day(one.published_at, office=office),
        "published_at": one.published_at,
        "changed_at": one.recalled_at or one.corrected_at or one.published_at,
    }
    if one.recalled_at:
        day = _day(one.recalled_at, office=office)
        title = office.say("page.warnings.recalled_title", kind=kind, no=one.id)
        return Shown(**facts, title=title, recalled=office.say("page.warnings.recalled", no=one.id, day=day))
    day = _day(one.corrected_at, office=office) if one.corrected_at else ""
    corrected = office.say("page.warnings.corrected", day=day) if day else ""
    return Shown(**facts, title=one.title, body=one.body, picture=one.picture, corrected=corrected)


def _day(at: datetime, *, office: Office) -> str:
    """With its year: these pages are read for long."""
    day = china_date(at)
    return office.say("page.warnings.day", year=day.year, month=day.month, day=day.day)
