"""Serves the web application on one port, and keeps the loops beside it at work, until told to stop."""

from __future__ import annotations

import asyncio
import errno
from collections.abc import AsyncIterator, Coroutine, Iterable
from contextlib import asynccontextmanager
from typing import Any

from aiohttp import web

from cases.errors import SettingFault

GRACE = 3.0
"""Seconds that open requests get when the process stops."""


@asynccontextmanager
async def serving(app: web.Application, *, host: str, port: int) -> AsyncIterator[None]:
    """Listen while the block runs. SettingFault when the port cannot be had."""
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=GRACE)
    await runner.setup()
    try:
        try:
            await web.TCPSite(runner, host, port).start()
        except OSError as error:
            reason = "is in use by another program" if error.errno == errno.EADDRINUSE else "cannot be listened on"
            raise SettingFault(
                f"LIANXIN_HTTP_PORT: given {port}; {host}:{port} {reason}; allowed: a free port"
            ) from None
        yield
    finally:
        await runner.cleanup()


@asynccontextmanager
async def working(loops: Iterable[Coroutine[Any, Any, None]]) -> AsyncIterator[None]:
    """Loops that work while the block runs and are stopped, and waited for, when it ends; one that fails ends it."""
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(loop) for loop in loops]
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()
