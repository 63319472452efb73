"""What people do: they write, press, send files, block. Each returns the id of the update it caused."""

from __future__ import annotations

from typing import Any

from tests.bot_api.methods import message_json
from tests.bot_api.records import Button, Json, Sent, StoredFile
from tests.bot_api.state import State


class People:
    """The person's side of every chat."""

    def __init__(self, state: State) -> None:
        self._state = state

    def knows(self, chat_id: int, *, first_name: str = "Person") -> None:
        """This person has started the bot some time ago."""
        self._state.chat(chat_id, first_name=first_name)

    def says(self, chat_id: int, text: str, *, first_name: str = "Person", **fields: Any) -> int:
        """Writes a text; ``fields`` are further fields of the Message object."""
        self.knows(chat_id, first_name=first_name)
        if text.startswith("/"):
            length = len(text.split(maxsplit=1)[0])
            fields = {"entities": [{"type": "bot_command", "offset": 0, "length": length}], **fields}
        return self.sends(chat_id, text=text, **fields)

    def sends(self, chat_id: int, **fields: Any) -> int:
        """Sends a message with these fields of the Message object."""
        return self._push("message", self._message(chat_id, **fields), chat_id=chat_id)

    def edits(self, chat_id: int, text: str, *, message_id: int) -> int:
        """Changes the text of an earlier message of this person."""
        message = self._message(chat_id, text=text, edit_date=self._state.date()) | {"message_id": message_id}
        return self._push("edited_message", message, chat_id=chat_id)

    def presses(self, chat_id: int, button: str) -> int:
        """Presses the newest button with this label or data. LookupError names the buttons that are there."""
        sent, found = self._find(chat_id, button)
        query = str(900_000_000_000 + next(self._state.numbers))
        self._state.queries[query] = False
        body = {
            "id": query,
            "from": self._state.chat(chat_id).person(),
            "message": message_json(sent, state=self._state),
            "chat_instance": str(chat_id * 7919),
            "data": found.data,
        }
        return self._push("callback_query", body, chat_id=chat_id)

    def _find(self, chat_id: int, label: str) -> tuple[Sent, Button]:
        there = [
            (sent, button)
            for sent in self._state.chat(chat_id).sent
            for row in sent.buttons
            for button in row
            if not sent.deleted and button.data is not None
        ]
        for sent, button in reversed(there):
            if label in (button.label, button.data):
                return sent, button
        raise LookupError(f"no button {label!r} in chat {chat_id}; there are {[button.label for _, button in there]}")

    def sends_photo(
        self, chat_id: int, data: bytes, *, caption: str = "", album: str = "", width: int = 1280, height: int = 960
    ) -> int:
        """Sends a photo; Telegram offers it in a small and in the full size, the small one first."""
        sizes = [
            self._photo(data[: max(1, len(data) // 10)], width=90, height=67),
            self._photo(data, width=width, height=height),
        ]
        return self._sends_media(chat_id, caption=caption, album=album, photo=sizes)

    def _photo(self, data: bytes, *, width: int, height: int) -> Json:
        fields = self._state.store(data, folder="photos", name=None, media_type=None).as_json()
        return fields | {"width": width, "height": height}

    def sends_document(
        self,
        chat_id: int,
        data: bytes,
        *,
        file_name: str = "file.pdf",
        media_type: str = "application/pdf",
        caption: str = "",
        album: str = "",
    ) -> int:
        """Sends a file as it is."""
        file = self._store(data, kind="document", file_name=file_name, media_type=media_type)
        return self._sends_media(chat_id, caption=caption, album=album, document=file.as_json())

    def sends_media(
        self, chat_id: int, data: bytes, *, kind: str, media_type: str = "video/mp4", caption: str = ""
    ) -> int:
        """Sends a ``voice``, ``audio``, ``video``, ``video_note`` or ``animation``."""
        file = self._store(data, kind=kind, file_name=None, media_type=media_type)
        fields: Json = {kind: file.as_json() | {"duration": 3}}
        if kind == "animation":
            fields["document"] = file.as_json()
        return self._sends_media(chat_id, caption=caption, album="", **fields)

    def _store(self, data: bytes, *, kind: str, file_name: str | None, media_type: str) -> StoredFile:
        return self._state.store(data, folder=f"{kind}s", name=file_name, media_type=media_type)

    def _sends_media(self, chat_id: int, *, caption: str, album: str, **fields: Any) -> int:
        self.knows(chat_id)
        fields |= {"caption": caption} if caption else {}
        fields |= {"media_group_id": album} if album else {}
        return self.sends(chat_id, **fields)

    def sends_contact(self, chat_id: int, phone: str, *, own: bool = True, first_name: str = "Person") -> int:
        """Shares a contact card: the person's own, or somebody else's."""
        owner = chat_id if own else chat_id + 1
        self.knows(chat_id)
        return self.sends(chat_id, contact={"phone_number": phone, "first_name": first_name, "user_id": owner})

    def sends_location(
        self, chat_id: int, *, latitude: float, longitude: float, title: str = "", address: str = ""
    ) -> int:
        """Shares a place; with a title it is a venue."""
        self.knows(chat_id)
        location = {"latitude": latitude, "longitude": longitude}
        venue = {"venue": {"location": location, "title": title, "address": address}} if title else {}
        return self.sends(chat_id, location=location, **venue)

    def sends_sticker(self, chat_id: int, emoji: str) -> int:
        """Sends a sticker that stands for an emoji."""
        self.knows(chat_id)
        file = self._store(b"webp", kind="sticker", file_name=None, media_type="image/webp")
        return self.sends(chat_id, sticker=file.as_json() | {"emoji": emoji, "width": 512, "height": 512})

    def forwards(self, chat_id: int, text: str) -> int:
        """Forwards somebody else's text."""
        self.knows(chat_id)
        origin = {"type": "hidden_user", "sender_user_name": "Somebody", "date": self._state.date()}
        return self.sends(chat_id, text=text, forward_origin=origin)

    def blocks(self, chat_id: int) -> int:
        """Blocks the bot."""
        return self._membership(chat_id, blocked=True)

    def unblocks(self, chat_id: int) -> int:
        """Lets the bot write again."""
        return self._membership(chat_id, blocked=False)

    def _membership(self, chat_id: int, *, blocked: bool) -> int:
        chat = self._state.chat(chat_id)
        chat.blocked = blocked
        states = ("member", "kicked") if blocked else ("kicked", "member")
        body = {"chat": chat.as_json(), "from": chat.person(), "date": self._state.date()}
        body |= {f"{when}_chat_member": {"status": state} for when, state in zip(("old", "new"), states, strict=True)}
        return self._push("my_chat_member", body, chat_id=chat_id)

    def pushes(self, kind: str, body: Any, *, chat_id: int = 0) -> int:
        """Queues an update of any shape."""
        return self._push(kind, body, chat_id=chat_id)

    def _push(self, kind: str, body: Any, *, chat_id: int) -> int:
        return self._state.updates.push(kind, body, chat_id=chat_id)

    def _message(self, chat_id: int, **fields: Any) -> Json:
        chat = self._state.chat(chat_id)
        head = {"message_id": chat.number(), "from": chat.person(), "chat": chat.as_json(), "date": self._state.date()}
        return head | fields
