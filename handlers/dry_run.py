"""What changed rules of routing would do to past cases: each is routed by today's rules and by the changed ones."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from cases.decisions import FACT, Decision, matter_of
from cases.events import EventName
from cases.model import Case, CaseNo
from cases.routing import Route, route
from cases.routing_rules import Matter, Routing
from handlers.office import Office
from handlers.wording import bureau_short, list_words
from storage.database import Database

PAGE = 500
"""Cases held in memory at a time."""
SHOWN = 5
"""Numbers that a move is illustrated with."""


@dataclass(frozen=True, kw_only=True)
class Stop:
    """Where a route ends and what led there; alike for all cases that are counted together."""

    bureau: str | None
    department: str
    rule: str
    place_rule: str

    @property
    def target(self) -> tuple[str | None, str]:
        return self.bureau, self.department


@dataclass(kw_only=True)
class Moves:
    """How many cases were looked at, and which would go elsewhere, counted by the way they go."""

    total: int = 0
    counts: Counter[tuple[Stop, Stop]] = field(default_factory=Counter)
    examples: dict[tuple[Stop, Stop], list[CaseNo]] = field(default_factory=dict)

    @property
    def moved(self) -> int:
        return self.counts.total()

    def add(self, no: CaseNo, before: Stop, after: Stop) -> None:
        """One case more, and where it would go."""
        self.total += 1
        if before.target == after.target:
            return
        self.counts[before, after] += 1
        seen = self.examples.setdefault((before, after), [])
        if len(seen) < SHOWN:
            seen.append(no)


async def moves(database: Database, *, changed: Routing, office: Office, page: int = PAGE) -> Moves:
    """Every case in the database, as it was told when it came; what officers did with it later does not count.

    Clues are left out: no rule was asked where they go. StorageFault when the database cannot be read.
    """
    found, after = Moves(), ""
    if await database.is_blank():
        return found
    await database.ping()
    while True:
        async with database.read() as tx:
            cases = await tx.cases.all_from(after, limit=page)
            kept = await tx.cases.facts_of([case.no for case in cases], EventName.RECEIVED, name=FACT)
        # Beside the loop: some hundred cases by two sets of rules take a while.
        await asyncio.to_thread(_compare, found, cases, kept, changed=changed, office=office)
        if len(cases) < page:
            return found
        after = cases[-1].no


def _compare(
    found: Moves, cases: Sequence[Case], kept: Mapping[CaseNo, str], *, changed: Routing, office: Office
) -> None:
    today = office.rulebook.routing
    for case in cases:
        if case.origin:
            continue
        told = kept.get(case.no)
        matter = Decision.load(told).matter if told else matter_of(case, routing=today)
        found.add(case.no, _stop(matter, today, office=office), _stop(matter, changed, office=office))


def _stop(matter: Matter, routing: Routing, *, office: Office) -> Stop:
    rulebook = office.rulebook
    end: Route = route(matter, routing=routing, directory=rulebook.directory, ours=rulebook.site.ours)
    counts = end.place_rule.id if end.place_rule else ""
    return Stop(bureau=end.bureau, department=end.department, rule=end.rule, place_rule=counts)


def report(found: Moves, *, changed: Routing, file: Path, office: Office) -> Iterator[str]:
    """What would move, the most frequent way first; no more of a case than its number."""
    part = "own" if changed.national is office.rulebook.routing.national else "national"
    words = {"file": file, "part": office.say(f"dry_run.{part}"), "total": found.total}
    if not found.total:
        yield office.say("dry_run.empty", **words)
    elif not found.moved:
        yield office.say("dry_run.none_moved", **words)
    else:
        yield office.say("dry_run.moved", **words, moved=found.moved)
    for (before, after), count in sorted(found.counts.items(), key=lambda move: (-move[1], found.examples[move[0]])):
        yield office.say(
            "dry_run.row",
            count=count,
            before=_target(before, office=office),
            after=_target(after, office=office),
            old=before.rule,
            new=after.rule,
            old_place=before.place_rule,
            new_place=after.place_rule,
            numbers=list_words(tuple(found.examples[before, after]), office=office),
        )


def _target(stop: Stop, *, office: Office) -> str:
    if stop.bureau:
        return bureau_short(stop.bureau, office=office)
    ours = stop.department == office.rulebook.site.ours
    return office.say("word.desk") if ours else stop.department
