"""A migrated database, opened twice: as this process and as another one would."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from storage.database import Database
from storage.vault import Vault

VAULT = Vault({1: b"key"}, current=1)


@pytest.fixture
async def database(migrated_url: str) -> AsyncIterator[Database]:
    database = Database(migrated_url, vault=VAULT)
    yield database
    await database.close()


@pytest.fixture
async def elsewhere(migrated_url: str) -> AsyncIterator[Database]:
    """The same database as another process opens it."""
    database = Database(migrated_url, vault=VAULT)
    yield database
    await database.close()
