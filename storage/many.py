"""Many rows in one statement: PostgreSQL takes a column of values as one parameter, SQLite a row as fast as a list."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from sqlalchemy import Column, ColumnElement, Table, all_, any_, func, literal, select
from sqlalchemy.dialects import postgresql, sqlite

if TYPE_CHECKING:
    from storage.database import Transaction


def among(tx: Transaction, column: Column[Any], values: Collection[Any]) -> ColumnElement[bool]:
    """Whether the column holds one of the values. A thousand parameters cost PostgreSQL's driver more than the rows."""
    if tx.dialect == "postgresql":
        return column == any_(literal(list(values), postgresql.ARRAY(column.type)))
    return column.in_(values)


def not_among(tx: Transaction, column: Column[Any], values: Collection[Any]) -> ColumnElement[bool]:
    """Whether the column holds none of the values."""
    if tx.dialect == "postgresql":
        return column != all_(literal(list(values), postgresql.ARRAY(column.type)))
    return column.not_in(values)


async def insert_new(tx: Transaction, table: Table, rows: Sequence[Mapping[str, Any]], *, key: str) -> None:
    """Insert rows with the same columns; one whose ``key`` is there already is left as it is."""
    if tx.dialect != "postgresql":
        await tx.execute(sqlite.insert(table).on_conflict_do_nothing(index_elements=[key]), rows)
        return
    names = list(rows[0])
    columns = [
        func.unnest(literal([row[name] for row in rows], postgresql.ARRAY(table.c[name].type))).label(name)
        for name in names
    ]
    inserted = postgresql.insert(table).from_select(names, select(*columns), include_defaults=False)
    await tx.execute(inserted.on_conflict_do_nothing(index_elements=[key]))
