"""The draft of a warning: from the site's advice, in general words, without names and without small numbers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from cases.advice import closest
from cases.broadcasts import Audience
from cases.model import Case
from cases.signals import CATEGORY, MERCHANT, PROBLEM, PRODUCT, REGION, Signal, shown_count
from handlers.office import Office
from handlers.signal_words import public_count, when_words
from handlers.wording import place_words


@dataclass(frozen=True, kw_only=True)
class Warning:
    """A text and for whom it is; nobody has read it yet."""

    title: str
    body: str
    audience: Audience


def written(signal: Signal, cases: Sequence[Case], *, office: Office) -> Warning:
    """A general tip about what these cases have in common, for who wants such tips and for who complained of it.

    No business is named, and its number is not given for the number of all: who names one has verified the facts.
    """
    category = signal.facets.get(CATEGORY) or _most(case.category for case in cases)
    problem = signal.facets.get(PROBLEM) or _most(case.problem for case in cases)
    advice = closest(office.rulebook.advice, category=category, problem=problem)
    ordinals = office.say("signal.ordinals")
    tips = (office.say("signal.draft_tip", n=n, tip=tip) for n, tip in zip(ordinals, advice.tips, strict=False))
    body = office.say(
        "signal.draft_body",
        when=office.say("signal.recently") if signal.days == 1 else when_words(signal.days, office=office),
        where=_where(signal, office=office),
        subject=advice.subject,
        count=_number(signal, office=office),
        what=advice.what,
        tips="\n".join(tips),
        closing=office.say("signal.draft_closing"),
    )
    title = office.say("signal.draft_title", subject=advice.subject)
    return Warning(title=title, body=body, audience=_audience(signal, category, office=office))


def _most(values: Iterable[str | None]) -> str | None:
    """What most of them are; None when no value is that of more than half."""
    counted = Counter(values)
    found, count = counted.most_common(1)[0] if counted else (None, 0)
    return found if count * 2 > counted.total() else None


def _where(signal: Signal, *, office: Office) -> str:
    """The county, unless so few complained there that the place could point to them."""
    many = shown_count(signal.people, small=office.rulebook.watching.small) is not None
    region = place_words(signal.facets.get(REGION), office=office) if many else ""
    return region or office.say("signal.here")


def _number(signal: Signal, *, office: Office) -> str:
    """How many, where the text speaks of just these; a small number and that of a single business are left out."""
    single = {MERCHANT, PRODUCT} & signal.facets.keys()
    small = shown_count(signal.people, small=office.rulebook.watching.small) is None
    return "" if single or small else public_count(signal.people, office=office)


def _audience(signal: Signal, category: str | None, *, office: Office) -> Audience:
    """Who subscribed to the topic in the county, and who complained of it; a business or product rather than all."""
    topics = tuple(topic.code for topic in office.rulebook.topics if category in topic.categories)
    narrow = MERCHANT in signal.facets or PRODUCT in signal.facets
    return Audience(
        topics=topics,
        region=signal.facets.get(REGION),
        merchant=signal.named if MERCHANT in signal.facets else None,
        product=signal.facets.get(PRODUCT),
        category=None if narrow else signal.facets.get(CATEGORY),
    )
