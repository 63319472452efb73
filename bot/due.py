"""The proof of a date for the terminal and for other programs: ``main.py due``."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from cases.calendar import china_date
from cases.clocks import ClockRule, Pause
from cases.errors import CaseError, LianxinError
from cases.proofs import Proof, prove
from cases.site import Rulebook


@dataclass(frozen=True, kw_only=True)
class Question:
    """Which limit, from when, and what is left out of it."""

    rule: str
    start: datetime
    pauses: Sequence[Pause] = ()
    extended: bool = False


def answer(asked: Question, rulebook: Rulebook, *, as_json: bool) -> str:
    """The due date with each day counted or skipped and why.

    Raises LianxinError when no such limit was in force then, or when it can be neither paused nor extended.
    """
    say = rulebook.texts.render
    start = china_date(asked.start)
    try:
        rule = rulebook.clock(asked.rule, start)
    except LookupError:
        raise LianxinError(say("due.no_rule", from_day=start, rule=asked.rule)) from None
    try:
        proof = prove(rule, asked.start, rulebook.calendar, pauses=asked.pauses, extended=asked.extended)
    except CaseError as error:
        raise LianxinError(say(f"error.{error.key}", **error.facts)) from None
    return _json(asked, rule, proof) if as_json else "\n".join(_lines(asked, rule, proof, rulebook=rulebook))


def _json(asked: Question, rule: ClockRule, proof: Proof) -> str:
    steps = [{"date": step.day.isoformat(), "counted": step.counted, "why": step.why} for step in proof.steps]
    values = {
        "rule": rule.code,
        "basis": rule.basis,
        "from": asked.start.isoformat(),
        "due_on": proof.due_on.isoformat(),
        "extended": asked.extended,
        "provisional": proof.provisional,
        "steps": steps,
    }
    return json.dumps(values, ensure_ascii=False)


def _lines(asked: Question, rule: ClockRule, proof: Proof, *, rulebook: Rulebook) -> Iterator[str]:
    say, weekdays = rulebook.texts.render, rulebook.texts.template("due.weekdays")
    extension = rule.extension.basis if asked.extended and rule.extension else ""
    yield say(
        "due.head",
        name=rule.name,
        from_day=proof.steps[0].day,
        due=proof.due_on,
        basis=say("due.extended", basis=rule.basis, extension=extension) if extension else rule.basis,
        provisional=_provisional(proof, rulebook=rulebook),
    )
    count = 0
    for step in proof.steps:
        count += step.counted
        mark = say("due.counted", n=count) if step.counted else say("due.skipped")
        why = say(f"due.{step.why}")
        yield say("due.line", day=step.day, weekday=weekdays[step.day.weekday()], mark=mark, why=why)


def _provisional(proof: Proof, *, rulebook: Rulebook) -> str:
    if not proof.provisional:
        return ""
    years = {step.day.year for step in proof.steps if not rulebook.calendar.published(step.day.year)}
    return rulebook.texts.render("due.provisional", years=", ".join(map(str, sorted(years))))
