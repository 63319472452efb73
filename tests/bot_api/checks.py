"""What Telegram refuses in a message, with its words."""

from __future__ import annotations

import json
import re
from typing import Any

from tests.bot_api.markup import plain_text
from tests.bot_api.records import Button, Json, Params, bad_request

TEXT_LIMIT = 4096
CAPTION_LIMIT = 1024
DATA_LIMIT = 64
BUTTONS_LIMIT = 100
_STRIPPED = re.compile("[\x00-\x08\r\u2028-\u202e]")
_SPACED = re.compile("[\t\x0b\x0c\x0e-\x1f]")


def checked_text(params: Params) -> str:
    """The text of a message as shown; Refused when empty, too long or badly marked up."""
    text = visible(params.get("text"), mode=params.get("parse_mode"))
    if not text:
        raise bad_request("message text is empty")
    if units(text) > TEXT_LIMIT:
        raise bad_request("message is too long")
    return text


def checked_caption(params: Params) -> str:
    """The caption of a file; may be empty."""
    caption = visible(params.get("caption", ""), mode=params.get("parse_mode"))
    if units(caption) > CAPTION_LIMIT:
        raise bad_request("message caption is too long")
    return caption


def visible(text: Any, *, mode: str | None) -> str:
    """The text after Telegram's own cleaning."""
    if text is None:
        return ""
    text = str(text)
    if any("\ud800" <= character <= "\udfff" for character in text):
        raise bad_request("strings must be encoded in UTF-8")
    return _SPACED.sub(" ", _STRIPPED.sub("", plain_text(text, mode=mode))).strip()


def units(text: str) -> int:
    """Length in UTF-16 code units, as Telegram counts."""
    return len(text.encode("utf-16-le")) // 2


def checked_buttons(params: Params) -> tuple[tuple[Button, ...], ...]:
    """The inline buttons under a message; other keyboards are accepted and shown as none."""
    markup = parsed(params.get("reply_markup"), name="reply markup")
    if markup is None:
        return ()
    if not isinstance(markup, dict):
        raise bad_request("object expected as reply markup")
    if "inline_keyboard" not in markup:
        return _checked_keyboard(markup)
    rows = _rows(markup["inline_keyboard"], name="inline_keyboard")
    if sum(map(len, rows)) > BUTTONS_LIMIT:
        raise bad_request("reply markup is too long")
    return tuple(tuple(map(_inline_button, row)) for row in rows)


def parsed(value: Any, *, name: str) -> Any:
    """A parameter that may come as JSON or as a string that holds JSON."""
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except ValueError:
        raise bad_request(f"can't parse {name} JSON object") from None


def _checked_keyboard(markup: Json) -> tuple[()]:
    if "keyboard" in markup:
        for button in [button for row in _rows(markup["keyboard"], name="keyboard") for button in row]:
            text = button.get("text") if isinstance(button, dict) else button
            if not isinstance(text, str) or not text:
                raise bad_request('can\'t parse keyboard button: Field "text" must be of type String')
    elif not ({"remove_keyboard", "force_reply"} & set(markup)):
        raise bad_request("object expected as reply markup")
    return ()


def _rows(rows: Any, *, name: str) -> list[list[Any]]:
    if not isinstance(rows, list):
        raise bad_request(f'Field "{name}" must be of type Array')
    if not all(isinstance(row, list) for row in rows):
        raise bad_request(f'Field "{name}" must be an Array of Arrays')
    return rows


def _inline_button(button: Any) -> Button:
    if not isinstance(button, dict):
        raise bad_request("can't parse inline keyboard button: InlineKeyboardButton must be an Object")
    label, data, url = button.get("text"), button.get("callback_data"), button.get("url")
    if not isinstance(label, str):
        raise bad_request('can\'t parse inline keyboard button: Field "text" must be of type String')
    if not label.strip():
        raise bad_request("BUTTON_TEXT_EMPTY")
    if data is None and url is None and "web_app" not in button:
        raise bad_request("can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard")
    if data is not None and not 1 <= len(str(data).encode()) <= DATA_LIMIT:
        raise bad_request("BUTTON_DATA_INVALID")
    if url is not None and not re.match(r"(https?|tg)://\S+\.?\S*$", url):
        raise bad_request(f"inline keyboard button URL '{url}' is invalid: Wrong HTTP URL")
    return Button(label=label, data=data, url=url)
