"""A signal in words, for staff and, without small numbers and names, for everybody."""

from __future__ import annotations

import math
from collections.abc import Mapping

from cases.signals import MERCHANT, REGION, Effect, Signal, Spike, shown_count
from handlers.office import Office
from handlers.wording import day_words, list_words, place_words

NEVER = 1_000_000
"""What happens more rarely than this is said not to happen."""
TEN_THOUSAND = 10_000


def public_count(count: int, *, office: Office) -> str:
    """A number as anybody outside may read it: a small one could point to single people, and is only called small."""
    small = office.rulebook.watching.small
    shown = shown_count(count, small=small)
    return office.say("signal.fewer_than", small=small) if shown is None else office.say("signal.count", count=shown)


def what_words(facets: Mapping[str, str], named: str | None, *, office: Office) -> str:
    """What is counted together, for staff."""
    values = {**facets, **({MERCHANT: named} if named and MERCHANT in facets else {})}
    if REGION in values:
        values = {REGION: place_words(values.pop(REGION), office=office), **values}
    return "".join(office.say(f"signal.of_{name}", value=value) for name, value in values.items())


def series_words(facets: Mapping[str, str], *, office: Office) -> str:
    return list_words(tuple(office.say(f"signal.series_{name}") for name in facets), office=office)


def when_words(days: int, *, office: Office) -> str:
    return office.say("signal.today") if days == 1 else office.say("signal.days", days=days)


def expected_words(expected: float, *, office: Office) -> str:
    """So many as are usual, in whole ones."""
    return office.say("signal.below_one") if expected < 1 else str(round(expected))


def rare_words(chance: float, *, office: Office) -> str:
    """How unlikely it is, as once in so many times, with two digits."""
    times = 1 / chance if chance > 0 else math.inf
    if times >= NEVER:
        return office.say("signal.rare_much")
    step = 10 ** max(math.floor(math.log10(times)) - 1, 0)
    whole = math.floor(times / step) * step
    count = office.say("signal.ten_thousands", count=whole // TEN_THOUSAND) if whole >= TEN_THOUSAND else str(whole)
    return office.say("signal.rare", count=count)


def change_words(signal: Signal | Spike, *, office: Office) -> str:
    """Against as many days before."""
    more = signal.people - signal.before
    key = "none" if more == 0 else "more" if more > 0 else "fewer"
    return office.say(f"signal.change_{key}", count=abs(more))


def ping_text(signal: Signal, *, office: Office) -> str:
    """What the office is told of a new signal."""
    return office.say(
        "signal.ping",
        when=when_words(signal.days, office=office),
        what=what_words(signal.facets, signal.named, office=office),
        people=signal.people,
        expected=expected_words(signal.expected, office=office),
        days=signal.days,
        change=change_words(signal, office=office),
        link=f"{office.public_url}/desk/signals/{signal.id}" if office.public_url else "",
    )


def effect_words(effect: Effect, *, office: Office) -> str:
    """Whether complaints fell after a warning, and how sure that is."""
    return office.say(
        f"signal.effect_{effect.change.value}",
        days=effect.days,
        passed=effect.passed,
        before=effect.before,
        after=effect.after,
        course=round(effect.course),
    )


def spike_line(spike: Spike, *, office: Office) -> str:
    """A spike in a line."""
    return office.say(
        "signal.line",
        when=when_words(spike.days, office=office),
        what=what_words(spike.facets, spike.named, office=office),
        people=spike.people,
        expected=expected_words(spike.expected.mean, office=office),
        rare=rare_words(spike.chance, office=office),
        since=day_words(spike.since, office=office),
    )
