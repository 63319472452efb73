"""Everything one bot's server knows: chats, files, calls, updates and its limits."""

from __future__ import annotations

import asyncio
import time
from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass
from itertools import count

from tests.bot_api.faults import Faults
from tests.bot_api.records import Call, Chat, Json, Params, Refused, Sent, StoredFile, bad_request
from tests.bot_api.updates import Updates

OVERALL_PER_SECOND = 30


@dataclass(frozen=True, kw_only=True)
class Waiter:
    """Somebody waits until a chat has so many messages."""

    chat_id: int
    count: int
    done: asyncio.Future[None]


class State:
    """One bot and the people who talk to it. ``clock`` gives Unix seconds: this is another machine's time."""

    def __init__(
        self,
        *,
        token: str,
        username: str,
        enforce_limits: bool,
        any_chat: bool,
        seed: int,
        clock: Callable[[], float],
        pauses: tuple[float, float],
    ) -> None:
        self.token, self.username, self.clock = token, username, clock
        self.enforce_limits, self.any_chat = enforce_limits, any_chat
        self.chats: dict[int, Chat] = {}
        self.files: dict[str, StoredFile] = {}
        self.paths: dict[str, StoredFile] = {}
        self.calls: list[Call] = []
        self.counts: Counter[str] = Counter()
        self.refusals: Counter[int] = Counter()
        self.spans: list[tuple[float, float]] = []
        self.queries: dict[str, bool] = {}
        self.faults = Faults(seed=seed)
        self.updates = Updates(first_id=810_000_001, first_pause=pauses[0], longest_pause=pauses[1])
        self.numbers = count(1)
        self._recent: deque[float] = deque()
        self._waiters: list[Waiter] = []

    def date(self) -> int:
        """Unix seconds, now."""
        return int(self.clock())

    def me(self) -> Json:
        """The bot's own User object."""
        return {
            "id": int(self.token.partition(":")[0]),
            "is_bot": True,
            "first_name": "Lianxin",
            "username": self.username,
            "can_join_groups": True,
            "can_read_all_group_messages": False,
            "supports_inline_queries": False,
        }

    def chat(self, chat_id: int, *, first_name: str = "Person") -> Chat:
        """The chat with one person, made on first sight."""
        if chat_id not in self.chats:
            self.chats[chat_id] = Chat(id=chat_id, first_name=first_name)
        return self.chats[chat_id]

    def reachable(self, params: Params) -> Chat:
        """The chat that a call names. Refused when nobody there ever wrote, or has blocked the bot."""
        try:
            chat_id = int(params["chat_id"])
        except KeyError:
            raise bad_request("chat_id is empty") from None
        except ValueError:
            raise bad_request("chat not found") from None
        if chat_id not in self.chats and not self.any_chat:
            raise bad_request("chat not found")
        chat = self.chat(chat_id)
        if chat.blocked:
            raise Refused(403, "Forbidden: bot was blocked by the user")
        return chat

    def count_send(self, chat: Chat) -> None:
        """Refused with 429 above 30 messages a second over all chats, or one a second in one chat."""
        if not self.enforce_limits:
            return
        now = self.clock()
        while self._recent and now - self._recent[0] >= 1.0:
            self._recent.popleft()
        if now - chat.last_send < 1.0 or len(self._recent) >= OVERALL_PER_SECOND:
            raise Refused(429, "Too Many Requests: retry after 1", retry_after=1)
        self._recent.append(now)
        chat.last_send = now

    def note(self, method: str, params: Params) -> None:
        """Remembers an accepted call."""
        self.calls.append(Call(method=method, params=params, at=time.monotonic()))
        self.counts[method] += 1

    def keep(self, chat: Chat, sent: Sent) -> None:
        """Puts a message of the bot into the chat and wakes who waits for it."""
        chat.sent.append(sent)
        for waiter in [waiter for waiter in self._waiters if waiter.chat_id == chat.id]:
            if len(chat.sent) >= waiter.count:
                self._waiters.remove(waiter)
                waiter.done.set_result(None)

    async def wait(self, chat_id: int, *, count: int, timeout: float) -> None:
        """Returns once the chat has so many messages of the bot. TimeoutError says how many there are."""
        if len(self.chat(chat_id).sent) >= count:
            return
        waiter = Waiter(chat_id=chat_id, count=count, done=asyncio.get_running_loop().create_future())
        self._waiters.append(waiter)
        try:
            async with asyncio.timeout(timeout):
                await waiter.done
        except TimeoutError:
            self._waiters.remove(waiter)
            texts = [sent.text for sent in self.chat(chat_id).sent]
            raise TimeoutError(f"chat {chat_id} has {len(texts)} messages, not {count}: {texts}") from None

    def store(self, content: bytes, *, folder: str, name: str | None, media_type: str | None) -> StoredFile:
        """Keeps a file and gives it an id and a path."""
        number = next(self.numbers)
        file_id = f"AgAD{folder[:3]}{number:012d}"
        suffix = (name or "").rpartition(".")[2] if "." in (name or "") else "jpg" if folder == "photos" else "bin"
        path = f"{folder}/file_{number}.{suffix if suffix.isascii() else 'bin'}"
        file = StoredFile(file_id=file_id, path=path, content=content, name=name, media_type=media_type)
        self.files[file_id] = self.paths[path] = file
        return file
