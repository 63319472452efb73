"""Texts for people: filled from data, never half filled; and the length of a text as a short message."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from string import Formatter

from cases.errors import LianxinError

SINGLE = 70
"""Characters of a short message sent as one segment, signature included."""
PART = 67
"""Characters of each segment of a longer one: three are taken by the header that joins them (GSM 03.40)."""

OPTIONAL = re.compile(r"\[\[(.*?)\]\]", re.DOTALL)
_fields = Formatter()


class TextFault(LianxinError):
    """A text key is unknown or a fact for one of its placeholders is missing: a mistake in code or data."""


@cache
def placeholders(template: str) -> frozenset[str]:
    """The names of the facts that a template needs, optional parts included."""
    return frozenset(name for _, name, _, _ in _fields.parse(template) if name)


class Texts:
    """The texts of a site by key.

    ``{name}`` is replaced by a fact. A part in ``[[…]]`` is left out when one of its facts is empty, so that what is
    not known (a telephone number) is not printed as a gap.
    """

    def __init__(self, entries: Mapping[str, str], *, files: Mapping[str, str] | None = None) -> None:
        """``files``: in which file each text stands, for those who must say where one is wrong."""
        self._entries = dict(entries)
        self._files = dict(files or {})

    def __contains__(self, key: str) -> bool:
        return key in self._entries

    def keys(self) -> frozenset[str]:
        return frozenset(self._entries)

    def file_of(self, key: str) -> str:
        return self._files.get(key, "texts")

    def template(self, key: str) -> str:
        """The raw text; TextFault when there is none."""
        try:
            return self._entries[key]
        except KeyError:
            raise TextFault(f"no text {key}") from None

    def render(self, key: str, /, **facts: object) -> str:
        """The text with its facts filled in; TextFault when a key or fact is missing."""
        template = self.template(key)
        if "[[" in template:
            template = OPTIONAL.sub(lambda part: _kept(part.group(1), facts), template)
        try:
            return template.format_map(facts) if "{" in template else template
        except KeyError as missing:
            raise TextFault(f"text {key} needs the fact {missing.args[0]}") from None


def _kept(part: str, facts: Mapping[str, object]) -> str:
    return part if all(facts.get(name) not in (None, "") for name in placeholders(part)) else ""


def sms_length(text: str) -> int:
    """How long networks count it (UCS-2): a character beyond the basic plane takes the room of two."""
    return len(text.encode("utf-16-le", "replace")) // 2


def sms_segments(text: str) -> int:
    """How many segments the text (signature included) is billed as: 70 characters alone, else 67 each."""
    length = sms_length(text)
    return 1 if length <= SINGLE else -(-length // PART)
