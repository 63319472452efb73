"""The proof of a date for the terminal and for other programs: ``main.py due``."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from cases.calendar import CHINA, WorkCalendar, china_date
from cases.clocks import Clock, ClockRule, Pause
from cases.errors import CaseError, LianxinError
from cases.model import Case
from cases.proofs import Proof, proof_of, prove
from cases.site import Rulebook
from cases.texts import Texts
from handlers.dates import rule_of
from handlers.office import Office
from handlers.wording import is_provisional, provisional_words


@dataclass(frozen=True, kw_only=True)
class Question:
    """Which limit, from when, and what is left out of it."""

    rule: str
    start: datetime
    pauses: Sequence[Pause] = ()
    extended: bool = False


def answer(asked: Question, rulebook: Rulebook, calendar: WorkCalendar, *, as_json: bool) -> str:
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
        proof = prove(rule, asked.start, calendar, pauses=asked.pauses, extended=asked.extended)
    except CaseError as error:
        raise LianxinError(say(f"error.{error.key}", **error.facts)) from None
    if as_json:
        return json.dumps(_values(asked, rule, proof), ensure_ascii=False)
    extension = rule.extension.basis if asked.extended and rule.extension else ""
    return "\n".join(
        [
            say(
                "due.head",
                name=rule.name,
                from_day=_moment(asked.start) if proof.due_at else start,
                due=_moment(proof.due_at) if proof.due_at else proof.due_on,
                basis=say("due.extended", basis=rule.basis, extension=extension) if extension else rule.basis,
                provisional=_unpublished(proof, calendar, texts=rulebook.texts) if proof.provisional else "",
            ),
            *_days(proof, texts=rulebook.texts),
        ]
    )


def _values(asked: Question, rule: ClockRule, proof: Proof) -> dict[str, Any]:
    return {
        "rule": rule.code,
        "basis": rule.basis,
        "from": asked.start.isoformat(),
        "due_on": proof.due_on.isoformat(),
        **_instant(proof.due_at),
        "extended": asked.extended,
        "provisional": proof.provisional,
        "steps": _steps(proof),
    }


def _instant(due_at: datetime | None) -> dict[str, str]:
    return {"due_at": due_at.astimezone(CHINA).isoformat()} if due_at else {}


def _steps(proof: Proof) -> list[dict[str, Any]]:
    return [{"date": step.day.isoformat(), "counted": step.counted, "why": step.why} for step in proof.steps]


def _moment(instant: datetime) -> str:
    return f"{instant.astimezone(CHINA):%Y-%m-%d %H:%M}"


def _days(proof: Proof, *, texts: Texts) -> Iterator[str]:
    """One line a day: the how many-th it is, or that it does not count, and why."""
    weekdays, count = texts.template("due.weekdays"), 0
    for step in proof.steps:
        count += step.counted
        mark = texts.render("due.counted", n=count) if step.counted else texts.render("due.skipped")
        why = texts.render(f"due.{step.why}")
        yield texts.render("due.line", day=step.day, weekday=weekdays[step.day.weekday()], mark=mark, why=why)


def _unpublished(proof: Proof, calendar: WorkCalendar, *, texts: Texts) -> str:
    years = {step.day.year for step in proof.steps if not calendar.published(step.day.year)}
    return texts.render("due.provisional", years=", ".join(map(str, sorted(years))))


def answer_case(case: Case, clocks: Sequence[Clock], office: Office, *, as_json: bool) -> str:
    """The proof of every clock of the case, running or stopped, as it went. LianxinError when it has none."""
    found = [(clock, rule) for clock in clocks if (rule := rule_of(clock, case, office=office))]
    if not found:
        raise LianxinError(office.say("due.no_clock", no=case.no))
    if as_json:
        values = [_clock_values(clock, rule, office.calendar) for clock, rule in found]
        return json.dumps({"case": case.no, "clocks": values}, ensure_ascii=False)
    return "\n\n".join("\n".join(_clock_lines(clock, rule, office)) for clock, rule in found)


def _proof(clock: Clock, rule: ClockRule, calendar: WorkCalendar) -> Proof | None:
    """None for a clock that is paused, or was when it stopped: it has no date."""
    return None if clock.pauses and clock.pauses[-1].end is None else proof_of(clock, rule, calendar)


def _clock_values(clock: Clock, rule: ClockRule, calendar: WorkCalendar) -> dict[str, Any]:
    proof = _proof(clock, rule, calendar)
    return {
        "rule": rule.code,
        "basis": rule.basis,
        "from": clock.started_at.astimezone(CHINA).isoformat(),
        "due_on": clock.due_on.isoformat() if proof else None,
        **_instant(clock.due_at),
        "extended": bool(clock.extensions),
        "provisional": is_provisional(clock),
        "stopped": clock.stopped_at.astimezone(CHINA).isoformat() if clock.stopped_at else None,
        "paused": [f"{pause.start}/{pause.end or ''}" for pause in clock.pauses],
        "steps": _steps(proof) if proof else [],
    }


def _clock_lines(clock: Clock, rule: ClockRule, office: Office) -> Iterator[str]:
    proof = _proof(clock, rule, office.calendar)
    extension = rule.extension.basis if clock.extensions and rule.extension else ""
    yield office.say(
        "due.clock" if proof else "due.clock_paused",
        name=rule.name,
        from_day=_moment(clock.started_at),
        due=_moment(clock.due_at) if clock.due_at else clock.due_on,
        since=clock.pauses[-1].start if clock.pauses else "",
        stopped=_moment(clock.stopped_at) if clock.stopped_at else "",
        basis=office.say("due.extended", basis=rule.basis, extension=extension) if extension else rule.basis,
        provisional=provisional_words(clock, office=office),
    )
    for pause in clock.pauses:
        yield office.say("due.pause", first=pause.start, last=pause.end or "")
    if proof:
        yield from _days(proof, texts=office.rulebook.texts)
