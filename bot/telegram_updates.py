"""From the Bot API's updates, as JSON, to what a person sent.

Read from the JSON itself: building the library's objects first costs ten times as much, and one malformed update would
take its whole batch along.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from cases.messages import Address, Attachment, AttachmentKind, Incoming

Json = Mapping[str, Any]

CHANNEL = "telegram"
KINDS = ("message", "edited_message", "callback_query", "my_chat_member")
"""The kinds of update that the bot asks for; the last is acknowledged and dropped."""

_FILES = {
    "animation": (AttachmentKind.VIDEO, None),
    "document": (AttachmentKind.DOCUMENT, None),
    "audio": (AttachmentKind.DOCUMENT, None),
    "video": (AttachmentKind.VIDEO, None),
    "video_note": (AttachmentKind.VIDEO, "video/mp4"),
    "voice": (AttachmentKind.VOICE, "audio/ogg"),
}


class MalformedUpdate(ValueError):
    """An update does not have the shape that the Bot API promises."""


def update_id(update: object) -> int:
    """The number of an update; MalformedUpdate when it has none."""
    number = update.get("update_id") if isinstance(update, dict) else None
    if not isinstance(number, int) or isinstance(number, bool):
        raise MalformedUpdate("an update without a number")
    return number


def query_of(update: Json) -> str | None:
    """Under which number a pressed button waits for an answer, whoever pressed it."""
    query = update.get("callback_query")
    number = query.get("id") if isinstance(query, dict) else None
    return number if isinstance(number, str) else None


def to_incoming(update: Json, *, now: datetime) -> Incoming | None:
    """What a person sent in a private chat; None for everything else.

    ``now`` dates a pressed button, for which the Bot API gives no time. MalformedUpdate when the shape is wrong.
    """
    try:
        if "callback_query" in update:
            return _pressed(update["callback_query"], key=str(update["update_id"]), now=now)
        message = update.get("message") or update.get("edited_message")
        return None if message is None else _written(message, key=str(update["update_id"]))
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError) as error:
        raise MalformedUpdate(type(error).__name__) from None


def _pressed(query: Json, *, key: str, now: datetime) -> Incoming | None:
    message = query.get("message")
    data = query.get("data")
    if message is None or not data or message["chat"]["type"] != "private":
        return None
    return Incoming(address=_address(message["chat"]), key=key, at=now, pressed=_clean(data))


def _written(message: Json, *, key: str) -> Incoming | None:
    chat = message["chat"]
    if chat["type"] != "private" or message.get("from", {}).get("is_bot"):
        return None
    text = _text(message)
    attachments = tuple(_attachments(message))
    if not text and not attachments:
        return None
    return Incoming(
        address=_address(chat),
        key=key,
        at=datetime.fromtimestamp(message.get("edit_date") or message["date"], UTC),
        text=text,
        album=_clean(message.get("media_group_id", "")),
        forwarded="forward_origin" in message or "forward_date" in message,
        attachments=attachments,
    )


def _address(chat: Json) -> Address:
    return Address(channel=CHANNEL, value=str(int(chat["id"])))


def _text(message: Json) -> str:
    text = message.get("text") or message.get("caption")
    if text:
        return _clean(text)
    if venue := message.get("venue"):
        return _clean("\n".join(filter(None, (venue.get("title"), venue.get("address")))))
    emoji = message.get("sticker") or message.get("dice")
    return _clean(emoji.get("emoji", "")) if emoji else ""


def _attachments(message: Json) -> Iterator[Attachment]:
    if photo := message.get("photo"):
        yield _photo(max(photo, key=lambda size: size["width"] * size["height"]))
    for name, (kind, media_type) in _FILES.items():
        # An animation is repeated as a document for old clients.
        if name in message and not (name == "document" and "animation" in message):
            yield _file(message[name], kind=kind, media_type=media_type)
    if location := message.get("location"):
        yield Attachment(
            kind=AttachmentKind.LOCATION,
            latitude=float(location["latitude"]),
            longitude=float(location["longitude"]),
        )
    if contact := message.get("contact"):
        yield _contact(contact, sender=message.get("from", {}).get("id"))


def _photo(size: Json) -> Attachment:
    return Attachment(
        kind=AttachmentKind.PHOTO, reference=size["file_id"], media_type="image/jpeg", size=size.get("file_size")
    )


def _file(file: Json, *, kind: AttachmentKind, media_type: str | None) -> Attachment:
    return Attachment(
        kind=kind,
        reference=file["file_id"],
        file_name=_clean(file["file_name"]) if "file_name" in file else None,
        media_type=_clean(file["mime_type"]) if "mime_type" in file else media_type,
        size=file.get("file_size"),
    )


def _contact(contact: Json, *, sender: int | None) -> Attachment:
    names = (contact.get("first_name"), contact.get("last_name"))
    return Attachment(
        kind=AttachmentKind.CONTACT,
        name=_clean(" ".join(filter(None, names))) or None,
        phone=_clean(contact["phone_number"]),
        own=sender is not None and contact.get("user_id") == sender,
    )


def _clean(text: str) -> str:
    """Half a surrogate pair or a NUL is valid JSON, and no database takes it: such a message would block its queue."""
    if "\0" in text:
        text = text.replace("\0", "")
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text
