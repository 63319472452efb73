"""How a running program starts and ends, with Telegram's server in front of it."""

from __future__ import annotations

import time
from pathlib import Path

from tests.bot_api import BotApi
from tests.bot_api.harness import eventually
from tests.processes import installed

ALL_BUT_WEB = "telegram,delivery,scheduler"


async def test_a_program_that_is_told_to_stop_ends_soon_and_quietly(tmp_path: Path) -> None:
    async with BotApi() as server:
        settings = {"data_dir": tmp_path, "telegram_token": server.token, "telegram_api_url": server.url}
        async with installed(tmp_path, only=ALL_BUT_WEB, settings=settings) as program:
            started = time.perf_counter()
            await program.start()
            server.says(7, "你好")
            await server.wait_for(7)
            print(f"start to first answer: {time.perf_counter() - started:.2f} s, {program.memory() / 1e6:.0f} MB")
            server.says(7, "在吗")
            await server.wait_for(7, 2)
            started = time.perf_counter()
            status = await program.end()
            print(f"stopped in {time.perf_counter() - started:.2f} s")
            assert status == 0, program.log
            assert "Traceback" not in program.log
            assert "never" not in program.log
