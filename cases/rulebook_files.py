"""Reads each data file of a rulebook into values, noting every fault with its path."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import time
from pathlib import Path
from types import MappingProxyType

from cases.clocks import OfficeHours
from cases.reading import Faults, Table, load
from cases.routing import Bureau, Directory, Level
from cases.rulebook_calendars import NOTES
from cases.rulebook_conditions import read_when
from cases.rulebook_promises import read_figures, read_promises, read_routines
from cases.site import Department, Ground, Grounds, PlaceName, Reward, Sample, Site

NATIONAL = Path(__file__).parent / "rulebook"
LISTS = ("object", "category", "problem", "department", "demand", "outcome", "sales_mode")
PREFIX = re.compile(r"\d{6}")
TOLD = ("controller", "purpose", "method", "kinds")
"""What a person must be told before a fact is kept (PIPL, Art. 17)."""


def read_taxonomy(table: Table) -> tuple[Mapping[str, tuple[str, ...]], Mapping[str, str]]:
    labels: dict[str, tuple[str, ...]] = {}
    plain: dict[str, str] = {}
    for name in LISTS:
        rows = table.tables(name)
        labels[name] = tuple(row.text("label") for row in rows)
        plain |= {row.text("label"): row.text("plain", row.text("label")) for row in rows}
        if not rows:
            table.fault(name, found=None, allowed="at least one label")
    table.finish("kind")
    return MappingProxyType(labels), MappingProxyType(plain)


def read_objects(table: Table, labels: Mapping[str, tuple[str, ...]]) -> Mapping[str, str]:
    """What each category is about."""
    rows = table.tables("category")
    return MappingProxyType({row.text("label"): row.one_of("object", labels["object"]) for row in rows})


def read_site(table: Table, labels: Mapping[str, tuple[str, ...]]) -> Site:
    privacy = table.table("privacy")
    for key in TOLD:
        privacy.text(key)
    on, off = _switched(table)
    site = Site(
        name=table.text("name"),
        short_name=table.text("short_name"),
        signature=table.text("signature"),
        region=table.text("region"),
        desk=table.text("desk"),
        number_prefix=_prefix(table),
        ours=table.one_of("ours", labels["department"]),
        hours=_hours(table.table("office_hours")),
        phones={key: str(value) for key, value in table.table("phones").items().items()},
        draft_days=privacy.whole("retention_days_draft", low=1),
        privacy={key: str(value) for key, value in privacy.items().items()},
        website=table.maybe("website"),
        promises=read_promises(table, labels),
        figures=read_figures(table),
        routines=read_routines(table),
        notices_on=on,
        notices_off=off,
        samples=_samples(table, labels),
        unread_minutes=_unread(table),
    )
    table.finish(*NOTES)
    return site


def _switched(table: Table) -> tuple[frozenset[str], frozenset[str]]:
    """The texts of the notices that the site turns on, and off."""
    if "notices" not in table:
        return frozenset(), frozenset()
    about = table.table("notices")
    on, off = frozenset(about.several("on")), frozenset(about.several("off"))
    about.finish(*NOTES)
    return on, off


def _unread(table: Table) -> int:
    """How long a notice may stand unseen on a page."""
    if "reach" not in table:
        return Site.unread_minutes
    about = table.table("reach")
    minutes = about.whole("unread_minutes", low=1)
    about.finish(*NOTES)
    return minutes


def _samples(table: Table, labels: Mapping[str, tuple[str, ...]]) -> tuple[Sample, ...]:
    """The shares of closed cases that are called back: particular ones first, then the rest."""
    if "follow_up" not in table:
        return ()
    about = table.table("follow_up")
    return tuple(_sample(row, labels) for row in (*about.tables("first"), about))


def _sample(row: Table, labels: Mapping[str, tuple[str, ...]]) -> Sample:
    when = read_when(row.table("when"), labels) if "when" in row else {}
    sample = Sample(when=when, percent=row.whole("percent", low=0))
    if sample.percent > 100:
        row.fault("percent", found=sample.percent, allowed="a whole number from 0 to 100")
    row.finish(*NOTES)
    return sample


def _prefix(table: Table) -> str:
    prefix = table.text("number_prefix")
    if prefix and not PREFIX.fullmatch(prefix):
        table.fault("number_prefix", found=prefix, allowed="six digits, by which a typed number is known")
    return prefix


def _hours(table: Table) -> OfficeHours:
    start, end = table.clock_time("start"), table.clock_time("end")
    if start and end and end <= start:
        table.fault("end", found=end.isoformat("minutes"), allowed="a time after start")
    table.finish(*NOTES)
    return OfficeHours(start=start or time.min, end=end or time.max)


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
    table.finish()
    directory = Directory(bureaus)
    for n, bureau in enumerate(bureaus):
        if bureau.parent and bureau.parent not in directory:
            table.fault(f"bureau[{n}].parent", found=bureau.parent, allowed="the code of a bureau in this file")
        if any(bureau.code == other.code for other in bureaus[:n]):
            table.fault(f"bureau[{n}].code", found=bureau.code, allowed="a code used once")
        for name in ("regions", "townships"):
            _check_once(table, bureaus, n=n, name=name)
    return directory


def _check_once(table: Table, bureaus: Sequence[Bureau], *, n: int, name: str) -> None:
    """A place that two offices claim would go to whichever comes last."""
    for place in getattr(bureaus[n], name):
        if any(place in getattr(other, name) for other in bureaus[:n]):
            table.fault(f"bureau[{n}].{name}", found=place, allowed="a place that only one bureau covers")


def read_departments(
    folders: Sequence[Path], labels: Mapping[str, tuple[str, ...]], faults: Faults
) -> Mapping[str, Department]:
    found: dict[str, Department] = {}
    for table in [load(folder / "departments.toml", faults) for folder in folders]:
        for row in table.tables("department"):
            read = _department(row, found, labels)
            known = found.get(read.label)
            found[read.label] = replace(known, finer=(*known.finer, read)) if read.when and known else read
            row.finish(*NOTES, "hotline_unverified")
        table.finish()
    return MappingProxyType(found)


def _department(row: Table, found: Mapping[str, Department], labels: Mapping[str, tuple[str, ...]]) -> Department:
    """A row with ``when`` is an office of its own under the label, for those matters: it takes over no telephone."""
    label = row.one_of("label", labels["department"])
    when = read_when(row.table("when"), labels) if "when" in row else {}
    blank = Department(label=label, name=label)
    known = blank if when else found.get(label, blank)
    return replace(
        known,
        name=row.text("name") if when else row.text("name", known.name),
        hotline=row.maybe("hotline") or known.hotline,
        first_step=row.maybe("first_step") or known.first_step,
        at_once=row.flag("at_once", known.at_once),
        when=when,
    )


def read_grounds(table: Table) -> Grounds:
    """What an office may choose among when it decides, each with its article."""
    grounds = Grounds(
        decline=_ground_rows(table, "decline"),
        terminate=_ground_rows(table, "terminate"),
        tell=_ground_rows(table, "tell"),
        suspend=_ground_rows(table, "suspend"),
        adoption=_ground_rows(table, "adoption"),
        rewards=tuple(_reward(row) for row in table.tables("reward")),
    )
    table.finish("other_way")
    return grounds


def _reward(row: Table) -> Reward:
    reward = Reward(
        code=row.text("code"),
        short=row.text("short"),
        percent=row.whole("percent", low=1),
        least=row.whole("least", low=0),
        most=row.whole("most", low=1),
    )
    row.finish(*NOTES)
    return reward


def _ground_rows(table: Table, key: str) -> tuple[Ground, ...]:
    found = []
    for row in table.tables(key):
        found.append(Ground(code=row.text("code"), text=row.text("text"), short=row.text("short")))
        row.finish(*NOTES)
    return tuple(found)


def read_places(table: Table) -> tuple[PlaceName, ...]:
    found = []
    for row in table.tables("place"):
        found.append(PlaceName(code=row.text("code"), name=row.text("name"), aliases=row.several("aliases")))
        row.finish(*NOTES)
    table.finish()
    return tuple(found)


def read_commands(table: Table) -> Mapping[str, str]:
    """Words that people type as commands → the command."""
    found: dict[str, str] = {}
    for row in table.tables("command"):
        found |= dict.fromkeys(row.several("words"), row.text("does"))
        row.finish()
    table.finish()
    return MappingProxyType(found)
