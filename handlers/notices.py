"""Writes the notices that an event owes: the facts for their texts, to whom, with which buttons."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from cases.calendar import china_date
from cases.clocks import Clock, ClockRule
from cases.events import Event, EventName
from cases.messages import Outgoing, Wording
from cases.model import Case, Kind, Role, Staff, StaffId
from cases.notices import NoticeRule, Priority, Recipient, owed
from cases.texts import placeholders
from handlers.cards import Buttons, case_facts, staff_buttons
from handlers.consumer_cards import consumer_buttons
from handlers.masking import masked, masked_event, traces_of
from handlers.office import Office
from handlers.recipients import addresses
from handlers.wording import bureau_phone, bureau_short, clock_words, day_words, instant_words, subject_words
from storage.database import Transaction
from storage.outbox_store import Promise

OFFICER = (Role.OFFICER,)
ROLES = {
    Recipient.DESK: (Role.DESK,),
    Recipient.LEAD: (Role.LEAD,),
    Recipient.SUPERVISOR: (Role.LEAD, Role.SUPERIOR),
    Recipient.MERCHANT: (Role.MERCHANT,),
    Recipient.MEDIATOR: (Role.MEDIATOR,),
}
"""Whose buttons a ping carries; all others work as officers."""
ENDS = "。.！!；; "
BRANCH = "("
"""Stands before the branch in the name of a business."""


async def promise_notices(
    tx: Transaction, case: Case, event: Event, *, office: Office, clocks: Sequence[Clock] | None = None
) -> None:
    """Promise all that ``event`` owes, in this transaction. ``clocks``: those running, where they are known."""
    rules = owed(office.rulebook.notices, case=case, event=event)
    if not rules:
        return
    facts = await notice_facts(tx, case, event, office=office, clocks=clocks)
    guest = await _member(tx, event.facts.get("guest") or case.enterprise or case.mediator)
    did = await _role(tx, event)
    for rule in rules:
        if (rule.by and did not in rule.by) or _is_none_of_theirs(rule, case, guest):
            continue
        theirs = guest.id if guest and ROLES.get(rule.to) == (guest.role,) else None
        reached = await addresses(tx, rule.to, case=case, office=office, guest=theirs)
        if not reached:
            continue
        told = _without_business(facts, case, office=office) if rule.to is Recipient.CONSUMER else facts
        text = office.say(rule.text, **told)
        buttons = _buttons(rule, case, office=office)
        wording = _wording(rule, told, office=office)
        for address in reached:
            choices = () if address.channel == office.ways.short else buttons
            outgoing = Outgoing(address=address, text=text, choices=choices, wording=wording)
            tx.outbox.promise(_promise(rule, event, outgoing))


def _without_business(facts: Mapping[str, str], case: Case, *, office: Office) -> Mapping[str, str]:
    """What an informant is told never names the business, not even where an officer's words do, in full or for short
    (Art. 37)."""
    name = case.merchant.name
    if case.kind is not Kind.TIPOFF or not name:
        return facts
    names = (name, name.partition(BRANCH)[0], *office.reader.short_names(name))
    free = office.rulebook.samples.how.free
    return {key: masked(value, names) if key in free else value for key, value in facts.items()}


def _wording(rule: NoticeRule, facts: Mapping[str, str], *, office: Office) -> Wording:
    """Its text for a short message, and of the facts those that this one uses."""
    key = rule.short or rule.text
    names = placeholders(office.rulebook.texts.template(key)) & facts.keys()
    return Wording(key=key, facts={name: facts[name] for name in sorted(names)})


def _is_none_of_theirs(rule: NoticeRule, case: Case, guest: Staff | None) -> bool:
    """While a business settles a complaint itself, no office has it, and none is told of each word."""
    settling = guest is not None and guest.role is Role.MERCHANT and case.bureau is None
    return settling and rule.to is Recipient.OFFICER


async def _role(tx: Transaction, event: Event) -> Role | None:
    """In which role the event was done."""
    if event.by in set(Role):
        return Role(event.by)
    member = await _member(tx, event.by)
    return member.role if member else None


async def _member(tx: Transaction, staff_id: str | None) -> Staff | None:
    return await tx.staff.get(StaffId(staff_id)) if staff_id else None


async def notice_facts(
    tx: Transaction, case: Case, event: Event, *, office: Office, clocks: Sequence[Clock] | None = None
) -> dict[str, str]:
    """Facts for any notice or ping about the case; none of them names the person who brought it.

    Not even where an informant's own words do (Art. 37).
    """
    if case.kind is Kind.TIPOFF:
        identity = await tx.cases.identity(case.no)
        told = event.facts.get("reason", "")
        traces = (*traces_of(identity.consumer if identity else None), *office.reader.own_traces(told))
        event = masked_event(event, traces)
    if clocks is None:
        clocks = (await tx.clocks.of([case.no])).get(case.no, [])
    return facts_from(case, event, clocks=clocks, names=await tx.staff.names(named_in(case, event)), office=office)


def named_in(case: Case, event: Event) -> set[str]:
    """The members of staff and bodies whose names the facts hold."""
    return {who for who in (case.officer, case.mediator, event.facts.get("mediator")) if who}


def facts_from(
    case: Case, event: Event, *, clocks: Sequence[Clock], names: Mapping[str, str], office: Office
) -> dict[str, str]:
    """The same from what was read before: the case's running clocks, and the names of ``named_in``."""
    ground = office.rulebook.ground(event.facts.get("ground", "") or event.facts.get("law", ""))
    return {
        **case_facts(case, office=office),
        **_date_facts(case, clocks, event, office=office),
        "subject": subject_words(case, office=office),
        "bureau_short": bureau_short(case.bureau, office=office),
        "from_bureau": bureau_short(event.facts.get("from_bureau"), office=office),
        "bureau_phone": bureau_phone(case.bureau, office=office),
        "officer": names.get(case.officer or "", ""),
        "reason": event.facts.get("reason", "").rstrip(ENDS),
        "result": (case.result or "").rstrip(ENDS),
        "ground": ground.text if ground else "",
        "ground_short": ground.short if ground else "",
        "article": event.facts.get("ground", "").rpartition("-")[2],
        "urgent": office.say("card.urgent") if case.urgent else "",
        "law": ground.text if ground else "",
        "mediator": names.get(event.facts.get("mediator") or case.mediator or "", ""),
        "decided": "" if event.facts.get("enterprise") else office.say("word.decided"),
        "other": event.facts.get("other", ""),
        "part_of": case.part_of or "",
        "clue": event.facts.get("clue", ""),
        "kind_wanted": office.say(f"kind.{event.facts['kind']}") if event.facts.get("kind") else "",
        "asked_before": office.say(f"asked.{event.facts['asked']}") if event.facts.get("asked") else "",
    }


