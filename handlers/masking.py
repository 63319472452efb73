"""Takes out of a text what tells who wrote it, for those who need not know (Order 121, Art. 37)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace

from cases.events import Event
from cases.model import Consumer
from nlp import Reader

MASK = "***"
SHORTEST = 2
COLONS = ":\uff1a"
NUMBERS = re.compile(r"\d(?:[\s-]?\d){6,}")
"""Telephones, and whatever else is so long: cards, orders, identity numbers."""


def traces_of(consumer: Consumer | None) -> tuple[str, ...]:
    """What is known of the person: name, number, address."""
    known = (consumer.name, consumer.phone, consumer.postal_address) if consumer else ()
    return tuple(word for word in known if word)


def masked(text: str, traces: Iterable[str]) -> str:
    """The text without these words, in whatever case; numbers also where they were written in groups."""
    for trace in sorted(traces, key=len, reverse=True):
        if len(trace) >= SHORTEST:
            pattern = r"[\s-]*".join(map(re.escape, trace)) if trace.isdigit() else re.escape(trace)
            text = re.sub(pattern, MASK, text, flags=re.IGNORECASE)
    return text


def masked_story(text: str, consumer: Consumer | None, *, reader: Reader) -> str:
    """A story for those who need no person in it: without what is known of its writer, without what it tells of them
    by itself (a name, a number, where they live), and without any long number. Names of others stay."""
    told = (*traces_of(consumer), *reader.own_traces(text), *_address_in(text, reader=reader))
    return NUMBERS.sub(MASK, masked(text, told))


def _address_in(text: str, *, reader: Reader) -> tuple[str, ...]:
    """Where the writer lives, as far as words before it say so; a clause that only looks like a place is the deal's."""
    address = reader.identity(text).address or ""
    before = text.partition(address)[0][-1:] if address else ""
    return (address,) if before and (before.isalnum() or before in COLONS) else ()


def masked_event(event: Event, traces: Iterable[str]) -> Event:
    """The event with its particulars so masked."""
    words = tuple(traces)
    return replace(event, facts={name: masked(value, words) for name, value in event.facts.items()})
