"""Reads each data file of a rulebook into values, noting every fault with its path."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from types import MappingProxyType

from cases.calendar import CalendarYear, WorkCalendar
from cases.clocks import ClockRule, OfficeHours, Unit, Warning
from cases.events import EventName
from cases.lifecycle import OUTCOME_PATHS
from cases.model import Kind
from cases.notices import NoticeRule, Recipient
from cases.reading import Faults, Table, load
from cases.routing import MATTER_KEYS, Bureau, Directory, Level, RoutingRule
from cases.site import Department, Ground, PlaceName, Site
from cases.texts import Texts, placeholders

NATIONAL = Path(__file__).parent / "rulebook"
LISTS = ("object", "category", "problem", "department", "demand", "outcome", "sales_mode")
NOTES = ("source", "verified", "note", "basis", "basis_note")
"""Keys that a data file may carry anywhere for its reader."""


def read_taxonomy(table: Table) -> tuple[Mapping[str, tuple[str, ...]], Mapping[str, str]]:
    labels: dict[str, tuple[str, ...]] = {}
    plain: dict[str, str] = {}
    for name in LISTS:
        rows = table.tables(name)
        labels[name] = tuple(row.text("label") for row in rows)
        plain |= {row.text("label"): row.text("plain", row.text("label")) for row in rows}
        if not rows:
            table.fault(name, found=None, allowed="at least one label")
    return MappingProxyType(labels), MappingProxyType(plain)


def read_site(table: Table, labels: Mapping[str, tuple[str, ...]]) -> Site:
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


def read_calendar(faults: Faults) -> WorkCalendar:
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


def read_clocks(table: Table) -> tuple[ClockRule, ...]:
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


def read_notices(table: Table, labels: Mapping[str, tuple[str, ...]]) -> tuple[NoticeRule, ...]:
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


def read_texts(folder: Path, faults: Faults) -> Texts:
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


def read_routing(table: Table, labels: Mapping[str, tuple[str, ...]]) -> tuple[RoutingRule, ...]:
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


def read_directory(table: Table) -> Directory:
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


def read_departments(folder: Path, labels: Mapping[str, tuple[str, ...]], faults: Faults) -> Mapping[str, Department]:
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


def read_grounds(table: Table) -> tuple[tuple[Ground, ...], tuple[Ground, ...]]:
    def rows(key: str) -> tuple[Ground, ...]:
        return tuple(Ground(code=r.text("code"), text=r.text("text"), short=r.text("short")) for r in table.tables(key))

    return rows("decline"), rows("terminate")


def read_places(table: Table) -> tuple[PlaceName, ...]:
    return tuple(
        PlaceName(code=row.text("code"), name=row.text("name"), aliases=row.several("aliases"))
        for row in table.tables("place")
    )


def read_commands(table: Table) -> Mapping[str, str]:
    """Words that people type as commands → the command."""
    return MappingProxyType(
        {word: row.text("does") for row in table.tables("command") for word in row.several("words")}
    )
