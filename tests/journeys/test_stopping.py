"""How a running program starts and ends, with Telegram's server in front of it."""

from __future__ import annotations

import asyncio
import sys
import time
from pathlib import Path

from tests.bot_api import BotApi, FaultKind
from tests.bot_api.harness import eventually
from tests.processes import installed

ALL_BUT_WEB = "telegram,delivery,scheduler"
MEGABYTE = 1_000_000


def settings(server: BotApi, folder: Path) -> dict[str, object]:
    return {"data_dir": folder, "telegram_token": server.token, "telegram_api_url": server.url}


async def test_a_program_that_is_told_to_stop_ends_soon_and_quietly(tmp_path: Path) -> None:
    async with (
        BotApi() as server,
        installed(tmp_path, only=ALL_BUT_WEB, settings=settings(server, tmp_path)) as program,
    ):
        server.says(7, "你好")
        started = time.perf_counter()
        await program.start()
        await server.wait_for(7, timeout=20)
        answered = time.perf_counter()
        memory = program.memory() // MEGABYTE
        assert await program.end(within=5) == 0, program.log
        stopped = time.perf_counter()
        assert "Traceback" not in program.log
        assert "never" not in program.log
    sys.stdout.write(
        f"first start to first answer {answered - started:.2f} s, {memory} MB, stopped in {stopped - answered:.2f} s\n"
    )


async def test_what_is_being_sent_when_the_program_stops_is_finished_and_not_said_again(tmp_path: Path) -> None:
    async with (
        BotApi(delay=0.3) as server,
        installed(tmp_path, only=ALL_BUT_WEB, settings=settings(server, tmp_path)) as program,
    ):
        people = range(1, 21)
        for chat_id in people:
            server.says(chat_id, "你好")
        await program.start()
        await eventually(lambda: server.count("sendMessage") > 0, timeout=20)
        assert await program.end(within=5) == 0, program.log
        assert [len(server.texts(chat_id)) for chat_id in people] == [1] * len(people)
        await program.start()
        server.says(99, "你好")
        await server.wait_for(99, timeout=20)
        await asyncio.sleep(0.5)
        assert [len(server.texts(chat_id)) for chat_id in people] == [1] * len(people)
        assert "Traceback" not in program.log


async def test_a_program_stops_in_time_while_telegram_does_not_answer(tmp_path: Path) -> None:
    async with (
        BotApi() as server,
        installed(tmp_path, only=ALL_BUT_WEB, settings=settings(server, tmp_path)) as program,
    ):
        server.faults.add(FaultKind.HANG, method="sendMessage", count=None)
        server.says(7, "你好")
        await program.start()
        await eventually(lambda: bool(server.faults.hits), timeout=20)
        assert await program.end(within=5) == 0, program.log
        server.faults.clear()
        await program.start()
        await server.wait_for(7, timeout=10)
        assert len(server.texts(7)) == 1
