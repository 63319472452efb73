"""What every use case needs at hand: the rules, the reader of texts, the time, and fresh identifiers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import TYPE_CHECKING

from cases.calendar import WorkCalendar, china_date
from cases.clockwork import Pace
from cases.messages import Wording
from cases.model import Case
from cases.short_texts import short_text
from cases.site import Rulebook

if TYPE_CHECKING:
    from nlp import Reader  # whoever counts days needs no reader

Now = Callable[[], datetime]


@dataclass(frozen=True, kw_only=True)
class Ways:
    """Which channels are more, or less, than a chat.

    ``short``: that of short messages, whose addresses are telephone numbers; the operator vouches for the sender's.
    ``sends``: whether they go out; without a contract they are only written down. ``paged``: those whose texts are only
    read when a page is opened.
    """

    short: str | None = None
    sends: bool = True
    paged: frozenset[str] = frozenset()


class Calendars:
    """Holds the calendar that counts now; another one may take its place while the program runs.

    ``count`` and ``last`` tell how many years had been entered when it was read, and when the last of them.
    """

    def __init__(self, current: WorkCalendar) -> None:
        self.current = current
        self.count = 0
        self.last: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Office:
    """One site at work. ``now`` gives aware instants; ``new_id`` a short identifier that nobody can guess."""

    rulebook: Rulebook
    reader: Reader
    now: Now
    new_id: Callable[[], str]
    public_url: str = ""
    ways: Ways = Ways()

    def say(self, key: str, **facts: object) -> str:
        """A text of the site, with the facts that every text may use."""
        return self.rulebook.texts.render(key, **{**self.common, **facts})

    def short(self, wording: Wording) -> str:
        """A notice as a short message: what people wrote loses its end where it would take three segments."""
        facts = {**self.common, **wording.facts}
        return short_text(self.rulebook.texts, wording.key, facts, how=self.rulebook.samples.how)

    @property
    def calendar(self) -> WorkCalendar:
        """The working days as they are known now: those of the site's files, and what staff have entered since."""
        return self.calendars.current

    @cached_property
    def calendars(self) -> Calendars:
        return Calendars(self.rulebook.calendar)

    def pace(self, case: Case) -> Pace:
        """By what the clocks of a case are read."""
        return Pace(calendar=self.calendar, hours=self.rulebook.site.hours, urgent=case.urgent)

    @cached_property
    def common(self) -> dict[str, str]:
        """The facts that every text may use."""
        site = self.rulebook.site
        return {"signature": site.signature, "site": site.name, "hotline": site.phones.get("complaint", "")}

    def today(self) -> date:
        return china_date(self.now())
