"""What consumers see of their own case: where it stands, what happens next and by when, and what they can do now."""

from __future__ import annotations

from collections.abc import Sequence

from cases.calendar import china_date
from cases.clocks import Clock
from cases.lifecycle import verbs_for
from cases.messages import Choice
from cases.model import Case, Kind, Role, Status
from cases.notices import LOWEST_RATING
from handlers.cards import Buttons, case_facts, rows_of
from handlers.office import Office
from handlers.wording import bureau_words, day_words, provisional_words

OWN = "pg"
"""Prefix of the buttons on one's own cases."""
RATE = "rt"
RATING = frozenset({"rate", "rate_low"})
ASKED = ("take_offer", "agree_entrust", "agree_join", "agree_reclassify", "refuse", "go_on")
"""Answers to what the consumer was asked; they stand before everything else."""
NAMED = (*ASKED, "settle")
"""Verbs whose button says what the consumer says."""
VERBS = (*ASKED, "add", "chase", "settle", "recuse", "leave_group", "withdraw")


def consumer_card(case: Case, *, clocks: Sequence[Clock], office: Office) -> str:
    """What the consumer sees of the own case: where it stands, who has it, what happens next and by when."""
    asked = case.status is Status.SUPPLEMENTING
    running = [c for c in clocks if c.running and not c.paused and _told(c, case, asked=asked, office=office)]
    due = day_words(running[0].due_on, office=office) if running else ""
    due += provisional_words(running[0], office=office) if running else ""
    return office.say(
        "card.consumer",
        **{**case_facts(case, office=office), **_settling(case, office=office)},
        next=_next(case, due=due, office=office),
        joined=_joined(case, office=office),
    )


def _settling(case: Case, *, office: Office) -> dict[str, str]:
    """While the business has it, no bureau does, and the result is what it offers."""
    if case.status is not Status.NEGOTIATING:
        return {}
    return {"bureau": "", "result": office.say("next.offer", offer=case.result) if case.result else ""}


def _joined(case: Case, *, office: Office) -> str:
    """That it is handled with others; whose they are is not the consumer's to know."""
    return office.say("next.joined") if case.part_of and case.kind is Kind.COMPLAINT else ""


def _told(clock: Clock, case: Case, *, asked: bool, office: Office) -> bool:
    """Whether the consumer is told this clock's date: what was asked of them, else the office's next step."""
    if asked:
        return clock.rule == "supplement"
    return office.rulebook.clock(clock.rule, china_date(case.received_at)).headline


def _next(case: Case, *, due: str, office: Office) -> str:
    special = f"next.{case.status.value}_{case.kind.value}"
    key = special if special in office.rulebook.texts else f"next.{case.status.value}"
    return office.say(key, due=due, bureau=bureau_words(case.bureau, office=office))


def consumer_buttons(case: Case, *, office: Office) -> Buttons:
    """The buttons under one's own case: what was asked first, then what can be done at any time."""
    if "rate" in verbs_for(case, Role.CONSUMER) and case.rating is None:
        return rating_buttons(case, office=office)
    allowed = set(verbs_for(case, Role.CONSUMER)) - RATING
    if "supplement" in allowed:
        allowed.add("add")  # whatever a person adds then is what was asked for
    choices = [
        Choice(label=office.say(f"choice.{verb}" if verb in NAMED else f"verb.{verb}"), value=f"{OWN}:{verb}:{case.no}")
        for verb in VERBS
        if verb in allowed
    ]
    return rows_of(choices)


def rating_buttons(case: Case, *, office: Office) -> Buttons:
    """One row: satisfied, fairly, not (Order 121, Art. 26)."""
    values = range(1, LOWEST_RATING + 1)
    return (tuple(Choice(label=office.say(f"rating.{value}"), value=f"{RATE}:{case.no}:{value}") for value in values),)
