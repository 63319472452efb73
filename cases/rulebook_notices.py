"""Reads which event owes a notice to whom, and which of them the site sends."""

from __future__ import annotations

from collections.abc import Sequence

from cases.events import EventName
from cases.model import Role
from cases.notices import NoticeRule, Recipient
from cases.reading import Faults, Table
from cases.rulebook_clocks import read_kinds
from cases.site import Site
from cases.transitions import OUTCOME_PATHS

QUESTIONS = ("offer", "entrust", "join", "reclassify")
"""What a consumer can be asked to consent to."""


def read_notices(table: Table) -> tuple[NoticeRule, ...]:
    rules = [rule for row in table.tables("notice") if (rule := _notice(row))]
    table.finish()
    return tuple(rules)


def _notice(row: Table) -> NoticeRule | None:
    on, to = row.one_of("on", EventName), row.one_of("to", Recipient)
    if on not in set(EventName) or to not in set(Recipient):
        return None
    rule = NoticeRule(
        on=EventName(on),
        kinds=read_kinds(row),
        to=Recipient(to),
        text=row.text("text"),
        basis=row.text("basis", ""),
        card=row.flag("card"),
        statutory=row.flag("statutory"),
        optional=row.flag("optional"),
        outcomes=frozenset(row.several("outcomes", OUTCOME_PATHS)),
        unrouted=row.flag("unrouted"),
        headline=row.flag("headline"),
        asked=frozenset(row.several("asked", QUESTIONS)),
        by=frozenset(map(Role, row.several("by", Role))),
        short=row.text("short", ""),
    )
    if rule.statutory and rule.optional:
        row.fault("optional", found=True, allowed="false: the law owes this notice")
    row.finish()
    return rule


def switched(rules: Sequence[NoticeRule], site: Site, faults: Faults) -> tuple[NoticeRule, ...]:
    """The notices that the site sends: all but those it turned off, and the optional ones that it turned on."""
    known = {rule.text: rule for rule in rules}
    for n, text in enumerate(sorted(site.notices_on)):
        if text not in known or not known[text].optional:
            optional = ", ".join(sorted(rule.text for rule in rules if rule.optional))
            faults.add(file="site.toml", path=f"notices.on[{n}]", found=text, allowed=optional)
    for n, text in enumerate(sorted(site.notices_off)):
        if text not in known or known[text].statutory:
            faults.add(file="site.toml", path=f"notices.off[{n}]", found=text, allowed="a notice that no law owes")
    return tuple(
        rule
        for rule in rules
        if rule.text not in site.notices_off and (not rule.optional or rule.text in site.notices_on)
    )
