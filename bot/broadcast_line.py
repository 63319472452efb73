"""What may be typed after ``main.py broadcast``."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

KINDS = ("tip", "alert")
ON_ONE = ("submit", "approve", "send", "stop", "resume", "recall", "test", "show")


def add_broadcast(top: argparse.ArgumentParser, *, instant: Callable[[str], datetime]) -> None:
    """What may be typed after ``broadcast``."""
    what = top.add_subparsers(dest="what", metavar="WHAT", required=True)
    _words(what.add_parser("draft", help="write one"), needed=True)
    editing = what.add_parser("edit", help="change one that is not sent yet; it is to be approved anew")
    editing.add_argument("id", metavar="ID")
    _words(editing, needed=False)
    about = {
        "submit": "ask those who may approve it",
        "approve": "approve what somebody else wrote",
        "send": "send it, now or at a time",
        "stop": "send no more of it",
        "resume": "go on where it was stopped",
        "recall": "take it back from those who have it",
        "test": "send it to your own chats, marked as a test",
        "show": "what it says, for whom it is, and how far it is",
    }
    for verb in ON_ONE:
        asking = what.add_parser(verb, help=about[verb])
        asking.add_argument("id", metavar="ID")
        _who(asking, needed=verb != "show")
        if verb == "send":
            asking.add_argument("--at", type=instant, metavar="INSTANT", help="ISO 8601; not before then")
        if verb == "recall":
            asking.add_argument("--reason", default="")
        if verb == "show":
            asking.add_argument("--watch", action="store_true", help="look every second until it has ended")
            asking.add_argument("--results", action="store_true", help="what became of it, person by person")
    returning = what.add_parser("return", help="give it back to who wrote it")
    returning.add_argument("id", metavar="ID")
    returning.add_argument("--reason", required=True)
    _who(returning, needed=True)
    correcting = what.add_parser("correct", help="put other words in the place of those that people have")
    correcting.add_argument("id", metavar="ID")
    correcting.add_argument("--title")
    correcting.add_argument("--body", required=True, metavar="FILE", help="a text file; a dash for standard input")
    _who(correcting, needed=True)
    _who(what.add_parser("list", help="the newest ones"), needed=False)


def _who(asking: argparse.ArgumentParser, *, needed: bool) -> None:
    asking.add_argument("--by", required=needed, metavar="NAME", help="the member of staff who does it: name or id")
    asking.add_argument("--json", action="store_true", help="for programs: one JSON object a line")


def _words(asking: argparse.ArgumentParser, *, needed: bool) -> None:
    asking.add_argument("--kind", choices=KINDS)
    asking.add_argument("--title", required=needed)
    asking.add_argument("--body", required=needed, metavar="FILE", help="a text file; a dash for standard input")
    asking.add_argument("--picture", type=Path, metavar="FILE")
    to = asking.add_argument_group("for whom")
    to.add_argument("--everyone", action="store_true", help="all subscribers")
    to.add_argument("--topic", action="append", default=[], metavar="CODE")
    to.add_argument("--region", metavar="CODE")
    to.add_argument("--channel", action="append", default=[], metavar="NAME")
    to.add_argument("--group", action="append", default=[], metavar="CODE")
    to.add_argument("--merchant", help="those who complained of this business")
    to.add_argument("--product", help="those who complained of this product")
    to.add_argument("--category", help="those who complained of something of this category")
    _who(asking, needed=True)
