"""A stand-in for Telegram's Bot API server that refuses what Telegram refuses."""

from __future__ import annotations

from tests.bot_api.faults import Fault, FaultKind, Faults
from tests.bot_api.records import Button, Call, Sent
from tests.bot_api.server import TOKEN, BotApi

__all__ = ["TOKEN", "BotApi", "Button", "Call", "Fault", "FaultKind", "Faults", "Sent"]
