"""``python -m tests.bot_api --port N --token T``: the server as a process of its own; prints its address when ready."""

from __future__ import annotations

import argparse
import asyncio
import signal
import sys

from tests.bot_api import TOKEN, BotApi


async def serve(options: argparse.Namespace) -> None:
    """Runs until SIGTERM or SIGINT."""
    server = BotApi(
        token=options.token,
        enforce_limits=options.enforce_limits,
        any_chat=options.any_chat,
        seed=options.seed,
        delay=options.delay,
        linger=options.linger,
    )
    await server.start(port=options.port)
    sys.stdout.write(f"{server.url}\n")
    sys.stdout.flush()
    ended = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, ended.set)
    await ended.wait()
    await server.stop()


def main() -> None:
    """Reads the command line."""
    parser = argparse.ArgumentParser(prog="python -m tests.bot_api", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one")
    parser.add_argument("--token", default=TOKEN)
    parser.add_argument("--enforce-limits", action="store_true", help="429 above 30/s or 1/s in a chat")
    parser.add_argument("--any-chat", action="store_true", help="everybody has started the bot")
    parser.add_argument("--seed", type=int, default=0, help="of the chance in planned faults")
    parser.add_argument("--delay", type=float, default=0.0, help="seconds before each answer")
    parser.add_argument("--linger", type=float, default=0.0, help="seconds between what a call does and its answer")
    asyncio.run(serve(parser.parse_args()))


if __name__ == "__main__":
    main()
