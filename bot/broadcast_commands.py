"""What ``main.py broadcast`` does, and what it says."""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from pathlib import Path
from typing import Any, TextIO

from cases.broadcasts import Audience, Broadcast, BroadcastKind
from cases.errors import LianxinError
from cases.model import Role, Staff, StaffId
from handlers.broadcast_progress import Progress
from handlers.broadcast_words import (
    facts_of,
    is_moving,
    line_of,
    preview_facts,
    preview_lines,
    progress_facts,
    progress_lines,
    result_facts,
)
from handlers.broadcasting import Broadcasting
from handlers.house import House

HEAD = 16
"""Bytes by which a picture is known."""
EVERY = 1.0
"""Seconds between two looks of ``show --watch``."""
BAR = 30
RESULTS = 100_000
HERE = Staff(id=StaffId("operator"), bureau="", role=Role.ADMIN, name="operator")
"""Who sits at the machine may look at everything, and decides nothing."""


async def broadcast(house: House, wanted: argparse.Namespace) -> str:
    """Do what was typed; what there is to say. Raises CaseError and LianxinError."""
    service = house.pages.broadcasts
    by = await service.member(wanted.by) if wanted.by else HERE
    if wanted.what == "list":
        return _listed(await service.recent(by), service, as_json=wanted.json)
    if wanted.what == "show":
        return await _show(service, by, wanted)
    if wanted.what == "test":
        count = await service.test(by, wanted.id)
        return _said(
            wanted, {"id": wanted.id, "chats": count}, service.office.say("page.broadcast.tested", count=count)
        )
    done = await DEEDS.get(wanted.what, _plain)(service, by, wanted)
    return _said(wanted, facts_of(done), line_of(done, office=service.office))


def _said(wanted: argparse.Namespace, facts: dict[str, Any], words: str) -> str:
    return json.dumps(facts, ensure_ascii=False) if wanted.json else words


def _listed(found: Sequence[Broadcast], service: Broadcasting, *, as_json: bool) -> str:
    if as_json:
        return "\n".join(json.dumps(facts_of(one), ensure_ascii=False) for one in found)
    return "\n".join(line_of(one, office=service.office) for one in found) or service.office.say("page.broadcast.none")


async def _draft(service: Broadcasting, by: Staff, wanted: argparse.Namespace) -> Broadcast:
    return await service.draft(
        by,
        kind=BroadcastKind(wanted.kind or BroadcastKind.TIP),
        title=wanted.title,
        body=_text_of(wanted.body),
        audience=_audience(service, wanted),
        picture=await _picture(service, wanted.picture),
    )


async def _edit(service: Broadcasting, by: Staff, wanted: argparse.Namespace) -> Broadcast:
    audience = _audience(service, wanted)
    return await service.do(
        by,
        wanted.id,
        "edit",
        kind=BroadcastKind(wanted.kind) if wanted.kind else None,
        title=wanted.title,
        body=_text_of(wanted.body) if wanted.body else None,
        audience=None if audience == Audience() else audience,
        picture=await _picture(service, wanted.picture),
    )


async def _send(service: Broadcasting, by: Staff, wanted: argparse.Namespace) -> Broadcast:
    return await service.send(by, wanted.id, at=wanted.at)


async def _return(service: Broadcasting, by: Staff, wanted: argparse.Namespace) -> Broadcast:
    return await service.do(by, wanted.id, "give_back", reason=wanted.reason)


async def _recall(service: Broadcasting, by: Staff, wanted: argparse.Namespace) -> Broadcast:
    return await service.do(by, wanted.id, "recall", reason=wanted.reason)


async def _correct(service: Broadcasting, by: Staff, wanted: argparse.Namespace) -> Broadcast:
    return await service.do(by, wanted.id, "correct", title=wanted.title, body=_text_of(wanted.body))


async def _plain(service: Broadcasting, by: Staff, wanted: argparse.Namespace) -> Broadcast:
    return await service.do(by, wanted.id, wanted.what)


