"""Receipts outlive the process that noted them, and are read once."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from storage.receipts import MOST_LINES, Receipt, Receipts

DIES = """
import os, signal, sys
from pathlib import Path
from storage.receipts import Receipt, Receipts
receipts = Receipts(Path(sys.argv[1]))
with receipts.kept():
    for number in range(4):
        receipts.note(Receipt(id=number, reference=f"r{number}"))
    receipts.settled(2)
    os.kill(os.getpid(), signal.SIGKILL)
"""


def left(folder: Path) -> list[int]:
    with Receipts(folder).of_the_dead() as receipts:
        return [receipt.id for receipt in receipts]


def test_what_a_killed_process_noted_is_found_once(tmp_path: Path) -> None:
    died = subprocess.run([sys.executable, "-c", DIES, str(tmp_path)], cwd=Path(__file__).parents[2], check=False)
    assert died.returncode == -signal.SIGKILL
    with Receipts(tmp_path).of_the_dead() as receipts:
        assert Receipt(id=1, reference="r1") in receipts
        assert {0, 1, 3} <= {receipt.id for receipt in receipts}
    assert left(tmp_path) == []


def test_the_living_are_not_asked(tmp_path: Path) -> None:
    receipts = Receipts(tmp_path)
    with receipts.kept():
        receipts.note(Receipt(id=1, reference="a"))
        assert left(tmp_path) == []
    assert left(tmp_path) == [1]


def test_receipts_that_could_not_be_used_are_kept(tmp_path: Path) -> None:
    receipts = Receipts(tmp_path)
    with receipts.kept():
        receipts.note(Receipt(id=1, reference="a"))
    with pytest.raises(OSError, match="away"), Receipts(tmp_path).of_the_dead():
        raise OSError("the database is away")
    assert left(tmp_path) == [1]


def test_nothing_stays_of_what_the_database_knows(tmp_path: Path) -> None:
    receipts = Receipts(tmp_path)
    with receipts.kept():
        for number in range(MOST_LINES * 3):
            receipts.note(Receipt(id=number, reference="a"))
            if number:
                receipts.settled(number)
        assert sum(os.path.getsize(path) for path in tmp_path.iterdir()) < MOST_LINES * 20
        receipts.settled(0)
    assert list(tmp_path.iterdir()) == []


def test_half_a_line_is_no_receipt(tmp_path: Path) -> None:
    (tmp_path / "x.receipts").write_text("1 a\n2")
    assert left(tmp_path) == [1]


def test_without_a_folder_nothing_is_kept() -> None:
    receipts = Receipts(None)
    with receipts.kept(), receipts.of_the_dead() as found:
        receipts.note(Receipt(id=1, reference="a"))
        receipts.settled(1)
        assert found == []
