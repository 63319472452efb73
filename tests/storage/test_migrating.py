"""Migrations: the migrated schema is the schema, and a database of another version is told apart."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, inspect, text

from cases.errors import StorageFault
from storage.database import Database
from storage.migrating import FOLDER, HEAD, migrate, revision_of, sync_url
from storage.tables import Schema
from storage.vault import Vault

VAULT = Vault({1: b"key"}, current=1)


def test_a_migrated_database_has_exactly_the_tables_of_the_program(migrated_url: str) -> None:
    engine = create_engine(sync_url(migrated_url))
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        differences = compare_metadata(context, Schema().metadata)
    engine.dispose()
    assert differences == []


def test_the_indexes_of_a_migrated_database_cover_what_the_program_filters(migrated_url: str, tmp_path: Path) -> None:
    """Autogeneration does not compare the conditions of partial indexes."""

    def indexes(url: str) -> dict[str, set[Any]]:
        engine = create_engine(sync_url(url))
        found = {
            table.name: {
                (index["name"], tuple(index["column_names"]), str(_condition(index)))
                for index in inspect(engine).get_indexes(table.name)
            }
            for table in Schema().metadata.sorted_tables
        }
        engine.dispose()
        return found

    if not migrated_url.startswith("sqlite"):
        return
    fresh = f"sqlite+aiosqlite:///{tmp_path / 'fresh.sqlite3'}"
    engine = create_engine(sync_url(fresh))
    Schema().metadata.create_all(engine)
    engine.dispose()
    assert indexes(fresh) == indexes(migrated_url)


def _condition(index: object) -> object:
    assert isinstance(index, dict)
    options = index.get("dialect_options", {})
    return options.get("sqlite_where", options.get("postgresql_where"))


def test_the_head_named_in_the_program_is_the_newest_revision() -> None:
    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    assert ScriptDirectory.from_config(config).get_heads() == [HEAD]


def test_an_empty_database_is_brought_to_this_version_and_once_more_changes_nothing(empty_url: str) -> None:
    assert revision_of(empty_url) is None
    assert migrate(empty_url) == HEAD
    assert revision_of(empty_url) == HEAD
    assert migrate(empty_url) == HEAD


OLD_CASES = """
INSERT INTO cases (no, kind, status, received_at, because, demands, merchant_name, urgent, narrative, version)
VALUES ('1', 'complaint', 'received', '2026-11-20 02:00:00', '', '', 'a shop', false, '', 1),
       ('2', 'inquiry', 'received', '2026-11-20 02:00:00', '', '', NULL, false, '', 1)
"""


def test_cases_of_the_version_before_are_kept_and_those_with_a_business_wait_to_be_read(empty_url: str) -> None:
    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    engine = create_engine(sync_url(empty_url))
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0002")
        connection.execute(text(OLD_CASES))
    assert migrate(empty_url) == HEAD
    with engine.connect() as connection:
        rows = connection.execute(text("SELECT no, merchant_key FROM cases ORDER BY no")).all()
    engine.dispose()
    assert [tuple(row) for row in rows] == [("1", None), ("2", "")]


def test_a_database_of_a_newer_program_is_refused_and_left_as_it_is(migrated_url: str) -> None:
    engine = create_engine(sync_url(migrated_url))
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    engine.dispose()
    with pytest.raises(StorageFault, match=rf"revision 9999, which is newer than this program \({HEAD}\)"):
        migrate(migrated_url)
    assert revision_of(migrated_url) == "9999"


def test_a_file_that_is_no_database_is_told_in_one_sentence(tmp_path: Path) -> None:
    path = tmp_path / "lianxin.db"
    path.write_bytes(b"this is no database, but it is long enough to have a header " * 40)
    with pytest.raises(StorageFault, match="the database cannot be used"):
        migrate(f"sqlite+aiosqlite:///{path}")


async def test_a_database_that_is_not_migrated_is_not_ready_and_a_migrated_one_is(
    migrated_url: str, tmp_path: Path
) -> None:
    good = Database(migrated_url, vault=VAULT)
    await good.ping()
    await good.close()
    empty = Database(f"sqlite+aiosqlite:///{tmp_path / 'none.sqlite3'}", vault=VAULT)
    with pytest.raises(StorageFault):
        await empty.ping()
    await empty.close()
