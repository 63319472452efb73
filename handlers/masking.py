"""Takes out of a text what tells who wrote it, for those who need not know (Order 121, Art. 37)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace

from cases.events import Event
from cases.model import Consumer

MASK = "***"
SHORTEST = 2


def traces_of(consumer: Consumer | None) -> tuple[str, ...]:
    """What is known of the person: name, number, address."""
    known = (consumer.name, consumer.phone, consumer.postal_address) if consumer else ()
    return tuple(word for word in known if word)


def masked(text: str, traces: Iterable[str]) -> str:
    """The text without these words; numbers also where they were written in groups."""
    for trace in sorted(traces, key=len, reverse=True):
        if len(trace) >= SHORTEST:
            text = re.sub(r"[\s-]*".join(map(re.escape, trace)) if trace.isdigit() else re.escape(trace), MASK, text)
    return text


def masked_event(event: Event, traces: Iterable[str]) -> Event:
    """The event with its particulars so masked."""
    words = tuple(traces)
    return replace(event, facts={name: masked(value, words) for name, value in event.facts.items()})
