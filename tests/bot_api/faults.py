"""Planned misfortune: what goes wrong, for which method, how often."""

from __future__ import annotations

import random
from dataclasses import dataclass
from enum import StrEnum


class FaultKind(StrEnum):
    FLOOD = "flood"  # 429 with retry_after
    SERVER_ERROR = "server_error"  # 500 with an HTML page
    BAD_GATEWAY = "bad_gateway"  # 502 with an HTML page
    RESET_BEFORE = "reset_before"  # the connection breaks and nothing was done
    RESET_AFTER = "reset_after"  # it was done, and the connection breaks before the answer
    HANG = "hang"  # no answer ever, nothing done
    GARBAGE = "garbage"  # 200 with half a JSON object, nothing done


STORM = (FaultKind.FLOOD, FaultKind.BAD_GATEWAY, FaultKind.RESET_BEFORE, FaultKind.HANG, FaultKind.GARBAGE)
"""All that can happen to a call and leaves nothing done."""


@dataclass(kw_only=True)
class Fault:
    """One misfortune: for ``method`` (or every one), ``count`` times (or for ever), with this probability."""

    kind: FaultKind
    method: str | None = None
    count: int | None = 1
    probability: float = 1.0
    retry_after: int = 1
    after: int = 0
    """So many calls of the method pass first."""

    def meets(self, method: str) -> bool:
        """Whether this call can be hit."""
        return self.count != 0 and (self.method is None or self.method.lower() == method.lower())


class Faults:
    """The plan. Chance comes from a seed, so that a run can be repeated."""

    def __init__(self, *, seed: int = 0) -> None:
        self._chance = random.Random(seed)
        self._plan: list[Fault] = []
        self.hits: list[tuple[str, FaultKind]] = []

    def add(self, kind: FaultKind, **how: object) -> None:
        """Plans a fault; ``how`` are the other fields of Fault."""
        self._plan.append(Fault(kind=FaultKind(kind), **how))  # type: ignore[arg-type]

    def storm(self, share: float) -> None:
        """From now on such a share of all messages meets one of STORM, each as often as the others."""
        for number, kind in enumerate(STORM):
            each = share / len(STORM)
            self.add(kind, method="sendMessage", count=None, probability=each / (1 - number * each))

    def clear(self) -> None:
        """From now on all goes well."""
        self._plan.clear()

    def strike(self, method: str) -> Fault | None:
        """The fault that hits this call, if any; it is used up by that."""
        for fault in self._plan:
            if not fault.meets(method):
                continue
            if fault.after > 0:
                fault.after -= 1
            elif self._chance.random() < fault.probability:
                fault.count = None if fault.count is None else fault.count - 1
                self.hits.append((method, fault.kind))
                return fault
        return None
