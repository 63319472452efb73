"""The file that describes how an office's own port for short messages is called over HTTP, read and checked."""

from __future__ import annotations

import codecs
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from cases.errors import RulebookFault
from cases.reading import Faults, Table, load

PLACES = ("number", "text", "id", "key", "secret", "signature", "callback", "token")
"""What may stand in braces in an address, a header or a field."""
PLACE = re.compile(r"\{(\w+)\}")
Format = Literal["query", "form", "json"]
FORMATS: Mapping[str, Format] = {"query": "query", "form": "form", "json": "json"}
Pattern = re.Pattern[str]


@dataclass(frozen=True, kw_only=True)
class Reported:
    """The names under which the port reports: what it gave the message, and a state that fits a pattern."""

    reference: str
    state: str
    delivered: Pattern
    failed: Pattern
    gone: Pattern | None = None


@dataclass(frozen=True, kw_only=True)
class Brought:
    """The names under which the port brings a person's message; ``key`` is its own number of it."""

    number: str
    text: str
    key: str | None = None


@dataclass(frozen=True, kw_only=True)
class Plan:
    """How a message is handed over, and how the answer and the calls back are read.

    ``signed``: the text carries the signature in front. ``taken``, ``later`` and ``gone`` are looked for in the answer,
    the first group of ``reference`` is what the port calls the message; without it the message is called ``{id}``.
    """

    url: str
    method: str
    format: Format
    charset: str
    signed: bool
    fields: Mapping[str, Any]
    headers: Mapping[str, str]
    taken: Pattern
    later: Pattern | None
    gone: Pattern | None
    reference: Pattern | None
    answer: str
    reported: Reported | None
    brought: Brought | None


def read_plan(path: Path) -> Plan:
    """The plan in a TOML file. RulebookFault lists all that is wrong with it."""
    faults = Faults()
    table = load(path, faults)
    plan = _plan(table)
    if faults.found:
        raise RulebookFault(faults.found)
    return plan


def _plan(table: Table) -> Plan:
    form = FORMATS.get(table.one_of("format", FORMATS, "query"), "query")
    plan = Plan(
        url=_address(table),
        method=table.one_of("method", ("GET", "POST"), "GET" if form == "query" else "POST"),
        format=form,
        charset=_charset(table),
        signed=table.flag("signature", True),
        fields=_fields(table, nested=form == "json"),
        headers=_headers(table),
        taken=_pattern(table, "taken") or re.compile(""),
        later=_pattern(table, "later", needed=False),
        gone=_pattern(table, "gone", needed=False),
        reference=_pattern(table, "reference", needed=False),
        answer=table.text("answer", ""),
        reported=_reported(table.table("report")) if "report" in table else None,
        brought=_brought(table.table("inbound")) if "inbound" in table else None,
    )
    if plan.method == "GET" and form != "query":
        table.fault("format", found=form, allowed="query, with GET")
    if plan.reference is not None and not plan.reference.groups:
        table.fault("reference", found=plan.reference.pattern, allowed="a pattern with a (group)")
    table.finish("note", "source", "verified")
    return plan


def _address(table: Table) -> str:
    url = table.text("url")
    if url and not url.startswith(("http://", "https://")):
        table.fault("url", found=url, allowed="an address that begins with http:// or https://")
    _check_places(table, "url", url)
    return url


def _charset(table: Table) -> str:
    charset = table.text("charset", "utf-8")
    try:
        return codecs.lookup(charset).name
    except LookupError:
        table.fault("charset", found=charset, allowed="a character set, such as utf-8 or gb18030")
        return "utf-8"


def _fields(table: Table, *, nested: bool) -> Mapping[str, Any]:
    fields = table.table("fields").items()
    for name, value in fields.items():
        if not nested and not isinstance(value, str):
            table.fault(f"fields.{name}", found=value, allowed="a text")
        _check_places(table, f"fields.{name}", value)
    told = str(fields)
    for needed in ("number", "text"):
        if f"{{{needed}}}" not in told + table.text("url", "-"):
            table.fault("fields", found=None, allowed=f"{{{needed}}} in one of them")
    return fields


def _headers(table: Table) -> dict[str, str]:
    if "headers" not in table:
        return {}
    headers = table.table("headers").items()
    for name, value in headers.items():
        if not isinstance(value, str):
            table.fault(f"headers.{name}", found=value, allowed="a text")
        _check_places(table, f"headers.{name}", value)
    return {name: str(value) for name, value in headers.items()}


def _check_places(table: Table, key: str, value: object) -> None:
    if isinstance(value, dict):
        for name, inner in value.items():
            _check_places(table, f"{key}.{name}", inner)
    elif isinstance(value, list):
        for n, inner in enumerate(value):
            _check_places(table, f"{key}[{n}]", inner)
    for place in PLACE.findall(value) if isinstance(value, str) else ():
        if place not in PLACES:
            table.fault(key, found=f"{{{place}}}", allowed=", ".join(f"{{{name}}}" for name in PLACES))


def _pattern(table: Table, key: str, *, needed: bool = True) -> Pattern | None:
    if not needed and key not in table:
        return None
    text = table.text(key)
    try:
        return re.compile(text)
    except re.error as error:
        table.fault(key, found=f"{text} ({error})", allowed="a regular expression")
        return None


def _reported(table: Table) -> Reported:
    nothing = re.compile("(?!)")
    reported = Reported(
        reference=table.text("reference"),
        state=table.text("state"),
        delivered=_pattern(table, "delivered") or nothing,
        failed=_pattern(table, "failed") or nothing,
        gone=_pattern(table, "gone", needed=False),
    )
    table.finish()
    return reported


def _brought(table: Table) -> Brought:
    brought = Brought(number=table.text("number"), text=table.text("text"), key=table.maybe("key"))
    table.finish()
    return brought
