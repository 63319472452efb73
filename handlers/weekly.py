"""A line to the intake desk on Mondays: where officers keep correcting the program, in counts and without any case."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date, timedelta

from cases.calendar import Days
from cases.messages import Outgoing
from cases.model import LABELS
from cases.notices import Priority
from handlers.corrections import BUREAU, KIND, Example, examples
from handlers.office import Office
from handlers.recipients import desk_addresses
from handlers.reminders import span_words
from handlers.wording import bureau_short
from storage.database import Database, Transaction
from storage.outbox_store import Promise

MARK = "weekly"
"""The Monday up to which everything has been told."""
WEEK = timedelta(days=7)
LATE = 4 * WEEK
"""What a program that was down, or a desk that nobody was at, has missed before that is not told any more."""
SHOWN = 3
"""Pairs of what was said and what was meant, the most frequent first."""
WHATS = (*LABELS, KIND, BUREAU)


async def tell(database: Database, *, office: Office) -> int:
    """From the first opening of the office in a week, promise the line about the weeks before that is still owed.

    Returns how many are new. A week without corrections has none; when nobody can be reached it is owed on.
    """
    if not office.rulebook.site.hours.open_at(office.now(), office.calendar):
        return 0
    monday = _monday(office.today())
    async with database.read() as tx:
        mark = await tx.marks.get(MARK)
    told = date.fromisoformat(mark.value) if mark else monday - WEEK
    if told >= monday:
        return 0
    days = Days(first=max(told, monday - LATE), last=monday - timedelta(days=1))
    async with database.begin() as tx:
        return await _tell(tx, days, monday=monday, office=office)


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


async def _tell(tx: Transaction, days: Days, *, monday: date, office: Office) -> int:
    found = await examples(tx, days.instants)
    to = await desk_addresses(tx, office=office) if found else []
    if found and not to:
        return 0
    text = line(found, days, office=office) if found else ""
    promised = [
        Promise(
            outgoing=Outgoing(address=address, text=text),
            priority=Priority.PING,
            at=office.now(),
            key=f"{MARK}/{monday.isoformat()}/{address}",
        )
        for address in to
    ]
    new = await tx.outbox.promise_once(promised)
    await tx.marks.put(MARK, monday.isoformat(), at=office.now())
    return len(new)


def line(found: Sequence[Example], days: Days, *, office: Office) -> str:
    """The corrections of these days in a sentence: how many of what, and the pairs that come most often."""
    one_week = days.last - days.first < WEEK
    when = office.say("weekly.last") if one_week else span_words(days.first, days.last, office=office)
    told = {what: [one for one in found if one.what == what] for what in WHATS}
    parts = [_part(what, some, office=office) for what, some in told.items() if some]
    return office.say("weekly.line", when=when, parts=office.say("weekly.join").join(parts))


def _part(what: str, some: Sequence[Example], *, office: Office) -> str:
    return office.say(f"weekly.{what}", count=len(some), pairs=_pairs(some, office=office))


def _pairs(some: Iterable[Example], *, office: Office) -> str:
    counted = Counter((_name(one, one.said, office), _name(one, one.meant, office)) for one in some if one.meant)
    most = sorted(counted.items(), key=lambda item: (-item[1], item[0]))[:SHOWN]
    pairs = (office.say("weekly.pair", said=said, meant=meant, count=count) for (said, meant), count in most)
    return office.say("weekly.comma").join(pairs)


def _name(one: Example, value: str | None, office: Office) -> str:
    if not value:
        return office.say("weekly.unknown")
    if one.what == BUREAU:
        return bureau_short(value, office=office)
    return office.say(f"kind.{value}") if one.what == KIND else value
