"""A real gateway for short messages in a test: Debian's Kannel, with a mobile network behind it that runs on Node.

``async with kannel(folder, back=url) as port``: ``port.url`` takes messages over HTTP, ``port.carrier`` is the network.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import os
import shutil
import signal
import subprocess
import tempfile
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote

from tests.postgres import missing
from tests.processes import free_port

CARRIER = Path(__file__).parent / "carrier"
HOW = "apt-get install kannel, nodejs and npm"
USER, PASSWORD = "lianxin", "sesame"
PATIENCE = 20.0
"""Seconds that the parts get to find each other."""
CONF = """
group = core
admin-port = {admin}
admin-password = {password}
admin-allow-ip = "127.0.0.1"
smsbox-port = {box}
box-allow-ip = "127.0.0.1"
dlr-storage = internal

group = smsc
smsc = smpp
smsc-id = carrier
host = 127.0.0.1
port = {carrier}
smsc-username = gateway
smsc-password = sesame
system-type = ""
transceiver-mode = true
reconnect-delay = 1

group = smsbox
bearerbox-host = 127.0.0.1
sendsms-port = {http}
sendsms-interface = 127.0.0.1
global-sender = 12315
mo-recode = true

group = sendsms-user
username = {user}
password = {password}
concatenation = true
max-messages = 10

group = sms-service
keyword = default
catch-all = true
max-messages = 0
get-url = "{inbound}"
"""


class Carrier:
    """The network: ``took`` is what it was given, ``says`` lets a mobile send something."""

    def __init__(self, process: Process) -> None:
        self._process = process
        self.took: list[dict[str, Any]] = []
        self._news = asyncio.Condition()

    async def listen(self) -> None:
        """Keep what it tells until it ends."""
        assert self._process.stdout is not None
        async for line in self._process.stdout:
            async with self._news:
                self.took.append(json.loads(line))
                self._news.notify_all()

    async def until(self, count: int, *, key: str = "to") -> list[dict[str, Any]]:
        """Returns once it has told of so many things that have ``key``."""

        def found() -> list[dict[str, Any]]:
            return [told for told in self.took if key in told]

        async with asyncio.timeout(PATIENCE), self._news:
            await self._news.wait_for(lambda: len(found()) >= count)
        return found()

    async def says(self, number: str, text: str) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps({"from": number, "text": text}).encode() + b"\n")
        await self._process.stdin.drain()


class Port:
    def __init__(self, *, url: str, carrier: Carrier) -> None:
        self.url, self.carrier = url, carrier


@cache
def _network() -> Path:
    """The folder of the carrier with what it needs, got once; the test is left out where that cannot be had."""
    if not all(map(shutil.which, ("bearerbox", "smsbox", "node", "npm"))):
        missing("Kannel", how=HOW)
    known = hashlib.sha256(b"".join(path.read_bytes() for path in sorted(CARRIER.iterdir()))).hexdigest()[:12]
    kept = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / f"lianxin-carrier-{known}"
    if not kept.is_dir():
        kept.parent.mkdir(parents=True, exist_ok=True)
        fresh = Path(tempfile.mkdtemp(dir=kept.parent))
        shutil.copytree(CARRIER, fresh, dirs_exist_ok=True)
        done = subprocess.run(["npm", "ci", "--ignore-scripts"], cwd=fresh, capture_output=True, check=False)
        if done.returncode:
            shutil.rmtree(fresh)
            missing("Kannel", how=f"{HOW}; npm could not get what the carrier needs")
        try:
            fresh.rename(kept)  # whole or not at all: another worker may be getting the same
        except OSError:
            shutil.rmtree(fresh)
    return kept


@asynccontextmanager
async def kannel(folder: Path, *, back: str, token: str) -> AsyncIterator[Port]:
    """A gateway that calls ``back`` with what mobiles send; ready when it is bound to the network."""
    network = await asyncio.to_thread(_network)
    ports = {name: free_port() for name in ("admin", "box", "carrier", "http")}
    inbound = f"{back}/inbound?token={quote(token)}&from=%p&text=%b&id=%I"
    conf = folder / "kannel.conf"
    conf.write_text(CONF.format(user=USER, password=PASSWORD, inbound=inbound, **ports), "utf-8")
    async with AsyncExitStack() as stack:
        node = await asyncio.create_subprocess_exec(
            "node", str(network / "carrier.js"), str(ports["carrier"]), stdin=PIPE, stdout=PIPE
        )
        stack.push_async_callback(_ended, node)
        carrier = Carrier(node)
        listening = asyncio.create_task(carrier.listen())
        stack.callback(listening.cancel)
        await carrier.until(1, key="listening")
        for box in ("bearerbox", "smsbox"):
            log = stack.enter_context((folder / f"{box}.log").open("wb"))
            started = await asyncio.create_subprocess_exec(box, str(conf), stdin=DEVNULL, stdout=log, stderr=log)
            stack.push_async_callback(_ended, started)
            await _listens(ports["box"] if box == "bearerbox" else ports["http"])
        await carrier.until(1, key="bound")
        yield Port(url=f"http://127.0.0.1:{ports['http']}", carrier=carrier)


async def _listens(port: int) -> None:
    async with asyncio.timeout(PATIENCE):
        while True:
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", port)
            except OSError:
                await asyncio.sleep(0.05)
            else:
                writer.close()
                await writer.wait_closed()
                return


async def _ended(process: Process) -> None:
    """Stop this one process, politely first."""
    if process.returncode is None:
        process.send_signal(signal.SIGTERM)
    try:
        async with asyncio.timeout(3):
            await process.wait()
    except TimeoutError:
        process.kill()
        await process.wait()
