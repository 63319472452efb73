"""What passes between a person and the bot, with no channel named."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

CHOICE_BYTES = 64
"""Longest value a button may carry, in UTF-8 bytes: the narrowest channel (Telegram's callback data) sets it."""


@dataclass(frozen=True, kw_only=True, order=True)
class Address:
    """Where one person is reached: a channel's name and the channel's own name for the person."""

    channel: str
    value: str

    def __str__(self) -> str:
        return f"{self.channel}:{self.value}"

    @classmethod
    def parse(cls, text: str) -> Address:
        """The address that ``str()`` printed; ValueError when there is no channel in it."""
        channel, colon, value = text.partition(":")
        if not (channel and colon and value):
            raise ValueError("an address is written channel:value")
        return cls(channel=channel, value=value)


class AttachmentKind(StrEnum):
    PHOTO = "photo"
    DOCUMENT = "document"
    VIDEO = "video"
    VOICE = "voice"
    LOCATION = "location"
    CONTACT = "contact"


@dataclass(frozen=True, kw_only=True)
class Attachment:
    """Something sent along with a message.

    A file is named by ``reference`` (the channel's own handle, fetched later) or by ``sha256`` (already stored).
    A location carries ``latitude`` and ``longitude`` in degrees; a contact card ``name`` and ``phone``, with ``own``
    true when the channel vouches that the card is the sender's.
    """

    kind: AttachmentKind
    reference: str | None = None
    sha256: str | None = None
    file_name: str | None = None
    media_type: str | None = None
    size: int | None = None
    latitude: float | None = None
    longitude: float | None = None
    name: str | None = None
    phone: str | None = None
    own: bool = False


@dataclass(frozen=True, kw_only=True)
class Incoming:
    """One message or one pressed button, as a person sent it.

    ``key`` is unique within the channel and stays the same when the channel repeats itself. ``pressed`` is the value of
    a pressed button, ``album`` what the parts of one album share. ``at`` is aware.
    """

    address: Address
    key: str
    at: datetime
    text: str = ""
    pressed: str = ""
    album: str = ""
    forwarded: bool = False
    attachments: tuple[Attachment, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Choice:
    """A button: what it says, and the value that comes back when it is pressed (at most ``CHOICE_BYTES``)."""

    label: str
    value: str

    def __post_init__(self) -> None:
        if len(self.value.encode()) > CHOICE_BYTES:
            raise ValueError(f"a button's value is over {CHOICE_BYTES} bytes")


@dataclass(frozen=True, kw_only=True)
class Wording:
    """The text of the site that a message was made from, and the facts put into it.

    For channels whose operator sends approved texts only, and is given the facts alone.
    """

    key: str
    facts: Mapping[str, str]


@dataclass(frozen=True, kw_only=True)
class Outgoing:
    """Plain text for one person, with rows of buttons. Any length: a channel splits what it cannot send whole.

    ``picture`` is the SHA-256 of a kept picture that goes along. ``revises`` is the channel's own reference of an
    earlier message, in whose place this one comes; with an empty text that one is taken back.
    """

    address: Address
    text: str
    choices: tuple[tuple[Choice, ...], ...] = ()
    wording: Wording | None = None
    picture: str | None = None
    revises: str | None = None
