"""What ``main.py notices`` prints: each text with its length and why it is sent, to be read or as JSON."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator, Sequence

from cases.errors import LianxinError
from cases.events import EventName
from cases.site import Rulebook
from cases.texts import Texts
from handlers.notice_previews import Preview, previews

MANY = 4
"""Events, or time limits, that are named; of more the number is told."""


def notices(rulebook: Rulebook, wanted: argparse.Namespace) -> str:
    """Each text for people with sample facts; LianxinError, with all of them, when one takes more than two segments."""
    found, texts = chosen(rulebook, wanted.keys), rulebook.texts
    over = sum(not one.fits for one in found)
    total = texts.render("preview.total", count=len(found), over=over)
    lines = as_json(found) if wanted.json else [*as_lines(found, texts), total]
    if over:
        raise LianxinError("\n".join(lines))
    return "\n".join(lines)


def chosen(rulebook: Rulebook, keys: Sequence[str]) -> list[Preview]:
    """The texts of these keys, or of all; LianxinError names a key that is none, and those that there are."""
    found = previews(rulebook)
    known = {one.key: one for one in found}
    for key in keys:
        if key not in known:
            raise LianxinError(rulebook.texts.render("preview.unknown", name=key, keys=", ".join(sorted(known))))
    return [known[key] for key in dict.fromkeys(keys)] or found


def as_json(found: Sequence[Preview]) -> Iterator[str]:
    """One object a line."""
    for one in found:
        told = {name: getattr(one, name) for name in ("key", "group", "on", "to", "switch", "optional", "basis")}
        told |= {"text": one.text, "short": one.short, "facts": dict(one.facts)}
        told |= {"characters": one.length, "segments": one.segments, "fits": one.fits}
        yield json.dumps(told, ensure_ascii=False)


def as_lines(found: Sequence[Preview], texts: Texts) -> Iterator[str]:
    """A heading for each group, then two lines a text."""
    group = None
    for one in found:
        if one.group is not group:
            group = one.group
            yield texts.render("preview.heading", group=texts.render(f"preview.group_{group}"))
        yield texts.render("preview.line", **words(one, texts))
        yield f"    {one.short}"


def words(one: Preview, texts: Texts) -> dict[str, str]:
    """What is known of a text, in words."""
    comma = texts.render("word.comma")
    events = list(dict.fromkeys(texts.render(f"event.{on}") if on in set(EventName) else on for on in one.on))
    more = texts.render("preview.more", count=len(events)) if len(events) > MANY else ""
    return {
        "name": one.key,
        "on": comma.join(events[:MANY]) + more,
        "to": comma.join(texts.render(f"preview.to_{to}") for to in one.to),
        "switch": texts.render(f"preview.switch_{one.switch}"),
        "basis": one.basis,
        "length": str(one.length),
        "segments": str(one.segments),
    }
