"""Which of the channels are more, or less, than a chat."""

from __future__ import annotations

from collections.abc import Collection

from handlers.office import Ways

WAYS = Ways(short="sms", paged=frozenset({"web"}))


def served_by(only: Collection[str]) -> list[str]:
    """The channels whose messages a process with these parts works: short messages come in by the web server."""
    short = [WAYS.short] if "web" in only and WAYS.short else []
    return [name for name in ("web", "telegram") if name in only] + short
