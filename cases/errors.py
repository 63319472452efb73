"""Every error that the program raises on purpose.

::

    LianxinError
    ├── CaseError            the person is told one sentence: a text key and its facts
    ├── RulebookFault        a site folder or data file is wrong: file, path, found, allowed
    ├── SettingFault         a setting is unknown or malformed
    ├── StorageFault         the database cannot be used as it is
    │   └── DatabaseAway     it does not answer for now
    └── DeliveryError        a channel did not take a message
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


class LianxinError(Exception):
    """Root of the tree."""


class CaseError(LianxinError):
    """What was asked cannot be done; ``key`` names the text that says so, ``facts`` fill it."""

    def __init__(self, key: str, **facts: str) -> None:
        super().__init__(key)
        self.key = key
        self.facts = facts


@dataclass(frozen=True, kw_only=True)
class Fault:
    """One thing wrong in a data file: where it is, what stands there, and what may."""

    file: str
    path: str
    found: str
    allowed: str

    def __str__(self) -> str:
        return f"{self.file}: {self.path}: found {self.found}; allowed: {self.allowed}"


class RulebookFault(LianxinError):
    """A site folder or national data file cannot be used; carries every fault found, not only the first."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__("\n".join(str(fault) for fault in faults))
        self.faults = tuple(faults)


class SettingFault(LianxinError):
    """A setting is unknown or malformed; the message names it, what was given and what is allowed."""


class StorageFault(LianxinError):
    """The database is newer than this program, locked, or not reachable."""


class DatabaseAway(StorageFault):
    """The database does not answer for now; the same may succeed later."""


class DeliveryError(LianxinError):
    """A channel did not take a message.

    ``retryable``: trying again may work, after ``retry_after`` seconds when the channel said so.
    ``unreachable``: this person cannot be reached here any more (blocked the bot, left, unknown number).
    ``partly``: one part of it was taken, as much as the rate permits at once; the next call sends on.
    """

    def __init__(
        self,
        reason: str,
        *,
        retryable: bool = False,
        retry_after: float | None = None,
        unreachable: bool = False,
        partly: bool = False,
    ) -> None:
        super().__init__(reason)
        self.partly = partly
        self.reason = reason
        self.retryable = retryable
        self.retry_after = retry_after
        self.unreachable = unreachable


def told_of(group: ExceptionGroup[Exception]) -> LianxinError | None:
    """The failure in the group that can be told in a sentence, when the group holds nothing else."""
    ours, others = group.split(LianxinError)
    failure: Exception | None = ours
    while isinstance(failure, ExceptionGroup):
        failure = failure.exceptions[0]
    return failure if others is None and isinstance(failure, LianxinError) else None
