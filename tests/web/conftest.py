"""A site on each kind of database."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.clock import Clock
from tests.web.site import Site, open_site


@pytest.fixture
async def site(migrated_url: str, clock: Clock, tmp_path: Path) -> AsyncIterator[Site]:
    async with open_site(migrated_url, clock, tmp_path) as opened:
        yield opened


@pytest.fixture
async def small_site(sqlite_url: str, clock: Clock, tmp_path: Path) -> AsyncIterator[Site]:
    """Only on SQLite, and with files of at most 1000 bytes and ten posts a minute."""
    async with open_site(sqlite_url, clock, tmp_path, upload_limit=1000, posts_per_minute=10) as opened:
        yield opened
