"""What the pages of the desk show, in words: rows by due date, the facts of a case, its story, its forms."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby

from bot.web.clock_views import Due, Timer, due_words, timers
from cases.calendar import china_date
from cases.events import Event, EventName
from cases.messages import AttachmentKind
from cases.model import Kind, Role
from cases.routing import Bureau, Level
from handlers.cards import case_facts, verb_key
from handlers.forms import Field
from handlers.office import Office
from handlers.route_words import Explained, explained
from handlers.telling import Proof, proof_of
from handlers.wording import bureau_words, clock_words, day_words, instant_words, is_provisional, list_words
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
    "from_category", "category", "from_problem", "problem", "from_department", "department",
    "on", "whom",
    "outcome", "consented", "reason", "until", "days", "level", "amount", "reward", "clue", "other", "count", "rating",
)
# fmt: on
"""The particulars of an event that the journal on the page tells."""
SHOWN = 6
"""Forms on the page of a case; the rest stand behind one more tap."""
LONGEST_ENDING = 4


@dataclass(frozen=True, kw_only=True)
class Row:
    """A case on the list."""

    facts: Mapping[str, str]
    urgent: bool
    clock: str
    due: Due | None
    provisional: bool
    call: bool = False


@dataclass(frozen=True, kw_only=True)
class Group:
    name: str
    rows: tuple[Row, ...]


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One thing that happened: when, who, what, and its particulars."""

    when: str
    who: str
    what: str
    details: tuple[tuple[str, str], ...] = ()


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
    """A form: its verb, the text that names it, the fields it asks for, and the bureaus to choose from in groups."""

    verb: str
    label: str
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
    routed: Explained | None
    related: tuple[tuple[str, str], ...]
    lead: bool
    guest: bool
    timers: tuple[Timer, ...]
    pieces: tuple[Piece, ...]
    journal: tuple[Entry, ...]
    sent: tuple[Proof, ...]
    actions: tuple[Action, ...]

    @property
    def first(self) -> tuple[Action, ...]:
        """The forms that are shown at once; the others open with one more tap."""
        return self.actions[:SHOWN] if len(self.actions) > SHOWN + 1 else self.actions

    @property
    def others(self) -> tuple[Action, ...]:
        return self.actions[len(self.first) :]

    @property
    def other_verbs(self) -> frozenset[str]:
        return frozenset(action.verb for action in self.others)


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
    return Row(
        facts=case_facts(item.case, office=office),
        urgent=item.case.urgent,
        clock=name,
        due=due,
        provisional=clock is not None and is_provisional(clock),
        call=item.call_on is not None,
    )


def case_view(dossier: Dossier, *, office: Office) -> CaseView:
    """Everything about a case in words."""
    case = dossier.case
    facts = case_facts(case, office=office)
    shown = OF_GUESTS if dossier.guest else PARTICULARS
    particulars = tuple((office.say(f"page.fact.{name}"), facts[name]) for name in shown if facts[name])
    return CaseView(
        facts=facts,
        particulars=particulars,
        consumer=_consumer(dossier, office=office),
        urgent=case.urgent,
        version=case.version,
        sibling=dossier.sibling,
        routed=None if dossier.guest else explained(case, dossier.journal, office=office),
        related=_related(dossier, office=office),
        lead=bool(dossier.parts) and case.kind is Kind.COMPLAINT,
        guest=dossier.guest,
        timers=tuple(timers(case, dossier.clocks, office=office)),
        pieces=_pieces(dossier, office=office),
        journal=tuple(_happened(event, dossier, office=office) for event in dossier.journal),
        sent=tuple(proof_of(told, office=office) for told in dossier.sent),
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


def _happened(event: Event, dossier: Dossier, *, office: Office) -> Entry:
    names = dossier.names
    known = {role.value for role in (Role.CONSUMER, Role.SYSTEM)}
    who = names.get(event.by) or (office.say(f"actor.{event.by}") if event.by in known else event.by)
    details = tuple(
        (office.say(f"page.fact.{name}"), _fact_words(name, event.facts[name], names, office=office))
        for name in TOLD
        if event.facts.get(name)
    )
    if event.name is EventName.RECOUNTED:
        details = tuple(_recounted(event, dossier, office=office))
    at = instant_words(event.at, office=office)
    return Entry(when=at, who=who, what=office.say(f"event.{event.name.value}"), details=details)


def _recounted(event: Event, dossier: Dossier, *, office: Office) -> Iterator[tuple[str, str]]:
    """Which limit has another date, the one before and the one now."""
    rule = office.rulebook.clock(event.facts["rule"], china_date(dossier.case.received_at))
    yield office.say("page.fact.rule"), rule.name
    for name in ("from", "to"):
        yield office.say(f"page.fact.{name}"), day_words(date.fromisoformat(event.facts[name]), office=office)


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
    label = verb_key(verb, dossier.actions)
    return Action(verb=verb, label=label, fields=form, bureaus=bureau_groups(office) if named else ())


def bureau_groups(office: Office) -> tuple[tuple[str, tuple[Bureau, ...]], ...]:
    """Every bureau under the name of its county, the city's own first."""
    directory = office.rulebook.directory
    heads = [b for b in directory if not b.level.local]
    city = tuple(b for b in heads if b.level is Level.CITY)
    found = [(city[0].name, city)] if city else []
    for head in heads:
        if head.level is Level.COUNTY:
            below = [b for b in directory if b.level.local and head.code in directory.line(b.code)]
            found.append((head.name, (head, *below)))
    return tuple(found)
