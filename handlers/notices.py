"""Writes the notices that an event owes: the facts for their texts, to whom, with which buttons."""

from __future__ import annotations

from cases.calendar import china_date
from cases.clocks import Clock
from cases.events import Event
from cases.messages import Address, Outgoing
from cases.model import Case, Role
from cases.notices import NoticeRule, Priority, Recipient, owed
from handlers.cards import Buttons, case_facts, headline, staff_buttons
from handlers.office import Office
from handlers.ratings import rating_buttons
from handlers.recipients import addresses
from handlers.wording import bureau_phone, bureau_short, clock_words, day_words, subject_words
from storage.database import Transaction
from storage.outbox_store import Promise

ROLES = {Recipient.DESK: Role.DESK, Recipient.LEAD: Role.LEAD}
"""Whose buttons a ping carries; all others work as officers."""
ENDS = "。.！!；; "


async def promise_notices(tx: Transaction, case: Case, event: Event, *, office: Office) -> None:
    """Promise everything that ``event`` owes, in this transaction."""
    rules = owed(office.rulebook.notices, case=case, event=event)
    if not rules:
        return
    facts = await notice_facts(tx, case, event, office=office)
    for rule in rules:
        reached = await addresses(tx, rule.to, case=case, office=office)
        if not reached:
            continue
        text = office.say(rule.text, **facts)
        buttons = _buttons(rule, case, office=office)
        for address in reached:
            tx.outbox.promise(_promise(rule, event, Outgoing(address=address, text=text, choices=buttons)))


async def notice_facts(tx: Transaction, case: Case, event: Event, *, office: Office) -> dict[str, str]:
    """Facts for any notice or ping about the case; none of them names the person who brought it."""
    clocks = (await tx.clocks.of([case.no])).get(case.no, [])
    ground = office.rulebook.ground(event.facts.get("ground", ""))
    officer = await tx.staff.get(case.officer) if case.officer else None
    return {
        **case_facts(case, office=office),
        **_date_facts(case, clocks, office=office),
        "subject": subject_words(case, office=office),
        "bureau_short": bureau_short(case.bureau, office=office),
        "from_bureau": bureau_short(event.facts.get("from_bureau"), office=office),
        "bureau_phone": bureau_phone(case.bureau, office=office),
        "officer": officer.name if officer else "",
        "reason": event.facts.get("reason", "").rstrip(ENDS),
        "result": (case.result or "").rstrip(ENDS),
        "ground": ground.text if ground else "",
        "ground_short": ground.short if ground else "",
        "article": event.facts.get("ground", "").rpartition("-")[2],
        "urgent": office.say("card.urgent") if case.urgent else "",
    }


def _date_facts(case: Case, clocks: list[Clock], *, office: Office) -> dict[str, str]:
    received_on = china_date(case.received_at)
    leading = next((clock for clock in clocks if headline(clock, case, office=office)), None)
    asked = next((clock for clock in clocks if clock.rule == "supplement"), None)
    return {
        "due": day_words(leading.due_on, office=office) if leading else "",
        "due_name": clock_words(leading, office=office, received_on=received_on) if leading else "",
        "supplement_due": day_words(asked.due_on, office=office) if asked else "",
    }


def _buttons(rule: NoticeRule, case: Case, *, office: Office) -> Buttons:
    if not rule.card:
        return ()
    if rule.to is Recipient.CONSUMER:
        return rating_buttons(case, office=office)
    return staff_buttons(case, ROLES.get(rule.to, Role.OFFICER), office=office)


def _promise(rule: NoticeRule, event: Event, outgoing: Outgoing) -> Promise:
    priority = Priority.NOTICE if rule.to is Recipient.CONSUMER else Priority.PING
    return Promise(outgoing=outgoing, priority=priority, at=event.at, case_no=event.case_no)


def staff_ping(address: Address, text: str, case: Case, *, role: Role, office: Office) -> Outgoing:
    """A ping about a case with its buttons."""
    return Outgoing(address=address, text=text, choices=staff_buttons(case, role, office=office))
