"""Where an operator of short messages calls back: what became of a message, and what a person sent."""

from __future__ import annotations

import hmac
import logging
from dataclasses import dataclass

from bot.sms import Call, Callbacks
from cases.errors import StorageFault
from handlers.short_messages import ShortMessages

log = logging.getLogger("lianxin.sms")

TOKEN = "token"  # noqa: S105 - the name of a parameter
TOKEN_HEADER = "X-Lianxin-Token"  # noqa: S105 - the name of a header
REPORT = "report"


@dataclass(frozen=True, kw_only=True)
class Entrance:
    """The door for one gateway's operator; each call must carry ``secret``."""

    gateway: str
    secret: str
    callbacks: Callbacks
    messages: ShortMessages

    async def take(self, what: str, call: Call, *, token: str) -> tuple[int, str, str]:
        """The status, the media type and the text of the answer, once what came is committed.

        403 for a wrong secret, 400 for what nobody can read, 503 for "send it again".
        """
        if not hmac.compare_digest(token.encode("utf-8", "surrogateescape"), self.secret.encode()):
            log.warning("A call with a wrong secret was refused.", extra={"action": "sms_forged"})
            return 403, *self.callbacks.answer(taken=False)
        try:
            reports = self.callbacks.reports(call) if what == REPORT else []
            said = self.callbacks.said(call) if what != REPORT else []
        except (ValueError, RecursionError):  # no JSON, other bytes than its character set has, or a part is missing
            log.warning("A call of an unknown form was refused.", extra={"action": "sms_malformed"})
            return 400, *self.callbacks.answer(taken=False)
        try:
            await self.messages.report(reports, gateway=self.gateway)
            await self.messages.received(said, gateway=self.gateway)
        except StorageFault:
            log.exception("A call could not be kept and will come again.", extra={"action": "sms_callback"})
            return 503, *self.callbacks.answer(taken=False)
        return 200, *self.callbacks.answer(taken=True)
