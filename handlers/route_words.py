"""Why a case is where it is, in words for staff: every rule that was looked at, what decided, and the basis."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import groupby

from cases.decisions import Decision, matter_of
from cases.events import Event
from cases.model import Case
from cases.routing import Route, Seen, Step, Trace, explain
from cases.routing_rules import ROUTING_KEYS, Matter, Misfit, PlaceRule, RoutingRule
from handlers.filing import decision_of
from handlers.office import Office
from handlers.placing import department_of
from handlers.wording import bureau_words, list_words, place_words


@dataclass(frozen=True, kw_only=True)
class Line:
    """One step: the rule or the place, whether it decided, what made it so, and its basis."""

    name: str
    fits: bool
    why: str
    basis: str = ""
    rule: str = ""


@dataclass(frozen=True, kw_only=True)
class Explained:
    """``notes`` say how far the steps are those of the day when the case came; ``facts`` what the rules looked at."""

    notes: tuple[str, ...]
    facts: str = ""
    lines: tuple[Line, ...] = ()


def explained(case: Case, journal: Iterable[Event], *, office: Office) -> Explained:
    """How the rules found the place of a case. Where they have changed since, it is said, and those of now are walked.

    A clue stays with the bureau that found it: no rule was asked.
    """
    if case.origin:
        return Explained(notes=(office.say("route.clue", origin=case.origin),))
    rulebook, kept = office.rulebook, decision_of(journal)
    matter = kept.matter if kept else matter_of(case, routing=rulebook.routing)
    trace = explain(matter, routing=rulebook.routing, directory=rulebook.directory, ours=rulebook.site.ours)
    return Explained(
        notes=tuple(_notes(case, kept, trace.route, office=office)),
        facts=_facts(matter, office=office),
        lines=tuple(_lines(trace, office=office)),
    )


def _notes(case: Case, kept: Decision | None, now: Route, *, office: Office) -> Iterator[str]:
    target = _target(now.bureau, department_of(now, office=office).name, ours=_is_ours(now, office), office=office)
    if kept is None:
        yield office.say("route.not_kept", target=target)
    elif kept.same(now, routing=office.rulebook.routing):
        yield office.say("route.same", target=target)
    else:
        ours = kept.department == office.rulebook.site.ours
        then = _target(kept.bureau, kept.department, ours=ours, office=office)
        yield office.say("route.changed", rule=kept.rule, then=then, target=target)
    decided = kept.bureau if kept else now.bureau
    if case.bureau and case.bureau != decided:
        yield office.say("route.by_hand", bureau=bureau_words(case.bureau, office=office))


def _is_ours(found: Route, office: Office) -> bool:
    return found.department == office.rulebook.site.ours


def _target(bureau: str | None, department: str, *, ours: bool, office: Office) -> str:
    """The bureau; else the intake desk, for another department where it is not ours."""
    if bureau:
        return bureau_words(bureau, office=office)
    desk = office.say("word.desk")
    return office.say("route.desk" if ours else "route.elsewhere", desk=desk, department=department)


def _facts(matter: Matter, *, office: Office) -> str:
    said = (
        office.say("route.fact", name=_key(key, office=office), value=_value(key, value, office=office))
        for key in ROUTING_KEYS
        for value in matter.values(key)
    )
    return list_words(tuple(said), office=office)


def _lines(trace: Trace, *, office: Office) -> Iterator[Line]:
    for step in trace.rules:
        name = office.say("route.rule", because=step.rule.because, department=step.rule.department)
        yield _line(step, name, trace.route.matter, office=office)
    for place in trace.places:
        name = office.say("route.place", basis=place.rule.basis)
        yield replace(_line(place, name, trace.route.matter, office=office), basis="")
    for seen in trace.seen:
        yield _seen(seen, decided=seen.look is trace.route.look, office=office)


def _line(step: Step[RoutingRule] | Step[PlaceRule], name: str, matter: Matter, *, office: Office) -> Line:
    why = _misfit(step.misfit, matter, office=office) if step.misfit else office.say("route.fits")
    return Line(name=name, fits=step.misfit is None, why=why, basis=step.rule.basis, rule=step.rule.id)


def _misfit(misfit: Misfit, matter: Matter, *, office: Office) -> str:
    name = _key(misfit.key, office=office)
    values = tuple(_value(misfit.key, value, office=office) for value in matter.values(misfit.key))
    if not values:
        return office.say("route.unknown", name=name)
    text = "route.excluded" if misfit.excluded else "route.other"
    return office.say(text, name=name, value=list_words(values, office=office))


def _seen(seen: Seen, *, decided: bool, office: Office) -> Line:
    place = place_words(seen.region, office=office)
    if seen.bureau:
        why = office.say("route.covered", place=place, bureau=bureau_words(seen.bureau, office=office))
    else:
        why = office.say("route.outside", place=place) if seen.region else office.say("route.no_place")
    return Line(name=office.say(f"route.look_{seen.look.value}"), fits=decided and seen.bureau is not None, why=why)


def _key(key: str, *, office: Office) -> str:
    return office.say(f"route.key_{key}")


def _value(key: str, value: str, *, office: Office) -> str:
    if key in ("kind", "trader"):
        return office.say(f"kind.{value}" if key == "kind" else f"route.trader_{value}")
    if key in ("region", "township"):
        return place_words(value, office=office)
    if key != "answer":
        return value
    code, _, given = value.partition("/")
    question = office.rulebook.routing.question(code)
    answer = question.answer(given) if question else None
    return answer.label if answer else value


def route_text(case: Case, journal: Iterable[Event], *, office: Office) -> str:
    """The same for a chat: rules next to each other that failed for one reason stand on one line, by their names."""
    found = explained(case, journal, office=office)
    lines = []
    for (fits, why), several in groupby(found.lines, key=lambda line: (line.fits, line.why)):
        group = list(several)
        if fits or len(group) == 1:
            lines += [_told(line, office=office) for line in group]
        else:
            names = list_words(tuple(line.rule for line in group), office=office)
            lines.append(office.say("route.line", mark=_mark(fits, office=office), name=names, why=why, basis=""))
    return office.say("route.case", no=case.no, notes="\n".join(found.notes), facts=found.facts, lines="\n".join(lines))


def _told(line: Line, *, office: Office) -> str:
    name = line.name if line.fits or not line.rule else line.rule
    mark = _mark(line.fits, office=office)
    return office.say("route.line", mark=mark, name=name, why=line.why, basis=line.basis if line.fits else "")


def _mark(fits: bool, *, office: Office) -> str:
    return office.say("route.yes" if fits else "route.no")
