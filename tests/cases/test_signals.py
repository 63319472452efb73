"""What is expected of a series of counts, from when on there are too many, and what is told of it outside."""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import date, timedelta

import pytest

from cases.advice import Advice, closest
from cases.calendar import Days
from cases.expecting import Course, Expected, Past, day_class, tail
from cases.signals import Brought, Change, Effect, Series, Spike, effect, heads, heads_of, shown_count, window
from tests.house import rulebook

RULES = rulebook().watching
TODAY = date(2026, 11, 23)
DAY = timedelta(days=1)
LONG = 500
"""Days of a made past: more than a year, so that the season is known."""
Rate = Callable[[date], float]
WEEKDAYS = (1.6, 1.3, 1.1, 1.0, 1.0, 0.5, 0.5)


def drawn(rng: random.Random, mean: float, *, scatter: float = 1.0) -> int:
    """A count of this mean; its variance is ``scatter`` times as much."""
    if scatter > 1:
        mean = rng.gammavariate(mean / (scatter - 1), scatter - 1)
    count, left, stop = 0, rng.random(), math.exp(-mean)
    while left > stop:
        count, left = count + 1, left * rng.random()
    return count


def made(rate: Rate, *, seed: int, days: int = LONG, scatter: float = 1.0, last: date = TODAY) -> Course:
    rng = random.Random(seed)
    spent = [last - n * DAY for n in range(days)]
    return Course(first=spent[-1], counts={day: drawn(rng, rate(day), scatter=scatter) for day in spent})


def more(course: Course, extra: Mapping[date, int]) -> Course:
    return replace(course, counts={**course.counts, **{day: course.total(day, day) + n for day, n in extra.items()}})


def past(course: Course, *, usual: Past | None = None) -> Past:
    kinds = day_class(rulebook().calendar)
    return Past(course=course, until=TODAY, habit=RULES.habit, day_class=kinds, usual=usual)


def expected(course: Course, days: Days) -> Expected:
    found = past(course).before(days.first).expected(days)
    assert found is not None
    return found


def spike(course: Course, *, today: date = TODAY, looked_at: int = 100, usual: Past | None = None) -> Spike | None:
    """What a look on a day finds in a series with these counts."""
    recent = [
        Brought(no=f"{day}-{n}", day=day, facets={"merchant": "m"}, chat=f"{day}-{n}")
        for day in (today - n * DAY for n in range(max(RULES.windows)))
        for n in range(course.total(day, day))
    ]
    series = Series(facets={"merchant": "m"}, recent=recent, course=course)
    known = replace(past(course, usual=usual), until=today)
    return series.spike(known, until=today, rules=RULES, looked_at=looked_at)


def spikes(courses: Iterable[Course], **more: object) -> list[Spike]:
    return [found for course in courses if (found := spike(course, **more))]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("count", "mean", "chance"), [(0, 3, 1.0), (1, 2, 0.8646647), (5, 1, 0.0036598), (10, 4, 0.0081322)]
)
def test_the_tail_of_a_poisson_variable_is_that_of_the_tables(count: int, mean: float, chance: float) -> None:
    assert tail(count, mean=mean, variance=mean) == pytest.approx(chance, rel=1e-4)


def test_the_tail_of_a_negative_binomial_variable_is_the_sum_of_its_terms_and_heavier() -> None:
    mean, variance = 4.0, 8.0  # four misses before the fourth hit, at even chances
    terms = [math.comb(k + 3, k) * 0.5 ** (k + 4) for k in range(12)]
    for count in (1, 4, 5, 12):
        assert tail(count, mean=mean, variance=variance) == pytest.approx(1 - sum(terms[:count]), rel=1e-9)
    assert tail(12, mean=4, variance=8) > 10 * tail(12, mean=4, variance=4)


