"""Loads a site: national data, then the site's folder over it; checks everything and names every fault."""

from __future__ import annotations

from pathlib import Path

from cases.errors import RulebookFault
from cases.reading import Faults, Table, load
from cases.routing_rules import Routing
from cases.rulebook_broadcasts import read_broadcasting, read_topics
from cases.rulebook_calendars import read_calendar
from cases.rulebook_clocks import read_clocks
from cases.rulebook_files import (
    NATIONAL,
    read_commands,
    read_departments,
    read_directory,
    read_grounds,
    read_objects,
    read_places,
    read_site,
    read_taxonomy,
)
from cases.rulebook_indicators import read_indicators
from cases.rulebook_notices import read_notices, switched
from cases.rulebook_routing import check_routing, read_routing, routing_with
from cases.rulebook_samples import check_samples, read_samples
from cases.rulebook_signals import read_advice, read_watching
from cases.rulebook_similar import read_similar
from cases.rulebook_sms import read_sms
from cases.rulebook_subscriptions import read_subscribing
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


def changed_routing(path: Path, rulebook: Rulebook) -> Routing:
    """The rules of routing with a changed file in the place of today's; RulebookFault lists what is wrong with it."""
    faults = Faults()
    routing = routing_with(path, rulebook.routing, labels=rulebook.labels, faults=faults)
    if faults.found:
        raise RulebookFault(faults.found)
    return routing


def _read(folder: Path, faults: Faults, *, national: Path) -> Rulebook:
    taxonomy = load(national / "taxonomy.toml", faults)
    labels, plain = read_taxonomy(taxonomy)
    site = read_site(load(folder / "site.toml", faults), labels)
    texts = read_texts((national, folder), faults)
    clocks = read_clocks(_each("clocks.toml", (national, folder), faults), labels)
    offered = read_notices(load(national / "notices.toml", faults))
    return Rulebook(
        site=site,
        labels=labels,
        plain=plain,
        objects=read_objects(taxonomy, labels),
        calendar=read_calendar((national, folder), faults),
        clocks=clocks,
        notices=switched(offered, site, faults),
        offered=offered,
        texts=texts,
        routing=read_routing((national, folder), labels, faults),
        directory=read_directory(load(folder / "bureaus.toml", faults)),
        departments=read_departments((national, folder), labels, faults),
        grounds=read_grounds(load(national / "grounds.toml", faults)),
        places=read_places(load(folder / "places.toml", faults)),
        likeness=read_similar(_each("similar.toml", (national, folder), faults)),
        commands=read_commands(load(national / "commands.toml", faults)),
        broadcasting=read_broadcasting(_each("broadcasts.toml", (national, folder), faults)),
        topics=read_topics(_each("topics.toml", (national, folder), faults), labels),
        sms=read_sms(folder, texts, faults),
        subscribing=read_subscribing(
            _each("subscriptions.toml", (national, folder), faults), _each("groups.toml", (national, folder), faults)
        ),
        watching=read_watching(_each("signals.toml", (national, folder), faults)),
        indicators=read_indicators(
            _each("indicators.toml", (national, folder), faults), {rule.code for rule in clocks}
        ),
        advice=read_advice(_each("advice.toml", (national, folder), faults), labels),
        samples=read_samples(_each("samples.toml", (national, folder), faults)),
    )


def _each(name: str, folders: tuple[Path, Path], faults: Faults) -> list[Table]:
    """The national file, and the site's own where it has one."""
    national, own = (folder / name for folder in folders)
    return [load(national, faults), *([load(own, faults)] if own.exists() else [])]


def _cross_check(rulebook: Rulebook, faults: Faults) -> None:
    if rulebook.site.desk not in rulebook.directory:
        faults.add(file="site.toml", path="desk", found=rulebook.site.desk, allowed="the code of a bureau")
    if not faults.found:
        check_routing(rulebook.routing, faults)
    wanted = {(text, f"notice {notice.on.value}") for notice in rulebook.offered for text in notice.texts}
    wanted |= {(w.text, f"clock {rule.code}") for rule in rulebook.clocks for w in rule.warnings}
    for text, where in sorted(wanted):
        if text not in rulebook.texts:
            faults.add(file="texts", path=text, found=None, allowed=f"a text, owed by {where}")
    if not faults.found:
        check_samples(rulebook, faults)