def _date_facts(case: Case, clocks: Sequence[Clock], event: Event, *, office: Office) -> dict[str, str]:
    received_on = china_date(case.received_at)
    leading = leading_clock(case, clocks, event, office=office)
    asked = next((clock for clock in clocks if clock.rule == "supplement"), None)
    begun = {
        rule.code for rule in office.rulebook.clocks_started_by(event.name, kind=case.kind, received_on=received_on)
    }
    acting = next((clock for clock in clocks if clock.rule in begun and not clock.paused), None)
    return {
        "due": day_words(leading.due_on, office=office) if leading else "",
        "due_at": instant_words(leading.due_at, office=office) if leading and leading.due_at else "",
        "due_name": clock_words(leading, office=office, received_on=received_on) if leading else "",
        "supplement_due": day_words(asked.due_on, office=office) if asked else "",
        "act_due": day_words(acting.due_on, office=office) if acting else "",
    }


def leading_clock(case: Case, clocks: Sequence[Clock], event: Event, *, office: Office) -> Clock | None:
    """The date that a notice of ``event`` speaks of: of a clock that it moved, else the one that consumers are told.

    A limit that is passed or near, or that was counted anew, speaks of its own.
    """
    if event.name is EventName.OVERDUE:
        return next((clock for clock in clocks if clock.rule == event.facts.get("rule")), None)
    anew = event.facts.get("rule") if event.name is EventName.RECOUNTED else None
    moved = {rule.code for rule in office.rulebook.clocks_moved_by(event.name, case)}
    going = [
        (clock, office.rulebook.clock(clock.rule, china_date(case.received_at))) for clock in clocks if not clock.paused
    ]
    tests: tuple[Callable[[ClockRule], bool], ...] = (
        lambda rule: rule.code == anew,
        lambda rule: rule.headline and rule.code in moved,
        lambda rule: not rule.house and rule.code in moved,
        lambda rule: rule.headline,
        lambda rule: rule.code in moved,
    )
    found = (clock for fits in tests for clock, rule in going if fits(rule))
    return next(found, None)


def _buttons(rule: NoticeRule, case: Case, *, office: Office) -> Buttons:
    if not rule.card:
        return ()
    if rule.to is Recipient.CONSUMER:
        return consumer_buttons(case, office=office)
    return staff_buttons(case, ROLES.get(rule.to, OFFICER), office=office)


def _promise(rule: NoticeRule, event: Event, outgoing: Outgoing) -> Promise:
    priority = Priority.NOTICE if rule.to is Recipient.CONSUMER else Priority.PING
    return Promise(outgoing=outgoing, priority=priority, at=event.at, case_no=event.case_no)
