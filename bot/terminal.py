"""The terminal as a channel: a consumer talks to the bot line by line; buttons are numbered."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import datetime
from pathlib import Path
from typing import TextIO

from cases.messages import Address, Attachment, AttachmentKind, Choice, Incoming, Outgoing

CHANNEL = "terminal"
QUIT = "/quit"
FILE = "/file "
CHUNK = 1 << 16

Keep = Callable[[AsyncIterator[bytes]], Awaitable[tuple[str, int]]]


class Terminal:
    """One person at one terminal. ``send`` prints; a typed number presses the button of that number."""

    name = CHANNEL
    rate = None

    def __init__(self, *, person: str, output: TextIO, now: Callable[[], datetime], keep: Keep) -> None:
        self.address = Address(channel=CHANNEL, value=person)
        self._output = output
        self._now = now
        self._keep = keep
        self._choices: list[Choice] = []
        self._count = 0
        self._started = now()

    async def send(self, outgoing: Outgoing) -> str:
        """Print a text and its buttons."""
        if outgoing.address != self.address:
            return "elsewhere"
        print(outgoing.text, file=self._output)
        buttons = [choice for row in outgoing.choices for choice in row]
        if buttons:
            self._choices = buttons
            print("  ".join(f"[{n}] {choice.label}" for n, choice in enumerate(buttons, 1)), file=self._output)
        print(file=self._output, flush=True)
        return "printed"

    async def incoming(self, line: str) -> Incoming:
        """What a typed line means. OSError when a file that it names cannot be read."""
        self._count += 1
        key = f"{self.address.value}:{self._started.timestamp()}:{self._count}"
        if line.startswith(FILE):
            attachment = await self._attachment(Path(line.removeprefix(FILE).strip()))
            return Incoming(address=self.address, key=key, at=self._now(), attachments=(attachment,))
        pressed = self._pressed(line)
        text = "" if pressed else line
        return Incoming(address=self.address, key=key, at=self._now(), text=text, pressed=pressed)

    def _pressed(self, line: str) -> str:
        """A small number stands for a button of the last message that had any, when it can mean nothing else."""
        if not line.isdigit() or not 0 < int(line) <= len(self._choices):
            return ""
        return self._choices[int(line) - 1].value

    async def _attachment(self, path: Path) -> Attachment:
        sha256, size = await self._keep(_pieces(path))
        return Attachment(kind=AttachmentKind.DOCUMENT, sha256=sha256, size=size, file_name=path.name)


async def _pieces(path: Path) -> AsyncIterator[bytes]:
    with path.open("rb") as file:
        while piece := await asyncio.to_thread(file.read, CHUNK):
            yield piece


async def lines(source: TextIO) -> AsyncIterator[str]:
    """The lines of a text stream, without blocking the loop."""
    while line := await asyncio.to_thread(source.readline):
        yield line.rstrip("\r\n")


def is_quit(line: str) -> bool:
    return line.strip() == QUIT
