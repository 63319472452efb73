"""How much a channel may be sent in a second."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Rate:
    """What a channel's operator permits: so many messages in any second, and of these ``per_person`` to one person."""

    per_second: int
    per_person: int = 1
