"""What may be typed after ``main.py``."""

from __future__ import annotations

import argparse

from cases.errors import LianxinError
from handlers.staffing import STAFF_ROLES

PARTS = ("web", "telegram", "delivery", "scheduler")


def parser() -> argparse.ArgumentParser:
    """Every command with its options, each with its help."""
    top = argparse.ArgumentParser(prog="main.py", description="Lianxin: consumer complaints, from chat to closed case.")
    commands = top.add_subparsers(dest="command", metavar="COMMAND")
    running = commands.add_parser("run", help="start everything (the default)")
    running.add_argument("--only", default=",".join(PARTS), help=f"parts to start, of: {', '.join(PARTS)}")
    talking = commands.add_parser("chat", help="talk to the bot in this terminal as a consumer; /quit ends")
    talking.add_argument("--name", default="local", help="who you are; the same name continues the same conversation")
    checking = commands.add_parser("check", help="validate a site folder")
    checking.add_argument("site", nargs="?", help="a built-in site's name or a folder; default: the SITE setting")
    commands.add_parser("migrate", help="bring the database to this version")
    inviting = commands.add_parser("invite", help="print a one-time code to bind a member of staff")
    inviting.add_argument("--bureau", required=True, metavar="CODE")
    inviting.add_argument("--role", required=True, choices=[role.value for role in STAFF_ROLES])
    inviting.add_argument("--name", required=True)
    inviting.add_argument(
        "--deputy-for", metavar="NAME", help="the officer of the same bureau whom this one stands in for"
    )
    return top


def only_parts(text: str) -> list[str]:
    """The parts named in a list with commas; LianxinError when one does not exist."""
    chosen = [part.strip() for part in text.split(",") if part.strip()]
    if not chosen or not set(chosen) <= set(PARTS):
        raise LianxinError(f"--only: given {text}; allowed: {', '.join(PARTS)}")
    return chosen