def test_the_tail_stays_a_chance_far_out_and_with_next_to_nothing_expected() -> None:
    assert 0 < tail(200, mean=1, variance=1) < 1e-300
    assert 0 < tail(5, mean=1e-9, variance=1e-9) < 1e-40
    assert tail(1_000, mean=1_000, variance=5_000) == pytest.approx(0.5, abs=0.05)


def test_a_pattern_of_weekdays_is_expected_and_raises_no_alarm() -> None:
    def rate(day: date) -> float:
        return 6 * WEEKDAYS[day.weekday()]

    course = made(rate, seed=2)
    monday, sunday = (expected(course, Days(first=day, last=day)) for day in (TODAY, TODAY - DAY))
    assert monday.mean == pytest.approx(6 * 1.6, rel=0.2)
    assert monday.mean > 2 * sunday.mean
    assert spikes(made(rate, seed=seed) for seed in range(60)) == []


def test_a_holiday_is_like_a_sunday_and_a_makeup_day_is_none() -> None:
    kinds = day_class(rulebook().calendar)
    assert [kinds(date(2026, 10, day)) for day in (1, 10, 12, 18)] == [6, 0, 0, 6]


def autumn(day: date) -> float:
    """Complaints that treble for three weeks of every November."""
    return 9.0 if date(day.year, 11, 5) <= day <= date(day.year, 11, 26) else 3.0


def test_what_comes_every_year_at_this_time_raises_no_alarm_and_is_one_in_the_first_year() -> None:
    assert spikes(made(autumn, seed=seed) for seed in range(40)) == []
    assert len(spikes(made(autumn, seed=seed, days=300) for seed in range(40))) > 35


def test_the_season_of_all_series_is_believed_for_one_that_is_too_young_to_know_it() -> None:
    usual = past(made(lambda day: 20 * autumn(day), seed=7))
    young = [made(autumn, seed=seed, days=300) for seed in range(30)]
    assert len(spikes(young, usual=usual)) <= 1


@pytest.mark.parametrize(("rate", "extra"), [(0.02, 5), (0.3, 9), (2.0, 18), (10.0, 38)])
def test_a_true_spike_raises_an_alarm_within_a_day(rate: float, extra: int) -> None:
    quiet = [made(lambda _: rate, seed=seed) for seed in range(40)]
    found = spikes(more(course, {TODAY: extra}) for course in quiet)
    assert len(found) >= 36
    assert all(one.until == TODAY and one.people >= extra for one in found)


def test_a_slow_rise_raises_an_alarm_within_the_month() -> None:
    slow = [more(made(lambda _: 0.2, seed=seed), {TODAY - n * DAY: 1 for n in range(30)}) for seed in range(40)]
    found = spikes(slow)
    assert len(found) >= 36
    assert {one.days for one in found} <= {7, 30}


def test_an_earlier_spike_hides_no_later_one_and_is_not_taken_for_usual() -> None:
    earlier = {TODAY - timedelta(days=50 + n): 12 for n in range(4)}
    plain, past_spike = made(lambda _: 0.5, seed=3), more(made(lambda _: 0.5, seed=3), earlier)
    days = window(TODAY, 7)
    assert expected(past_spike, days).mean < 1.5 * expected(plain, days).mean
    found = spikes(more(made(lambda _: 0.5, seed=s), {**earlier, TODAY: 9, TODAY - DAY: 9}) for s in range(30))
    assert len(found) >= 28


@pytest.mark.parametrize(("rate", "scatter"), [(0.05, 1.0), (0.5, 1.0), (0.5, 2.0), (3.0, 1.0), (3.0, 2.0)])
def test_noise_raises_false_alarms_no_more_often_than_the_site_allows(rate: float, scatter: float) -> None:
    """Looked at as single series, each of whose looks may be false once in ``one_in`` of them."""
    looks = 200
    allowed = looks / RULES.one_in
    found = spikes((made(lambda _: rate, seed=seed, scatter=scatter) for seed in range(looks)), looked_at=1)
    assert len(found) <= allowed + 3 * allowed**0.5
    of_many = spikes((made(lambda _: rate, seed=seed, scatter=scatter) for seed in range(looks)), looked_at=looks)
    assert len(of_many) <= 1


