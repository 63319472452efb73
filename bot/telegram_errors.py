"""What the Bot API's refusals mean for a message: may it be tried again, and is the person still there."""

from __future__ import annotations

import re
from datetime import timedelta

from telegram.error import BadRequest, Conflict, Forbidden, InvalidToken, RetryAfter, TelegramError, TimedOut

from cases.errors import DeliveryError

# Telegram names these in the description only; the status is 400 for all.
_GONE = re.compile(r"chat not found|user not found|PEER_ID_INVALID|USER_ID_INVALID|user is deactivated", re.IGNORECASE)
_HARMLESS = re.compile(r"[A-Za-z_ ,'()-]{1,80}")


def delivery_error(error: Exception) -> DeliveryError:
    """The same failure in the program's own words, without token, address or text; unknown ones may be tried again."""
    if isinstance(error, RetryAfter):
        return DeliveryError("told to wait", retryable=True, retry_after=seconds_to_wait(error))
    if isinstance(error, Forbidden):
        return DeliveryError("the person has blocked the bot or left", unreachable=True)
    if isinstance(error, BadRequest):
        gone = _GONE.search(error.message) is not None
        return DeliveryError(plain(error), unreachable=gone)
    return DeliveryError(plain(error), retryable=True)


def seconds_to_wait(error: Exception) -> float:
    """How long the server told us to wait, in seconds; 0 when it did not."""
    if not isinstance(error, RetryAfter):
        return 0.0
    wait = error.retry_after
    return wait.total_seconds() if isinstance(wait, timedelta) else float(wait)


def plain(error: Exception) -> str:
    """One phrase for logs and reports; of Telegram's own words only those that can hold nothing private."""
    if isinstance(error, BadRequest):
        return f"refused: {error.message if _HARMLESS.fullmatch(error.message) else 'the request is not understood'}"
    if isinstance(error, RetryAfter):
        return "told to wait"
    if isinstance(error, InvalidToken):
        return "the bot token is refused"
    if isinstance(error, Conflict):
        return "another process reads the updates of this bot"
    if isinstance(error, Forbidden):
        return "forbidden"
    if isinstance(error, TimedOut):
        return "no answer in time"
    return "the server cannot be reached or failed" if isinstance(error, TelegramError) else "a strange answer"
