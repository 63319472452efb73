"""A PostgreSQL server of the tests' own, and databases on it: one a test, each a copy of a template.

With ``LIANXIN_TEST_PG_URL`` (``postgresql://user@host:port/postgres``, a role that may create databases) that server is
used; else one is started from the machine's own programs, on a socket in a temporary folder, and stopped at the end.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import NoReturn
from urllib.parse import quote, urlsplit

import psycopg
import pytest
from psycopg import sql

OWNER = "lianxin"
HOW = "apt-get install postgresql, or set LIANXIN_TEST_PG_URL"
# A test server's data are worth nothing: durability is what makes a server slow to start and to copy a database.
HASTE = "-c fsync=off -c synchronous_commit=off -c full_page_writes=off"
ALONE = "-c listen_addresses=''"


def missing(what: str, *, how: str) -> NoReturn:
    """Leave the test out because the machine lacks something, or fail it where ``LIANXIN_TEST_REQUIRE`` names that."""
    message = f"{what} is missing: {how}"
    if what.lower() in os.environ.get("LIANXIN_TEST_REQUIRE", "").lower().split(","):
        pytest.fail(message, pytrace=False)
    pytest.skip(message)


@dataclass(frozen=True, kw_only=True)
class PostgresServer:
    """Where a server is. ``query`` and ``authority`` are the parts of an address around the database's name."""

    authority: str
    query: str
    prefix: str
    _numbers: Iterator[int]

    def url(self, name: str) -> str:
        """The address of a database, as SQLAlchemy takes it."""
        return f"postgresql+psycopg://{self.authority}/{name}{self.query}"

    def create(self, *, template: str = "template0") -> str:
        """Make a database out of a template and return its name."""
        name = f"{self.prefix}_{next(self._numbers)}"
        self._run("CREATE DATABASE {} TEMPLATE {}", name, template)
        return name

    def drop(self, name: str) -> None:
        self._run("DROP DATABASE {} WITH (FORCE)", name)

    def _run(self, statement: str, *names: str) -> None:
        address = f"postgresql://{self.authority}/postgres{self.query}"
        with psycopg.connect(address, autocommit=True) as connection:
            connection.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))


@contextmanager
def server(worker: str, *, safe: bool = False) -> Iterator[PostgresServer]:
    """The server for this session; ``worker`` keeps apart the databases of sessions that share one.

    ``safe``: it commits as a real one does, for measuring.
    """
    prefix = f"lianxin_{worker}_{os.getpid()}"
    if given := os.environ.get("LIANXIN_TEST_PG_URL"):
        parts = urlsplit(given)
        query = f"?{parts.query}" if parts.query else ""
        yield PostgresServer(authority=parts.netloc, query=query, prefix=prefix, _numbers=count(1))
        return
    programs = _programs()
    if programs is None:
        missing("PostgreSQL", how=HOW)
    with _started(programs, settings=ALONE if safe else f"{HASTE} {ALONE}") as folder:
        query = f"?host={quote(str(folder), safe='')}"
        yield PostgresServer(authority=f"{OWNER}@", query=query, prefix=prefix, _numbers=count(1))


def _programs() -> Path | None:
    """The folder with ``initdb``: Debian keeps it out of the search path, one folder a version."""
    newest_first = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda p: -int(p.parts[-3]))
    found = shutil.which("initdb") or (newest_first[0] if newest_first else None)
    return Path(found).parent if found else None


@contextmanager
def _started(programs: Path, *, settings: str) -> Iterator[Path]:
    account = "postgres" if os.geteuid() == 0 else None  # initdb refuses to run as root
    folder = Path(tempfile.mkdtemp(prefix="lianxin-pg-"))  # a socket's path has at most 107 bytes
    data = folder / "data"

    def call(program: str, *arguments: str) -> None:
        command = [str(programs / program), "-D", str(data), *arguments]
        done = subprocess.run(
            command, user=account, cwd=folder, check=False, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
        )
        if done.returncode:
            raise RuntimeError(f"{program} said: {done.stdout}")

    try:
        if account:
            shutil.chown(folder, account)
        call("initdb", "-U", OWNER, "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync")
        call("pg_ctl", "-w", "-l", str(folder / "log"), "-o", f"{settings} -k {folder}", "start")
        try:
            yield folder
        finally:
            call("pg_ctl", "-w", "-m", "immediate", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)
