"""Every periodic duty: its name, how often, and what it does."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta

from handlers.duties import Duties


@dataclass(frozen=True, kw_only=True)
class Job:
    """A duty and its pace. ``work`` returns how much it did."""

    name: str
    every: timedelta
    work: Callable[[], Awaitable[int]]


def timekeeping(duties: Duties) -> list[Job]:
    """The duties of a process that keeps time."""
    return [
        Job(name="deadlines", every=timedelta(seconds=20), work=duties.warn),
        Job(name="broadcasts", every=timedelta(seconds=1), work=duties.spread),
        Job(name="routines", every=timedelta(minutes=10), work=duties.remind),
        Job(name="recount", every=timedelta(minutes=1), work=duties.recount),
        Job(name="unread", every=timedelta(minutes=1), work=duties.tell_unread),
        Job(name="keys", every=timedelta(seconds=30), work=duties.read_unread),
        Job(name="reports", every=timedelta(seconds=10), work=duties.settle_reports),
        Job(name="signals", every=timedelta(hours=1), work=duties.watch),
        Job(name="tidy", every=timedelta(hours=1), work=duties.tidy),
    ]


def everywhere(duties: Duties) -> list[Job]:
    """The duties of every process that works."""
    return [Job(name="calendar", every=timedelta(seconds=30), work=duties.look_at_calendar)]


def fetching(duties: Duties) -> list[Job]:
    """The duties of a process that serves a channel with files."""
    return [Job(name="evidence", every=timedelta(seconds=2), work=duties.fetch)]
