"""People who write to a bot side by side, and the far end of its HTTP client: every contestant meets the same ones."""

from __future__ import annotations

import asyncio
import itertools
import json
import time
import tomllib
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from main import utc_now

TOKEN = "123456:benchmark"
PATIENCE = 60.0
"""Seconds that a whole crowd may take before the run is given up."""
BOT = {"id": 123456, "is_bot": True, "first_name": "Bench", "username": "bench_bot"}


@dataclass(frozen=True, kw_only=True)
class Step:
    """What a person says, or the label of the button that is pressed; and how many messages answer it."""

    says: str = ""
    presses: str = ""
    answers: int = 1

    def said_by(self, number: int) -> str:
        """The words of the person with this number."""
        return self.says.format(number=number)


@cache
def script() -> tuple[Step, ...]:
    content = tomllib.loads((Path(__file__).parent / "talk.toml").read_text(encoding="utf-8"))
    return tuple(Step(**step) for step in content["step"])


class Person:
    """One chat: counts what arrives and remembers the buttons."""

    def __init__(self, chat_id: int) -> None:
        self.chat_id = chat_id
        self.buttons: dict[str, str] = {}
        self._heard = 0
        self._wanted = 0
        self._enough = asyncio.Event()

    def wants(self, answers: int) -> None:
        self._heard, self._wanted = 0, answers
        self._enough.clear()

    def hears(self, keyboard: list[list[dict[str, str]]]) -> None:
        self.buttons.update({button["text"]: button["callback_data"] for row in keyboard for button in row})
        self._heard += 1
        if self._heard >= self._wanted:
            self._enough.set()

    async def satisfied(self) -> None:
        await self._enough.wait()


class FarEnd:
    """Answers what a bot calls as Telegram does, without a network."""

    def __init__(self, *, first: int = 0) -> None:
        """``first``: where its numbers start, so that a database meets none of them twice."""
        self._people: dict[int, Person] = {}
        self._numbers = itertools.count(first + 1)

    def person(self) -> Person:
        chat_id = 1000 + next(self._numbers)
        return self._people.setdefault(chat_id, Person(chat_id))

    def update(self, person: Person, step: Step) -> bytes:
        """The update that the step causes, as Telegram's webhook posts it."""
        number, said = next(self._numbers), step.said_by(person.chat_id)
        who = {"id": person.chat_id, "is_bot": False, "first_name": "Person", "language_code": "zh-hans"}
        chat = {"id": person.chat_id, "type": "private", "first_name": "Person"}
        message = {
            "message_id": number,
            "date": int(utc_now().timestamp()),
            "chat": chat,
            "from": who,
            "text": said,
        }
        body: dict[str, Any] = {"update_id": number}
        if step.presses in person.buttons:
            shown = {**message, "from": BOT, "text": "?"}
            data = person.buttons[step.presses]
            body["callback_query"] = {
                "id": str(number),
                "from": who,
                "message": shown,
                "chat_instance": "1",
                "data": data,
            }
        else:
            body["message"] = {**message, "text": said or step.presses}
        return json.dumps(body, ensure_ascii=False).encode()

    def call(self, method: str, parameters: Mapping[str, Any]) -> bytes:
        """The body of the answer to one call of the Bot API."""
        if method == "getMe":
            return json.dumps({"ok": True, "result": BOT}).encode()
        if method != "sendMessage":
            return b'{"ok":true,"result":true}'
        chat_id = int(parameters["chat_id"])
        chat = {"id": chat_id, "type": "private", "first_name": "Person"}
        sent = {"message_id": next(self._numbers), "date": int(utc_now().timestamp()), "chat": chat, "from": BOT}
        markup = parameters.get("reply_markup") or {}
        shown = json.loads(markup) if isinstance(markup, str) else markup
        self._people[chat_id].hears(shown.get("inline_keyboard", []))
        return json.dumps({"ok": True, "result": {**sent, "text": parameters["text"]}}, ensure_ascii=False).encode()


Take = Callable[[bytes], Awaitable[None]]


async def crowd(far: FarEnd, take: Take, *, people: int, plain: bool) -> float:
    """Updates handled per second when so many people go through the script side by side.

    Each sends the next message when the last one is answered. ``plain``: the bot answers each update once.
    """
    steps = script()
    start = time.perf_counter()
    async with asyncio.timeout(PATIENCE), asyncio.TaskGroup() as group:
        for _ in range(people):
            group.create_task(_talks(far, take, far.person(), plain=plain))
    return people * len(steps) / (time.perf_counter() - start)


async def _talks(far: FarEnd, take: Take, person: Person, *, plain: bool) -> None:
    for step in script():
        person.wants(1 if plain else step.answers)
        await take(far.update(person, step))
        await person.satisfied()
