"""The rules by which a matter finds its office, as values: which department, which place counts, and what to ask."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from itertools import accumulate
from typing import Any

from cases.model import Kind

MATTER_KEYS = ("kind", "category", "problem", "department", "sales_mode", "platform", "region", "township")
"""What rules of every file may ask of a matter."""
ROUTING_KEYS = (*MATTER_KEYS, "trader", "answer")
"""What the rules of routing may ask beyond that."""
MARK = 8
"""Characters of a digest that tell one state of the rules from another."""


class Trader(StrEnum):
    """Whom the matter is about, as far as it decides which place counts (Order 121, Art. 13, 31)."""

    SHOP = "shop"
    INSIDE = "inside"
    PLATFORM = "platform"
    OWN_SITE = "own_site"


class Look(StrEnum):
    """A place that may count: the one that was told, or the seat of the platform's company."""

    TOLD = "told"
    PLATFORM = "platform"


@dataclass(frozen=True, kw_only=True)
class Matter:
    """What routing looks at. ``answers`` are those to deciding questions, each as ``question/value``."""

    kind: Kind
    category: str | None = None
    problem: str | None = None
    department: str | None = None
    sales_mode: str | None = None
    platform: str | None = None
    region: str | None = None
    township: str | None = None
    trader: str | None = None
    answers: tuple[str, ...] = ()

    def value(self, key: str) -> str | None:
        value: str | None = getattr(self, key)
        return value

    def values(self, key: str) -> tuple[str, ...]:
        """What the matter has for a key of ``ROUTING_KEYS``; empty when it is not known."""
        if key == "answer":
            return self.answers
        value = self.value(key)
        return (value,) if value is not None else ()

    def dump(self) -> dict[str, Any]:
        """Plain JSON values of what is known."""
        return {key: value for key, value in vars(self).items() if value}

    @classmethod
    def load(cls, values: Mapping[str, Any]) -> Matter:
        """The matter that was dumped; what a later version no longer knows is left out."""
        known = {key: value for key, value in values.items() if key in cls.__dataclass_fields__}
        answers = tuple(known.get("answers", ()))
        return cls(**{**known, "kind": Kind(known["kind"]), "answers": answers})


@dataclass(frozen=True, kw_only=True)
class Misfit:
    """Why a rule is not for a matter: the key that decided, and whether its value is one that the rule excludes."""

    key: str
    excluded: bool = False


@dataclass(frozen=True, kw_only=True)
class Rule:
    """``when`` maps a key of the matter to the values that match; ``unless`` to those that exclude."""

    id: str
    basis: str
    when: Mapping[str, frozenset[str]] = field(default_factory=dict)
    unless: Mapping[str, frozenset[str]] = field(default_factory=dict)

    def misfit(self, matter: Matter) -> Misfit | None:
        """The first condition that the matter does not meet; None when the rule is for it."""
        for key, values in self.when.items():
            if values.isdisjoint(matter.values(key)):
                return Misfit(key=key)
        for key, values in self.unless.items():
            if not values.isdisjoint(matter.values(key)):
                return Misfit(key=key, excluded=True)
        return None

    def fits(self, matter: Matter) -> bool:
        """The same as ``misfit`` says, in a fifth of the time: it is asked of every rule for every message."""
        for key, values in self.when.items():
            if values.isdisjoint(matter.answers) if key == "answer" else getattr(matter, key) not in values:
                return False
        return not self.unless or self.misfit(matter) is None


@dataclass(frozen=True, kw_only=True)
class RoutingRule(Rule):
    """Which department has a matter.

    ``window``: the site takes the matter in for the other department and passes it on, without sending anybody there.
    ``words`` names the text that tells it, where the general one for other departments does not fit.
    """

    department: str
    because: str
    window: bool = False
    words: str = ""


@dataclass(frozen=True, kw_only=True)
class PlaceRule(Rule):
    """Which place counts for a matter, the first known of ``looks``; with ``either``, each that is known (Art. 14).

    ``words`` names the texts that tell it.
    """

    looks: tuple[Look, ...]
    words: str
    either: bool = False


@dataclass(frozen=True, kw_only=True)
class Platform:
    """A platform: the seat of its company when a source is known, as a division's code and in words.

    ``local``: one buys there from shops round the corner. ``trader``: whoever sells there is one, since it is no
    platform in the sense of the law.
    """

    name: str
    aliases: tuple[str, ...] = ()
    region: str | None = None
    place: str | None = None
    local: bool = False
    trader: Trader | None = None


