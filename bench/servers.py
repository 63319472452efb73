"""A database server for one benchmark."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress

import pytest

from tests.postgres import server


@contextmanager
def postgres() -> Iterator[str | None]:
    """The address of an empty database on a server of our own, with nothing that makes it unsafe; None without one."""
    with suppress(pytest.skip.Exception), server("bench", safe=True) as started:
        name = started.create()
        yield started.url(name)
        started.drop(name)
        return
    yield None
