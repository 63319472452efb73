"""What may be typed after ``main.py``."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path

from bot.broadcast_line import add_broadcast
from bot.due import Question
from cases.calendar import CHINA, CalendarYear, Days, china_date, iso_day
from cases.clocks import Pause
from cases.errors import LianxinError, RulebookFault
from cases.model import STAFF_ROLES
from cases.reading import Faults
from cases.rulebook_calendars import year_from
from cases.site import Rulebook

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
    checking.add_argument(
        "--routing-against",
        type=Path,
        metavar="FILE",
        help="a changed routing.toml: say which past cases it would send elsewhere",
    )
    checking.add_argument("site", nargs="?", help="a built-in site's name or a folder; default: the SITE setting")
    previewing = commands.add_parser("notices", help="every notice with sample facts, its length and its segments")
    previewing.add_argument(
        "keys", nargs="*", metavar="KEY", help="a text such as notice.complaint.accepted; default: all"
    )
    previewing.add_argument("--site", help="a built-in site's name or a folder; default: the SITE setting")
    previewing.add_argument("--json", action="store_true", help="one JSON object a text")
    commands.add_parser("migrate", help="bring the database to this version")
    inviting = commands.add_parser("invite", help="print a one-time code to bind a member of staff, or of a group")
    inviting.add_argument("--bureau", metavar="CODE")
    inviting.add_argument("--role", choices=[role.value for role in STAFF_ROLES])
    inviting.add_argument("--group", metavar="CODE", help="instead of bureau and role: a group that warnings go to")
    inviting.add_argument("--name", required=True)
    inviting.add_argument(
        "--deputy-for", metavar="NAME", help="the officer of the same bureau whom this one stands in for"
    )
    entering = commands.add_parser("calendar", help="enter a year of holidays and makeup days")
    entering.add_argument("file", metavar="FILE", help="a TOML file written like those of the calendars folder")
    entering.add_argument("--preview", action="store_true", help="only say what it would change")
    _understanding(commands)
    add_broadcast(commands.add_parser("broadcast", help="tips and alerts for many people"), instant=instant)
    _signals(commands.add_parser("signals", help="what is complained of far more than usual"))
    _export(commands.add_parser("export", help="write a ledger of cases to a file"))
    _stats(commands.add_parser("stats", help="the indicators over the cases received in some days"))
    _due(commands.add_parser("due", help="the due date of a time limit, and the proof of it day by day"))
    return top


def parsed(arguments: Sequence[str]) -> argparse.Namespace:
    """What was asked; the program ends with status 2 when that is nothing it can do."""
    top = parser()
    wanted = top.parse_args(arguments)
    if wanted.command == "invite" and bool(wanted.group) == bool(wanted.bureau and wanted.role):
        top.error("invite: either --bureau and --role are needed, or --group")
    if wanted.command in ("export", "stats"):
        try:
            wanted.days = Days(first=wanted.first, last=wanted.last)
        except ValueError:
            top.error(f"--from {wanted.first}: allowed: a day that is not after --to {wanted.last}")
    return wanted


def _understanding(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    hearing = commands.add_parser("understand", help="what texts say: JSON Lines in, JSON Lines out")
    hearing.add_argument("file", nargs="?", default="-", metavar="FILE", help="default: standard input")
    hearing.add_argument("--on", type=day, metavar="DAY", help="the day on which they were written; default: today")
    training = commands.add_parser("train", help="fit the classifier to closed cases and corrections as well")
    training.add_argument("--out", type=Path, metavar="DIR", help="default: the data folder, where it is used")
    measuring = commands.add_parser("evaluate", help="how well labelled texts are understood")
    measuring.add_argument("file", metavar="FILE", help="labelled JSON Lines; a dash for standard input")
    measuring.add_argument(
        "--folds", type=folds, metavar="N", help="measure a model fitted to the other parts of the file, N times"
    )
    measuring.add_argument("--json", action="store_true", help="one JSON object a head")


def _export(exporting: argparse.ArgumentParser) -> None:
    what = exporting.add_subparsers(dest="what", metavar="WHAT", required=True)
    cases = what.add_parser("cases", help="the ledger of the cases received in some days, one sheet a kind")
    _span(cases)
    cases.add_argument("--out", required=True, type=Path, metavar="FILE.xlsx", help="the workbook to write")


def _span(asking: argparse.ArgumentParser) -> None:
    for option, name, help_text in (("--from", "first", "the first day"), ("--to", "last", "the last day, included")):
        asking.add_argument(option, required=True, dest=name, type=day, metavar="DAY", help=f"{help_text}, in China")


def _stats(measuring: argparse.ArgumentParser) -> None:
    _span(measuring)
    measuring.add_argument("--json", action="store_true", help="one JSON object")


def _signals(watching: argparse.ArgumentParser) -> None:
    watching.add_argument("--as-of", type=day, metavar="DAY", help="as it was on that day, in China; default: today")
    watching.add_argument("--json", action="store_true", help="one JSON object a line")


def _due(asking: argparse.ArgumentParser) -> None:
    asking.add_argument(
        "--rule",
        metavar="CODE",
        help="accept, mediate, tell_terminated, verify, docketed, jurisdiction, odr, or any other limit of the site",
    )
    asking.add_argument("--from", dest="start", type=instant, metavar="INSTANT", help="ISO 8601")
    asking.add_argument("--case", metavar="NO", help="every clock of a case, instead of --rule and --from")
    asking.add_argument(
        "--pause", action="append", default=[], type=pause, metavar="FROM/TO", help="time that does not count"
    )
    asking.add_argument("--extended", action="store_true", help="with the approved extension")
    asking.add_argument("--json", action="store_true", help="one JSON object")


def question(wanted: argparse.Namespace, rulebook: Rulebook) -> Question:
    """What ``due`` is asked; the program ends with status 2 when something is missing or the site has no such limit."""
    if wanted.rule is None or wanted.start is None:
        parser().error("due: --rule and --from are needed, or --case")
    codes = dict.fromkeys(rule.code for rule in rulebook.clocks)
    if wanted.rule not in codes:
        parser().error(rulebook.texts.render("due.unknown", rule=wanted.rule, codes=", ".join(codes)))
    return Question(rule=wanted.rule, start=wanted.start, pauses=wanted.pause, extended=wanted.extended)


def year_of_file(name: str) -> CalendarYear:
    """The year in a file. RulebookFault names everything that is wrong with it."""
    faults, path = Faults(), Path(name)
    try:
        return year_from(path.read_text(encoding="utf-8"), file=path.name)
    except OSError as error:
        faults.add(file=name, path="", found=error.strerror, allowed="a file that can be read")
    except UnicodeDecodeError as error:
        faults.add(file=name, path="", found=str(error), allowed="a TOML file in UTF-8")
    raise RulebookFault(faults.found)


def instant(text: str) -> datetime:
    """An ISO 8601 instant; without an offset it is China time."""
    try:
        parsed = datetime.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"given {text!r}; allowed: an instant such as 2026-11-23T10:00") from None
    return parsed if parsed.tzinfo else parsed.replace(tzinfo=CHINA)


def day(text: str) -> date:
    try:
        return iso_day(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"given {text!r}; allowed: a day such as 2026-11-23") from None


def pause(text: str) -> Pause:
    """Two instants with a stroke between them, the later one last."""
    first, stroke, last = text.partition("/")
    if not stroke:
        raise argparse.ArgumentTypeError(f"given {text!r}; allowed: FROM/TO")
    start, end = china_date(instant(first)), china_date(instant(last))
    if end < start:
        raise argparse.ArgumentTypeError(f"given {text!r}; allowed: a pause that ends after it starts")
    return Pause(start=start, end=end)


def folds(text: str) -> int:
    """Two or more parts."""
    if not text.isdecimal() or int(text) < 2:
        raise argparse.ArgumentTypeError(f"given {text!r}; allowed: 2 or more")
    return int(text)


def only_parts(text: str) -> list[str]:
    """The parts named in a list with commas; LianxinError when one does not exist."""
    chosen = [part.strip() for part in text.split(",") if part.strip()]
    if not chosen or not set(chosen) <= set(PARTS):
        raise LianxinError(f"--only: given {text}; allowed: {', '.join(PARTS)}")
    return chosen
