"""The words of reminders: a clock of a case in short, and many of them in one text that can be read on a phone."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby, islice

from cases.calendar import CHINA, china_date
from cases.clocks import Clock
from cases.messages import Choice
from cases.model import Case, CaseNo
from handlers.cards import STAFF, Buttons, rows_of
from handlers.office import Office
from handlers.wording import day_words, due_words, kind_words
from storage.warning_store import Due, Short

LINES = 25
"""Cases in one text; the others are counted."""
BUTTONS = 8
PER_ROW = 2


@dataclass(frozen=True, kw_only=True)
class Reminder:
    """A clock of a case by when it is due. ``short`` may be left out where only the number of cases is told."""

    case_no: CaseNo
    due: Due
    short: Short | None = None


@dataclass(frozen=True, kw_only=True)
class Entry:
    """A case on one line; ``shorts`` are its clocks, soonest first."""

    case_no: CaseNo
    rank: int
    shorts: tuple[Short, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Section:
    """The entries under one heading."""

    name: str
    entries: Sequence[Entry]


def due_of(clock: Clock, *, urgent: bool) -> Due:
    """When the clock is due, and whether that is told at any hour."""
    return due_at(clock.due_on, clock.due_at, urgent=urgent)


def due_at(on: date, instant: datetime | None, *, urgent: bool) -> Due:
    """The same from the day and, of a limit in hours, the instant."""
    at = f"{instant.astimezone(CHINA):%H%M}" if instant else ""
    return Due(on=on, at=at, alone=urgent, any_hour=urgent or bool(at))


def short_of(case: Case, *, what: str, office: Office, text: str = "") -> Short:
    """A clock of the case in a few words. ``text`` is the key of the warning that is due, which may carry a mark."""
    mark = f"remind.{text.replace('.', '_')}"
    return Short(
        what=what,
        which=office.say("remind.which", kind=kind_words(case, office=office), no=case.no, merchant=case.merchant.name),
        mark=office.say(mark) if mark in office.rulebook.texts else "",
        urgent=case.urgent,
    )


def is_known(case: Case, clock: Clock, *, office: Office) -> bool:
    """Whether the clock's rule is still in the data."""
    day = china_date(case.received_at)
    return any(rule.code == clock.rule and rule.covers(day) for rule in office.rulebook.clocks)


def what_words(name: str, clock: Clock, *, now: datetime, office: Office) -> str:
    """The matter of a time limit by when: overdue by so many working days, today, or a day ahead."""
    key = ("late", "today", "ahead")[due_of(clock, urgent=False).rank(now)]
    if clock.due_at is not None and key != "ahead":
        key += "_at"
    late = office.calendar.working_days_between(clock.due_on, china_date(now)) if key == "late" else 0
    return office.say(f"remind.{key}", name=name, due=due_words(clock, office=office), late=late if late > 0 else "")


def entries(reminders: Iterable[Reminder], now: datetime) -> list[Entry]:
    """One entry a case, the most pressing first; several clocks of a case stand together."""
    every = list(reminders)
    order = {due: (due.rank(now), not due.alone, str(due)) for due in {one.due for one in every}}
    of_case: dict[CaseNo, list[Reminder]] = {}
    for reminder in sorted(every, key=lambda one: (order[one.due], one.case_no)):
        of_case.setdefault(reminder.case_no, []).append(reminder)
    return [
        Entry(case_no=no, rank=order[some[0].due][0], shorts=tuple(one.short for one in some if one.short))
        for no, some in of_case.items()
    ]


def by_rank(found: Sequence[Entry], *, later: str) -> list[Section]:
    """The entries in their sections; ``later`` names that of what is not due yet."""
    names = ("overdue", "today", later)
    return [
        Section(name=names[rank], entries=list(some)) for rank, some in groupby(found, key=lambda entry: entry.rank)
    ]


def shown(sections: Sequence[Section]) -> list[Entry]:
    """The entries that find room in one text."""
    return list(islice((entry for section in sections for entry in section.entries), LINES))


def lines_of(sections: Sequence[Section], *, office: Office) -> tuple[str, int]:
    """The sections as lines, each with its count, ``LINES`` cases at most; and how many found no room."""
    left, lines = LINES, list[str]()
    for section in sections:
        if section.entries and left > 0:
            name, count = office.say(f"section.{section.name}"), len(section.entries)
            lines.append(office.say("remind.section", name=name, count=count))
            lines += [_line(entry, office=office) for entry in section.entries[:left]]
            left -= count
        else:
            left -= len(section.entries)
    return "\n".join(lines), max(-left, 0)


def _line(entry: Entry, *, office: Office) -> str:
    shorts = entry.shorts
    return office.say(
        "remind.line",
        mark=next((short.mark for short in shorts if short.mark), ""),
        urgent=office.say("card.urgent") if shorts[0].urgent else "",
        whats=office.say("word.comma").join(dict.fromkeys(short.what for short in shorts)),
        which=shorts[0].which,
    )


def openers(sections: Sequence[Section]) -> Buttons:
    """Buttons that open the first cases."""
    first = shown(sections)[:BUTTONS]
    return rows_of([Choice(label=one.case_no, value=f"{STAFF}:card:{one.case_no}:0") for one in first], PER_ROW)


def span_words(first: date, last: date, *, office: Office) -> str:
    """Days from the first to the last, or the one."""
    until = day_words(last, office=office) if last != first else ""
    return office.say("away.span", first=day_words(first, office=office), last=until)
