"""Brings a database to this version of the program."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import create_engine, event, inspect, text
from sqlalchemy.engine import URL, Engine, make_url
from sqlalchemy.exc import SQLAlchemyError

from cases.errors import StorageFault

FOLDER = Path(__file__).parent / "migrations"
HEAD = "0006"
"""The newest revision; a test holds it against the revision files."""


def sync_url(url: str) -> URL:
    """The same database through a driver that needs no event loop."""
    parsed = make_url(url)
    return parsed.set(drivername="sqlite" if parsed.get_backend_name() == "sqlite" else "postgresql+psycopg")


def migrate(url: str) -> str:
    """Bring the database to this version and return its revision.

    Raises StorageFault when it is from a newer version of the program or cannot be reached.
    """
    engine = _engine(url)
    try:
        revision = _revision(engine)
        if revision != HEAD:
            _upgrade(engine, revision)
        return HEAD
    except SQLAlchemyError as error:
        raise StorageFault(f"the database cannot be used: {type(error).__name__}") from error
    finally:
        engine.dispose()


def revision_of(url: str) -> str | None:
    """The revision a database stands at, None when it is empty."""
    engine = _engine(url)
    try:
        return _revision(engine)
    finally:
        engine.dispose()


def _engine(url: str) -> Engine:
    """SQLite's write-ahead log is set here, where nobody else writes: a switch under another's lock is refused."""
    engine = create_engine(sync_url(url))
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", lambda connection, _: connection.execute("PRAGMA journal_mode=WAL").close())
    return engine


def _revision(engine: Engine) -> str | None:
    if not inspect(engine).has_table("alembic_version"):
        return None
    with engine.connect() as connection:
        return connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one_or_none()


def _upgrade(engine: Engine, revision: str | None) -> None:
    # Loaded only when there is something to do: it costs a third of a second of every start.
    from alembic import command
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
    if revision is not None and revision not in known:
        raise StorageFault(f"the database is at revision {revision}, which is newer than this program ({HEAD})")
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
