"""The program as a process of its own: how fast it answers after its start, and what it needs when nothing happens."""

from __future__ import annotations

import os
import select
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.crowd import script

ROOT = Path(__file__).parent.parent
PATIENCE = 30.0
"""Seconds after which a program that does not answer is given up."""
Environment = dict[str, str]


def environment(folder: Path, **settings: str) -> Environment:
    """This machine's variables without any setting of ours, and these settings."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("LIANXIN_")}
    return {**inherited, "LIANXIN_DATA_DIR": str(folder), **settings}


@contextmanager
def program(*arguments: str, env: Environment) -> Iterator[subprocess.Popen[bytes]]:
    """A Python program in the root folder with pipes, stopped at the end."""
    command = [sys.executable, *arguments]
    process = subprocess.Popen(
        command, cwd=ROOT, env=env, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    )
    try:
        yield process
    finally:
        process.terminate()
        process.communicate(timeout=PATIENCE)


@contextmanager
def telegram_server(token: str, *options: str) -> Iterator[str]:
    """The address of the tests' Bot API server in its own process."""
    with program("-m", "tests.bot_api", "--token", token, *options, env=dict(os.environ)) as server:
        yield first_line(server).decode().strip()


def first_line(process: subprocess.Popen[bytes]) -> bytes:
    assert process.stdout
    if not select.select([process.stdout], [], [], PATIENCE)[0]:
        raise TimeoutError("the program says nothing")
    return process.stdout.readline()


def chat_start(folder: Path) -> float:
    """Seconds from the start of the terminal chat to its answer to a first line that was waiting."""
    start = time.perf_counter()
    with program("main.py", "chat", env=environment(folder)) as chat:
        assert chat.stdin
        chat.stdin.write(f"{script()[2].says}\n".encode())
        chat.stdin.flush()
        first_line(chat)
        return time.perf_counter() - start


def run_start(folder: Path, *, rest: float) -> tuple[float, float]:
    """Seconds from the start of the whole program to its first page, and its memory in MB after ``rest`` seconds."""
    port = free_port()
    start = time.perf_counter()
    with program("main.py", "run", env=environment(folder, LIANXIN_HTTP_PORT=str(port))) as running:
        wait_until(lambda: answers(f"http://127.0.0.1:{port}/"))
        spent = time.perf_counter() - start
        time.sleep(rest)
        return spent, resident(running.pid)


def wait_until(condition: Callable[[], bool], *, every: float = 0.01, within: float = PATIENCE) -> None:
    deadline = time.perf_counter() + within
    while not condition():
        if time.perf_counter() > deadline:
            raise TimeoutError("the program does not answer")
        time.sleep(every)


def answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=1) as response:
            return bool(response.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def resident(process: int) -> float:
    """Resident memory in MB."""
    lines = Path(f"/proc/{process}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS")) / 1024
