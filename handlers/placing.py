"""Whose business a matter is, and the sentence that says why: the site's rules asked, nothing kept."""

from __future__ import annotations

from collections.abc import Sequence

from cases import deciding, intake
from cases.intake import Draft
from cases.model import Kind
from cases.routing import Place, Route, route
from cases.routing_rules import Look, Matter
from cases.site import Department
from cases.transitions import QUESTION
from cases.understanding import Understanding
from handlers.office import Office
from handlers.wording import bureau_words, place_words


def find_route(draft: Draft, kind: Kind, *, office: Office) -> Route:
    """Whose business the draft is, by the site's rules."""
    return routed(deciding.matter(draft, kind, routing=office.rulebook.routing), office=office)


def bureau_of(heard: Understanding, *, office: Office) -> str | None:
    """The code of the bureau that would get what was understood if no more were said; None when rules cannot tell."""
    if not heard.kinds:
        return None
    return find_route(intake.learn(Draft(), heard), heard.kinds[0], office=office).bureau


def routed(matter: Matter, *, office: Office) -> Route:
    """Whose business the matter is, by the rules of now."""
    rulebook = office.rulebook
    return route(matter, routing=rulebook.routing, directory=rulebook.directory, ours=rulebook.site.ours)


def why(found: Route, *, office: Office) -> str:
    """One sentence for the consumer: why this office."""
    if found.place in (Place.UNKNOWN, Place.PLATFORM) and found.matter.kind in QUESTION:
        return _place_text(["why.question"], found, office=office)
    return _place_text([f"why.{name}" for name in _names(found)], found, office=office)


def door(found: Route, *, office: Office) -> str:
    """Where to go instead, when the place that counts is elsewhere."""
    return _place_text([f"door.{name}" for name in _names(found)], found, office=office)


def _names(found: Route) -> tuple[str, str]:
    """What names the texts for how the place came out: particular to what counts, and in general."""
    counts = found.place_rule.words if found.place_rule else found.words
    words = Look.PLATFORM.value if found.look is Look.PLATFORM else counts
    return f"{words}_{found.place.value}", found.place.value


def _place_text(keys: Sequence[str], found: Route, *, office: Office) -> str:
    """The first of these texts that there is."""
    seat = office.rulebook.routing.platforms.get(found.matter.platform or "")
    return office.say(
        next(key for key in keys if key in office.rulebook.texts),
        because=found.because,
        place=_place_words(found, office=office),
        bureau=bureau_words(found.bureau, office=office),
        department=department_of(found, office=office).name,
        platform=found.matter.platform or "",
        seat=(seat.place if seat else None) or "",
        desk=office.say("word.desk"),
        area=office.say("word.area"),
        unit=office.say("word.unit"),
    )


def _place_words(found: Route, *, office: Office) -> str:
    seat = office.rulebook.routing.platforms.get(found.matter.platform or "")
    if found.look is Look.PLATFORM and seat and seat.place:
        return seat.place
    return place_words(found.where, office=office)


def department_of(found: Route, *, office: Office) -> Department:
    """The office that has the matter, by its name at this site."""
    known = office.rulebook.departments.get(found.department)
    return known.of(found.matter) if known else Department(label=found.department, name=found.department)
