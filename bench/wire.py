"""The whole way through Telegram: a bot in its own process against a Bot API server in another, by long polling.

People write in waves: everybody sends the next message when all have been answered.
"""

from __future__ import annotations

import json
import time
import urllib.request
from pathlib import Path
from typing import Any

from bench.crowd import TOKEN, Step, script
from bench.programs import environment, program, telegram_server, wait_until

HURRY = 0.02
"""Seconds between two looks at the server's counts: each look costs the server time."""


def ours_on_the_wire(folder: Path, *, people: int, rounds: int) -> list[float]:
    """Messages answered per second by the whole program."""
    with telegram_server(TOKEN) as url:
        env = environment(folder, LIANXIN_TELEGRAM_TOKEN=TOKEN, LIANXIN_TELEGRAM_API_URL=url, LIANXIN_TELEGRAM_RATE="0")
        with program("main.py", "run", "--only", "telegram,delivery", env=env):
            return _rounds(url, script(), people=people, rounds=rounds)


def echo_on_the_wire(*, people: int, rounds: int) -> list[float]:
    """The same for python-telegram-bot's echo with its own HTTP client and one update at a time for each chat."""
    steps = [Step(says=step.says or step.presses) for step in script()]
    with telegram_server(TOKEN) as url, program("-m", "bench.echo_bot", url, TOKEN, env=environment(Path())):
        return _rounds(url, steps, people=people, rounds=rounds)


def _rounds(url: str, steps: list[Step] | tuple[Step, ...], *, people: int, rounds: int) -> list[float]:
    _wave(url, Step(says="/help"), chats=range(1, 2), expected=1)  # until the bot is awake
    found = []
    for n in range(rounds):
        chats = range(1000 * (n + 1), 1000 * (n + 1) + people)
        start = time.perf_counter()
        for step in steps:
            _wave(url, step, chats=chats, expected=step.answers * people)
        found.append(people * len(steps) / (time.perf_counter() - start))
    return found


def _wave(url: str, step: Step, *, chats: range, expected: int) -> None:
    wanted = _sent(url) + expected
    _call(f"{url}/control/updates", {"updates": [{**_deed(step, chat), "chat_id": chat} for chat in chats]})
    wait_until(lambda: _sent(url) >= wanted, every=HURRY)


def _deed(step: Step, chat: int) -> dict[str, str]:
    return {"does": "says", "text": step.said_by(chat)} if step.says else {"does": "presses", "button": step.presses}


def _sent(url: str) -> int:
    return int(_call(f"{url}/control/counts")["sent"])


def _call(url: str, body: Any = None) -> Any:
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, data=data, headers={"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=30) as response:
        return json.load(response)