Deed = Callable[[Broadcasting, Staff, argparse.Namespace], Awaitable[Broadcast]]
DEEDS: dict[str, Deed] = {
    "draft": _draft,
    "edit": _edit,
    "send": _send,
    "return": _return,
    "recall": _recall,
    "correct": _correct,
}


def _text_of(name: str) -> str:
    try:
        return sys.stdin.read() if name == "-" else Path(name).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise LianxinError(f"--body: given {name}; allowed: a text file in UTF-8 ({error})") from None


def _audience(service: Broadcasting, wanted: argparse.Namespace) -> Audience:
    """LianxinError names a topic, region, channel or category that the site does not have."""
    book = service.office.rulebook
    _among("--topic", wanted.topic, [topic.code for topic in book.topics])
    _among("--region", [wanted.region] if wanted.region else [], [place.code for place in book.places])
    _among("--channel", wanted.channel, list(book.broadcasting.channels))
    _among("--category", [wanted.category] if wanted.category else [], list(book.labels["category"]))
    return Audience(
        everyone=wanted.everyone,
        topics=tuple(wanted.topic),
        region=wanted.region,
        channels=tuple(wanted.channel),
        groups=tuple(wanted.group),
        merchant=wanted.merchant,
        product=wanted.product,
        category=wanted.category,
    )


def _among(option: str, given: Sequence[str], allowed: Sequence[str]) -> None:
    for value in given:
        if value not in allowed:
            raise LianxinError(f"{option}: given {value}; allowed: {', '.join(dict.fromkeys(allowed))}")


async def _picture(service: Broadcasting, path: Path | None) -> str | None:
    if path is None:
        return None
    try:
        content = await asyncio.to_thread(path.read_bytes)
    except OSError as error:
        raise LianxinError(f"--picture: given {path}; allowed: a file that can be read ({error.strerror})") from None
    return await service.keep_picture(content[:HEAD], _rest(content))


async def _rest(content: bytes) -> AsyncIterator[bytes]:
    yield content[HEAD:]


async def _show(service: Broadcasting, by: Staff, wanted: argparse.Namespace) -> str:
    if wanted.watch:
        seen = await watched(service, by, wanted.id, output=sys.stderr)
        return _said(wanted, progress_facts(seen), "\n".join(progress_lines(seen, office=service.office)))
    if wanted.results:
        results = await service.results(by, wanted.id, limit=RESULTS)
        return "\n".join(json.dumps(result_facts(one), ensure_ascii=False) for one in results)
    shown = await service.show(by, wanted.id)
    found, office = shown.broadcast, service.office
    if wanted.json:
        facts = {**progress_facts(shown.progress), "body": found.body, "preview": preview_facts(shown.preview)}
        return json.dumps(facts, ensure_ascii=False)
    lines = [line_of(found, office=office), "", found.body, ""]
    lines += preview_lines(found, shown.preview, office=office)
    lines += progress_lines(shown.progress, office=office)
    return "\n".join(lines)


async def watched(
    service: Broadcasting, by: Staff, broadcast_id: str, *, output: TextIO, every: float = EVERY
) -> Progress:
    """Draw how far it is until it stands still."""
    while True:
        found = await service.progress(by, broadcast_id)
        draw(found, service, output=output)
        if not is_moving(found):
            print(file=output)
            return found
        await asyncio.sleep(every)


def draw(found: Progress, service: Broadcasting, *, output: TextIO) -> None:
    """One line that is drawn over itself in a terminal; elsewhere a line each time."""
    full = round(BAR * found.share)
    bar = "#" * full + "-" * (BAR - full)
    line = f"[{bar}] {next(progress_lines(found, office=service.office), '')}"
    end = "\n" if not output.isatty() else ""
    print(f"\r\x1b[K{line}" if output.isatty() else line, end=end, file=output, flush=True)
