"""Loads a site: national data, then the site's folder over it; checks everything and names every fault."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from types import MappingProxyType

from cases.calendar import CalendarYear, WorkCalendar
from cases.clocks import ClockRule, OfficeHours, Unit, Warning
from cases.errors import RulebookFault
from cases.events import EventName
from cases.lifecycle import OUTCOME_PATHS
from cases.model import Kind
from cases.notices import NoticeRule, Recipient
from cases.reading import Faults, Table, load
from cases.routing import MATTER_KEYS, Bureau, Directory, Level, RoutingRule
from cases.texts import Texts, placeholders

NATIONAL = Path(__file__).parent / "rulebook"
SITES = NATIONAL / "sites"
LISTS = ("object", "category", "problem", "department", "demand", "outcome", "sales_mode")
NOTES = ("source", "verified", "note", "basis", "basis_note")
"""Keys that a data file may carry anywhere for its reader."""


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


def site_folder(name_or_path: str) -> Path:
    """The folder of a built-in site, or the path given. RulebookFault when neither exists."""
    built_in = SITES / name_or_path
    folder = built_in if built_in.is_dir() else Path(name_or_path)
    if not folder.is_dir():
        faults = Faults()
        names = ", ".join(sorted(p.name for p in SITES.iterdir() if p.is_dir()))
        faults.add(file=str(folder), path="", found=name_or_path, allowed=f"a site folder, or one of: {names}")
        raise RulebookFault(faults.found)
    return folder


def load_rulebook(name_or_path: str) -> Rulebook:
    """The rulebook of a site. RulebookFault lists everything that is wrong with its files."""
    folder = site_folder(name_or_path)
    faults = Faults()
    rulebook = _read(folder, faults)
    _cross_check(rulebook, faults)
    if faults.found:
        raise RulebookFault(faults.found)
    return rulebook


def _read(folder: Path, faults: Faults) -> Rulebook:
    labels, plain = _taxonomy(load(NATIONAL / "taxonomy.toml", faults))
    decline, terminate = _grounds(load(NATIONAL / "grounds.toml", faults))
    site_rules = _routing(load(folder / "routing.toml", faults), labels)
    return Rulebook(
        site=_site(load(folder / "site.toml", faults), labels),
        labels=labels,
        plain=plain,
        calendar=_calendar(faults),
        clocks=_clocks(load(NATIONAL / "clocks.toml", faults)),
        notices=_notices(load(NATIONAL / "notices.toml", faults), labels),
        texts=_texts(folder, faults),
        routing=site_rules + _routing(load(NATIONAL / "routing.toml", faults), labels),
        directory=_directory(load(folder / "bureaus.toml", faults)),
        departments=_departments(folder, labels, faults),
        decline_grounds=decline,
        terminate_grounds=terminate,
        places=_places(load(folder / "places.toml", faults)),
        commands=_commands(load(NATIONAL / "commands.toml", faults)),
    )


def _taxonomy(table: Table) -> tuple[Mapping[str, tuple[str, ...]], Mapping[str, str]]:
    labels: dict[str, tuple[str, ...]] = {}
    plain: dict[str, str] = {}
    for name in LISTS:
        rows = table.tables(name)
        labels[name] = tuple(row.text("label") for row in rows)
        plain |= {row.text("label"): row.text("plain", row.text("label")) for row in rows}
        if not rows:
            table.fault(name, found=None, allowed="at least one label")
    return MappingProxyType(labels), MappingProxyType(plain)


def _site(table: Table, labels: Mapping[str, tuple[str, ...]]) -> Site:
    hours, privacy = table.table("office_hours"), table.table("privacy")
    return Site(
        name=table.text("name"),
        short_name=table.text("short_name"),
        signature=table.text("signature"),
        region=table.text("region"),
        desk=table.text("desk"),
        number_prefix=table.text("number_prefix"),
        ours=table.one_of("ours", labels["department"]),
        hours=OfficeHours(start=hours.clock_time("start"), end=hours.clock_time("end")),
        phones={key: str(value) for key, value in table.table("phones").items().items()},
        draft_days=privacy.whole("retention_days_draft", low=1),
        privacy={key: str(value) for key, value in privacy.items().items()},
        website=table.maybe("website"),
    )


def _calendar(faults: Faults) -> WorkCalendar:
    years = [_year(load(path, faults)) for path in sorted((NATIONAL / "calendars").glob("*.toml"))]
    known = {year.year for year in years}
    table = load(NATIONAL / "statutory.toml", faults)
    for row in table.tables("year"):
        number, days = row.whole("year"), row.days("statutory")
        if number not in known:
            basis = row.text("basis", "")
            years.append(
                CalendarYear(year=number, basis=basis, off=days, work=frozenset(), statutory=days, published=False)
            )
    return WorkCalendar(years)


def _year(table: Table) -> CalendarYear:
    number, off, work = table.whole("year", low=2000), table.days("off"), table.days("work")
    for day in sorted(off & work):
        table.fault("off", found=day.isoformat(), allowed="a day that is not also in work")
    for day in sorted(day for day in off | work if day.year != number):
        table.fault("off/work", found=day.isoformat(), allowed=f"days of {number}")
    statutory = table.days("statutory")
    return CalendarYear(year=number, basis=table.text("basis"), off=off, work=work, statutory=statutory, published=True)


def _clocks(table: Table) -> tuple[ClockRule, ...]:
    rules = tuple(_clock(row) for row in table.tables("clock"))
    for n, rule in enumerate(rules):
        for other in rules[:n]:
            if rule.code == other.code and rule.kinds & other.kinds and _overlap(rule, other):
                table.fault(f"clock[{n}].effective_from", found=rule.effective_from.isoformat(), allowed="no overlap")
    return rules


def _overlap(one: ClockRule, other: ClockRule) -> bool:
    return one.covers(other.effective_from) or other.covers(one.effective_from)


def _clock(row: Table) -> ClockRule:
    rule = ClockRule(
        code=row.text("code"),
        name=row.text("name"),
        length=row.whole("length", low=1),
        unit=Unit(row.one_of("unit", Unit) or Unit.DAYS),
        basis=row.text("basis"),
        effective_from=row.day("effective_from") or date.min,
        effective_to=row.day("effective_to"),
        kinds=_kinds(row),
        started_by=_events(row, "started_by"),
        stopped_by=_events(row, "stopped_by"),
        restarts=row.flag("restarts"),
        headline=row.flag("headline"),
        then=row.maybe("then"),
        warnings=tuple(_warning(warning) for warning in row.tables("warning")),
    )
    if "effective_from" not in row:
        row.fault("effective_from", found=None, allowed="a date such as 2026-04-15")
    row.finish("note")
    return rule


def _warning(row: Table) -> Warning:
    return Warning(days=row.whole("days"), to=row.several("to", Recipient), text=row.text("text"))


def _kinds(row: Table) -> frozenset[Kind]:
    return frozenset(Kind(kind) for kind in row.several("kinds", Kind) if kind in set(Kind))


def _events(row: Table, key: str) -> frozenset[EventName]:
    return frozenset(EventName(name) for name in row.several(key, EventName) if name in set(EventName))


def _notices(table: Table, labels: Mapping[str, tuple[str, ...]]) -> tuple[NoticeRule, ...]:
    rules = []
    for row in table.tables("notice"):
        on, to = row.one_of("on", EventName), row.one_of("to", Recipient)
        if on not in set(EventName) or to not in set(Recipient):
            continue
        rules.append(
            NoticeRule(
                on=EventName(on),
                kinds=_kinds(row),
                to=Recipient(to),
                text=row.text("text"),
                basis=row.text("basis", ""),
                card=row.flag("card"),
                statutory=row.flag("statutory"),
                outcomes=frozenset(row.several("outcomes", OUTCOME_PATHS)),
                unrouted=row.flag("unrouted"),
                rated_low=row.flag("rated_low"),
            )
        )
        row.finish()
    return tuple(rules)


def _texts(folder: Path, faults: Faults) -> Texts:
    entries: dict[str, str] = {}
    for path in [*sorted((NATIONAL / "texts").glob("*.toml")), folder / "texts.toml"]:
        if path.exists():
            entries |= _flat(load(path, faults))
    return Texts(entries)


def _flat(table: Table, prefix: str = "") -> dict[str, str]:
    found: dict[str, str] = {}
    for key, value in table.items().items():
        if isinstance(value, dict):
            found |= _flat(table.table(key), f"{prefix}{key}.")
        elif isinstance(value, str):
            found[f"{prefix}{key}"] = value.strip("\n")
            _check_text(table, key, value)
        else:
            table.fault(key, found=value, allowed="a text")
    return found


def _check_text(table: Table, key: str, value: str) -> None:
    try:
        names = placeholders(value)
    except ValueError as error:
        table.fault(key, found=str(error), allowed="balanced {braces}")
        return
    for name in sorted(names):
        if not name.isidentifier():
            table.fault(key, found=name, allowed="a placeholder that is a plain name")


def _routing(table: Table, labels: Mapping[str, tuple[str, ...]]) -> tuple[RoutingRule, ...]:
    rules = []
    for row in table.tables("rule"):
        when = row.table("when") if "when" in row else None
        wanted, excluded = _conditions(when, labels) if when else ({}, {})
        rules.append(
            RoutingRule(
                id=row.text("id"),
                when=wanted,
                unless=excluded,
                department=row.one_of("department", labels["department"]),
                because=row.text("because"),
                basis=row.text("basis"),
            )
        )
        row.finish("note")
    return tuple(rules)


def _conditions(
    table: Table, labels: Mapping[str, tuple[str, ...]]
) -> tuple[dict[str, frozenset[str]], dict[str, frozenset[str]]]:
    wanted: dict[str, frozenset[str]] = {}
    excluded: dict[str, frozenset[str]] = {}
    for key in MATTER_KEYS:
        allowed = {str(kind) for kind in Kind} if key == "kind" else labels.get(key)
        if key in table:
            wanted[key] = frozenset(table.several(key, allowed))
        if f"{key}_not" in table:
            excluded[key] = frozenset(table.several(f"{key}_not", allowed))
    table.finish()
    return wanted, excluded


def _directory(table: Table) -> Directory:
    bureaus = []
    for row in table.tables("bureau"):
        level = row.one_of("level", Level)
        bureaus.append(
            Bureau(
                code=row.text("code"),
                name=row.text("name"),
                short=row.text("short"),
                level=Level(level) if level in set(Level) else Level.COUNTY,
                parent=row.maybe("parent"),
                regions=row.several("regions"),
                townships=row.several("townships"),
                phone=row.maybe("phone"),
                address=row.maybe("address"),
            )
        )
        row.finish(*NOTES)
    directory = Directory(bureaus)
    for n, bureau in enumerate(bureaus):
        if bureau.parent and bureau.parent not in directory:
            table.fault(f"bureau[{n}].parent", found=bureau.parent, allowed="the code of a bureau in this file")
        if any(bureau.code == other.code for other in bureaus[:n]):
            table.fault(f"bureau[{n}].code", found=bureau.code, allowed="a code used once")
    return directory


def _departments(folder: Path, labels: Mapping[str, tuple[str, ...]], faults: Faults) -> Mapping[str, Department]:
    found: dict[str, Department] = {}
    for path in (NATIONAL / "departments.toml", folder / "departments.toml"):
        for row in load(path, faults).tables("department"):
            label = row.one_of("label", labels["department"])
            known = found.get(label) or Department(label=label, name=label)
            found[label] = Department(
                label=label,
                name=row.text("name", known.name),
                hotline=row.maybe("hotline") or known.hotline,
                first_step=row.maybe("first_step") or known.first_step,
                at_once=row.flag("at_once", known.at_once),
            )
            row.finish(*NOTES, "hotline_unverified")
    return MappingProxyType(found)


def _grounds(table: Table) -> tuple[tuple[Ground, ...], tuple[Ground, ...]]:
    def rows(key: str) -> tuple[Ground, ...]:
        return tuple(Ground(code=r.text("code"), text=r.text("text"), short=r.text("short")) for r in table.tables(key))

    return rows("decline"), rows("terminate")


def _places(table: Table) -> tuple[PlaceName, ...]:
    return tuple(
        PlaceName(code=row.text("code"), name=row.text("name"), aliases=row.several("aliases"))
        for row in table.tables("place")
    )


def _commands(table: Table) -> Mapping[str, str]:
    """Words that people type as commands → the command."""
    return MappingProxyType(
        {word: row.text("does") for row in table.tables("command") for word in row.several("words")}
    )


def _cross_check(rulebook: Rulebook, faults: Faults) -> None:
    if rulebook.site.desk not in rulebook.directory:
        faults.add(file="site.toml", path="desk", found=rulebook.site.desk, allowed="the code of a bureau")
    if not rulebook.routing or rulebook.routing[-1].when or rulebook.routing[-1].unless:
        faults.add(file="routing.toml", path="rule", found="no last rule without conditions", allowed="a default rule")
    wanted = {(notice.text, f"notice {notice.on.value}") for notice in rulebook.notices}
    wanted |= {(w.text, f"clock {rule.code}") for rule in rulebook.clocks for w in rule.warnings}
    for text, where in sorted(wanted):
        if text not in rulebook.texts:
            faults.add(file="texts", path=text, found=None, allowed=f"a text, owed by {where}")
