"""Writes the ledger as a workbook, row by row, so that memory does not grow with the cases; the door to XlsxWriter."""

from __future__ import annotations

import asyncio
import os
import unicodedata
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO, Any

from cases.errors import LianxinError
from cases.model import Kind
from handlers.ledger_columns import Value
from handlers.ledger_export import Ledger, Row, Sheet
from handlers.office import Office

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MOST_ROWS = 1_048_576
"""Rows that a sheet can hold, the header among them."""
NARROWEST, WIDEST, MARGIN = 8, 48, 2
"""Widths of columns, in digits."""
DAY, INSTANT, SUM = "yyyy-mm-dd", "yyyy-mm-dd hh:mm", "0.00"


async def write_ledger(ledger: Ledger, file: IO[bytes], *, most_rows: int = MOST_ROWS) -> int:
    """Write the ledger to ``file`` as a workbook; returns how many cases are in it. OSError when there is no room.

    What is written on the way lies in a folder that only this user may read, and is gone afterwards.
    """
    count = 0
    with TemporaryDirectory(prefix="lianxin-") as scratch:
        book = await asyncio.to_thread(_Book, file, ledger, scratch=scratch, most_rows=most_rows)
        try:
            async for rows in ledger.pages():
                await asyncio.to_thread(book.add, rows)
                count += len(rows)
        finally:
            await asyncio.to_thread(book.close)
    return count


async def save_ledger(ledger: Ledger, path: Path) -> str:
    """Write the ledger to ``path``, whole or not at all, and say so; LianxinError says why it could not be written."""
    days, office = ledger.days, ledger.office
    try:
        with _replacing(path, office=office) as file:
            count = await write_ledger(ledger, file)
    except OSError as error:
        raise LianxinError(office.say("ledger.unwritable", file=path, why=error.strerror or "")) from error
    return office.say("ledger.written", file=path, first=days.first, last=days.last, count=count)


@contextmanager
def _replacing(path: Path, *, office: Office) -> Iterator[IO[bytes]]:
    """A new file that takes the place of the old one when the block ends well."""
    path = path.resolve()
    if not path.parent.is_dir():
        raise LianxinError(office.say("ledger.no_folder", folder=path.parent))
    if path.is_dir() or (path.exists() and not os.access(path, os.W_OK)):
        raise LianxinError(office.say("ledger.unwritable", file=path, why=""))
    with TemporaryDirectory(dir=path.parent, prefix=".ledger-") as folder:
        part = Path(folder) / path.name
        with part.open("w+b") as file:
            yield file
        part.replace(path)


class _Table:
    """One sheet as far as it is written: rows only go on, widths grow with what was written."""

    def __init__(self, sheet: Sheet, *, page: Any, bold: Any) -> None:
        self.page, self.row = page, 1
        self._widths = [_width(heading) for heading in sheet.headings]
        page.freeze_panes(1, 1)
        for column, heading in enumerate(sheet.headings):
            page.write_string(0, column, heading, bold)

    def add(self, values: Sequence[Value], formats: dict[str, Any]) -> None:
        for column, value in enumerate(values):
            self._widths[column] = max(self._widths[column], self._write(column, value, formats))
        self.row += 1

    def _write(self, column: int, value: Value, formats: dict[str, Any]) -> int:
        """Write a cell as what it is, never as what it looks like; returns the width that it wants."""
        page, row = self.page, self.row
        if value is None or value == "":
            return 0
        if isinstance(value, str):
            page.write_string(row, column, value)
            return _width(value)
        if isinstance(value, date):  # an instant is one as well
            shape = INSTANT if isinstance(value, datetime) else DAY
            page.write_datetime(row, column, value, formats[shape])
            return len(shape)
        page.write_number(row, column, float(value), formats[SUM] if isinstance(value, Decimal) else None)
        return len(str(value))

    def fit(self) -> None:
        for column, width in enumerate(self._widths):
            self.page.set_column(column, column, min(max(width + MARGIN, NARROWEST), WIDEST))


class _Book:
    """A workbook with a sheet a kind, and another one where a sheet is full."""

    def __init__(self, file: IO[bytes], ledger: Ledger, *, scratch: str, most_rows: int) -> None:
        from xlsxwriter import Workbook

        options = {
            "constant_memory": True,
            "tmpdir": scratch,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
            "remove_timezone": True,
        }
        self._book = Workbook(file, options)
        self._book.set_properties({"created": ledger.made_at})
        self._bold = self._book.add_format({"bold": True, "bottom": 1})
        self._formats = {shape: self._book.add_format({"num_format": shape}) for shape in (DAY, INSTANT, SUM)}
        self._most_rows = most_rows
        self._sheets = {sheet.kind: sheet for sheet in ledger.sheets}
        self._tables: dict[Kind, list[_Table]] = {sheet.kind: [] for sheet in ledger.sheets}
        for sheet in ledger.sheets:
            self._begin(sheet)

    def _begin(self, sheet: Sheet) -> None:
        tables = self._tables[sheet.kind]
        title = f"{sheet.title} {len(tables) + 1}" if tables else sheet.title
        tables.append(_Table(sheet, page=self._book.add_worksheet(title), bold=self._bold))

    def add(self, rows: Sequence[Row]) -> None:
        for row in rows:
            if self._tables[row.kind][-1].row >= self._most_rows:
                self._begin(self._sheets[row.kind])
            self._tables[row.kind][-1].add(row.values, self._formats)

    def close(self) -> None:
        """Finish the file; OSError when it cannot be written."""
        from xlsxwriter.exceptions import FileCreateError

        for table in (table for tables in self._tables.values() for table in tables):
            table.fit()
        try:
            self._book.close()
        except FileCreateError as error:
            raise OSError(str(error)) from error


@lru_cache(maxsize=4096)  # most words of a ledger come again in every row
def _width(text: str) -> int:
    """Chinese characters are as wide as two digits."""
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in text[:WIDEST])
