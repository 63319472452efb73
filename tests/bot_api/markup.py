"""Refuses marked-up text as Telegram does, and says how long the rest is."""

from __future__ import annotations

import html
import re

from tests.bot_api.records import bad_request

_TAGS = {
    "b",
    "strong",
    "i",
    "em",
    "u",
    "ins",
    "s",
    "strike",
    "del",
    "span",
    "tg-spoiler",
    "a",
    "tg-emoji",
    "code",
    "pre",
}
_TAGS |= {"blockquote", "tg-time"}
_TAG = re.compile(r"<(/?)([A-Za-z0-9-]*)([^<>]*)>?")
_RESERVED = set("_*[]()~`>#+-=|{}.!")
_MARKS = ("||", "__", "```", "*", "_", "~", "`")
_NAMES = {
    "*": "Bold",
    "_": "Italic",
    "__": "Underline",
    "~": "Strikethrough",
    "||": "Spoiler",
    "`": "Code",
    "```": "Pre",
}


def plain_text(text: str, *, mode: str | None) -> str:
    """The text that a person sees. Refused when the markup is broken."""
    if not mode:
        return text
    if mode.lower() == "html":
        return _html(text)
    if mode.lower() == "markdownv2":
        return _markdown_v2(text)
    if mode.lower() == "markdown":
        return _markdown(text)
    raise bad_request("unsupported parse_mode")


def _broken(why: str) -> Exception:
    return bad_request(f"can't parse entities: {why}")


def _offset(text: str, position: int) -> int:
    return len(text[:position].encode())


def _html(text: str) -> str:
    opened: list[str] = []
    for tag in _TAG.finditer(text):
        where = _offset(text, tag.start())
        name = tag[2].lower()
        whole = tag[0].endswith(">")
        if not whole and not tag[3]:
            raise _broken(f"Unclosed start tag at byte offset {where}")
        if tag[1] and (not opened or opened.pop() != name):
            raise _broken(f'Unmatched end tag at byte offset {where}, expected "</{name}>"')
        if name not in _TAGS or not whole:
            raise _broken(f'Unsupported start tag "{name}" at byte offset {where}')
        if not tag[1]:
            opened.append(name)
    if opened:
        raise _broken(f'Can\'t find end tag corresponding to start tag "{opened[-1]}"')
    return html.unescape(_TAG.sub("", text))


def _markdown_v2(text: str) -> str:
    seen: list[str] = []
    opened: list[tuple[str, int]] = []
    position = 0
    while position < len(text):
        mark = next((mark for mark in _MARKS if text.startswith(mark, position)), None)
        if text[position] == "\\" and position + 1 < len(text):
            seen.append(text[position + 1])
            position += 2
        elif mark is not None:
            _toggle(opened, mark=mark, where=_offset(text, position))
            position += len(mark)
        elif text[position] == "[" and (link := re.compile(r"\[((?:[^\]\\]|\\.)*)\]\([^)]*\)").match(text, position)):
            seen.append(link[1])
            position = link.end()
        elif text[position] in _RESERVED and not (
            text[position] == ">" and text[position - 1 : position] in ("", "\n")
        ):
            raise _broken(f"Character '{text[position]}' is reserved and must be escaped with the preceding '\\'")
        else:
            seen.append(text[position])
            position += 1
    _all_closed(opened)
    return "".join(seen)


def _toggle(opened: list[tuple[str, int]], *, mark: str, where: int) -> None:
    if opened and opened[-1][0] == mark:
        opened.pop()
    else:
        opened.append((mark, where))


def _all_closed(opened: list[tuple[str, int]]) -> None:
    if opened:
        mark, where = opened[-1]
        raise _broken(f"Can't find end of {_NAMES[mark]} entity at byte offset {where}")


def _markdown(text: str) -> str:
    for mark in ("*", "_", "`"):
        where = [found.start() for found in re.finditer(rf"(?<!\\){re.escape(mark)}", text)]
        if len(where) % 2:
            raise _broken(f"Can't find end of the entity starting at byte offset {_offset(text, where[-1])}")
    return re.sub(r"[*_`]", "", text)
