"""Which notice an event owes to whom; the rules themselves are data."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from cases.events import Event, EventName
from cases.model import Case, Kind, Role


class Recipient(StrEnum):
    """Who is told. ``OFFICER`` is the one who signed, else all of the bureau; ``DEPUTY`` stands in for that one.

    ``SUPERVISOR`` leads the bureau above; ``MERCHANT`` and ``MEDIATOR`` are those whom the case names.
    """

    CONSUMER = "consumer"
    OFFICER = "officer"
    DEPUTY = "deputy"
    LEAD = "lead"
    SUPERVISOR = "supervisor"
    DESK = "desk"
    MERCHANT = "merchant"
    MEDIATOR = "mediator"


class Priority(StrEnum):
    """Order on the wire: an answer to the person now talking, a staff ping, a case notice, then everything else."""

    REPLY = "reply"
    PING = "ping"
    NOTICE = "notice"
    BROADCAST = "broadcast"

    @property
    def rank(self) -> int:
        return list(Priority).index(self)


@dataclass(frozen=True, kw_only=True)
class NoticeRule:
    """After ``on`` in these kinds (and these outcomes, when given), send ``text`` to ``to``.

    ``card``: the case's buttons go along. ``statutory``: the law owes it, it is never switched off. ``optional``: it is
    sent only where the site has turned it on. ``headline``: only of a clock whose date consumers are told. ``asked``:
    only after an answer to one of these questions. ``by``: only when one in such a role did it. ``short``: the text for
    a short message, where that one must say less or other than a chat.
    """

    on: EventName
    kinds: frozenset[Kind]
    to: Recipient
    text: str
    basis: str
    card: bool = False
    statutory: bool = False
    optional: bool = False
    outcomes: frozenset[str] = frozenset()
    unrouted: bool = False
    headline: bool = False
    asked: frozenset[str] = frozenset()
    by: frozenset[Role] = frozenset()
    short: str = ""

    @property
    def texts(self) -> tuple[str, ...]:
        """The keys of its texts."""
        return (self.text, self.short) if self.short else (self.text,)


def owed(rules: Iterable[NoticeRule], *, case: Case, event: Event) -> tuple[NoticeRule, ...]:
    """The notices that ``event`` owes."""
    return tuple(rule for rule in rules if _fits(rule, case, event))


def _fits(rule: NoticeRule, case: Case, event: Event) -> bool:
    return (
        rule.on is event.name
        and case.kind in rule.kinds
        and (not rule.outcomes or event.facts.get("outcome", case.outcome) in rule.outcomes)
        and (not rule.asked or event.facts.get("asked") in rule.asked)
        and (not rule.headline or bool(event.facts.get("headline")))
        and (not rule.unrouted or (case.bureau is None and "certain" not in event.facts))
    )


LOWEST_RATING = 3
"""Ratings run from 1 (satisfied) to 3 (not satisfied)."""
