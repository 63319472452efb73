"""What the commands that only tell or change something do; each gives what it has to say."""

from __future__ import annotations

import argparse
from collections.abc import Awaitable, Callable
from pathlib import Path

from bot.broadcast_commands import broadcast
from bot.command_line import year_of_file
from bot.due import answer_case
from bot.ledger_sheet import save_ledger
from bot.signal_commands import signals
from bot.stats_commands import stats
from cases.model import Role
from handlers import learning, operating
from handlers.house import House
from handlers.ledger_export import Ledger


async def export(house: House, wanted: argparse.Namespace) -> str:
    return await save_ledger(Ledger(house.database, office=house.office, days=wanted.days), wanted.out)


async def invite(house: House, wanted: argparse.Namespace) -> str:
    if wanted.group:
        return await operating.invite_to_group(house.database, house.office, group=wanted.group, name=wanted.name)
    role = Role(wanted.role)
    who = {"bureau": wanted.bureau, "name": wanted.name, "deputy_for": wanted.deputy_for}
    return await operating.invite(house.database, house.office, role=role, **who)


async def enter_calendar(house: House, wanted: argparse.Namespace) -> str:
    year = year_of_file(wanted.file)
    return await operating.enter_calendar(house.database, house.office, year=year, only_look=wanted.preview)


async def routing_against(house: House, wanted: argparse.Namespace) -> str:
    return await operating.routing_against(house.database, house.office, file=wanted.routing_against)


async def prove_case(house: House, wanted: argparse.Namespace) -> str:
    case, clocks = await operating.clocks_of(house.database, house.office, no=wanted.case)
    return answer_case(case, clocks, house.office, as_json=wanted.json)


async def train(house: House, wanted: argparse.Namespace, *, folder: Path) -> str:
    """Fits the classifier anew; tells what came of it."""
    trained = await learning.train(house.database, office=house.office, out=wanted.out or folder)
    words = house.office.rulebook.texts
    figures = (
        words.render("train.head", head=head, before=_share(trained.before[head]), after=_share(trained.after[head]))
        for head in trained.before
    )
    key = "train.taken" if trained.path else "train.worse"
    told = words.render(key, learned=trained.learned, held=trained.held, path=str(trained.path or ""))
    return "\n".join([told, *figures])


def _share(part: float) -> str:
    return f"{part:.3f}"


TOLD: dict[str, Callable[[House, argparse.Namespace], Awaitable[str]]] = {
    "invite": invite,
    "calendar": enter_calendar,
    "export": export,
    "broadcast": broadcast,
    "signals": signals,
    "stats": stats,
}
"""Commands that do one thing and say what came of it."""
