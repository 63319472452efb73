"""Short messages: which number is a mobile, how a text is made fit, and what an operator's approved template takes."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from cases.texts import PART, sms_length

SEGMENTS = 2
MOST = PART * SEGMENTS
"""Characters of a text, signature included, that people are sent and an office pays for."""
LONGEST_FACT = 35
"""Characters that an operator takes for one variable of a template."""
CUT = "\u2026"
PAUSES = ".!?;,\u3002\uff1b\uff0c\u3001"
"""After these a text may be cut and still reads as whole words."""
HALVES = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: 0x20}
"""Full-width letters, digits and marks to half-width ones: operators count them alike, screens do not."""
BRACKETS = str.maketrans({"\u3010": "[", "\u3011": "]"})
_MOBILE = re.compile(r"(?:\+?86|0086)?(1[3-9]\d{9})")
_SPACES = re.compile(r"[\s\-\u2010-\u2015()]+")
_YUAN = re.compile("[\u00a5\uffe5]\\s*(?=\\d)")
_GAPS = re.compile("(?<=[!?;:,\u3002]) ")
_SIGNED = re.compile("\\s*\u3010[^\u3011]{1,20}\u3011")


class SmsState(StrEnum):
    """How far a short message got. ``kept``: written down and sent to nobody, for want of a gateway; ``received``:
    it came from a person."""

    SENT = "sent"
    KEPT = "kept"
    DELIVERED = "delivered"
    FAILED = "failed"
    UNREACHABLE = "unreachable"
    RECEIVED = "received"


FINAL = frozenset({SmsState.DELIVERED, SmsState.FAILED, SmsState.UNREACHABLE})
"""What an operator reports; the first such word stands."""


@dataclass(frozen=True, kw_only=True)
class Report:
    """An operator's word on a message that it took under ``reference``."""

    reference: str
    state: SmsState
    reason: str | None = None


@dataclass(frozen=True, kw_only=True)
class Said:
    """A message from a person. ``key`` is the operator's own number of it, None where it gives none."""

    number: str
    text: str
    key: str | None = None
    at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Fitted:
    """A text as it is sent, signature in front; ``cut`` when its end had to go."""

    text: str
    cut: bool = False


@dataclass(frozen=True, kw_only=True)
class SmsTemplate:
    """What an operator has approved for a text of the site: its ``code`` and the facts that it takes, in order.

    ``content`` are the approved words, where the site has noted them.
    """

    provider: str
    text: str
    code: str
    variables: tuple[str, ...]
    content: str = ""

    def values(self, facts: Mapping[str, str], *, blank: str) -> list[str]:
        """The facts in order, each as long as operators take it; KeyError names one that is missing."""
        return [shortened(plain(facts[name]).strip() or blank, most=LONGEST_FACT) for name in self.variables]


def mobile(number: str) -> str | None:
    """The eleven digits of a mainland mobile, however it was written; None for every other number."""
    bare = _SPACES.sub("", number.translate(HALVES))
    found = _MOBILE.fullmatch(bare) if bare.isascii() else None
    return found.group(1) if found else None


def plain(text: str) -> str:
    """The text without what operators refuse: brackets of a signature, full-width marks, pictures, line ends."""
    text = _YUAN.sub("RMB", text.translate(BRACKETS).translate(HALVES))
    text = "".join(" " if c in "\n\r\t" else c for c in text if c in "\n\r\t" or _is_plain(c))
    return _GAPS.sub("", re.sub(" {2,}", " ", text)).strip()


def _is_plain(character: str) -> bool:
    return unicodedata.category(character) not in ("So", "Cs", "Cf", "Cc", "Co", "Cn") and ord(character) < 0x10000


def fit(text: str, *, signature: str, most: int = MOST) -> Fitted:
    """The text as a short message of at most ``most`` characters, its signature in front and nowhere else.

    One that is too long loses its end, from the last pause in its second half on, else in mid-word; a mark says so.
    """
    head = f"\u3010{signature}\u3011"
    body = plain(_SIGNED.sub("", text, count=1) if _SIGNED.match(text) else text)
    room = most - sms_length(head)
    cut = sms_length(body) > room
    return Fitted(text=head + (_cut(body, room=room) if cut else body), cut=cut)


def _cut(body: str, *, room: int) -> str:
    kept = body[: room - 1]
    pause = max(kept.rfind(mark) for mark in PAUSES)
    return (kept[: pause + 1] if pause >= room // 2 else kept) + CUT


def shortened(value: str, *, most: int) -> str:
    """The value in at most ``most`` characters, with a mark where its end went."""
    return value if len(value) <= most else value[: most - 1] + CUT


def masked_number(number: str) -> str:
    """A mobile as staff see it: its first three digits and its last four."""
    return f"{number[:3]}****{number[-4:]}" if len(number) > 7 else "****"
