"""The Bot API's methods, as far as bots like ours use them."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.bot_api.checks import checked_buttons, checked_caption, checked_text, parsed
from tests.bot_api.records import Button, Chat, Json, Params, Refused, Sent, StoredFile, bad_request
from tests.bot_api.state import State
from tests.bot_api.updates import Hook, kinds

FILE_LIMIT = 20 * 1024 * 1024
POLL_LIMIT = 50
DELETABLE = 48 * 3600
"""Seconds for which a bot can delete what it sent."""


@dataclass(frozen=True, kw_only=True)
class Upload:
    """A file that came as a part of a multipart request."""

    content: bytes
    name: str
    media_type: str


class Methods:
    """One method each, by its name in the Bot API in lower case."""

    def __init__(self, state: State) -> None:
        self._state = state
        self._sync: dict[str, Callable[[Params], Any]] = {
            "getme": lambda _: state.me(),
            "sendmessage": self._send_message,
            "sendphoto": lambda params: self._send_file(params, field="photo", folder="photos"),
            "senddocument": lambda params: self._send_file(params, field="document", folder="documents"),
            "editmessagetext": self._edit,
            "editmessagecaption": self._edit_caption,
            "editmessagereplymarkup": self._edit_buttons,
            "deletemessage": self._delete,
            "answercallbackquery": self._answer,
            "getfile": self._get_file,
            "setwebhook": self._set_webhook,
            "deletewebhook": self._delete_webhook,
            "getwebhookinfo": self._webhook_info,
            "setmycommands": lambda _: True,
            "sendchataction": lambda params: bool(state.reachable(params)),
        }

    async def call(self, method: str, params: Params) -> Any:
        """The result of one call. Refused as Telegram would."""
        known = self._sync.get(method.lower())
        if known is not None:
            result = known(params)
        elif method.lower() == "getupdates":
            return await self._get_updates(params)
        else:
            raise Refused(404, "Not Found: method not found")
        self._state.note(method, params)
        return result

    def _send_message(self, params: Params) -> Json:
        chat = self._state.reachable(params)
        text, buttons = checked_text(params), checked_buttons(params)
        self._state.count_send(chat)
        return self._sent(chat, method="sendMessage", params=params, text=text, buttons=buttons)

    def _send_file(self, params: Params, *, field: str, folder: str) -> Json:
        chat = self._state.reachable(params)
        caption, buttons = checked_caption(params), checked_buttons(params)
        file = self._file(params, field=field, folder=folder)
        self._state.count_send(chat)
        method = f"send{field.capitalize()}"
        return self._sent(chat, method=method, params=params, text=caption, buttons=buttons, file=file)

    def _file(self, params: Params, *, field: str, folder: str) -> StoredFile:
        given = params.get(field)
        if isinstance(given, str) and given.startswith("attach://"):
            given = params.get(given.removeprefix("attach://"))
        if isinstance(given, Upload):
            if not given.content:
                raise bad_request("file must be non-empty")
            return self._state.store(given.content, folder=folder, name=given.name, media_type=given.media_type)
        if isinstance(given, str) and given in self._state.files:
            return self._state.files[given]
        raise bad_request(
            f"there is no {field} in the request" if not given else "wrong remote file identifier specified"
        )

    def _sent(
        self,
        chat: Chat,
        *,
        method: str,
        params: Params,
        text: str,
        buttons: tuple[tuple[Button, ...], ...],
        file: StoredFile | None = None,
    ) -> Json:
        sent = Sent(
            chat_id=chat.id,
            message_id=chat.number(),
            method=method,
            text=text,
            at=time.monotonic(),
            date=self._state.date(),
            buttons=buttons,
            file_id=file.file_id if file else None,
            params=params,
        )
        self._state.keep(chat, sent)
        return message_json(sent, state=self._state)

    def _find(self, params: Params) -> Sent:
        chat = self._state.reachable(params)
        wanted = int(params.get("message_id", 0))
        for sent in reversed(chat.sent):
            if sent.message_id == wanted and not sent.deleted:
                return sent
        raise bad_request("message to edit not found")

    def _edit(self, params: Params) -> Json:
        sent = self._find(params)
        if sent.file_id is not None:
            raise bad_request("there is no text in the message to edit")
        return self._edited(sent, text=checked_text(params), buttons=checked_buttons(params))

    def _edit_caption(self, params: Params) -> Json:
        sent = self._find(params)
        if sent.file_id is None:
            raise bad_request("there is no caption in the message to edit")
        return self._edited(sent, text=checked_caption(params), buttons=checked_buttons(params))

    def _edited(self, sent: Sent, *, text: str, buttons: tuple[tuple[Button, ...], ...]) -> Json:
        if (text, buttons) == (sent.text, sent.buttons):
            raise bad_request(
                "message is not modified: specified new message content and reply markup are exactly the same as a "
                "current content and reply markup of the message"
            )
        sent.text, sent.buttons, sent.edited = text, buttons, True
        return message_json(sent, state=self._state)

    def _edit_buttons(self, params: Params) -> Json:
        sent = self._find(params)
        sent.buttons, sent.edited = checked_buttons(params), True
        return message_json(sent, state=self._state)

    def _delete(self, params: Params) -> bool:
        self._state.reachable(params)
        try:
            sent = self._find(params)
        except Refused as refusal:
            raise bad_request("message to delete not found") from refusal
        if self._state.date() - sent.date >= DELETABLE:
            raise bad_request("message can't be deleted for everyone")
        sent.deleted = True
        return True

    def _answer(self, params: Params) -> bool:
        query = str(params.get("callback_query_id", ""))
        if query not in self._state.queries:
            raise bad_request("query is too old and response timeout expired or query ID is invalid")
        self._state.queries[query] = True
        return True

    def _get_file(self, params: Params) -> Json:
        file = self._state.files.get(str(params.get("file_id", "")))
        if file is None:
            raise bad_request("wrong file_id or the file is temporarily unavailable")
        if len(file.content) > FILE_LIMIT:
            raise bad_request("file is too big")
        fields = file.as_json()
        return {key: fields[key] for key in ("file_id", "file_unique_id", "file_size")} | {"file_path": file.path}

    def _set_webhook(self, params: Params) -> bool:
        url = str(params.get("url", ""))
        self._allow(params)
        if not url:
            return self._delete_webhook(params)
        secret = str(params.get("secret_token", ""))
        if len(secret) > 256 or not all(c.isascii() and (c.isalnum() or c in "_-") for c in secret):
            raise bad_request("secret token contains unallowed characters")
        self._state.updates.set_hook(Hook(url=url, secret=secret, connections=int(params.get("max_connections", 40))))
        return True

    def _delete_webhook(self, params: Params) -> bool:
        self._state.updates.remove_hook(drop=str(params.get("drop_pending_updates", False)).lower() == "true")
        return True

    def _webhook_info(self, _: Params) -> Json:
        hook, waiting = self._state.updates.hook, len(self._state.updates.waiting)
        info: Json = {"url": hook.url if hook else "", "has_custom_certificate": False, "pending_update_count": waiting}
        if hook is not None:
            info["max_connections"] = hook.connections
            if hook.last_error:
                info |= {"last_error_message": hook.last_error, "last_error_date": self._state.date()}
        return info

    async def _get_updates(self, params: Params) -> list[Json]:
        self._allow(params)
        return await self._state.updates.fetch(
            offset=int(params.get("offset", 0)),
            limit=max(1, min(100, int(params.get("limit", 100)))),
            timeout=max(0.0, min(float(POLL_LIMIT), float(params.get("timeout", 0)))),
        )

    def _allow(self, params: Params) -> None:
        names = parsed(params.get("allowed_updates"), name="allowed_updates")
        if isinstance(names, list):
            self._state.updates.allowed = kinds(names)


def message_json(sent: Sent, *, state: State) -> Json:
    """The Message object for what the bot sent."""
    message: Json = {
        "message_id": sent.message_id,
        "from": state.me(),
        "chat": state.chat(sent.chat_id).as_json(),
        "date": sent.date,
    }
    if sent.file_id is None:
        message["text"] = sent.text
    else:
        fields = state.files[sent.file_id].as_json()
        is_photo = sent.method == "sendPhoto"
        message |= {"photo": [fields | {"width": 800, "height": 600}]} if is_photo else {"document": fields}
        message |= {"caption": sent.text} if sent.text else {}
    if sent.buttons:
        rows = [[_button_json(button) for button in row] for row in sent.buttons]
        message["reply_markup"] = {"inline_keyboard": rows}
    return message


def _button_json(button: Button) -> Json:
    fields = {"text": button.label, "callback_data": button.data, "url": button.url}
    return {name: value for name, value in fields.items() if value is not None}
