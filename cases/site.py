"""A site's rules as values: who runs it, its offices, its time limits, its texts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from cases.calendar import WorkCalendar
from cases.clocks import ClockRule, OfficeHours
from cases.events import EventName
from cases.model import Kind
from cases.notices import NoticeRule
from cases.routing import Directory, Matter, RoutingRule
from cases.texts import Texts


@dataclass(frozen=True, kw_only=True)
class Department:
    """Another office a matter can belong to: its full name, and its public line when a source is known."""

    label: str
    name: str
    hotline: str | None = None
    first_step: str | None = None
    at_once: bool = False


@dataclass(frozen=True, kw_only=True)
class Ground:
    """A ground of refusal (Art. 16) or of ending mediation (Art. 23): wording of the law and a short plain form."""

    code: str
    text: str
    short: str


@dataclass(frozen=True, kw_only=True)
class PlaceName:
    """A division or a colloquial place of the site."""

    code: str
    name: str
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Promise:
    """What the site has bound itself to beyond the law, in the words of a document quoted in ``source``.

    ``hours`` or ``minutes``: from receipt until it is done; ``percent``: a share to reach; ``least``: how many a year;
    ``first``: categories that come before the rest; ``when``: the matters it is for, every matter when empty.
    What the document leaves open is None.
    """

    code: str
    text: str
    source: str
    basis: str = ""
    hours: int | None = None
    minutes: int | None = None
    percent: int | None = None
    least: int | None = None
    first: tuple[str, ...] = ()
    when: Mapping[str, frozenset[str]] = field(default_factory=dict)

    @property
    def rate(self) -> float | None:
        """The share between 0 and 1."""
        return None if self.percent is None else self.percent / 100

    def fits(self, matter: Matter) -> bool:
        return all(matter.value(key) in values for key, values in self.when.items())


@dataclass(frozen=True, kw_only=True)
class Figure:
    """A number that the site has published: ``value`` in ``unit``, for ``period``, quoted in ``source``."""

    code: str
    value: int
    unit: str
    period: str
    source: str


@dataclass(frozen=True, kw_only=True)
class Site:
    """Who runs this and when. ``ours`` is the department label whose bureaus the site holds."""

    name: str
    short_name: str
    signature: str
    region: str
    desk: str
    number_prefix: str
    ours: str
    hours: OfficeHours
    phones: Mapping[str, str]
    privacy: Mapping[str, str]
    draft_days: int
    website: str | None = None
    promises: tuple[Promise, ...] = ()
    figures: tuple[Figure, ...] = ()

    def promise(self, code: str) -> Promise | None:
        """The promise of this name, when the site has made it."""
        return next((promise for promise in self.promises if promise.code == code), None)


@dataclass(frozen=True, kw_only=True)
class Rulebook:
    """Everything that the business changes, checked."""

    site: Site
    labels: Mapping[str, tuple[str, ...]]
    plain: Mapping[str, str]
    calendar: WorkCalendar
    clocks: tuple[ClockRule, ...]
    notices: tuple[NoticeRule, ...]
    texts: Texts
    routing: tuple[RoutingRule, ...]
    directory: Directory
    departments: Mapping[str, Department]
    decline_grounds: tuple[Ground, ...]
    terminate_grounds: tuple[Ground, ...]
    places: tuple[PlaceName, ...]
    commands: Mapping[str, str]

    def clock(self, code: str, received_on: date) -> ClockRule:
        """The rule ``code`` that was in force on the day of receipt; LookupError when there was none."""
        for rule in self.clocks:
            if rule.code == code and rule.covers(received_on):
                return rule
        raise LookupError(code)

    def clocks_started_by(self, event: EventName, *, kind: Kind, received_on: date) -> tuple[ClockRule, ...]:
        return tuple(r for r in self.clocks if event in r.started_by and kind in r.kinds and r.covers(received_on))

    def ground(self, code: str) -> Ground | None:
        return next((g for g in (*self.decline_grounds, *self.terminate_grounds) if g.code == code), None)
