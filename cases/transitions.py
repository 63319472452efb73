"""The one table of what may happen to a case: in which kind and state, by whom, with which facts, on what basis.

Law-bound rows cite their article of Order 121 or of the procedure for punishment (PP); rules of the office carry none.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from cases.events import EventName
from cases.model import Case, Kind, Role, Status

S = Status

COMPLAINT = frozenset({Kind.COMPLAINT})
TIPOFF = frozenset({Kind.TIPOFF})
INQUIRY = frozenset({Kind.INQUIRY})
SUGGESTION = frozenset({Kind.SUGGESTION})
CLAIM = COMPLAINT | TIPOFF
QUESTION = INQUIRY | SUGGESTION
EVERY = frozenset(Kind)

INTAKE = frozenset({Role.DESK, Role.ADMIN})
OFFICE = frozenset({Role.OFFICER, Role.LEAD, Role.ADMIN})
LEAD = frozenset({Role.LEAD, Role.ADMIN})
PROGRAM = frozenset({Role.SYSTEM})
PERSON = frozenset({Role.CONSUMER})
MEDIATOR = frozenset({Role.MEDIATOR})
MERCHANT = frozenset({Role.MERCHANT})
ABOVE = frozenset({Role.SUPERIOR, Role.ADMIN})
ANYONE = INTAKE | OFFICE
WATCH = frozenset({Role.DESK, Role.LEAD, Role.ADMIN})
"""Who looks after a case that is closed."""


def _at(*statuses: Status) -> frozenset[Status]:
    return frozenset(statuses)


HANDLED = _at(S.CLOSED, S.FOLLOWING_UP, S.ARCHIVED, S.WITHDRAWN, S.DECLINED, S.DUPLICATE, S.REDIRECTED, S.RECLASSIFIED)
OPEN = frozenset(Status) - HANDLED
"""States in which the office still owes something."""
ENDED = HANDLED - {S.FOLLOWING_UP}
"""States on whose entry every time limit ends; one that the ending itself starts begins then."""
WAITING = _at(S.RECEIVED, S.NEGOTIATING, S.RETURNED, S.DISPUTED)
"""Open states in which no bureau has the case."""
PLACED = OPEN - WAITING
MEDIATION = _at(S.ACCEPTED, S.MEDIATING, S.ENTRUSTED, S.APPRAISING, S.RECUSING)
DECIDED = _at(S.AGREED, S.SETTLED, S.TERMINATED)
BEFORE_ACCEPTANCE = _at(S.RECEIVED, S.NEGOTIATING, S.ROUTED, S.RETURNED, S.DISPUTED, S.CHECKING, S.SUPPLEMENTING)
FORWARDED = _at(S.DECIDED, S.TOLD, S.REWARDING)


@dataclass(frozen=True, kw_only=True)
class Transition:
    """One row: in these kinds and states, these roles may do ``verb``; the case is then in ``target``.

    ``target`` None leaves the state as it is. ``needs`` names the facts without which the verb is refused, in the order
    in which they are asked for; ``may`` those that can be left out. ``only`` names a condition of ``CONDITIONS``.
    """

    verb: str
    kinds: frozenset[Kind]
    sources: frozenset[Status]
    target: Status | None
    event: EventName
    roles: frozenset[Role]
    needs: tuple[str, ...] = ()
    may: tuple[str, ...] = ()
    only: str = ""
    basis: str = ""

    def allows(self, case: Case) -> bool:
        """Whether the row is about this case as it stands, whoever acts."""
        known = case.kind in self.kinds and case.status in self.sources
        return known and (not self.only or CONDITIONS[self.only](case))


def _asked(what: str) -> Callable[[Case], bool]:
    return lambda case: (case.asked or "").partition(":")[0] == what


CONDITIONS: Mapping[str, Callable[[Case], bool]] = {
    "undecided": lambda case: case.outcome in (None, "declined"),
    "redone": lambda case: case.rehandled > 0 and case.outcome not in (None, "declined"),
    "unrated": lambda case: case.rating is None,
    "placed": lambda case: case.bureau is not None,
    "urgent": lambda case: case.urgent,
    "joined": lambda case: case.part_of is not None,
    "asked": lambda case: case.asked is not None,
    "offered": _asked("offer"),
    "asked_entrust": _asked("entrust"),
    "asked_join": _asked("join"),
    "asked_reclassify": _asked("reclassify"),
}
"""What may be asked of a case beside its kind and state."""


def row(
    verb: str, kinds: frozenset[Kind], sources: frozenset[Status] | str, *rest: str | frozenset[Role], only: str = ""
) -> Transition:
    """One line of the table: ``target`` ("" stays), ``event``, ``roles``, then the basis and the facts ("fact?" may be
    left out)."""
    target, event, roles, basis, facts = (*rest, "", "")[:5]
    assert isinstance(roles, frozenset)
    assert not only or only in CONDITIONS
    assert not any(isinstance(text, frozenset) for text in (target, event, basis, facts))
    return Transition(
        verb=verb,
        kinds=kinds,
        sources=frozenset(map(Status, sources.split())) if isinstance(sources, str) else sources,
        target=Status(str(target)) if target else None,
        event=EventName(str(event)),
        roles=roles,
        needs=tuple(fact for fact in str(facts).split() if not fact.endswith("?")),
        may=tuple(fact[:-1] for fact in str(facts).split() if fact.endswith("?")),
        only=only,
        basis=str(basis),
    )


# fmt: off
TABLE: tuple[Transition, ...] = (
    # every kind: whose it is
    row("route", EVERY, "received returned", "routed", "routed", INTAKE | PROGRAM, "Art. 41", "bureau"),
    row("send_back", EVERY, "routed", "returned", "sent_back", OFFICE, "Art. 41", "reason"),
    row("dispute", CLAIM, "returned", "disputed", "disputed", INTAKE, "Art. 33", "reason"),
    row("designate", CLAIM, "disputed", "routed", "designated", ABOVE, "Art. 33", "bureau"),
    row("assign", EVERY, PLACED, "", "assigned", LEAD, "", "officer"),
    row("add", EVERY, OPEN - {S.SUPPLEMENTING}, "", "added", PERSON),
    row("chase", EVERY, OPEN, "", "chased", PERSON),
    row("refuse", EVERY, OPEN, "", "refused", PERSON, only="asked"),
    row("reply", EVERY, OPEN, "", "replied", ANYONE, "", "reason"),
    row("escalate", EVERY, OPEN, "", "escalated", INTAKE | ABOVE, "", "reason"),
    row("correct", EVERY, OPEN, "", "corrected", ANYONE, "", "category? problem? department?"),
    row("respond", CLAIM, PLACED, "", "responded", OFFICE, "", "reason", only="urgent"),
    # complaints: settled by the business itself
    row("negotiate", COMPLAINT, "received", "negotiating", "negotiated", PERSON, "", "enterprise"),
    row("offer", COMPLAINT, "negotiating", "", "offered", MERCHANT, "", "reason"),
    row("take_offer", COMPLAINT, "negotiating", "settled", "settled", PERSON, only="offered"),
    row("go_on", COMPLAINT, "negotiating", "received", "negotiation_failed", PROGRAM | PERSON | MERCHANT),
    # complaints: to acceptance
    row("sign", COMPLAINT, "routed", "checking", "signed", OFFICE),
    row("send_back", COMPLAINT, "checking", "returned", "sent_back", OFFICE, "Art. 41", "reason"),
    row("ask_supplement", COMPLAINT, "checking", "supplementing", "supplement_asked", OFFICE, "Art. 10", "reason until?"),
    row("supplement", COMPLAINT, "supplementing", "checking", "supplemented", OFFICE | PERSON, "Art. 10"),
    row("accept", COMPLAINT, "checking", "accepted", "accepted", OFFICE, "Art. 15", only="undecided"),
    row("decline", COMPLAINT, "checking supplementing", "declined", "declined", OFFICE, "Art. 15, 16", "ground reason", only="undecided"),
    row("decline", COMPLAINT, "received returned", "declined", "declined", INTAKE, "Art. 16(1)", "ground reason"),
    # complaints, from acceptance to a result of the mediation
    row("mediate", COMPLAINT, "accepted", "mediating", "mediated", OFFICE, "Art. 18"),
    row("mediate", COMPLAINT, "checking", "mediating", "mediated", OFFICE, "Art. 18", only="redone"),
    row("schedule", COMPLAINT, "mediating", "", "scheduled", OFFICE, "Art. 20", "reason"),
    row("ask_entrust", COMPLAINT, "accepted mediating", "", "entrust_asked", OFFICE, "Art. 19", "mediator reason"),
    row("agree_entrust", COMPLAINT, "accepted mediating", "entrusted", "entrusted", PERSON, "Art. 19", only="asked_entrust"),
    row("entrust", COMPLAINT, "accepted mediating", "entrusted", "entrusted", OFFICE, "Art. 19", "mediator reason"),
    row("hand_back", COMPLAINT, "entrusted", "mediating", "entrust_ended", OFFICE | MEDIATOR, "Art. 19", "reason"),
    row("appraise", COMPLAINT, "mediating entrusted", "appraising", "appraisal_ordered", OFFICE, "Art. 22", "reason"),
    row("end_appraisal", COMPLAINT, "appraising", "mediating", "appraisal_done", OFFICE, "Art. 22", "reason"),
    row("recuse", COMPLAINT, "mediating", "recusing", "recusal_asked", OFFICE | PERSON, "Art. 21", "reason"),
    row("decide_recusal", COMPLAINT, "recusing", "mediating", "recusal_decided", LEAD, "Art. 21", "reason officer?"),
    row("agree", COMPLAINT, "mediating", "agreed", "agreed", OFFICE, "Art. 24", "reason"),
    row("agree", COMPLAINT, "entrusted", "agreed", "agreed", OFFICE | MEDIATOR, "Art. 19, 24", "reason"),
    row("settle", COMPLAINT, "accepted mediating appraising", "settled", "settled", OFFICE | PERSON, "Art. 23(1)(1)", "reason"),
    row("settle", COMPLAINT, "entrusted", "settled", "settled", OFFICE | PERSON | MEDIATOR, "Art. 23(1)(1)", "reason"),
    row("terminate", COMPLAINT, MEDIATION - {S.ENTRUSTED}, "terminated", "terminated", OFFICE, "Art. 23", "ground reason?"),
    row("terminate", COMPLAINT, "entrusted", "terminated", "terminated", OFFICE | MEDIATOR, "Art. 19, 23", "ground reason?"),
    row("refer_police", COMPLAINT, "accepted mediating entrusted", "terminated", "fraud_found", OFFICE, "Art. 42", "reason"),
    row("withdraw", COMPLAINT, BEFORE_ACCEPTANCE, "withdrawn", "withdrawn", PERSON),
    row("withdraw", COMPLAINT, MEDIATION | DECIDED, "withdrawn", "called_off", PERSON, "Art. 23(1)(1)"),
    row("find_clue", COMPLAINT, PLACED, "", "clue_found", OFFICE, "Art. 27", "reason"),
    # complaints: several consumers against one business
    row("ask_join", COMPLAINT, "checking accepted mediating", "", "join_asked", OFFICE, "Art. 12", "other"),
    row("agree_join", COMPLAINT, "checking accepted mediating", "", "joined", PERSON, "Art. 12", only="asked_join"),
    row("represent", COMPLAINT, PLACED - {S.ROUTED}, "", "represented", OFFICE, "Art. 12", "reason"),
    row("leave_group", COMPLAINT, PLACED, "", "left_group", PROGRAM | PERSON | OFFICE, "Art. 12", only="joined"),
    # complaints: the end
    row("close", COMPLAINT, "agreed", "closed", "closed", OFFICE, "", "reason?"),
    row("close", COMPLAINT, "settled", "closed", "closed", OFFICE | PROGRAM, "Art. 23(2)", "reason"),
    row("close", COMPLAINT, "terminated", "closed", "closed", OFFICE, "Art. 23(2)", "reason"),
    row("close", COMPLAINT, "withdrawn", "closed", "closed", OFFICE | PROGRAM, "Art. 23(2)"),
    row("close", COMPLAINT, "declined", "closed", "closed", PROGRAM),
    row("close", COMPLAINT, "checking", "closed", "closed", OFFICE, "", "reason", only="redone"),
    # tip-offs: verification
    row("sign", TIPOFF, "routed", "verifying", "signed", OFFICE),
    row("send_back", TIPOFF, "verifying", "returned", "sent_back", OFFICE, "Art. 41", "reason"),
    row("redirect", TIPOFF, "received returned", "redirected", "redirected", INTAKE, "Art. 34", "reason"),
    row("mark_duplicate", TIPOFF, "received returned", "duplicate", "duplicated", INTAKE, "Art. 35(2)", "other"),
    row("mark_duplicate", TIPOFF, "routed verifying", "duplicate", "duplicated", OFFICE, "Art. 35(2)", "other"),
    row("merge", TIPOFF, "verifying", "merged", "merged", OFFICE, "Art. 35(2)", "reason other?"),
    row("absorb", TIPOFF, WAITING | {S.ROUTED, S.VERIFYING}, "duplicate", "duplicated", PROGRAM, "Art. 35(2)"),
    row("continue", TIPOFF, "merged", "verifying", "continued", PROGRAM, "Art. 35(2)"),
    row("test", TIPOFF, "verifying", "testing", "test_ordered", OFFICE, "PP Art. 18(2)", "reason"),
    row("end_test", TIPOFF, "testing", "verifying", "test_done", OFFICE, "PP Art. 18(2)", "reason"),
    row("ask_extension", TIPOFF, "verifying investigating", "", "extension_asked", OFFICE, "", "reason"),
    row("extend", TIPOFF, "verifying", "", "extended", LEAD, "PP Art. 18", "reason?"),
    row("extend", TIPOFF, "investigating", "", "extended", LEAD, "PP Art. 64", "reason?"),
    row("extend_further", TIPOFF, "investigating", "", "extended_further", LEAD, "PP Art. 64", "days reason"),
    # tip-offs: the case against the business
    row("docket", TIPOFF, "verifying", "docketed", "docketed", LEAD, "Art. 35; PP Art. 19"),
    row("dismiss", TIPOFF, "verifying", "dismissed", "dismissed", LEAD, "Art. 35; PP Art. 20", "reason"),
    row("transfer", TIPOFF, "verifying docketed investigating", "transferred", "transferred", LEAD, "", "reason"),
    row("investigate", TIPOFF, "docketed", "investigating", "investigated", LEAD, "", "officer?"),
    row("suspend", TIPOFF, "investigating", "suspended", "suspended", LEAD, "PP Art. 46, 64", "why reason"),
    row("resume", TIPOFF, "suspended", "investigating", "resumed", OFFICE, "PP Art. 46"),
    row("decide", TIPOFF, "investigating", "decided", "decided", LEAD, "", "reason"),
    row("revise", TIPOFF, FORWARDED, "", "revised", LEAD, "PP Art. 63", "reason"),
    row("unpublish", TIPOFF, FORWARDED, "", "unpublished", OFFICE, "PP Art. 63", "reason"),
    row("tell", TIPOFF, "dismissed decided", "told", "told", OFFICE, "Art. 36", "law reason"),
    row("reward", TIPOFF, "decided told", "rewarding", "rewarded", LEAD, "Art. 36", "level amount"),
    row("close", TIPOFF, "dismissed transferred decided told rewarding", "closed", "closed", OFFICE, "", "reason?"),
    row("close", TIPOFF, "duplicate redirected", "closed", "closed", PROGRAM),
    # inquiries and suggestions
    row("answer", INQUIRY, "received routed returned", "answered", "answered", ANYONE, "", "reason"),
    row("answer", SUGGESTION, "received routed returned", "answered", "answered", ANYONE, "", "adoption reason"),
    row("redirect", QUESTION, "received returned", "redirected", "redirected", INTAKE, "", "reason"),
    row("ask_reclassify", QUESTION, "received returned", "", "reclassify_asked", INTAKE, "", "kind"),
    row("agree_reclassify", QUESTION, "received returned", "reclassified", "reclassified", PERSON, only="asked_reclassify"),
    row("close", QUESTION, "redirected reclassified answered", "closed", "closed", PROGRAM),
    # after closing
    row("open_follow_up", EVERY, "closed", "following_up", "follow_up_opened", INTAKE | PROGRAM, "Art. 26"),
    row("sample", EVERY, "following_up", "", "sampled", PROGRAM, "Art. 26"),
    row("rate", EVERY, "closed following_up", "archived", "rated", PERSON, "Art. 26", "rating"),
    row("rate_low", EVERY, "closed following_up", "following_up", "rated_low", PERSON, "Art. 26", "rating", only="unrated"),
    row("follow_up", EVERY, "following_up", "archived", "followed_up", WATCH, "Art. 26", "reason"),
    row("rehandle", COMPLAINT | QUESTION, "following_up", "routed", "rehandled", WATCH, "", "reason", only="placed"),
    row("archive", EVERY, "closed following_up", "archived", "archived", PROGRAM),
)
# fmt: on

OUTCOME_PATHS: Mapping[str, tuple[str, ...]] = {
    "agreed": ("mediate", "agree", "close"),
    "settled": ("settle", "close"),
    "terminated": ("terminate", "close"),
    "decided": ("investigate", "decide", "close"),
    "dismissed": ("dismiss", "close"),
    "transferred": ("transfer", "close"),
}
"""How an officer's one action of closing with an outcome walks the table; steps behind the case are left out."""
