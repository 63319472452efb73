"""The channel of short messages, over whichever gateway the office has a contract for; without one it writes them down.

An address is the index of a number, which only the house can open. Nothing in the files of this channel logs a number,
a text or a key.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from bot.ways import WAYS
from cases.errors import DeliveryError, StorageFault
from cases.messages import Outgoing, Wording
from cases.short_messages import MOST, Report, Said, SmsState, fit
from cases.texts import TextFault, sms_length
from handlers.pacing import Rate
from handlers.short_messages import ShortMessages

log = logging.getLogger("lianxin.sms")

CHANNEL = WAYS.short or ""
LONGEST_REFERENCE = 80
LATER = "the number cannot be looked up for now"
Say = Callable[..., str]


@dataclass(frozen=True, kw_only=True)
class Taken:
    """What a gateway took: its ``reference``, empty when it gives none, and ``words`` where it sends its own."""

    reference: str
    words: str = ""


@dataclass(frozen=True, kw_only=True)
class Call:
    """What an operator sent to one of our addresses, whatever method it used; ``query`` as it stood in the address."""

    query: str
    body: bytes
    content_type: str = ""


class Gateway(Protocol):
    """A way to mobiles. ``name`` stands in the addresses at which its operator calls back."""

    @property
    def name(self) -> str: ...

    @property
    def state(self) -> SmsState:
        """What a message is once it was taken."""

    async def send(self, number: str, text: str, *, wording: Wording | None) -> Taken:
        """Send to eleven digits; DeliveryError when it was not taken."""

    async def close(self) -> None: ...


class Callbacks(Protocol):
    """Reads what an operator calls back with. ValueError when it is not of the form that its documents promise."""

    def reports(self, call: Call) -> Sequence[Report]: ...

    def said(self, call: Call) -> Sequence[Said]: ...

    def answer(self, *, taken: bool) -> tuple[str, str]:
        """The media type and the text of the answer that the operator waits for."""


class Kept:
    """The gateway of an office without a contract: what would be sent is only written down, and read on the desk."""

    name = "desk"
    state = SmsState.KEPT

    async def send(self, number: str, text: str, *, wording: Wording | None) -> Taken:
        """Never fails: the channel writes down what was taken."""
        return Taken(reference="")

    async def close(self) -> None:
        """There is nothing open."""


class SmsChannel:
    """Makes texts fit, sends them by the gateway and has them written down.

    ``say`` gives texts of the site, ``new_id`` a reference for a message to which the gateway gives none, ``short`` a
    notice in a length that fits.
    """

    name = CHANNEL

    def __init__(
        self,
        *,
        gateway: Gateway,
        messages: ShortMessages,
        signature: str,
        say: Say,
        new_id: Callable[[], str],
        rate: int,
        short: Callable[[Wording], str] | None = None,
    ) -> None:
        self._gateway, self._messages, self._signature = gateway, messages, signature
        self._say, self._new_id, self._short = say, new_id, short
        self.rate = Rate(per_second=rate)

    async def send(self, outgoing: Outgoing) -> str:
        """The gateway's reference. A short message cannot be changed: a correction comes as a message of its own.

        DeliveryError also for what is only written down: nobody was told, and whoever owes it must tell in another way.
        """
        text = self._worded(outgoing)
        if not text.strip():
            raise DeliveryError("a short message cannot be taken back")
        try:
            number = await self._messages.number_of(outgoing.address.value)
        except StorageFault:
            raise DeliveryError(LATER, retryable=True) from None
        if number is None:
            raise DeliveryError("no number is kept for this address", unreachable=True)
        fitted = fit(text, signature=self._signature, most=self._most(outgoing, text))
        if fitted.cut:
            key = outgoing.wording.key if outgoing.wording else ""
            log.warning("A text was too long for a short message.", extra={"action": "sms_cut", "key": key})
        taken = await self._gateway.send(number, fitted.text, wording=outgoing.wording)
        reference = taken.reference[:LONGEST_REFERENCE] or self._new_id()
        await self._keep(outgoing, taken.words or fitted.text, reference=reference)
        if self._gateway.state is SmsState.KEPT:
            raise DeliveryError("written down only, there is no gateway")
        return reference

    def _worded(self, outgoing: Outgoing) -> str:
        """A notice says what can be answered; in a dialogue the buttons are told as words, where there is room."""
        words = [choice.label for row in outgoing.choices for choice in row]
        if outgoing.wording and self._short:
            try:
                return self._short(outgoing.wording) if outgoing.text else ""
            except TextFault:
                log.warning("A notice has no short form.", extra={"action": "sms", "key": outgoing.wording.key})
        if outgoing.wording or not words:
            return outgoing.text
        told = outgoing.text + self._say("short.choices", words="/".join(words))
        return told if sms_length(told) + sms_length(self._signature) + 2 <= MOST else outgoing.text

    def _most(self, outgoing: Outgoing, text: str) -> int:
        """A notice was made as short as the law allows: one that is longer still is sent whole."""
        return max(MOST, sms_length(text)) if outgoing.wording and self._short else MOST

    async def _keep(self, outgoing: Outgoing, text: str, *, reference: str) -> None:
        """A message that is on its way must not be sent again because it could not be written down."""
        try:
            await self._messages.keep_sent(
                outgoing.address,
                text,
                gateway=self._gateway.name,
                reference=reference,
                state=self._gateway.state,
            )
        except Exception:
            log.exception("A short message was sent and could not be written down.", extra={"action": "sms"})
