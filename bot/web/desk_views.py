"""What the pages of the desk show, in words: rows by due date, the facts of a case, its story, its forms."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby

from cases.calendar import china_date
from cases.clocks import Clock
from cases.events import Event
from cases.messages import AttachmentKind
from cases.model import Kind, Role
from cases.proofs import Proof, proof_of
from cases.routing import Bureau, Level
from handlers.cards import case_facts
from handlers.forms import Field
from handlers.office import Office
from handlers.wording import bureau_words, clock_words, day_words, instant_words, list_words
from handlers.wording import due_words as words_of_due
from handlers.worklist import Dossier, Item

GROUPS = ("overdue", "today", "week", "later")
# fmt: off
PARTICULARS = (
    "merchant", "merchant_address", "place", "platform", "product", "amount", "day", "category", "problem", "demands",
    "bureau", "received", "because", "outcome", "result",
)
OF_GUESTS = ("merchant", "merchant_address", "platform", "product", "amount", "day", "problem", "demands")
"""The particulars that a business or a mediating body is shown, as far as it knows them."""
TOLD = (
    "bureau", "from_bureau", "because", "ground", "law", "why", "adoption", "officer", "mediator", "enterprise", "kind",
    "outcome", "consented", "reason", "until", "days", "level", "amount", "reward", "clue", "other", "count", "rating",
)
# fmt: on
"""The particulars of an event that the journal on the page tells."""
LONGEST_ENDING = 4


@dataclass(frozen=True, kw_only=True)
class Due:
    """A date with its word and the name of its colour."""

    on: str
    note: str
    tone: str


@dataclass(frozen=True, kw_only=True)
class Row:
    """A case on the list."""

    facts: Mapping[str, str]
    urgent: bool
    clock: str
    due: Due | None


@dataclass(frozen=True, kw_only=True)
class Group:
    name: str
    rows: tuple[Row, ...]


@dataclass(frozen=True, kw_only=True)
class Timer:
    """A running clock of a case. ``proof`` tells day by day, in spans of days alike, why it is due then."""

    name: str
    basis: str
    due: Due
    provisional: bool
    paused: bool
    extended: str
    proof: tuple[tuple[str, str], ...]


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One thing that happened, or was sent: when, who or how far, what, and its particulars."""

    when: str
    who: str
    what: str
    details: tuple[tuple[str, str], ...] = ()
    arrived: bool = True


@dataclass(frozen=True, kw_only=True)
class Piece:
    """A piece of evidence. ``picture``: a browser may be able to show it; ``place``: degrees, for a location.

    ``mark`` stands where a picture of it would: the ending of the file's name, or what it is.
    """

    id: str
    title: str
    mark: str
    kept: bool
    state: str
    picture: bool
    size: str
    place: str


@dataclass(frozen=True, kw_only=True)
class Action:
    """A form: its verb, the fields it asks for, and the bureaus in groups where one is to be chosen."""

    verb: str
    fields: tuple[Field, ...]
    bureaus: tuple[tuple[str, tuple[Bureau, ...]], ...]

    @property
    def bare(self) -> bool:
        """Whether it is done by one button: nothing has to be told."""
        return not self.fields


@dataclass(frozen=True, kw_only=True)
class CaseView:
    facts: Mapping[str, str]
    particulars: tuple[tuple[str, str], ...]
    consumer: tuple[tuple[str, str], ...]
    urgent: bool
    version: int
    sibling: str | None
    related: tuple[tuple[str, str], ...]
    lead: bool
    guest: bool
    timers: tuple[Timer, ...]
    pieces: tuple[Piece, ...]
    journal: tuple[Entry, ...]
    sent: tuple[Entry, ...]
    actions: tuple[Action, ...]


def groups(items: Sequence[Item], *, office: Office) -> tuple[Group, ...]:
    """The list in groups by due date; within a group the order of the list stays."""
    ordered = sorted(items, key=lambda item: GROUPS.index(_group(item.due_on, office.today())))
    found = groupby(ordered, key=lambda item: _group(item.due_on, office.today()))
    return tuple(Group(name=name, rows=tuple(_row(item, office=office) for item in rows)) for name, rows in found)


def _group(due: date | None, today: date) -> str:
    if due is None:
        return "later"
    if due < today:
        return "overdue"
    if due == today:
        return "today"
    return "week" if due <= today + timedelta(days=7) else "later"


