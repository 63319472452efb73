"""Reads a workbook with the standard library alone: what really stands in each cell, and as what."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from io import BytesIO
from xml.etree import ElementTree as ET
from zipfile import ZipFile

SPACES = {"m": "http://schemas.openxmlformats.org/spreadsheetml/2006/main"}
EPOCH = datetime.fromisoformat("1899-12-30")
Cell = str | float


@dataclass(frozen=True, kw_only=True)
class Table:
    """One sheet: ``rows`` by heading, without what is empty; ``formulas`` and ``links`` count those in it."""

    headings: tuple[str, ...]
    rows: tuple[dict[str, Cell], ...]
    frozen_rows: int
    widths: tuple[float, ...]
    formulas: int
    links: int

    @property
    def texts(self) -> str:
        """Everything that can be read in it, headings left out."""
        return "\n".join(str(value) for row in self.rows for value in row.values())


def read_workbook(content: bytes) -> dict[str, Table]:
    """Every sheet by its title, in the order of the workbook."""
    with ZipFile(BytesIO(content)) as archive:
        book = ET.fromstring(archive.read("xl/workbook.xml"))
        titles = [sheet.attrib["name"] for sheet in book.iterfind("m:sheets/m:sheet", SPACES)]
        pages = [archive.read(f"xl/worksheets/sheet{n}.xml") for n in range(1, len(titles) + 1)]
    return {title: _table(ET.fromstring(page)) for title, page in zip(titles, pages, strict=True)}


def day(cell: Cell) -> date:
    """The date of a cell that holds one."""
    return date.fromisoformat(moment(cell)[:10])


def moment(cell: Cell) -> str:
    """The wall-clock time of a cell that holds one, like 2026-11-23 10:00."""
    assert isinstance(cell, float), f"{cell!r} is a text"
    return f"{EPOCH + timedelta(seconds=round(cell * 24 * 3600)):%Y-%m-%d %H:%M}"


def _table(page: ET.Element) -> Table:
    head, *rows = [dict(_cells(row)) for row in page.iterfind("m:sheetData/m:row", SPACES)]
    pane = page.find("m:sheetViews/m:sheetView/m:pane", SPACES)
    return Table(
        headings=tuple(str(value) for value in head.values()),
        rows=tuple({str(head[column]): value for column, value in row.items()} for row in rows),
        frozen_rows=int(pane.attrib["ySplit"]) if pane is not None and pane.attrib["state"] == "frozen" else 0,
        widths=tuple(_widths(page)),
        formulas=len(page.findall(".//m:f", SPACES)),
        links=len(page.findall(".//m:hyperlink", SPACES)),
    )


def _cells(row: ET.Element) -> Iterator[tuple[str, Cell]]:
    for cell in row.iterfind("m:c", SPACES):
        column = cell.attrib["r"].rstrip("0123456789")
        if cell.attrib.get("t") == "inlineStr":
            yield column, "".join(text.text or "" for text in cell.iterfind(".//m:t", SPACES))
        else:
            value = cell.find("m:v", SPACES)
            assert value is not None
            assert value.text
            yield column, float(value.text)


def _widths(page: ET.Element) -> Iterator[float]:
    for column in page.iterfind("m:cols/m:col", SPACES):
        for _ in range(int(column.attrib["min"]), int(column.attrib["max"]) + 1):
            yield float(column.attrib["width"])
