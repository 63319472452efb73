"""Cards: a case in a few lines with the buttons of what may be done to it now, for staff and for its consumer."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from cases.calendar import china_date
from cases.clocks import Clock
from cases.lifecycle import outcomes_for, verbs_for
from cases.messages import Choice
from cases.model import Case, Consumer, Role
from cases.transitions import OPEN
from handlers.joint import SINGLY
from handlers.office import Office
from handlers.wording import (
    bureau_words,
    clock_words,
    day_words,
    due_words,
    instant_words,
    kind_words,
    list_words,
    place_words,
    provisional_words,
    status_words,
    sum_words,
)

STAFF = "st"
"""Prefix of every staff button."""
FIRST = (
    "sign",
    "respond",
    "docket",
    "dismiss",
    "accept",
    "decline",
    "offer",
    "go_on",
    "rehandle",
    "follow_up",
    "ask_supplement",
    "supplement",
    "mediate",
    "schedule",
    "end_appraisal",
    "decide_recusal",
    "end_test",
    "investigate",
    "resume",
    "decide",
    "tell",
    "extend",
    "close",
    "close_with",
    "reply",
    "answer",
    "send_back",
    "route",
    "designate",
    "redirect",
)
"""Buttons in the order in which people meet them; the others follow in the order of the table.

``close_with`` stands for the paths that end a case.
"""
LAST = ("correct", "hand_back")
"""What one does by the way, or when nothing else helps."""
WORKING = frozenset({Role.OFFICER, Role.LEAD, Role.DESK, Role.ADMIN})
"""Who keeps the dates, and may ask why a date is so."""
SHOWN = 9
"""Buttons on a card; the rest stand behind the last one."""
PER_ROW = 3
Buttons = tuple[tuple[Choice, ...], ...]


def rows_of(choices: Sequence[Choice], per_row: int = PER_ROW) -> Buttons:
    return tuple(tuple(choices[start : start + per_row]) for start in range(0, len(choices), per_row))


def actions(case: Case, roles: Collection[Role]) -> tuple[str, ...]:
    """What these roles can choose for the case now, as people think of it: the ways to end it are one action."""
    allowed = list(verbs_for(case, roles))
    if case.part_of and case.status in OPEN:
        return tuple(verb for verb in allowed if verb in SINGLY)  # the rest is done to the case it goes with
    if outcomes_for(case, roles):
        allowed.append("close_with")
    first, last = ([verb for verb in verbs if verb in allowed] for verbs in (FIRST, LAST))
    return (*first, *(verb for verb in dict.fromkeys(allowed) if verb not in (*first, *last)), *last)


def verb_key(verb: str, among: Collection[str]) -> str:
    """The text that names a verb; to close with a sentence is told apart from closing with an outcome."""
    return "verb.close_plainly" if verb == "close" and "close_with" in among else f"verb.{verb}"


def staff_buttons(
    case: Case, roles: Collection[Role], *, office: Office, more: bool = False, verbs: Sequence[str] | None = None
) -> Buttons:
    """The buttons of a staff card; each carries the version it was made for, so that a stale card is noticed.

    ``more``: those that did not find room on the card. ``verbs``: what may be done now, where it is known.
    """
    verbs = actions(case, roles) if verbs is None else verbs
    shown = verbs[SHOWN:] if more else verbs[:SHOWN]
    others = [
        *(["more"] if len(verbs) > SHOWN and not more else []),
        "card",
        *(["why"] if WORKING & set(roles) else []),
    ]
    choices = [
        Choice(label=office.say(verb_key(verb, verbs)), value=f"{STAFF}:{verb}:{case.no}:{case.version}")
        for verb in (*shown, *others)
    ]
    return rows_of(choices)


def staff_card(
    case: Case,
    *,
    consumer: Consumer | None,
    hidden: bool,
    guest: bool,
    clocks: Sequence[Clock],
    evidence: int,
    parts: Sequence[Case] = (),
    beside: str = "",
    told: str = "",
    office: Office,
) -> str:
    """The whole card for those who work on the case. ``hidden``: the reader need not know who brought it (Art. 37).

    ``guest``: a business or a mediating body reads it, which knows few of the fields. ``parts`` are handled with it.
    ``beside``: lines about other cases, for those who work in the office. ``told``: lines about what was told.
    """
    named = consumer if consumer and not consumer.anonymous else None
    return office.say(
        "card.guest" if guest else "card.staff",
        **case_facts(case, office=office),
        consumer=named.name if named else office.say("card.hidden" if hidden else "card.anonymous"),
        phone=(consumer.phone if consumer else "") or "",
        postal_address=(consumer.postal_address if consumer else "") or "",
        clocks=clock_lines(case, clocks, office=office),
        evidence=str(evidence) if evidence else "",
        urgent=office.say("card.urgent") if case.urgent else "",
        parts=list_words(tuple(part.no for part in parts), office=office),
        part_of=case.part_of or "",
        beside=beside,
        told=told,
    )


def clock_lines(case: Case, clocks: Sequence[Clock], *, office: Office) -> str:
    received_on = china_date(case.received_at)
    parts = [
        office.say(
            "card.clock_paused" if clock.paused else "card.clock",
            name=clock_words(clock, office=office, received_on=received_on),
            due=due_words(clock, office=office),
            provisional=provisional_words(clock, office=office),
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


def case_line(case: Case, clocks: Sequence[Clock], *, call: bool = False, office: Office) -> str:
    """One case on one line, for lists of staff. ``call``: its person waits for a telephone call."""
    due = min((clock.due_on for clock in clocks if not clock.paused), default=None)
    return office.say(
        "line.staff",
        **case_facts(case, office=office),
        due=day_words(due, office=office) if due else "",
        late=office.say("line.late") if due and due < office.today() else "",
        urgent=office.say("card.urgent") if case.urgent else "",
        call=office.say("page.desk.call") if call else "",
    )
