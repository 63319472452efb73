"""Why a date is what it is, in words: the spans of days alike, counted or left out, and what they add up to."""

from __future__ import annotations

from datetime import date
from itertools import groupby

from cases.calendar import china_date
from cases.clocks import Clock, ClockRule
from cases.model import Case
from cases.proofs import Proof, Step, proof_of
from handlers.dates import rule_of
from handlers.office import Office
from handlers.wording import day_words, due_words, instant_words, provisional_words

Spans = tuple[tuple[str, str], ...]


def spans_of(clock: Clock, rule: ClockRule, *, office: Office) -> Spans:
    """Each span of days with why it counted or not, then the sum; of a clock that is paused, since when it is."""
    proof = proof_of(clock, rule, office.calendar)
    if proof is None:
        since = day_words(clock.pauses[-1].start, office=office)
        return ((office.say("page.proof.since", first=since), office.say("page.proof.halted")),)
    if proof.due_at is not None:
        first, last = (instant_words(at, office=office) for at in (clock.started_at, proof.due_at))
        why = office.say(f"page.proof.{rule.unit.value}", length=rule.length + clock.extra)
        return ((office.say("page.proof.span", first=first, last=last), why),)
    found = [_alike(why, [step.day for step in steps], office=office) for why, steps in _groups(proof)]
    return (*found, *_sum(clock, rule, proof, office=office))


def _groups(proof: Proof) -> list[tuple[str, list[Step]]]:
    return [(why, list(steps)) for why, steps in groupby(proof.steps, key=lambda step: step.why)]


def _alike(why: str, days: list[date], *, office: Office) -> tuple[str, str]:
    last = day_words(days[-1], office=office)
    return _span(days[0], days[-1], office=office), office.say(f"page.proof.{why}", days=len(days), last=last)


def _span(first: date, last: date, *, office: Office) -> str:
    """From day to day, saying of the last only what is different."""
    begun = day_words(first, office=office)
    if first == last:
        return begun
    key = "word.day_of_month" if (first.year, first.month) == (last.year, last.month) else "word.day"
    ended = office.say(key, month=last.month, day=last.day) if first.year == last.year else ""
    return office.say("page.proof.span", first=begun, last=ended or day_words(last, office=office))


def _sum(clock: Clock, rule: ClockRule, proof: Proof, *, office: Office) -> Spans:
    if clock.fixed:
        return ()
    count = sum(step.counted for step in proof.steps)
    unit, extra = office.say(f"page.unit.{rule.unit.value}"), clock.extra or ""
    return ((office.say("page.proof.sum"), office.say("page.proof.total", count=count, unit=unit, extra=extra)),)


def proof_text(clock: Clock, case: Case, *, office: Office) -> str:
    """The proof of one clock for a chat; empty when its rule is not in the data any more."""
    rule = rule_of(clock, case, office=office)
    if rule is None:
        return ""
    spans = spans_of(clock, rule, office=office)
    return office.say(
        "proof.paused" if clock.paused else "proof.clock",
        name=rule.name,
        start=day_words(china_date(clock.started_at), office=office),
        due=due_words(clock, office=office),
        basis=rule.basis,
        extension=rule.extension.basis if clock.extensions and rule.extension else "",
        provisional=provisional_words(clock, office=office),
        lines="\n".join(office.say("proof.line", span=span, why=why) for span, why in spans),
    )
