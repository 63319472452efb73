"""What a channel has taken and the database has not yet been told, kept where the death of the process does not reach.

Between a channel's "taken" and the commit that says so lie some milliseconds; who is killed in them would say the same
thing twice. So each receipt is first written, unbuffered, to a file of the process's own: the kernel keeps it whatever
happens to the process. (A power cut may lose it; then a text is said twice.) The next process reads what the dead left.
"""

from __future__ import annotations

import fcntl
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

MOST_LINES = 5000
"""A file with more lines is written anew with those that still count."""
NAME_BYTES = 6
SUFFIX = ".receipts"


@dataclass(frozen=True, kw_only=True)
class Receipt:
    """The outbox's number of a text, and the channel's own reference of it."""

    id: int
    reference: str


class Receipts:
    """The receipts of one process for one database, in a folder that its successors look into; without one, none."""

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder
        self._file: int | None = None
        self._open: dict[int, str] = {}
        self._lines = 0

    @contextmanager
    def kept(self) -> Iterator[None]:
        """Receipts can be noted while the block runs; the file goes when nothing in it counts any more."""
        if self._folder is None:
            yield
            return
        self._folder.mkdir(parents=True, exist_ok=True)
        path = self._folder / f"{secrets.token_hex(NAME_BYTES)}{SUFFIX}"
        self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND, 0o600)
        fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        try:
            yield
        finally:
            if not self._open:
                path.unlink(missing_ok=True)
            os.close(self._file)
            self._file = None

    def note(self, receipt: Receipt) -> None:
        """The channel has taken the text; survives the process from now on."""
        if self._file is not None:
            self._open[receipt.id] = receipt.reference
            self._write({receipt.id: receipt.reference})

    def settled(self, receipt_id: int) -> None:
        """The database knows it."""
        if self._open.pop(receipt_id, None) is None or self._file is None:
            return
        if not self._open or self._lines > MOST_LINES:
            os.ftruncate(self._file, 0)
            self._lines = 0
            self._write(self._open)

    def _write(self, receipts: dict[int, str]) -> None:
        if self._file is not None and receipts:
            os.write(self._file, "".join(f"{number} {receipts[number]}\n" for number in receipts).encode())
            self._lines += len(receipts)

    @contextmanager
    def of_the_dead(self) -> Iterator[list[Receipt]]:
        """What processes that are no more have left; forgotten when the block ends without an error."""
        found: list[Receipt] = []
        paths: list[Path] = []
        for path in sorted(self._folder.glob(f"*{SUFFIX}")) if self._folder else ():
            with path.open("rb") as file:
                if _living(file.fileno()):
                    continue
                found += [_receipt(line) for line in file.read().decode().splitlines(keepends=True) if line[-1] == "\n"]
                paths.append(path)
        yield found
        for path in paths:
            path.unlink(missing_ok=True)


def _living(file: int) -> bool:
    """Whether the process whose file it is still holds it."""
    try:
        fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    return False


def _receipt(line: str) -> Receipt:
    number, _, reference = line.rstrip("\n").partition(" ")
    return Receipt(id=int(number), reference=reference)
