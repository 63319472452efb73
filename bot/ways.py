"""Which of the channels are more, or less, than a chat."""

from __future__ import annotations

from handlers.office import Ways

WAYS = Ways(short="sms", paged=frozenset({"web"}))
