"""Work that is better finished than broken off."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

Result = TypeVar("Result")
PATIENCE = 3.0
"""Seconds that a stopping program gives a piece of work."""


async def finished(work: Coroutine[Any, Any, Result]) -> Result:
    """Its result. Cancelled meanwhile, it lets ``work`` end first: what follows a commit is then not left undone."""
    task = asyncio.ensure_future(work)
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait([task], timeout=PATIENCE)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        raise