def test_too_few_people_are_no_signal_however_unlikely_nor_is_a_little_more_of_much() -> None:
    assert spike(more(made(lambda _: 0.0, seed=1), {TODAY: RULES.people - 1})) is None
    much = {TODAY - n * DAY: 8 for n in range(7)}
    assert spike(more(made(lambda _: 40.0, seed=1), much)) is None


def test_nothing_is_expected_before_four_weeks_have_been_counted() -> None:
    short = made(lambda _: 1.0, seed=1, days=20)
    assert past(short).expected(window(TODAY, 1)) is None
    assert spike(more(short, {TODAY: 50})) is None


def brought(no: str, **more: object) -> Brought:
    return Brought(**{"no": no, "day": TODAY, "facets": {}, **more})  # type: ignore[arg-type]


def test_one_chat_one_telephone_and_one_joint_complaint_are_one_person() -> None:
    same = [brought("1", chat="a"), brought("2", chat="a", telephone="t"), brought("3", chat="b", telephone="t")]
    joint = [brought("4", chat="c", group="4"), brought("5", chat="d", group="4")]
    nobody = [brought("6"), brought("7")]
    assert heads_of([*same, *joint, *nobody]) == 1 + 1 + 2


def test_a_complaint_is_counted_in_each_series_of_which_it_has_every_facet() -> None:
    whole = brought("1", facets={"merchant": "m", "category": "c", "problem": "p", "region": "r"})
    assert heads(whole, RULES) == [
        {"merchant": "m"},
        {"region": "r", "category": "c", "problem": "p"},
        {"category": "c", "problem": "p"},
        {"region": "r"},
    ]
    assert heads(brought("2", facets={"category": "c"}), RULES) == []


@pytest.mark.parametrize(("count", "shown"), [(0, None), (4, None), (5, 5), (12, 12)])
def test_a_small_number_is_told_to_nobody_outside(count: int, shown: int | None) -> None:
    assert shown_count(count, small=5) == shown


SENT = TODAY - timedelta(days=31)


def after_warning(before: float, later: float, *, seed: int = 1, today: date = TODAY) -> Effect:
    course = made(lambda day: before if day <= SENT else later, seed=seed, days=200)
    return effect(course, past(course), sent=SENT, today=today, rules=RULES)


def test_after_thirty_days_it_is_said_whether_complaints_fell() -> None:
    assert after_warning(4, 1).change is Change.FELL
    assert after_warning(2, 5).change is Change.ROSE
    assert after_warning(0.2, 0.1).change is Change.TOO_FEW
    early = after_warning(4, 1, today=SENT + timedelta(days=10))
    assert (early.change, early.passed) == (Change.WAITING, 9)


def test_no_change_is_called_one_more_often_than_in_one_of_twenty() -> None:
    found = [after_warning(3, 3, seed=seed).change for seed in range(200)]
    assert found.count(Change.SAME) >= 200 * 0.93


def test_the_closest_advice_is_chosen_and_there_is_always_one() -> None:
    book = rulebook()
    for category in (None, *book.labels["category"]):
        for problem in (None, *book.labels["problem"]):
            assert 4 <= len(closest(book.advice, category=category, problem=problem).tips) <= 6
    some = [
        Advice(subject="p", what="", tips=(), problems=("质量",)),
        Advice(subject="c", what="", tips=(), categories=("食品",)),
        Advice(subject="all", what="", tips=()),
        Advice(subject="both", what="", tips=(), categories=("食品",), problems=("质量",)),
    ]
    chosen = [("食品", "质量"), ("食品", "价格"), ("停车", "质量"), ("停车", "价格"), (None, None), ("食品", None)]
    assert [closest(some, category=c, problem=p).subject for c, p in chosen] == ["both", "c", "p", "all", "all", "c"]
