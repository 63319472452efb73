"""Reads the rules of routing and the platforms that they know; every fault with its file and path."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType

from cases.reading import Faults, Table, load
from cases.routing_rules import (
    MATTER_KEYS,
    ROUTING_KEYS,
    Answer,
    Look,
    PlaceRule,
    Platform,
    Question,
    Routing,
    RoutingFile,
    RoutingRule,
    Rule,
    Trader,
)
from cases.rulebook_calendars import NOTES
from cases.rulebook_conditions import Labels, Values, read_conditions

SETS = ("department", "sales_mode", "region", "township", "trader")
"""What an answer may settle."""
FORGOTTEN = ("merchant", "region")
"""What an answer may show to have been something else."""
FILE = "routing.toml"
NAMED = re.compile(r"(?=.{3,32}$)[a-z0-9-]+/[a-z0-9-]+")


def read_routing(folders: tuple[Path, Path], labels: Labels, faults: Faults) -> Routing:
    """The site's rules before the national ones; ``folders``: the national one, then the site's."""
    national, own = (read_rules(load(folder / FILE, faults), labels) for folder in folders)
    platforms, online = _platforms(folders, labels, faults)
    return Routing(own=own, national=national, platforms=platforms, online=online)


def routing_with(path: Path, routing: Routing, *, labels: Labels, faults: Faults) -> Routing:
    """The rules with a changed file in the place of the one that it was made from: the national one when it ends in a
    rule for everything else, the site's otherwise."""
    table = load(path, faults)
    changed = read_rules(table, labels)
    with_it = {"national": changed} if changed.whole else {"own": changed}
    parts = {"own": routing.own, "national": routing.national, **with_it}
    found = Routing(**parts, platforms=routing.platforms, online=routing.online)
    if not faults.found:
        check_routing(found, faults, file=path.name)
    return found


def read_rules(table: Table, labels: Labels) -> RoutingFile:
    """What one file says; what its rules name of other files is looked at by ``check_routing``."""
    found = RoutingFile(
        rules=tuple(_rule(row, labels) for row in table.tables("rule")),
        places=tuple(_place(row, labels) for row in table.tables("place")),
        questions=tuple(_question(row, labels) for row in table.tables("question")),
    )
    table.finish()
    return found


def _conditions(row: Table, labels: Labels) -> tuple[Values, Values]:
    return read_conditions(row.table("when"), labels, keys=ROUTING_KEYS) if "when" in row else ({}, {})


def _rule(row: Table, labels: Labels) -> RoutingRule:
    when, unless = _conditions(row, labels)
    rule = RoutingRule(
        id=row.text("id"),
        when=when,
        unless=unless,
        department=row.one_of("department", labels["department"]),
        because=row.text("because"),
        basis=row.text("basis"),
        window=row.flag("window"),
        words=row.text("words", ""),
    )
    row.finish("note")
    return rule


def _place(row: Table, labels: Labels) -> PlaceRule:
    when, unless = _conditions(row, labels)
    looks = row.several("looks", Look)
    if not looks:
        row.fault("looks", found=None, allowed=", ".join(Look))
    rule = PlaceRule(
        id=row.text("id"),
        when=when,
        unless=unless,
        looks=tuple(Look(look) for look in looks if look in set(Look)),
        either=row.flag("either"),
        words=row.text("words"),
        basis=row.text("basis"),
    )
    row.finish("note")
    return rule


def _question(row: Table, labels: Labels) -> Question:
    when, unless = _conditions(row, labels)
    between = row.several("between")
    if not (when or unless or between):
        row.fault("when", found=None, allowed="the matters it is for, or between: the counties of one name")
    question = Question(
        id=row.text("id"),
        when=when,
        unless=unless,
        lacking=row.several("lacking", MATTER_KEYS),
        between=frozenset(between),
        ask=row.text("ask"),
        basis=row.text("basis"),
        answers=tuple(_answer(answer, labels) for answer in row.tables("answer")),
    )
    _check_names_fit(row, question)
    if between and any("region" not in answer.sets for answer in question.answers):
        row.fault("answer", found="an answer without region", allowed="the region that is meant, in each answer")
    if len(question.answers) < 2:
        row.fault("answer", found=len(question.answers), allowed="at least two answers")
    row.finish("note")
    return question


