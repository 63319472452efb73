"""Runs ``main.py run`` as a process of its own, to be stopped, killed and measured."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

MAIN = Path(__file__).parent.parent / "main.py"


class Program:
    """One installation: its settings and its folder; started as often as a test wants. ``log`` is all that it wrote."""

    def __init__(self, folder: Path, *, only: str, settings: Mapping[str, object]) -> None:
        self._folder = folder
        self._command = (sys.executable, str(MAIN), "run", "--only", only)
        self._settings = {f"LIANXIN_{name.upper()}": str(value) for name, value in settings.items() if value}
        self._process: asyncio.subprocess.Process | None = None
        self._log = folder / "log.txt"

    @property
    def log(self) -> str:
        return self._log.read_text("utf-8") if self._log.exists() else ""

    @property
    def pid(self) -> int:
        assert self._process is not None, "it was never started"
        return self._process.pid

    async def start(self) -> None:
        """Start it; it works soon after."""
        foreign = {name: value for name, value in os.environ.items() if not name.startswith("LIANXIN_")}
        with self._log.open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                *self._command, cwd=self._folder, env={**foreign, **self._settings}, stdout=log, stderr=log
            )

    async def kill(self) -> None:
        """SIGKILL: it gets no chance to put anything in order."""
        await self.end(signal.SIGKILL)

    async def end(self, how: signal.Signals = signal.SIGTERM, *, within: float = 10.0) -> int:
        """Send a signal and return the exit status. TimeoutError when it does not end in time (seconds)."""
        assert self._process is not None, "it was never started"
        if self._process.returncode is None:
            self._process.send_signal(how)
        async with asyncio.timeout(within):
            return await self._process.wait()

    @property
    def running(self) -> bool:
        return self._process is not None and self._process.returncode is None

    def memory(self) -> int:
        """Resident memory in bytes."""
        lines = Path(f"/proc/{self.pid}/status").read_text().splitlines()
        return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("VmRSS:"))


@asynccontextmanager
async def installed(folder: Path, *, only: str, settings: Mapping[str, object]) -> AsyncIterator[Program]:
    """A program that is not left running, whatever happens."""
    program = Program(folder, only=only, settings=settings)
    try:
        yield program
    finally:
        if program.running:
            await program.kill()


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])
