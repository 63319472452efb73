"""What is complained of more than expected: what is looked at, from when on it is told, and what becomes of it."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from cases.calendar import Days
from cases.expecting import Course, Expected, Habit, Past
from cases.similar import people

MERCHANT, PRODUCT, CATEGORY, PROBLEM, REGION = FACETS = ("merchant", "product", "category", "problem", "region")
"""By what complaints are counted, alone or together."""
DAY = timedelta(days=1)
KEY = 24


class SignalState(StrEnum):
    NEW = "new"
    DISMISSED = "dismissed"
    DRAFTED = "drafted"


class Change(StrEnum):
    """What became of the complaints after a warning."""

    WAITING = "waiting"
    TOO_FEW = "too_few"
    FELL = "fell"
    SAME = "same"
    ROSE = "rose"


@dataclass(frozen=True, kw_only=True)
class Watching:
    """The site's rules. ``windows``: over which last days it is counted; ``series``: by which facets, the first ones
    told in preference; ``people``: fewer are never a signal; ``percent``: nor are fewer than so much of what is
    expected; ``one_in``: of so many days, one may bring a false signal in whatever series; ``quiet``: days in which a
    decided signal is not raised again; ``small``: smaller numbers are told to nobody outside; ``effect``: days before
    and after a warning that are compared; ``effect_people``: from so many on; ``shown``: days of the chart."""

    windows: tuple[int, ...]
    series: tuple[tuple[str, ...], ...]
    people: int
    percent: int
    one_in: int
    quiet: int
    small: int
    effect: int
    effect_people: int
    shown: int
    habit: Habit


@dataclass(frozen=True, kw_only=True)
class Brought:
    """One complaint, as far as it is counted. ``chat``, ``telephone`` and ``group`` tell who is the same person, and
    are shown to nobody. ``named`` is the business as it was said."""

    no: str
    day: date
    facets: Mapping[str, str]
    named: str | None = None
    chat: str | None = None
    telephone: str | None = None
    group: str | None = None


@dataclass(frozen=True, kw_only=True)
class Spike:
    """So many ``people`` in the last ``days`` up to ``until``, ``before`` in as many days before these; ``chance``: how
    likely so many or more would be. ``cases``: the numbers, newest first."""

    facets: Mapping[str, str]
    until: date
    days: int
    people: int
    before: int
    expected: Expected
    chance: float
    cases: tuple[str, ...]
    named: str | None = None

    @property
    def since(self) -> date:
        return self.until - (self.days - 1) * DAY


@dataclass(frozen=True, kw_only=True)
class Signal:
    """A spike that is before the office, as it was counted last, and what was decided. ``since``: its first day."""

    id: int
    facets: Mapping[str, str]
    named: str | None
    found_on: date
    until: date
    days: int
    people: int
    before: int
    expected: float
    chance: float
    cases: tuple[str, ...]
    state: SignalState = SignalState.NEW
    broadcast: str | None = None
    decided_by: str | None = None
    decided_at: datetime | None = None
    note: str | None = None

    @property
    def since(self) -> date:
        return self.until - (self.days - 1) * DAY


def key_of(facets: Mapping[str, str]) -> str:
    """A name for what is counted together, of bounded length."""
    text = json.dumps(dict(sorted(facets.items())), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()[:KEY]


def heads(brought: Brought, rules: Watching) -> list[Mapping[str, str]]:
    """The series to which a complaint belongs: those of which it has every facet."""
    return [
        {name: brought.facets[name] for name in names}
        for names in rules.series
        if all(brought.facets.get(name) for name in names)
    ]


def belongs(brought: Brought, facets: Mapping[str, str]) -> bool:
    return all(brought.facets.get(name) == value for name, value in facets.items())


def heads_of(some: Sequence[Brought]) -> int:
    """How many people these are: of one chat, one telephone or one joint complaint, one."""
    known = [one for one in some if one.chat or one.telephone or one.group]
    return people((one.chat, one.telephone, one.group) for one in known) + len(some) - len(known)


def by_day(some: Sequence[Brought]) -> dict[date, int]:
    """How many people on each day."""
    days: dict[date, list[Brought]] = {}
    for one in some:
        days.setdefault(one.day, []).append(one)
    return {day: heads_of(there) for day, there in days.items()}


def within(some: Sequence[Brought], days: Days) -> list[Brought]:
    return [one for one in some if days.first <= one.day <= days.last]


def window(until: date, days: int) -> Days:
    """The last days up to and with ``until``."""
    return Days(first=until - (days - 1) * DAY, last=until)


def many(some: Sequence[Brought], until: date, rules: Watching) -> list[int]:
    """The windows in which there are enough people to look closer."""
    if len(some) < rules.people:
        return []
    found = ((days, heads_of(within(some, window(until, days)))) for days in rules.windows)
    return [days for days, count in found if count >= rules.people]


@dataclass(frozen=True, kw_only=True)
class Series:
    """What has the same facets: ``recent`` complaints, which cover the longest window, and the counts of all days."""

    facets: Mapping[str, str]
    recent: Sequence[Brought]
    course: Course

    def spike(self, past: Past, *, until: date, rules: Watching, looked_at: int) -> Spike | None:
        """The least likely window that is a spike, when ``looked_at`` series are looked at; None when none is."""
        found = (self._in(days, past, until=until, rules=rules) for days in rules.windows)
        most = 1 / (rules.one_in * max(looked_at, 1) * len(rules.windows))
        spikes = [spike for spike in found if spike is not None and spike.chance < most]
        return min(spikes, key=lambda spike: spike.chance, default=None)

    def _in(self, days: int, past: Past, *, until: date, rules: Watching) -> Spike | None:
        span = window(until, days)
        some = within(self.recent, span)
        count = heads_of(some)
        expected = past.before(span.first).expected(span) if count >= rules.people else None
        if expected is None or count * 100 < expected.mean * rules.percent:
            return None
        names = [one.named for one in some if one.named]
        return Spike(
            facets=self.facets,
            until=until,
            days=days,
            people=count,
            before=self.course.total(span.first - days * DAY, span.first - DAY),
            expected=expected,
            chance=expected.chance(count),
            cases=tuple(one.no for one in sorted(some, key=lambda one: (one.day, one.no), reverse=True)),
            named=max(set(names), key=lambda name: (names.count(name), name), default=None),
        )

    def without(self, told: Collection[str]) -> Series:
        """The series without cases that are told of elsewhere."""
        left = [one for one in self.recent if one.no not in told]
        return Series(facets=self.facets, recent=left, course=self.course)


def shown_count(count: int, *, small: int) -> int | None:
    """A number as anybody outside may read it: None when it is so small that it could point to single people."""
    return count if count >= small else None


@dataclass(frozen=True, kw_only=True)
class Effect:
    """What became of the complaints in as many ``days`` before and after a warning. ``course``: how many were to be
    expected after it had the level before stayed; ``chance``: how likely so great a change is by chance alone."""

    change: Change
    days: int
    passed: int
    before: int
    after: int
    course: float
    chance: float = 1.0


def effect(course: Course, past: Past, *, sent: date, today: date, rules: Watching) -> Effect:
    """Compares the days before a warning with those after it, against the rhythm of weekdays and season.

    Given how many there were in all, chance alone would divide them as the rhythm does; a change is told only when
    chance alone divides them so in one of twenty cases at most.
    """
    span = rules.effect
    earlier, later = window(sent - DAY, span), window(sent + span * DAY, span)
    before, passed = course.total(earlier.first, earlier.last), min((today - sent).days - 1, span)
    share = _share(past, earlier, later)
    if passed < span:
        after = course.total(later.first, min(later.last, today))
        return Effect(change=Change.WAITING, days=span, passed=max(passed, 0), before=before, after=after, course=0.0)
    after = course.total(later.first, later.last)
    scatter = past.before(earlier.first).scatter
    fewer, more = _divided(round((before + after) / scatter), round(after / scatter), share)
    change = Change.FELL if fewer < 0.025 else Change.ROSE if more < 0.025 else Change.SAME
    if before + after < rules.effect_people:
        change = Change.TOO_FEW
    usual = before * share / (1 - share)
    chance = min(1.0, 2 * min(fewer, more))
    return Effect(change=change, days=span, passed=span, before=before, after=after, course=usual, chance=chance)


def _share(past: Past, earlier: Days, later: Days) -> float:
    """The part of both spans that would fall into the later one."""
    known = past.before(earlier.first)
    one, other = known.expected(earlier), known.expected(later)
    return other.mean / (one.mean + other.mean) if one and other else 0.5


def _divided(whole: int, part: int, share: float) -> tuple[float, float]:
    """The chances of so few, and of so many, of ``whole`` in a part that has this share."""
    hit, miss = math.log(share), math.log1p(-share)
    ways = (math.lgamma(whole + 1) - math.lgamma(k + 1) - math.lgamma(whole - k + 1) for k in range(whole + 1))
    terms = [math.exp(way + k * hit + (whole - k) * miss) for k, way in enumerate(ways)]
    return sum(terms[: part + 1]), sum(terms[part:])
