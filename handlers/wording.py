"""Turns values into the words that texts use: dates, sums, names of places, offices and states."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal

from cases.calendar import CHINA
from cases.clocks import Clock
from cases.intake import Slot
from cases.model import Case
from cases.rulebook_calendars import spans_of
from handlers.office import Office

NAME_SHOWN = 1
PHONE_HEAD, PHONE_TAIL = 3, 4


def day_words(day: date, *, office: Office) -> str:
    """A date as people write it; the year only when it is another one than today's."""
    key = "word.day" if day.year == office.today().year else "word.day_with_year"
    return office.say(key, year=day.year, month=day.month, day=day.day)


def instant_words(instant: datetime, *, office: Office) -> str:
    here = instant.astimezone(CHINA)
    return f"{day_words(here.date(), office=office)} {here:%H:%M}"


def due_words(clock: Clock, *, office: Office) -> str:
    """When a clock is due: the day, or the instant of a limit in hours."""
    return instant_words(clock.due_at, office=office) if clock.due_at else day_words(clock.due_on, office=office)


def is_provisional(clock: Clock) -> bool:
    """Whether there is a date that may change when a calendar is published; one that the office set never does."""
    return clock.provisional and not (clock.fixed or clock.paused)


def provisional_words(clock: Clock, *, office: Office) -> str:
    """The mark behind a date that may still change; empty for others."""
    return office.say("card.provisional") if is_provisional(clock) else ""


def sum_words(amount: Decimal, *, office: Office) -> str:
    plain = format(amount.normalize(), "f")
    return office.say("word.sum", amount=plain)


def list_words(items: tuple[str, ...], *, office: Office) -> str:
    return office.say("word.comma").join(items)


def place_words(code: str | None, *, office: Office) -> str:
    """The name of a division; its code when no name is known, nothing when there is no code."""
    if not code:
        return ""
    known = next((place.name for place in office.rulebook.places if place.code == code), None)
    return known or office.reader.place_name(code) or code


def bureau_words(code: str | None, *, office: Office) -> str:
    bureau = office.rulebook.directory.get(code) or office.rulebook.directory.get(office.rulebook.site.desk)
    return bureau.name if bureau else ""


def bureau_short(code: str | None, *, office: Office) -> str:
    bureau = office.rulebook.directory.get(code) or office.rulebook.directory.get(office.rulebook.site.desk)
    return bureau.short if bureau else ""


def bureau_phone(code: str | None, *, office: Office) -> str:
    """The bureau's own number when it is known, else the complaint line."""
    bureau = office.rulebook.directory.get(code)
    return (bureau.phone if bureau else None) or office.rulebook.site.phones.get("complaint", "")


def status_words(case: Case, *, office: Office) -> str:
    return office.say(f"status.{case.status.value}")


def kind_words(case: Case, *, office: Office) -> str:
    return office.say(f"kind.{case.kind.value}")


def clock_words(clock: Clock, *, office: Office, received_on: date) -> str:
    """The name of a clock's time limit."""
    return office.rulebook.clock(clock.rule, received_on).name


def subject_words(case: Case, *, office: Office) -> str:
    """What the case is about in a few neutral words: never the merchant, never what an informant told."""
    plain = office.rulebook.plain
    label = case.product or plain.get(case.category or "", "")
    trouble = plain.get(case.problem or "", "")
    return office.say("word.subject", label=label, trouble=trouble)


def masked_name(name: str) -> str:
    return name[:NAME_SHOWN] + "*" * max(len(name) - NAME_SHOWN, 1)


def masked_phone(phone: str) -> str:
    if len(phone) < PHONE_HEAD + PHONE_TAIL:
        return "*" * len(phone)
    return phone[:PHONE_HEAD] + "*" * (len(phone) - PHONE_HEAD - PHONE_TAIL) + phone[-PHONE_TAIL:]


def slot_words(slot: Slot, *, office: Office) -> str:
    return office.say(f"slot.{slot.value}")


def days_words(days: Iterable[date], *, office: Office) -> str:
    """Days as people write them, those next to each other as a span; without the year."""
    found = []
    for first, last in spans_of(days):
        words = office.say("word.day", month=first.month, day=first.day)
        key = "word.day_of_month" if first.month == last.month else "word.day"
        ended = office.say(key, month=last.month, day=last.day)
        found.append(words if first == last else office.say("word.span", first=words, last=ended))
    return list_words(tuple(found), office=office)
