"""Reads sample facts, and tries every text for short messages with them, so that none is found too long when sent."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from cases.reading import Faults, Table
from cases.samples import Samples
from cases.short_texts import MOST, Shortening, short_text
from cases.site import Rulebook
from cases.texts import placeholders, sms_length, sms_segments

FILE = "samples.toml"
FITS = f"two segments: {MOST} characters at most, with the sample facts"


def read_samples(tables: Sequence[Table]) -> Samples:
    """The national samples, and over them a site's own."""
    national = tables[0]
    families = national.several("families")
    how = _shortening(national.table("short"))
    facts: dict[str, str] = {}
    of: dict[str, dict[str, str]] = {}
    for table in tables:
        facts |= _texts(table.table("facts")) if "facts" in table else {}
        for start, found in _of(table):
            of[start] = {**of.get(start, {}), **found}
        table.finish()
    return Samples(families=frozenset(families), facts=facts, of=of, how=how)


def _shortening(table: Table) -> Shortening:
    how = Shortening(
        free=frozenset(table.several("free")),
        mark=table.text("mark"),
        pauses=table.text("pauses"),
        least=table.whole("least", low=2),
    )
    table.finish()
    return how


def _of(table: Table) -> Iterator[tuple[str, dict[str, str]]]:
    if "of" in table:
        rows = table.table("of")
        for start in rows.items():
            yield start, _texts(rows.table(start))


def _texts(table: Table) -> dict[str, str]:
    return {name: table.text(name, "") for name in table.items()}


def check_samples(rulebook: Rulebook, faults: Faults) -> None:
    """Fault each text that lacks a sample, that is too long with its samples, or that could not be made fit."""
    for key in sorted(filter(rulebook.samples.covers, rulebook.texts.keys())):
        facts = sample_facts(rulebook, key)
        lacking = sorted(placeholders(rulebook.texts.template(key)) - facts.keys())
        for name in lacking:
            faults.add(file=FILE, path=f"facts.{name}", found=None, allowed=f"a sample, for the text {key}")
        if not lacking:
            _check_length(rulebook, key, facts=facts, faults=faults)


def _check_length(rulebook: Rulebook, key: str, *, facts: Mapping[str, str], faults: Faults) -> None:
    texts, how = rulebook.texts, rulebook.samples.how
    told = [texts.render(key, **facts)]
    told += [short_text(texts, key, {**facts, **hard}, how=how) for hard in _hardest(rulebook, key)]
    longest = max(told, key=sms_length)
    if sms_length(longest) > MOST:
        found = f"{sms_length(longest)} characters, {sms_segments(longest)} segments: {longest}"
        faults.add(file=texts.file_of(key), path=key, found=found, allowed=FITS)


def sample_facts(rulebook: Rulebook, key: str) -> dict[str, str]:
    """The samples for a text, with what is the site's own: its signature, the longest names and numbers it has."""
    site, bureaus = rulebook.site, list(rulebook.directory)
    hotline = site.phones.get("complaint", "")
    ours = {
        "{prefix}": site.number_prefix,
        "{bureau}": max((bureau.short for bureau in bureaus), key=len, default=site.short_name),
        "{phone}": max((bureau.phone or hotline for bureau in bureaus), key=len, default=hotline),
    }
    facts = {"signature": site.signature, "site": site.name, "hotline": hotline}
    return {**facts, **{name: _filled(value, ours) for name, value in rulebook.samples.facts_of(key).items()}}


def _filled(value: str, ours: Mapping[str, str]) -> str:
    for token, known in ours.items():
        value = value.replace(token, known)
    return value


def _hardest(rulebook: Rulebook, key: str) -> Iterator[dict[str, str]]:
    """What may come instead of the samples: any ground that the text can tell, and free words that never end."""
    names = placeholders(rulebook.texts.template(key))
    endless = {name: name[:1] * MOST for name in names & rulebook.samples.how.free}
    grounds = rulebook.grounds
    told = grounds.decline if "article" in names else grounds.tell if "law" in names else grounds.terminate
    for ground in told if names & {"ground_short", "law"} else ():
        facts = {"ground_short": ground.short, "law": ground.text, "article": ground.code.rpartition("-")[2]}
        yield {**endless, **facts}
    yield endless
