"""What the server remembers, and how it refuses."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

Json = dict[str, Any]
Params = Mapping[str, Any]


class Refused(Exception):
    """The Bot API's error answer."""

    def __init__(self, status: int, description: str, *, retry_after: int | None = None) -> None:
        super().__init__(description)
        self.status, self.description, self.retry_after = status, description, retry_after

    def answer(self) -> Json:
        """The body as Telegram writes it."""
        body: Json = {"ok": False, "error_code": self.status, "description": self.description}
        if self.retry_after is not None:
            body["parameters"] = {"retry_after": self.retry_after}
        return body


def bad_request(why: str) -> Refused:
    """400 with Telegram's prefix."""
    return Refused(400, f"Bad Request: {why}")


@dataclass(frozen=True, kw_only=True)
class Button:
    """An inline button: what it says, what comes back, or which link it opens."""

    label: str
    data: str | None = None
    url: str | None = None


@dataclass(kw_only=True)
class Sent:
    """A message of the bot as the person sees it now: edits change it, ``deleted`` hides it."""

    chat_id: int
    message_id: int
    method: str
    text: str
    at: float
    date: int
    buttons: tuple[tuple[Button, ...], ...] = ()
    file_id: str | None = None
    edited: bool = False
    deleted: bool = False
    params: Params = field(default_factory=dict)

    def labels(self) -> list[str]:
        """What all its buttons say, in reading order."""
        return [button.label for row in self.buttons for button in row]


@dataclass(frozen=True, kw_only=True)
class Call:
    """One accepted call; ``at`` is monotonic seconds."""

    method: str
    params: Params
    at: float


@dataclass(kw_only=True)
class Chat:
    """A private chat with one person."""

    id: int
    first_name: str
    blocked: bool = False
    next_message_id: int = 1
    sent: list[Sent] = field(default_factory=list)
    last_send: float = float("-inf")

    def number(self) -> int:
        """The next message id of this chat."""
        number = self.next_message_id
        self.next_message_id += 1
        return number

    def as_json(self) -> Json:
        """The Chat object."""
        return {"id": self.id, "type": "private", "first_name": self.first_name}

    def person(self) -> Json:
        """The User object; in a private chat both have one id."""
        return {"id": self.id, "is_bot": False, "first_name": self.first_name, "language_code": "zh-hans"}


@dataclass(frozen=True, kw_only=True)
class StoredFile:
    """A file on the server, by its id."""

    file_id: str
    path: str
    content: bytes
    name: str | None = None
    media_type: str | None = None

    def as_json(self) -> Json:
        """The fields that every kind of file shares."""
        fields: Json = {"file_id": self.file_id, "file_unique_id": self.file_id[-12:], "file_size": len(self.content)}
        if self.name is not None:
            fields["file_name"] = self.name
        if self.media_type is not None:
            fields["mime_type"] = self.media_type
        return fields
