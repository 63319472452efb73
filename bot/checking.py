"""What ``main.py check`` says of a site that was loaded without a fault."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from datetime import date

from bot.notice_lines import notices
from cases.site import Rulebook
from handlers.dates import missing_year


def looked_at(rulebook: Rulebook, wanted: argparse.Namespace, *, today: date) -> str:
    """What ``check``, or ``notices``, has to say of it."""
    return notices(rulebook, wanted) if wanted.command == "notices" else "\n".join(told(rulebook, today=today))


def told(rulebook: Rulebook, *, today: date) -> Iterator[str]:
    """What is in the site; and from November on, that next year's holidays are still missing."""
    yield rulebook.texts.render(
        "start.checked",
        site=rulebook.site.name,
        signature="",
        bureaus=sum(1 for _ in rulebook.directory),
        rules=len(rulebook.routing.rules),
        clocks=len(rulebook.clocks),
        texts=len(rulebook.texts.keys()),
    )
    year = missing_year(rulebook.calendar, today)
    if year:
        yield rulebook.texts.render("start.no_calendar", year=year)
