"""A site's rules as values: who runs it, its offices, its time limits, its texts."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import cached_property

from cases.advice import Advice
from cases.broadcasts import Broadcasting, Topic
from cases.calendar import WorkCalendar
from cases.clocks import ClockRule, OfficeHours
from cases.events import EventName
from cases.indicators import Indicator
from cases.model import Case, Kind
from cases.notices import NoticeRule
from cases.routing import Directory
from cases.routing_rules import Matter, Routing
from cases.samples import Samples
from cases.short_messages import SmsTemplate
from cases.signals import Watching
from cases.similar import Likeness
from cases.subscriptions import Subscribing
from cases.texts import Texts


@dataclass(frozen=True, kw_only=True)
class Department:
    """Another office a matter can belong to: its full name, and its public line when a source is known.

    ``finer``: offices under the same label that have some of its matters, each by its ``when``.
    """

    label: str
    name: str
    hotline: str | None = None
    first_step: str | None = None
    at_once: bool = False
    when: Mapping[str, frozenset[str]] = field(default_factory=dict)
    finer: tuple[Department, ...] = ()

    def of(self, matter: Matter) -> Department:
        """The office that has this matter: the first finer one that fits, else this one."""
        fits = (one for one in self.finer if all(matter.value(key) in values for key, values in one.when.items()))
        return next(fits, self)


@dataclass(frozen=True, kw_only=True)
class Ground:
    """A ground of refusal (Art. 16) or of ending mediation (Art. 23): wording of the law and a short plain form."""

    code: str
    text: str
    short: str


@dataclass(frozen=True, kw_only=True)
class Reward:
    """A level of reward for a tip-off: a share of what the business paid, in whole yuan at least and at most."""

    code: str
    short: str
    percent: int
    least: int
    most: int

    def of(self, paid: Decimal) -> Decimal:
        """The reward in yuan for a fine and forfeiture of ``paid`` yuan."""
        share = (paid * self.percent / 100).quantize(Decimal("0.01"))
        return min(max(share, Decimal(self.least)), Decimal(self.most))


@dataclass(frozen=True, kw_only=True)
class Grounds:
    """What an office may choose among: to refuse (Art. 16), to end a mediation (Art. 23), to tell a result (Art. 36),
    to suspend an investigation, to answer a suggestion, to reward an informant."""

    decline: tuple[Ground, ...]
    terminate: tuple[Ground, ...]
    tell: tuple[Ground, ...]
    suspend: tuple[Ground, ...]
    adoption: tuple[Ground, ...]
    rewards: tuple[Reward, ...]

    def find(self, code: str) -> Ground | None:
        lists = (self.decline, self.terminate, self.tell, self.suspend, self.adoption)
        return next((ground for found in lists for ground in found if ground.code == code), None)

    def reward(self, code: str) -> Reward | None:
        return next((reward for reward in self.rewards if reward.code == code), None)


@dataclass(frozen=True, kw_only=True)
class Sample:
    """Which share of the closed cases of some matters is called back, in percent."""

    when: Mapping[str, frozenset[str]]
    percent: int

    def fits(self, case: Case) -> bool:
        return all(case.trait(key) in values for key, values in self.when.items())


@dataclass(frozen=True, kw_only=True)
class PlaceName:
    """A division or a colloquial place of the site."""

    code: str
    name: str
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Promise:
    """What the site has bound itself to beyond the law, in the words of a document quoted in ``source``.

    ``hours`` or ``minutes``: from receipt until it is done; ``percent``: a share to reach; ``least``: how many a year;
    ``first``: categories that come before the rest; ``when``: the matters it is for, every matter when empty.
    What the document leaves open is None.
    """

    code: str
    text: str
    source: str
    basis: str = ""
    hours: int | None = None
    minutes: int | None = None
    percent: int | None = None
    least: int | None = None
    first: tuple[str, ...] = ()
    when: Mapping[str, frozenset[str]] = field(default_factory=dict)

    @property
    def rate(self) -> float | None:
        """The share between 0 and 1."""
        return None if self.percent is None else self.percent / 100

    def fits(self, matter: Matter) -> bool:
        return all(matter.value(key) in values for key, values in self.when.items())


@dataclass(frozen=True, kw_only=True)
class Routine:
    """What the office does in some months by itself: on the first working day from ``day`` on (the last of a shorter
    month), ``to`` is reminded once, in the words of ``text``."""

    code: str
    text: str
    months: tuple[int, ...]
    day: int
    to: str

    def last_due(self, today: date, calendar: WorkCalendar) -> date:
        """The latest day on which it was owed, not after ``today``."""
        days = (self._day(year, month) for year in (today.year - 1, today.year) for month in self.months)
        return max(due for day in days if (due := calendar.roll_forward(day)) <= today)

    def _day(self, year: int, month: int) -> date:
        return date(year, month, min(self.day, monthrange(year, month)[1]))


@dataclass(frozen=True, kw_only=True)
class Figure:
    """A number that the site has published: ``value`` in ``unit``, for ``period``, quoted in ``source``."""

    code: str
    value: int
    unit: str
    period: str
    source: str


@dataclass(frozen=True, kw_only=True)
class Site:
    """Who runs this and when. ``ours`` is the department label whose bureaus the site holds.

    ``unread_minutes``: how long a notice may stand unseen on a page before it is sent by short message as well.
    """

    name: str
    short_name: str
    signature: str
    region: str
    desk: str
    number_prefix: str
    ours: str
    hours: OfficeHours
    phones: Mapping[str, str]
    privacy: Mapping[str, str]
    draft_days: int
    website: str | None = None
    promises: tuple[Promise, ...] = ()
    figures: tuple[Figure, ...] = ()
    routines: tuple[Routine, ...] = ()
    notices_on: frozenset[str] = frozenset()
    notices_off: frozenset[str] = frozenset()
    samples: tuple[Sample, ...] = ()
    unread_minutes: int = 120

    def called_back(self, case: Case) -> int:
        """The chance in percent that this closed case is called back: of the first row that fits."""
        return next((sample.percent for sample in self.samples if sample.fits(case)), 0)

    def promise(self, code: str) -> Promise | None:
        """The promise of this name, when the site has made it."""
        return next((promise for promise in self.promises if promise.code == code), None)


@dataclass(frozen=True, kw_only=True)
class Rulebook:
    """Everything that the business changes, checked. ``objects``: what each category is about (goods, service …).

    ``notices`` are those that the site sends, ``offered`` all that it could.
    """

    site: Site
    labels: Mapping[str, tuple[str, ...]]
    plain: Mapping[str, str]
    objects: Mapping[str, str]
    calendar: WorkCalendar
    clocks: tuple[ClockRule, ...]
    notices: tuple[NoticeRule, ...]
    offered: tuple[NoticeRule, ...]
    texts: Texts
    samples: Samples
    routing: Routing
    directory: Directory
    departments: Mapping[str, Department]
    grounds: Grounds
    places: tuple[PlaceName, ...]
    likeness: Likeness
    commands: Mapping[str, str]
    broadcasting: Broadcasting
    topics: tuple[Topic, ...]
    watching: Watching
    indicators: tuple[Indicator, ...]
    advice: tuple[Advice, ...]
    sms: Mapping[tuple[str, str], SmsTemplate] = field(default_factory=dict)
    """What operators of short messages have approved, by operator and key of the text."""
    subscribing: Subscribing

    def clock(self, code: str, received_on: date) -> ClockRule:
        """The rule ``code`` that was in force on the day of receipt; LookupError when there was none."""
        for rule in self.clocks:
            if rule.code == code and rule.covers(received_on):
                return rule
        raise LookupError(code)

    def clocks_started_by(self, event: EventName, *, kind: Kind, received_on: date) -> tuple[ClockRule, ...]:
        return tuple(r for r in self.clocks if event in r.started_by and kind in r.kinds and r.covers(received_on))

    def clocks_moved_by(self, event: EventName, case: Case) -> tuple[ClockRule, ...]:
        """The case's time limits that the event starts, stops, pauses, resumes or extends."""
        return tuple(rule for rule in self._moved_by.get(event, ()) if rule.fits(case))

    def hurried(self, case: Case) -> bool:
        """Whether the site has bound itself to respond to this case at once, whatever was said of danger."""
        started = self._moved_by[EventName.RECEIVED]
        fast = (rule for rule in started if rule.unit.span and EventName.RESPONDED in rule.stopped_by)
        return any(rule.fits(case) for rule in fast)

    @cached_property
    def _moved_by(self) -> Mapping[EventName, tuple[ClockRule, ...]]:
        return {event: tuple(rule for rule in self.clocks if event in rule.events) for event in EventName}

    def ground(self, code: str) -> Ground | None:
        return self.grounds.find(code)
