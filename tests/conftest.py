"""What every test may ask for: the clock, a database, a browser. Only the world is faked, never our own code."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from tests import postgres
from tests.browser import BrowserPage, browser
from tests.clock import Clock
from tests.postgres import PostgresServer


@pytest.fixture
def clock() -> Clock:
    """Monday, 23 November 2026, 10:00 in China."""
    return Clock()


@pytest.fixture(scope="session")
def postgresql_server(worker_id: str) -> Iterator[PostgresServer]:
    with postgres.server(worker_id) as server:
        yield server


@pytest.fixture(scope="session")
def postgresql_template(postgresql_server: PostgresServer) -> Iterator[str]:
    """The name of a database that has today's schema and no rows."""
    name = postgresql_server.create()
    _migrate(postgresql_server.url(name))
    yield name
    postgresql_server.drop(name)


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file that has today's schema and no rows."""
    path = tmp_path_factory.mktemp("template") / "template.sqlite3"
    _migrate(_sqlite_url(path))
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    return path


@pytest.fixture
def sqlite_url(sqlite_template: Path, tmp_path: Path) -> str:
    """A migrated SQLite database of this test's own."""
    return _sqlite_url(shutil.copyfile(sqlite_template, tmp_path / "lianxin.sqlite3"))


@pytest.fixture
def postgresql_url(postgresql_server: PostgresServer, postgresql_template: str) -> Iterator[str]:
    """A migrated PostgreSQL database of this test's own."""
    name = postgresql_server.create(template=postgresql_template)
    yield postgresql_server.url(name)
    postgresql_server.drop(name)


@pytest.fixture
def postgresql_empty_url(postgresql_server: PostgresServer) -> Iterator[str]:
    name = postgresql_server.create()
    yield postgresql_server.url(name)
    postgresql_server.drop(name)


@pytest.fixture(params=["sqlite", "postgresql"])
def migrated_url(request: pytest.FixtureRequest) -> str:
    """The address of a database with the schema and no rows; the test runs once on each kind."""
    url: str = request.getfixturevalue(f"{request.param}_url")
    return url


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of a database without any table; the test runs once on each kind."""
    if request.param == "sqlite":
        return _sqlite_url(tmp_path / "empty.sqlite3")
    url: str = request.getfixturevalue("postgresql_empty_url")
    return url


@pytest.fixture
async def browser_page(tmp_path: Path) -> AsyncIterator[BrowserPage]:
    """Opens pages in a real browser: ``window = await browser_page("phone")``; see ``tests.browser``."""
    async with AsyncExitStack() as stack:
        yield await stack.enter_async_context(browser(tmp_path))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say in capitals what was not tested for want of a program: such a green run proves less than it seems to."""
    reasons = [str(report.longrepr[2]) for report in terminalreporter.stats.get("skipped", [])]
    for what in ("PostgreSQL", "Chromium", "Kannel"):
        lacking = [reason for reason in reasons if f"{what} is missing" in reason]
        if lacking:
            how = lacking[0].partition("missing: ")[2]
            line = f"{what.upper()} TESTS WERE SKIPPED ({len(lacking)}). To run them: {how}"
            terminalreporter.write_line(line, red=True, bold=True)


def _sqlite_url(path: Path) -> str:
    return f"sqlite+aiosqlite:///{path}"


def _migrate(url: str) -> None:
    from storage.migrating import migrate  # so that tests without a database do not need it

    migrate(url)