@dataclass(frozen=True, kw_only=True)
class Answer:
    """One answer to a deciding question: its button, other words for it, and what it settles of the matter.

    ``forgets`` are facts that it shows to have been something else, and that are asked for again.
    """

    value: str
    label: str
    words: tuple[str, ...] = ()
    sets: Mapping[str, str] = field(default_factory=dict)
    forgets: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Question(Rule):
    """One question whose answer decides, put to matters that fit and of which nothing in ``lacking`` is known.

    ``between``: instead, it is put when these counties have one name, and its answers say which is meant.
    """

    ask: str
    answers: tuple[Answer, ...]
    lacking: tuple[str, ...] = ()
    between: frozenset[str] = frozenset()

    def open(self, matter: Matter) -> bool:
        """Whether the matter still needs it."""
        return not self.between and not any(matter.values(key) for key in self.lacking) and self.fits(matter)

    def answer(self, value: str) -> Answer | None:
        return next((answer for answer in self.answers if answer.value == value), None)

    def heard(self, text: str) -> Answer | None:
        """The one answer that the words give; None when they give none, or several."""
        found = [answer for answer in self.answers if any(word in text for word in (answer.label, *answer.words))]
        return found[0] if len(found) == 1 else None


@dataclass(frozen=True, kw_only=True)
class RoutingFile:
    """What one routing.toml says."""

    rules: tuple[RoutingRule, ...] = ()
    places: tuple[PlaceRule, ...] = ()
    questions: tuple[Question, ...] = ()

    @property
    def whole(self) -> bool:
        """Whether it ends in a rule for everything else, as the national one does."""
        return bool(self.rules) and not (self.rules[-1].when or self.rules[-1].unless)


@dataclass(frozen=True, kw_only=True)
class Routing:
    """All rules of a site, its own before the national ones, and the platforms that they know.

    ``online``: the ways of selling that are the net.
    """

    own: RoutingFile
    national: RoutingFile
    platforms: Mapping[str, Platform] = field(default_factory=dict)
    online: frozenset[str] = frozenset()

    @cached_property
    def rules(self) -> tuple[RoutingRule, ...]:
        return self.own.rules + self.national.rules

    def rules_for(self, category: str | None) -> tuple[RoutingRule, ...]:
        """The rules that a matter of this category can fit, in their order: a dozen instead of all."""
        return self._by_category.get(category or "", self._by_category[""])

    @cached_property
    def _by_category(self) -> Mapping[str, tuple[RoutingRule, ...]]:
        named = {"", *(category for rule in self.rules for category in rule.when.get("category", ()))}
        return {
            category: tuple(rule for rule in self.rules if category in rule.when.get("category", (category,)))
            for category in named
        }

    @cached_property
    def places(self) -> tuple[PlaceRule, ...]:
        return self.own.places + self.national.places

    @cached_property
    def questions(self) -> tuple[Question, ...]:
        return self.own.questions + self.national.questions

    def question(self, code: str) -> Question | None:
        return next((question for question in self.questions if question.id == code), None)

    def choosing(self, regions: Iterable[str]) -> Question | None:
        """The question that tells these counties of one name apart, where the data have one."""
        wanted = frozenset(regions)
        return next((question for question in self.questions if question.between == wanted), None)

    @cached_property
    def early(self) -> frozenset[str]:
        """The questions on which the department hangs: they come before a person is sent elsewhere."""
        named = {value for rule in self.rules for value in rule.when.get("answer", ())}
        return frozenset(value.partition("/")[0] for value in named)

    def seat(self, platform: str | None) -> str | None:
        """The division in which the platform's company sits, when it is known."""
        known = self.platforms.get(platform or "")
        return known.region if known else None

    def trader(self, *, platform: str | None, merchant: str | None, sales_mode: str | None) -> Trader | None:
        """What the other party is by what was said; None for a seller on the net of whom no more is known."""
        if platform:
            known = self.platforms.get(platform, Platform(name=platform))
            itself = merchant in (known.name, *known.aliases)
            return known.trader or (Trader.PLATFORM if itself else Trader.INSIDE)
        return None if sales_mode in self.online else Trader.SHOP

    def mark(self, rule: str, place_rule: str | None) -> str:
        """A short digest of every rule from the first down to these two: another one when one of them changed."""
        return self._rule_marks.get(rule, "") + self._place_marks.get(place_rule or "", "")

    @cached_property
    def _rule_marks(self) -> Mapping[str, str]:
        return _marks(self.rules, [(rule.department, rule.because) for rule in self.rules])

    @cached_property
    def _place_marks(self) -> Mapping[str, str]:
        return _marks(self.places, [(*rule.looks, str(rule.either)) for rule in self.places])


def _marks(rules: Sequence[Rule], more: Sequence[tuple[str, ...]]) -> Mapping[str, str]:
    written = (
        json.dumps([rule.id, rule.basis, _plain(rule.when), _plain(rule.unless), rest], sort_keys=True)
        for rule, rest in zip(rules, more, strict=True)
    )
    digests = accumulate(written, lambda last, text: hashlib.sha256((last + text).encode()).hexdigest(), initial="")
    return {rule.id: digest[:MARK] for rule, digest in zip(rules, list(digests)[1:], strict=True)}


def _plain(conditions: Mapping[str, frozenset[str]]) -> dict[str, list[str]]:
    return {key: sorted(values) for key, values in conditions.items()}
