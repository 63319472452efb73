"""What becomes of a text after an attempt, and which texts wait because of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from cases.errors import DeliveryError
from cases.messages import Address
from storage.outbox_wire import Delivered, DeliveryState, Parcel

TRIES = 450
"""With the longest wait between them, tries go on for three days: a line that is down over a weekend loses nothing."""
FIRST_WAIT = timedelta(seconds=1)
AGAIN = timedelta(seconds=1)
"""Between two looks whether a text is through for which others wait, and which another process has."""
LONGEST_WAIT = timedelta(minutes=10)


def verdict(error: DeliveryError, *, attempts: int) -> tuple[DeliveryState, timedelta]:
    """What becomes of a text after an error, and how long it waits: the channel's own delay, else doubling."""
    if error.unreachable:
        return DeliveryState.UNREACHABLE, timedelta()
    if error.retryable and error.retry_after is not None:  # a busy channel is no failing one
        return DeliveryState.QUEUED, timedelta(seconds=error.retry_after)
    if not error.retryable or attempts >= TRIES:
        return DeliveryState.FAILED, timedelta()
    return DeliveryState.QUEUED, min(FIRST_WAIT * 2 ** min(attempts - 1, 16), LONGEST_WAIT)


def put_off(parcel: Parcel, *, until: datetime) -> Delivered:
    """The text was not tried and waits in the outbox."""
    state = DeliveryState.QUEUED
    return Delivered(id=parcel.id, state=state, at=until, not_before=until, tried=False, lease=parcel.lease)


@dataclass(kw_only=True)
class _Pause:
    """``owed``: texts for one person alone that those after them must not overtake before ``until``. Before ``busy``
    the person is sent nothing at all."""

    until: datetime
    owed: set[int] = field(default_factory=set)
    busy: datetime | None = None


class Pauses:
    """Persons whose texts wait. ``patience``: so long after its time a text is waited for, then another process has
    sent it."""

    def __init__(self, *, patience: timedelta) -> None:
        self._patience = patience
        self._pauses: dict[Address, _Pause] = {}

    def pause(self, parcel: Parcel, *, until: datetime, busy: bool = False) -> None:
        """The text goes at ``until`` again. ``busy``: it is the person who must not be sent so much."""
        if parcel.broadcast and not busy:
            return
        pause = self._pauses.setdefault(parcel.outgoing.address, _Pause(until=until))
        if busy:
            pause.busy = until
        if not parcel.broadcast:
            pause.owed.add(parcel.id)
            pause.until = until

    def resume(self, parcel: Parcel) -> None:
        """It is on its way again; what waits for it may go once all that waited are."""
        pause = self._pauses.get(parcel.outgoing.address)
        if pause is not None:
            pause.owed.discard(parcel.id)

    def behind(self, parcel: Parcel, *, now: datetime) -> datetime | None:
        """Until when the text has to wait for what went before; None when it may go."""
        person = parcel.outgoing.address
        pause = self._pauses.get(person)
        if pause is None:
            return None
        if pause.busy and now < pause.busy:
            return pause.busy
        if not pause.owed or now > pause.until + self._patience:
            del self._pauses[person]
            return None
        if parcel.broadcast or parcel.id < min(pause.owed):
            return None
        return pause.until if pause.until > now else now + AGAIN
