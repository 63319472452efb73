"""One thing that goes wrong must not keep the others back: how a duty that works through many passes over it."""

from __future__ import annotations

import logging
from collections.abc import Awaitable
from typing import TypeVar

from cases.errors import DatabaseAway

log = logging.getLogger("lianxin.duties")

T = TypeVar("T")


async def attempt(work: Awaitable[T], *, action: str, **which: object) -> T | None:
    """What the work gives, or None when it failed, which is logged with ``which`` (numbers and ids, never names).

    Raises DatabaseAway: then none of the others can be done either. It belongs to the loop of the duties: work is
    expected to be one transaction, of which a failure leaves nothing behind.
    """
    try:
        return await work
    except DatabaseAway:
        raise
    except Exception:  # the loop of the duties, thing by thing
        log.exception("Some of a duty could not be done.", extra={"action": action, **which})
        return None
