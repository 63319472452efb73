"""Shows what people are told before anybody is told it: each text with sample facts, its length, and why it is sent."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from cases.notices import NoticeRule, Recipient
from cases.rulebook_samples import sample_facts
from cases.short_texts import SEGMENTS, short_text
from cases.site import Rulebook
from cases.texts import placeholders, sms_length, sms_segments

GUESTS = frozenset({Recipient.MERCHANT, Recipient.MEDIATOR})
COMMON = frozenset({"signature", "site", "hotline"})


class Switch(StrEnum):
    """Whether a text is sent. ``STATUTORY``: the law owes it; ``ON`` and ``OFF``: as the site has switched it;
    ``ALWAYS``: no switch of the site is for it."""

    STATUTORY = "statutory"
    ON = "on"
    OFF = "off"
    ALWAYS = "always"


class Group(StrEnum):
    """About what, or to whom: the order in which texts are shown."""

    COMPLAINT = "complaint"
    TIPOFF = "tipoff"
    INQUIRY = "inquiry"
    SUGGESTION = "suggestion"
    EVERY = "every"
    STAFF = "staff"
    GUEST = "guest"


@dataclass(frozen=True, kw_only=True)
class Preview:
    """A text with facts filled in. ``short`` is how it goes out as a short message, and ``length`` is of that.

    ``on`` and ``to`` name the events (or, of a reminder, the time limits) and the recipients; ``optional``: it is off
    until the site turns it on. ``facts``: those that the text uses, save what every text may.
    """

    key: str
    group: Group
    on: tuple[str, ...]
    to: tuple[str, ...]
    text: str
    short: str
    facts: Mapping[str, str]
    switch: Switch
    optional: bool
    basis: str

    @property
    def length(self) -> int:
        return sms_length(self.short)

    @property
    def segments(self) -> int:
        return sms_segments(self.short)

    @property
    def fits(self) -> bool:
        return self.segments <= SEGMENTS


def previews(rulebook: Rulebook) -> list[Preview]:
    """Every text that goes out as a short message, in the order of its group and of the data."""
    rows: dict[str, list[NoticeRule]] = {}
    for rule in rulebook.offered:
        for key in rule.texts:
            rows.setdefault(key, []).append(rule)
    keys = dict.fromkeys([*rows, *sorted(filter(rulebook.samples.covers, rulebook.texts.keys()))])
    found = [preview(rulebook, key, rules=rows.get(key, [])) for key in keys]
    return sorted(found, key=lambda one: list(Group).index(one.group))


def preview(
    rulebook: Rulebook, key: str, *, rules: Iterable[NoticeRule] | None = None, given: Mapping[str, str] | None = None
) -> Preview:
    """One text, with ``given`` in the place of samples. TextFault when there is no such text."""
    names = placeholders(rulebook.texts.template(key))
    of_key = list(rules if rules is not None else (rule for rule in rulebook.offered if key in rule.texts))
    facts = {**sample_facts(rulebook, key), **(given or {})}
    warned = dict.fromkeys(_warned(rulebook, key))
    to = tuple(dict.fromkeys([*(rule.to.value for rule in of_key), *(name for _, name in warned)]))
    return Preview(
        key=key,
        group=_group(key, of_key, to),
        on=tuple(dict.fromkeys([*(rule.on.value for rule in of_key), *(limit for limit, _ in warned)])),
        to=to,
        text=rulebook.texts.render(key, **facts),
        short=short_text(rulebook.texts, key, facts, how=rulebook.samples.how),
        facts={name: facts[name] for name in sorted(names - COMMON)},
        switch=_switch(rulebook, of_key),
        optional=any(rule.optional for rule in of_key),
        basis=";".join(dict.fromkeys(rule.basis for rule in of_key if rule.basis)),
    )


def _warned(rulebook: Rulebook, key: str) -> Iterator[tuple[str, str]]:
    """The limits whose reminders are in this text, each with whom it reminds."""
    for clock in rulebook.clocks:
        for warning in clock.warnings:
            if warning.text == key:
                yield from ((clock.name, to) for to in warning.to)


def _group(key: str, rules: Iterable[NoticeRule], to: Collection[str]) -> Group:
    if key.startswith("ping."):
        return Group.GUEST if to and GUESTS.issuperset(to) else Group.STAFF
    kinds = {kind for rule in rules for kind in rule.kinds}
    return Group(next(iter(kinds)).value) if len(kinds) == 1 else Group.EVERY


def _switch(rulebook: Rulebook, rules: Iterable[NoticeRule]) -> Switch:
    of_key = list(rules)
    if any(rule.statutory for rule in of_key):
        return Switch.STATUTORY
    if not of_key:
        return Switch.ALWAYS
    return Switch.ON if any(rule in rulebook.notices for rule in of_key) else Switch.OFF
