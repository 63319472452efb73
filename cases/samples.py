"""Sample facts, with which each text for short messages is tried before anybody is sent it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from cases.short_texts import Shortening


@dataclass(frozen=True, kw_only=True)
class Samples:
    """``facts`` for every text, ``of`` for the texts whose key begins so: the more exact one wins.

    ``families``: the first words of the keys of texts that go out as short messages. ``how``: these are shortened.
    """

    families: frozenset[str]
    facts: Mapping[str, str]
    of: Mapping[str, Mapping[str, str]]
    how: Shortening

    def covers(self, key: str) -> bool:
        """Whether the text goes out as a short message."""
        return key.partition(".")[0] in self.families

    def facts_of(self, key: str) -> dict[str, str]:
        """Every sample that the text could use."""
        found = dict(self.facts)
        for start in sorted(self.of, key=len):
            if key == start or key.startswith(f"{start}."):
                found |= self.of[start]
        return found
