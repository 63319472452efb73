"""Telephone numbers as addresses of short messages: the number is sealed, the address is its index."""

from __future__ import annotations

import re

from cases.messages import Address
from handlers.office import Office
from storage.database import Transaction

MOBILE = re.compile(r"(?:(?:\+|00)?86)?(1[3-9]\d{9})")
GAPS = re.compile(r"[\s()-]")
SHOWN = 3, 4
"""Digits of a number that are told: so many at its start and at its end."""


def mobile(number: str) -> str | None:
    """The eleven digits of a Chinese mobile number, however it is written; None when it is none."""
    found = MOBILE.fullmatch(GAPS.sub("", number))
    return found.group(1) if found else None


def masked_number(number: str) -> str:
    """The number as its owner knows it and nobody else can use it."""
    head, tail = SHOWN
    return f"{number[:head]}{'*' * (len(number) - head - tail)}{number[-tail:]}"


async def sms_address(tx: Transaction, number: str, *, office: Office) -> Address | None:
    """The address of a number, which is kept sealed with it; None when it is no mobile, or nothing sends there."""
    digits, channel = mobile(number), office.ways.short
    if digits is None or channel is None:
        return None
    return Address(channel=channel, value=await tx.sms.keep_number(digits, at=office.now()))
