"""How many are to be expected on some days, from what was counted before, and how unlikely more than that is.

Simplified from Farrington et al., "A statistical algorithm for the early detection of outbreaks of infectious disease",
J. R. Statist. Soc. A 159 (1996), and Noufaily et al., "An improved algorithm for outbreak detection in multiple
surveillance systems", Statist. Med. 32 (2013): past weeks with a spike of their own weigh little, counts may scatter
more than chance alone lets them, and what is not known exactly about the past makes the future less certain. In the
place of a regression stand weighted means: of recent weeks, of weekdays, and of the same days of the year before.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from functools import cached_property
from statistics import median

from cases.calendar import WEEK, DayKind, Days, WorkCalendar

YEAR = timedelta(days=52 * WEEK)
"""The same weekday of a year ago."""
DAY = timedelta(days=1)
SUNDAY, MONDAY = 6, 0
ODD = 2.58
"""A past week so many standard deviations above its mean weighs little (Farrington 1996, 3.6; Noufaily 2013)."""
MEDIAN_OF_SQUARES = 0.455
"""The median of the square of a standard normal variable."""
UNSEEN = 0.5
"""Added to what was counted: what never happened is not impossible."""
LEVEL_WEEKS = 4
"""Weeks that are needed at least to say what is usual."""
SMALL = 1e-12
TERMS = 10_000

DayClass = Callable[[date], int]
"""A day as one of seven: 0 is like a Monday, 6 like a Sunday."""


@dataclass(frozen=True, kw_only=True)
class Habit:
    """How the past is weighed. ``weeks``: how far back the level is looked for; ``half_life``: weeks after which a week
    weighs half; ``weekday_prior`` and ``season_prior``: so many cases count like the rhythm of all series together;
    ``pad``: days on both sides of the same days of the year before; ``season_most``: that year tells of so many times
    as many at most."""

    weeks: int
    half_life: int
    weekday_prior: int
    season_prior: int
    pad: int
    season_most: int

    @property
    def back(self) -> timedelta:
        """How far back counts are of any use."""
        return YEAR + timedelta(weeks=self.weeks, days=self.pad)


@dataclass(frozen=True, kw_only=True)
class Course:
    """Counts by day from ``first`` on; a later day that is not named has none."""

    first: date
    counts: Mapping[date, int]

    def total(self, first: date, last: date) -> int:
        """How many there were on these days, both included."""
        return sum(self.counts.get(first + n * DAY, 0) for n in range((last - first).days + 1))


@dataclass(frozen=True, kw_only=True)
class Expected:
    """A mean and its variance, which is never less than the mean."""

    mean: float
    variance: float

    def chance(self, count: int) -> float:
        """How likely so many or more are."""
        return tail(count, mean=self.mean, variance=self.variance)


@dataclass(frozen=True, kw_only=True)
class _Level:
    """What is usual in a week. ``scatter``: its variance by its mean; ``known``: how many whole weeks it stands for."""

    mean: float
    scatter: float
    known: float
    weights: tuple[float, ...]


@dataclass(frozen=True, kw_only=True)
class Past:
    """What was counted before ``until``, and how it is read. ``usual``: the past of all series together, whose rhythm
    is believed where this one tells little."""

    course: Course
    until: date
    habit: Habit
    day_class: DayClass
    usual: Past | None = None
    _earlier: dict[date, Past] = field(default_factory=dict, repr=False, compare=False)

    def expected(self, days: Days) -> Expected | None:
        """How many are to be expected on these days; None when too little was counted before to say."""
        level = self._level
        if level is None:
            return None
        weekly, scatter = level.mean, level.scatter
        share = self._share(days.first, days.last)
        season, doubt = self._season(days)
        mean = weekly * share * season
        from_level = (share * season) ** 2 * scatter * weekly / level.known
        return Expected(mean=mean, variance=scatter * mean + from_level + mean**2 * doubt)

    def before(self, until: date) -> Past:
        """The past as it was known on an earlier day."""
        if until not in self._earlier:
            usual = self.usual.before(until) if self.usual else None
            self._earlier[until] = replace(self, until=until, usual=usual, _earlier={})
        return self._earlier[until]

    @property
    def scatter(self) -> float:
        """The variance of a week by its mean; 1 for what comes by chance alone."""
        return self._level.scatter if self._level else 1.0

    @cached_property
    def _weeks(self) -> list[int]:
        """Counts of whole weeks, the last one first."""
        there = min((self.until - self.course.first).days // WEEK, self.habit.weeks)
        ends = (self.until - timedelta(weeks=n) for n in range(there))
        return [self.course.total(end - WEEK * DAY, end - DAY) for end in ends]

    @cached_property
    def _level(self) -> _Level | None:
        if len(self._weeks) < LEVEL_WEEKS:
            return None
        odd = _oddness(self._weeks)
        age = [0.5 ** (n / self.habit.half_life) for n in range(len(self._weeks))]
        weights = [weight / by**2 for weight, by in zip(age, odd, strict=True)]
        known = sum(weights) ** 2 / sum(w * w for w in weights)
        plain = _mean(self._weeks, weights)
        mean = plain + UNSEEN / known
        # An odd week would make everything look possible: of how weeks scatter it says next to nothing.
        even = [weight / by**2 for weight, by in zip(weights, odd, strict=True)]
        squares = _mean([(y - plain) ** 2 for y in self._weeks], even)
        scatter = max(1.0, squares / mean * known / max(known - 1, 1))
        return _Level(mean=mean, scatter=scatter, known=known, weights=tuple(weights))

    @cached_property
    def weekdays(self) -> tuple[float, ...]:
        """How much of a usual day each class of days is; 1 on average."""
        prior = self.usual.weekdays if self.usual else (1.0,) * WEEK
        counted, there = [0.0] * WEEK, [0.0] * WEEK
        weights = self._level.weights if self._level else ()
        tops = max(weights, default=1.0)
        for n, weight in enumerate(weights):
            for back in range(1, WEEK + 1):
                day = self.until - timedelta(weeks=n, days=back)
                kind = self.day_class(day)
                counted[kind] += weight / tops * self.course.counts.get(day, 0)
                there[kind] += weight / tops
        usual = sum(counted) / sum(there) if weights else 0.0
        k = self.habit.weekday_prior
        factors = [(counted[d] + k * prior[d]) / (there[d] * usual + k) for d in range(WEEK)]
        return tuple(factor * WEEK / sum(factors) for factor in factors)

    def _share(self, first: date, last: date) -> float:
        """So many usual weeks these days are."""
        days = (first + n * DAY for n in range((last - first).days + 1))
        return sum(self.weekdays[self.day_class(day)] for day in days) / WEEK

    def _season(self, days: Days) -> tuple[float, float]:
        """How much more than usual there is at this time of the year, and the doubt (relative variance) in that."""
        prior, doubt = self.usual._season(days) if self.usual else (1.0, 0.0)
        pad = timedelta(days=self.habit.pad)
        first, last = days.first - YEAR - pad, days.last - YEAR + pad
        before = self.before(min(self.until - YEAR, first))
        if before._level is None:
            return prior, doubt
        counted, k = self.course.total(first, last), self.habit.season_prior
        usual = before._level.mean * before._share(first, last)
        factor = (counted + k * prior) / (usual + k)
        own = before._level.scatter * counted / (counted + k * prior) ** 2
        most = float(self.habit.season_most)
        return min(max(factor, 1 / most), most), doubt * (k / (usual + k)) ** 2 + own


def _mean(values: Sequence[float], weights: Sequence[float]) -> float:
    return sum(w * y for w, y in zip(weights, values, strict=True)) / sum(weights)


def _oddness(counts: Sequence[int]) -> list[float]:
    """How far above the others each week lies; 1 for what chance explains. An earlier spike is not what is usual."""
    centre = max(float(median(counts)), 1.0)
    scatter = max(1.0, median((y - centre) ** 2 / centre for y in counts) / MEDIAN_OF_SQUARES)
    return [max(1.0, _residual(y, centre, scatter) / ODD) for y in counts]


def _residual(count: float, mean: float, scatter: float) -> float:
    """How many standard deviations a count lies above its mean (Anscombe); below it, zero."""
    if count <= mean:
        return 0.0
    return float(1.5 * (count ** (2 / 3) * mean ** (-1 / 6) - mean**0.5) / scatter**0.5)


def tail(count: int, *, mean: float, variance: float) -> float:
    """The chance of ``count`` or more: of a Poisson variable, or of a negative binomial one that scatters more."""
    if count <= 0:
        return 1.0
    mean = max(mean, SMALL)
    log = _poisson(mean) if variance <= mean * (1 + 1e-9) else _negative_binomial(mean, variance)
    if count <= mean:
        return max(0.0, 1.0 - sum(math.exp(log(k)) for k in range(count)))
    whole = 0.0
    for k in range(count, count + TERMS):
        term = math.exp(log(k))
        whole += term
        if term < whole * SMALL:
            break
    return min(max(whole, sys.float_info.min), 1.0)


def _poisson(mean: float) -> Callable[[int], float]:
    return lambda k: k * math.log(mean) - mean - math.lgamma(k + 1)


def _negative_binomial(mean: float, variance: float) -> Callable[[int], float]:
    size = mean**2 / (variance - mean)
    hit = mean / variance
    fixed = size * math.log(hit) - math.lgamma(size)
    return lambda k: fixed + math.lgamma(k + size) - math.lgamma(k + 1) + k * math.log1p(-hit)


def day_class(calendar: WorkCalendar) -> DayClass:
    """Days by the calendar: a holiday is like a Sunday, a makeup day like a Monday, any other as it is called."""

    def of(day: date) -> int:
        kind = calendar.kind(day)
        if kind is DayKind.HOLIDAY:
            return SUNDAY
        return MONDAY if kind is DayKind.MAKEUP else day.weekday()

    return of