def _check_names_fit(row: Table, question: Question) -> None:
    """A button carries the names of the question and of the answer, and has little room."""
    names = [f"{question.id}/{answer.value}" for answer in question.answers]
    for name in [name for name in names if not NAMED.fullmatch(name)]:
        row.fault("id", found=name, allowed="id/value of small letters, digits and hyphens, 32 characters together")


def _answer(row: Table, labels: Labels) -> Answer:
    sets = {key: _settled(row, key, labels) for key in SETS if key in row}
    answer = Answer(
        value=row.text("value"),
        label=row.text("label"),
        words=row.several("words"),
        sets=sets,
        forgets=row.several("forgets", FORGOTTEN),
    )
    row.finish("note")
    return answer


def _settled(row: Table, key: str, labels: Labels) -> str:
    allowed = tuple(Trader) if key == "trader" else labels.get(key)
    return row.one_of(key, allowed) if allowed else row.text(key)


def _platforms(
    folders: Sequence[Path], labels: Labels, faults: Faults
) -> tuple[Mapping[str, Platform], frozenset[str]]:
    """The national platforms, and over them the site's own where it has a file of them."""
    found: dict[str, Platform] = {}
    online: frozenset[str] = frozenset()
    for number, folder in enumerate(folders):
        path = folder / "platforms.toml"
        if number and not path.exists():
            continue
        table = load(path, faults)
        online |= frozenset(table.several("online", labels["sales_mode"]))
        found |= {row.name: row for row in map(_platform, table.tables("platform"))}
        table.finish()
    return MappingProxyType(found), online


def _platform(row: Table) -> Platform:
    trader = row.one_of("trader", Trader) if "trader" in row else None
    platform = Platform(
        name=row.text("name"),
        aliases=row.several("aliases"),
        region=row.maybe("region"),
        place=row.maybe("place"),
        local=row.flag("local"),
        trader=Trader(trader) if trader in set(Trader) else None,
    )
    if platform.region and not platform.place:
        row.fault("place", found=None, allowed="the seat in words")
    row.finish(*NOTES)
    return platform


def check_routing(routing: Routing, faults: Faults, *, file: str = FILE) -> None:
    """What only the two files together show: last rules for everything else, names used once, known answers."""
    for key, rules in (("rule", routing.rules), ("place", routing.places)):
        if not rules or rules[-1].when or rules[-1].unless:
            faults.add(file=file, path=key, found=f"no last {key} without conditions", allowed="a default rule")
    named: tuple[tuple[str, Sequence[Rule]], ...] = (
        ("rule", routing.rules),
        ("place", routing.places),
        ("question", routing.questions),
    )
    for key, several in named:
        _check_names(key, [rule.id for rule in several], faults, file=file)
    known = {f"{question.id}/{answer.value}" for question in routing.questions for answer in question.answers}
    for key, several in named:
        for rule in several:
            asked = rule.when.get("answer", frozenset()) | rule.unless.get("answer", frozenset())
            for unknown in sorted(asked - known):
                faults.add(file=file, path=f"{key} {rule.id}.when.answer", found=unknown, allowed=_listed(known))


def _check_names(key: str, names: Sequence[str], faults: Faults, *, file: str) -> None:
    for twice in sorted({name for name in names if name and names.count(name) > 1}):
        faults.add(file=file, path=f"{key}.id", found=twice, allowed="a name used once")


def _listed(values: Iterable[str]) -> str:
    return ", ".join(sorted(values)) or "none: there is no question"