def _row(item: Item, *, office: Office) -> Row:
    clock = item.clocks[0] if item.clocks else None
    name = clock_words(clock, office=office, received_on=china_date(item.case.received_at)) if clock else ""
    due = due_words(clock, office=office) if clock else None
    return Row(facts=case_facts(item.case, office=office), urgent=item.case.urgent, clock=name, due=due)


def due_words(clock: Clock, *, office: Office) -> Due:
    """How far off a date is, in words: colour alone tells nothing to many."""
    on = words_of_due(clock, office=office)
    if clock.paused:
        return Due(on="", note=office.say("page.due.paused"), tone="calm")
    if clock.due_at is not None:
        return _due_in_hours(clock.due_at, on, office=office)
    days = (clock.due_on - office.today()).days
    if days < 0:
        return Due(on=on, note=office.say("page.due.late", days=-days), tone="late")
    if days == 0:
        return Due(on=on, note=office.say("page.due.today"), tone="now")
    return Due(on=on, note=office.say("page.due.left", days=days), tone="soon" if days <= 2 else "calm")


def _due_in_hours(due_at: datetime, on: str, *, office: Office) -> Due:
    left = due_at - office.now()
    minutes = abs(int(left.total_seconds())) // 60
    span = office.say("page.due.span", hours=minutes // 60 or "", minutes=minutes % 60)
    if left < timedelta(0):
        return Due(on=on, note=office.say("page.due.late_by", span=span), tone="late")
    return Due(on=on, note=office.say("page.due.left_for", span=span), tone="now")


def case_view(dossier: Dossier, *, office: Office) -> CaseView:
    """Everything about a case in words."""
    case = dossier.case
    facts = case_facts(case, office=office)
    shown = OF_GUESTS if dossier.guest else PARTICULARS
    particulars = tuple((office.say(f"page.fact.{name}"), facts[name]) for name in shown if facts[name])
    received_on = china_date(case.received_at)
    return CaseView(
        facts=facts,
        particulars=particulars,
        consumer=_consumer(dossier, office=office),
        urgent=case.urgent,
        version=case.version,
        sibling=dossier.sibling,
        related=_related(dossier, office=office),
        lead=bool(dossier.parts) and case.kind is Kind.COMPLAINT,
        guest=dossier.guest,
        timers=tuple(_timer(clock, office=office, received_on=received_on) for clock in dossier.clocks),
        pieces=_pieces(dossier, office=office),
        journal=tuple(_happened(event, dossier.names, office=office) for event in dossier.journal),
        sent=tuple(
            Entry(
                when=instant_words(at, office=office),
                who=office.say(f"delivery.{state}"),
                what=text,
                arrived=state not in ("failed", "unreachable"),
            )
            for at, state, text in dossier.sent
        ),
        actions=tuple(_action(verb, dossier, office=office) for verb in dossier.actions),
    )


def _consumer(dossier: Dossier, *, office: Office) -> tuple[tuple[str, str], ...]:
    consumer, label = dossier.consumer, office.say("page.fact.consumer")
    if dossier.hidden:
        return ((label, office.say("card.hidden")),)
    if consumer is None or consumer.anonymous:
        reached = [("phone", consumer.phone)] if consumer else []
        return ((label, office.say("card.anonymous")), *_labelled(reached, office=office))
    known = [("phone", consumer.phone), ("postal_address", consumer.postal_address)]
    return ((label, consumer.name or ""), *_labelled(known, office=office))


def _labelled(pairs: Iterable[tuple[str, str | None]], *, office: Office) -> tuple[tuple[str, str], ...]:
    return tuple((office.say(f"page.fact.{name}"), value) for name, value in pairs if value)


def _related(dossier: Dossier, *, office: Office) -> tuple[tuple[str, str], ...]:
    """The cases that this one has to do with, each under what it is to it."""
    case = dossier.case
    found = [("sibling", dossier.sibling), ("origin", case.origin), ("part_of", case.part_of)]
    return _labelled((*found, *(("part", part.no) for part in dossier.parts)), office=office)


def _timer(clock: Clock, *, office: Office, received_on: date) -> Timer:
    rule = office.rulebook.clock(clock.rule, received_on)
    proof = proof_of(clock, rule, office.calendar)
    return Timer(
        name=clock_words(clock, office=office, received_on=received_on),
        basis=rule.basis,
        due=due_words(clock, office=office),
        provisional=clock.provisional,
        paused=clock.paused,
        extended=rule.extension.basis if clock.extensions and rule.extension else "",
        proof=_spans(proof, office=office) if proof else (),
    )


def _spans(proof: Proof, *, office: Office) -> tuple[tuple[str, str], ...]:
    found = []
    for why, alike in groupby(proof.steps, key=lambda step: step.why):
        days = [step.day for step in alike]
        first, last = day_words(days[0], office=office), day_words(days[-1], office=office)
        span = first if len(days) == 1 else office.say("page.proof.span", first=first, last=last)
        found.append((span, office.say(f"page.proof.{why}", days=len(days))))
    return tuple(found)


def _pieces(dossier: Dossier, *, office: Office) -> tuple[Piece, ...]:
    found = []
    for evidence in dossier.evidence:
        attachment = evidence.attachment
        kept = evidence.sha256 is not None
        kind = office.say(f"page.attachment.{attachment.kind.value}")
        located = attachment.latitude is not None and attachment.longitude is not None
        place = f"{attachment.latitude:.5f}, {attachment.longitude:.5f}" if located else ""
        contact = list_words(tuple(filter(None, (attachment.name, attachment.phone))), office=office)
        found.append(
            Piece(
                id=evidence.id,
                title=attachment.file_name or contact or kind,
                mark=_ending(attachment.file_name) or kind,
                kept=kept,
                state="" if kept or place or contact else office.say(f"page.evidence.{evidence.state.value}"),
                picture=kept and attachment.kind is AttachmentKind.PHOTO and attachment.media_type != "image/heic",
                size=_size(evidence.size),
                place=place,
            )
        )
    return tuple(found)


def _ending(name: str | None) -> str:
    ending = (name or "").rpartition(".")[2]
    return ending.upper() if name and ending != name and len(ending) <= LONGEST_ENDING else ""


def _size(size: int | None) -> str:
    if not size:
        return ""
    return f"{size / 1_000_000:.1f} MB" if size >= 1_000_000 else f"{max(size // 1000, 1)} KB"


def _happened(event: Event, names: Mapping[str, str], *, office: Office) -> Entry:
    known = {role.value for role in (Role.CONSUMER, Role.SYSTEM)}
    who = names.get(event.by) or (office.say(f"actor.{event.by}") if event.by in known else event.by)
    details = tuple(
        (office.say(f"page.fact.{name}"), _fact_words(name, event.facts[name], names, office=office))
        for name in TOLD
        if event.facts.get(name)
    )
    at = instant_words(event.at, office=office)
    return Entry(when=at, who=who, what=office.say(f"event.{event.name.value}"), details=details)


def _fact_words(name: str, value: str, names: Mapping[str, str], *, office: Office) -> str:
    if name in ("bureau", "from_bureau"):
        return bureau_words(value, office=office)
    if name in ("ground", "law", "why", "adoption"):
        ground = office.rulebook.ground(value)
        return ground.text if ground else value
    if name == "level":
        reward = office.rulebook.grounds.reward(value)
        return reward.short if reward else value
    if name in ("outcome", "rating", "kind", "consented"):
        key = f"{name}.{value}"
        return office.say(key) if key in office.rulebook.texts else value
    return names.get(value, value)


def _action(verb: str, dossier: Dossier, *, office: Office) -> Action:
    form = dossier.forms[verb]
    named = any(field.name == "bureau" for field in form)
    return Action(verb=verb, fields=form, bureaus=bureau_groups(office) if named else ())


def bureau_groups(office: Office) -> tuple[tuple[str, tuple[Bureau, ...]], ...]:
    """Every bureau under the name of its county, the city's own first."""
    directory = office.rulebook.directory
    heads = [b for b in directory if b.level is not Level.STATION]
    city = tuple(b for b in heads if b.level is Level.CITY)
    found = [(city[0].name, city)] if city else []
    for head in heads:
        if head.level is Level.COUNTY:
            below = [b for b in directory if b.level is Level.STATION and head.code in directory.line(b.code)]
            found.append((head.name, (head, *below)))
    return tuple(found)
