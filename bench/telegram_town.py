"""The whole program in its own process against the tests' Bot API server in another, with its outbox at hand.

Times are of the machine's one monotonic clock, which both processes read.
"""

from __future__ import annotations

import json
import time
import tomllib
import urllib.request
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.crowd import TOKEN
from bench.programs import environment, program, telegram_server
from bot.settings import Settings, root_secret
from cases.messages import Address, Outgoing
from cases.notices import Priority
from main import utc_now
from storage.database import Database
from storage.migrating import migrate
from storage.outbox_store import Promise
from storage.vault import Vault

BROADCAST, NOTICES, TALKERS = 1_000_000, 2_000_000, 3_000_000
"""Where the numbers of those begin who get the broadcast, those who get one case notice, and those who write."""
TEXTS: dict[str, str] = tomllib.loads((Path(__file__).parent / "notices.toml").read_text(encoding="utf-8"))


@dataclass(frozen=True, kw_only=True)
class Arrived:
    """A text in somebody's chat, and when it came."""

    chat_id: int
    text: str
    at: float


class Server:
    """The Bot API server, by its own little interface."""

    def __init__(self, url: str) -> None:
        self.url = url

    def call(self, path: str, body: Any = None) -> Any:
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.url + path, data=data, headers={"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=60) as response:
            return json.load(response)

    def says(self, chat_id: int, text: str) -> float:
        """Somebody writes; returns when."""
        at = time.monotonic()
        self.call("/control/person", {"does": "says", "chat_id": chat_id, "text": text})
        return at

    def arrived(self) -> list[Arrived]:
        """Everything that the bot has sent, in the order of its arrival."""
        sent = [Arrived(chat_id=s["chat_id"], text=s["text"], at=s["at"]) for s in self.call("/control/sent")]
        return sorted(sent, key=lambda arrived: arrived.at)

    def count(self, name: str = "sent") -> Any:
        return self.call("/control/counts")[name]

    def hasty(self) -> int:
        """How many calls were refused because they came too fast."""
        return int(self.count("refusals").get("429", 0))


class Town:
    """Our program and its database, seen from another process."""

    def __init__(self, folder: Path, server: Server) -> None:
        self._folder, self.server = folder, server
        settings = Settings(data_dir=folder, database_url=None, _env_file=None)  # type: ignore[call-arg]
        migrate(settings.database)
        self._database = Database(settings.database, vault=Vault({1: root_secret(settings)}, current=1))

    @contextmanager
    def running(self) -> Iterator[Any]:
        """The program works while the block runs; the process."""
        env = environment(
            self._folder,
            LIANXIN_TELEGRAM_TOKEN=TOKEN,
            LIANXIN_TELEGRAM_API_URL=self.server.url,
            LIANXIN_LOG_LEVEL="error",
        )
        with program("main.py", "run", "--only", "telegram,delivery", env=env) as process:
            yield process

    async def promise(self, chats: Sequence[int], text: str, *, priority: Priority) -> float:
        """Owe everybody a text, as any process would; returns when that was committed."""
        broadcast = "b-1" if priority is Priority.BROADCAST else None
        async with self._database.begin() as tx:
            for chat_id in chats:
                outgoing = Outgoing(address=Address(channel="telegram", value=str(chat_id)), text=text)
                tx.outbox.promise(Promise(outgoing=outgoing, priority=priority, at=utc_now(), broadcast=broadcast))
        return time.monotonic()

    async def states(self) -> Counter[str]:
        """How many texts are in which state."""
        table = self._database.schema.outbox
        async with self._database.read() as tx:
            return Counter((await tx.execute(table.select().with_only_columns(table.c.state))).scalars())

    async def close(self) -> None:
        await self._database.close()


@contextmanager
def limited_server(*options: str) -> Iterator[Server]:
    """A server that keeps to Telegram's limits."""
    with telegram_server(TOKEN, "--enforce-limits", "--any-chat", *options) as url:
        yield Server(url)
