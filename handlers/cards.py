"""Cards: a case in a few lines with the buttons of what may be done to it now, for staff and for its consumer."""

from __future__ import annotations

from collections.abc import Sequence

from cases.calendar import china_date
from cases.clocks import Clock
from cases.lifecycle import outcomes_for, verbs_for
from cases.messages import Choice
from cases.model import Case, Consumer, Role, Status
from handlers.office import Office
from handlers.wording import (
    bureau_words,
    clock_words,
    day_words,
    instant_words,
    kind_words,
    list_words,
    place_words,
    status_words,
    sum_words,
)

STAFF = "st"
"""Prefix of every staff button."""
OFFICER_VERBS = (
    "sign",
    "docket",
    "accept",
    "decline",
    "ask_supplement",
    "supplement",
    "reply",
    "answer",
    "close_with",
    "send_back",
    "route",
    "redirect",
)
"""Buttons in the order in which an officer meets them; ``close_with`` stands for the paths that end a case."""
PER_ROW = 3
Buttons = tuple[tuple[Choice, ...], ...]


def rows_of(choices: Sequence[Choice], per_row: int = PER_ROW) -> Buttons:
    return tuple(tuple(choices[start : start + per_row]) for start in range(0, len(choices), per_row))


def actions(case: Case, role: Role) -> tuple[str, ...]:
    """What this role can choose for the case now, as officers think of it: the ways to end it are one action."""
    allowed = set(verbs_for(case, role))
    if outcomes_for(case, role):
        allowed.add("close_with")
    return tuple(verb for verb in OFFICER_VERBS if verb in allowed)


def staff_buttons(case: Case, role: Role, *, office: Office) -> Buttons:
    """The buttons of a staff card; each carries the version it was made for, so that a stale card is noticed."""
    choices = [
        Choice(label=office.say(f"verb.{verb}"), value=f"{STAFF}:{verb}:{case.no}:{case.version}")
        for verb in actions(case, role)
    ]
    return rows_of([*choices, Choice(label=office.say("verb.card"), value=f"{STAFF}:card:{case.no}:{case.version}")])


def staff_card(case: Case, *, consumer: Consumer | None, clocks: Sequence[Clock], evidence: int, office: Office) -> str:
    """The whole card for those who work on the case."""
    named = consumer if consumer and not consumer.anonymous else None
    return office.say(
        "card.staff",
        **case_facts(case, office=office),
        consumer=named.name if named else office.say("card.anonymous"),
        phone=(consumer.phone if consumer else "") or "",
        postal_address=(consumer.postal_address if consumer else "") or "",
        clocks=clock_lines(case, clocks, office=office),
        evidence=str(evidence) if evidence else "",
        urgent=office.say("card.urgent") if case.urgent else "",
    )


def consumer_card(case: Case, *, clocks: Sequence[Clock], office: Office) -> str:
    """What the consumer sees of the own case: where it stands, who has it, what happens next and by when."""
    asked = case.status is Status.SUPPLEMENTING
    running = [
        c for c in clocks if c.running and (c.rule == "supplement" if asked else headline(c, case, office=office))
    ]
    due = day_words(running[0].due_on, office=office) if running else ""
    return office.say("card.consumer", **case_facts(case, office=office), next=_next(case, due=due, office=office))


def _next(case: Case, *, due: str, office: Office) -> str:
    special = f"next.{case.status.value}_{case.kind.value}"
    key = special if special in office.rulebook.texts else f"next.{case.status.value}"
    return office.say(key, due=due, bureau=bureau_words(case.bureau, office=office))


def headline(clock: Clock, case: Case, *, office: Office) -> bool:
    """Whether a consumer is told this clock's date."""
    return office.rulebook.clock(clock.rule, china_date(case.received_at)).headline


def clock_lines(case: Case, clocks: Sequence[Clock], *, office: Office) -> str:
    received_on = china_date(case.received_at)
    parts = [
        office.say(
            "card.clock",
            name=clock_words(clock, office=office, received_on=received_on),
            due=day_words(clock.due_on, office=office),
        )
        for clock in clocks
    ]
    return list_words(tuple(parts), office=office)


def case_facts(case: Case, *, office: Office) -> dict[str, str]:
    """Facts of a case for any text. Who brought it is not among them."""
    merchant = case.merchant
    return {
        "no": case.no,
        "kind": kind_words(case, office=office),
        "status": status_words(case, office=office),
        "received": instant_words(case.received_at, office=office),
        "merchant": merchant.name or "",
        "merchant_address": merchant.address or "",
        "place": place_words(case.region, office=office),
        "platform": merchant.platform or "",
        "product": case.product or "",
        "amount": sum_words(case.amount, office=office) if case.amount is not None else "",
        "day": day_words(case.happened_on, office=office) if case.happened_on else "",
        "category": case.category or "",
        "problem": case.problem or "",
        "demands": list_words(case.demands, office=office),
        "narrative": case.narrative,
        "bureau": bureau_words(case.bureau, office=office),
        "because": case.because,
        "result": case.result or "",
        "outcome": office.say(f"outcome.{case.outcome}") if case.outcome else "",
    }


def case_line(case: Case, clocks: Sequence[Clock], *, office: Office) -> str:
    """One case on one line, for lists of staff."""
    due = min((clock.due_on for clock in clocks), default=None)
    return office.say(
        "line.staff",
        **case_facts(case, office=office),
        due=day_words(due, office=office) if due else "",
        late=office.say("line.late") if due and due < office.today() else "",
        urgent=office.say("card.urgent") if case.urgent else "",
    )
