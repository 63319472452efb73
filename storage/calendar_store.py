"""Years of the calendar that staff have entered."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import create_engine, delete, func, select
from sqlalchemy.exc import SQLAlchemyError

from storage.migrating import sync_url
from storage.tables import Schema

if TYPE_CHECKING:
    from storage.database import Transaction


@dataclass(frozen=True, kw_only=True)
class EnteredYear:
    """A year as it was entered: its text in TOML, by whom (a staff id, or who runs the machine) and when (aware)."""

    year: int
    content: str
    entered_by: str
    entered_at: datetime


class CalendarStore:
    def __init__(self, tx: Transaction) -> None:
        self._tx = tx
        self._table = tx.schema.calendar_years

    async def put(self, entered: EnteredYear) -> None:
        """Keep the year in place of what was entered for it before."""
        await self._tx.execute(delete(self._table).where(self._table.c.year == entered.year))
        self._tx.add(self._table, dict(entered.__dict__))

    async def all(self) -> list[EnteredYear]:
        """Every year entered, in order."""
        rows = await self._tx.execute(select(self._table).order_by(self._table.c.year))
        return [EnteredYear(**row._mapping) for row in rows]

    async def state(self) -> tuple[int, datetime | None]:
        """How many years there are and when the last was entered: it differs whenever one was entered."""
        statement = select(func.count(), func.max(self._table.c.entered_at))
        count, last = tuple((await self._tx.execute(statement)).one())
        return count, last


def entered_texts(url: str) -> list[str]:
    """The years in the database of this address, without a loop; none where it cannot be read or is not made yet."""
    address = sync_url(url)
    if address.get_backend_name() == "sqlite" and not Path(address.database or "").is_file():
        return []
    engine = create_engine(address)
    table = Schema().calendar_years
    try:
        with engine.connect() as connection:
            return list(connection.execute(select(table.c.content)).scalars())
    except SQLAlchemyError:
        return []
    finally:
        engine.dispose()
