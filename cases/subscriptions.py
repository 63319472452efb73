"""Subscribing to broadcasts: what a person chose, the groups that exist, and how answers in own words are cut."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from cases.broadcasts import Topic
from cases.model import Role


@dataclass(frozen=True, kw_only=True)
class Subscription:
    """What one person wants to be told of: ``topics`` by code (all, when empty), for ``region`` (everywhere: None)."""

    topics: tuple[str, ...]
    region: str | None
    at: datetime


@dataclass(frozen=True, kw_only=True)
class Group:
    """Subscribers who belong together. ``role``: every member of staff in this post belongs to it by itself."""

    code: str
    label: str
    role: Role | None = None


@dataclass(frozen=True, kw_only=True)
class Member:
    """One who joined a group by a code, under the name that the office gave. ``key`` tells them apart on pages."""

    group: str
    name: str
    key: str
    at: datetime


@dataclass(frozen=True, kw_only=True)
class Subscribing:
    """``per_week``: no more tips than this reach one person in seven days; alerts are not counted.

    ``joins`` stand between topics in an answer; ``every`` and ``everywhere`` are answers that leave nothing out. A text
    that begins with one of ``asking`` may ask for a subscription.
    """

    per_week: int
    joins: tuple[str, ...]
    every: frozenset[str]
    everywhere: frozenset[str]
    asking: tuple[str, ...] = ()
    groups: Mapping[str, Group] = field(default_factory=dict)

    def pieces(self, text: str) -> list[str]:
        """The text cut where its parts are joined, without what is empty."""
        for join in sorted(self.joins, key=len, reverse=True):
            text = text.replace(join, " ")
        return text.split()

    def groups_of(self, role: Role) -> list[Group]:
        return [group for group in self.groups.values() if group.role is role]


def topics_named(text: str, topics: Collection[Topic], *, cut: Subscribing) -> tuple[set[str], list[str]]:
    """The topics that the text names by a label, a category or another word of theirs, and the pieces that name none.

    A longer name is found before a shorter one within it.
    """
    names: dict[str, set[str]] = {}
    for topic in topics:
        for name in (topic.label, *cut.pieces(topic.label), *topic.categories, *topic.words):
            names.setdefault(name, set()).add(topic.code)
    found = set[str]()
    for name in sorted(names, key=len, reverse=True):
        if name in text:
            found |= names[name]
            text = text.replace(name, " ")
    return found, cut.pieces(text)
