"""What a staff verb asks for: its fields in order, and what may be chosen in them; the same in chat and on the desk."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from cases.calendar import china_date
from cases.lifecycle import find, outcomes_for
from cases.model import LABELS, Case, Kind, Role
from cases.routing import Bureau
from cases.transitions import PERSON, PROGRAM, TABLE
from handlers.joint import BINDING, joinable, members_of
from handlers.office import Office
from handlers.wording import day_words
from storage.database import Transaction

CHOSEN = frozenset(
    {
        "consented",
        "ground",
        "bureau",
        "outcome",
        "mediator",
        "officer",
        "law",
        "why",
        "adoption",
        "level",
        "kind",
        *LABELS,
    }
)
"""Facts that are chosen from a list; the others are typed."""
BY_PHONE = "told_by_phone"
"""What an officer does in any state of a case, while a notice of it could not be sent."""
CALL = (("on", False), ("whom", True), ("reason", True))
"""What is asked about a call: its day (today when left out), who was told, and in which words."""
VERBS = frozenset(row.verb for row in TABLE if row.roles - PERSON - PROGRAM) | {"close_with", BY_PHONE}
"""Everything that people who sign in can do to a case."""
ANY_OF = frozenset({"correct"})
"""Verbs all of whose facts may be left out, but not all at once."""
CONSENT = "consented"
"""The fact that each whom the leading case stands for agrees to what binds them (Order 121, Art. 12)."""
CONSENTED = "yes"
GROUNDED = frozenset({"terminated"})
"""Outcomes for which the law wants a ground (Order 121, Art. 23)."""


@dataclass(frozen=True, kw_only=True)
class Option:
    """One thing to choose: the value of the fact, its short words, and where it helps the full wording."""

    value: str
    label: str
    title: str = ""


@dataclass(frozen=True, kw_only=True)
class Field:
    """One fact of a form; one that is not ``needed`` may stay empty.

    ``options`` is empty for what is typed. A field that is not ``chosen`` and has options may be answered by either.
    """

    name: str
    needed: bool
    options: tuple[Option, ...] = ()

    @property
    def chosen(self) -> bool:
        return self.name in CHOSEN


def field_names(case: Case, verb: str) -> tuple[tuple[str, bool], ...]:
    """The facts that the verb takes now, in the order in which they are asked for, and whether each is needed."""
    if verb == BY_PHONE:
        return CALL
    if verb == "close_with":
        return ("outcome", True), ("ground", False), ("reason", True)
    row = find(case, verb)
    return tuple((name, name in row.needs) for name in (*row.needs, *row.may)) if row else ()


async def fields(
    tx: Transaction, case: Case, verb: str, *, roles: frozenset[Role], office: Office
) -> tuple[Field, ...]:
    """The form of ``verb`` for those who act in these roles."""
    found = []
    named = field_names(case, verb)
    after = 1 if verb == "close_with" else 0  # only its outcome tells whether it binds anybody
    for name, needed in (*named[:after], *await _consent(tx, case, verb), *named[after:]):
        options = await _options(tx, case, name, verb=verb, roles=roles, office=office)
        if verb == "close_with" and name == "ground" and not GROUNDED & set(outcomes_for(case, roles)):
            continue
        found.append(Field(name=name, needed=needed, options=tuple(options)))
    return tuple(found)


async def _consent(tx: Transaction, case: Case, verb: str) -> Sequence[tuple[str, bool]]:
    """Asked for what binds others too; when a case is closed with an outcome, only that tells whether it does."""
    asks = verb in BINDING or verb == "close_with"
    return [(CONSENT, verb in BINDING)] if asks and await members_of(tx, case) else []


async def _options(
    tx: Transaction, case: Case, name: str, *, verb: str, roles: frozenset[Role], office: Office
) -> Sequence[Option]:
    match name:
        case "consented":
            return [Option(value=CONSENTED, label=office.say("consented.yes"))]
        case "other":
            return [_case(lead, office=office) for lead in await _leads(tx, case, verb, office=office)]
        case "outcome":
            return [Option(value=o, label=office.say(f"outcome.{o}")) for o in outcomes_for(case, roles)]
        case "bureau":
            return [_bureau(bureau) for bureau in office.rulebook.directory.heads(office.rulebook.site.desk)]
        case "mediator":
            return [Option(value=m.id, label=m.name) for m in await tx.staff.of(roles=(Role.MEDIATOR,))]
        case "officer":
            colleagues = await tx.staff.of([case.bureau or ""], roles=(Role.OFFICER, Role.LEAD))
            return [Option(value=m.id, label=m.name) for m in colleagues if m.id != case.officer]
        case "kind":
            return [Option(value=k.value, label=office.say(f"kind.{k.value}")) for k in Kind if k is not case.kind]
    return _listed(case, name, verb=verb, office=office) if name in CHOSEN else ()


def _listed(case: Case, name: str, *, verb: str, office: Office) -> Sequence[Option]:
    """What the data files let one choose."""
    grounds = office.rulebook.grounds
    if name in LABELS:
        return _labels(case, name, office=office)
    if name == "level":
        return [Option(value=reward.code, label=reward.short) for reward in grounds.rewards]
    lists = {"law": grounds.tell, "why": grounds.suspend, "adoption": grounds.adoption}
    own = grounds.decline if verb == "decline" else grounds.terminate
    return [Option(value=g.code, label=g.short, title=g.text) for g in lists.get(name, own)]


def _labels(case: Case, name: str, *, office: Office) -> Sequence[Option]:
    """What else the case can be by a closed list."""
    rulebook, now = office.rulebook, case.trait(name)
    return [Option(value=v, label=v, title=rulebook.plain.get(v, "")) for v in rulebook.labels[name] if v != now]


async def _leads(tx: Transaction, case: Case, verb: str, *, office: Office) -> Sequence[Case]:
    """Other tip-offs of one informant are not listed: that would tell whose they are (Art. 37)."""
    return await joinable(tx, case, office=office) if verb == "ask_join" else ()


def _case(case: Case, *, office: Office) -> Option:
    about = (case.merchant.name, case.product, day_words(china_date(case.received_at), office=office))
    return Option(value=case.no, label=case.no, title=" ".join(word for word in about if word))


def _bureau(bureau: Bureau) -> Option:
    return Option(value=bureau.code, label=bureau.short, title=bureau.name)
