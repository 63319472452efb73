"""Loads a site: national data, then the site's folder over it; checks everything and names every fault."""

from __future__ import annotations

from pathlib import Path

from cases.errors import RulebookFault
from cases.reading import Faults, Table, load
from cases.rulebook_calendars import read_calendar
from cases.rulebook_clocks import read_clocks
from cases.rulebook_files import (
    NATIONAL,
    read_commands,
    read_departments,
    read_directory,
    read_grounds,
    read_places,
    read_routing,
    read_site,
    read_taxonomy,
)
from cases.rulebook_notices import read_notices, switched
from cases.rulebook_similar import read_similar
from cases.rulebook_texts import read_texts
from cases.site import Rulebook

SITES = NATIONAL / "sites"


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


def load_rulebook(name_or_path: str, *, national: Path = NATIONAL) -> Rulebook:
    """The rulebook of a site. RulebookFault lists everything that is wrong with its files."""
    folder = site_folder(name_or_path)
    faults = Faults()
    rulebook = _read(folder, faults, national=national)
    _cross_check(rulebook, faults)
    if faults.found:
        raise RulebookFault(faults.found)
    return rulebook


def _read(folder: Path, faults: Faults, *, national: Path) -> Rulebook:
    labels, plain = read_taxonomy(load(national / "taxonomy.toml", faults))
    site = read_site(load(folder / "site.toml", faults), labels)
    site_rules = read_routing(load(folder / "routing.toml", faults), labels)
    return Rulebook(
        site=site,
        labels=labels,
        plain=plain,
        calendar=read_calendar((national, folder), faults),
        clocks=read_clocks(_each("clocks.toml", (national, folder), faults), labels),
        notices=switched(read_notices(load(national / "notices.toml", faults)), site, faults),
        texts=read_texts((national, folder), faults),
        routing=site_rules + read_routing(load(national / "routing.toml", faults), labels),
        directory=read_directory(load(folder / "bureaus.toml", faults)),
        departments=read_departments((national, folder), labels, faults),
        grounds=read_grounds(load(national / "grounds.toml", faults)),
        places=read_places(load(folder / "places.toml", faults)),
        likeness=read_similar(_each("similar.toml", (national, folder), faults)),
        commands=read_commands(load(national / "commands.toml", faults)),
    )


def _each(name: str, folders: tuple[Path, Path], faults: Faults) -> list[Table]:
    """The national file, and the site's own where it has one."""
    national, own = (folder / name for folder in folders)
    return [load(national, faults), *([load(own, faults)] if own.exists() else [])]


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
