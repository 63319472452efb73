"""The consumer's chat page: the transcript, a stream of what is told, and messages up."""

from __future__ import annotations

import json
import logging

from aiohttp import web
from aiohttp_sse import EventSourceResponse, sse_response

from bot.web.channel import woken
from bot.web.context import Context, context, keep_session, known, visitor, wants_page
from bot.web.lines import label_of, last_number, line_facts, new_key, number, shown
from bot.web.posting import Posted, read_posted
from bot.web.rendering import go, page, sentence
from cases.messages import Address, Incoming

log = logging.getLogger("lianxin.web")

SAFETY, RESTING = 1.0, 5.0
"""Seconds after which a stream looks by itself, as another process may have promised something; in a busy chat, and in
one where nothing happened for ``BUSY_LOOKS`` looks: an open page that nobody uses should cost little."""
BUSY_LOOKS = 60
HEARTBEAT = 15
OVERLAP = 50
"""Rows looked back: a row promised by another process may be committed after one with a higher number."""
ANSWERED_WITHIN = 3.0
"""Seconds for which a page without scripts waits for the answer before it is shown again."""
RETRY = b"retry: 1500\n\n"
START = "/start"


async def show(request: web.Request) -> web.Response:
    """The page. A stranger gets a session here."""
    person, token = await known(request)
    parts = context(request)
    lines = await parts.pages.transcript(person)
    response = await page(
        request,
        "chat.html",
        lines=shown(lines, office=parts.pages.office),
        last=last_number(lines),
        new_key=new_key,
        first=not lines,
        start=START,
        limit=parts.upload_limit,
    )
    keep_session(request, response, token)
    return response


async def history(request: web.Request) -> web.Response:
    """The transcript as JSON: ``lines`` oldest first, and ``last``, after which the stream goes on."""
    person = await _person(request)
    parts = context(request)
    lines = await parts.pages.transcript(person)
    body = {"lines": shown(lines, office=parts.pages.office), "last": last_number(lines)}
    return web.json_response(body, headers={"Cache-Control": "no-store"})


async def _person(request: web.Request) -> Address:
    person = (await visitor(request)).person
    if person is None:
        raise web.HTTPUnauthorized
    return person


async def post(request: web.Request) -> web.Response:
    """Take a message. 202 when it is committed, with ``error`` for files that were not taken; a form is sent back."""
    form = wants_page(request)
    if form and (await visitor(request)).person is None:
        return go(request, "/")
    person = await _person(request)
    posted = await read_posted(request)
    problem = "\n".join(posted.problems)
    if posted.empty:
        problem = problem or context(request).say("page.chat.empty")
        if form:
            return go(request, "/", note=problem)
        return await sentence(request, problem, status=_status(posted))
    message = await _message(request, posted, person=person, form=form)
    if form:
        await _receive_and_wait(context(request), message)
        return go(request, "/#end", note=problem)
    await context(request).pages.receive(message)
    context(request).web.wake(person)
    return web.json_response({"key": posted.fields["key"], **({"error": problem} if problem else {})}, status=202)


def _status(posted: Posted) -> int:
    if posted.too_large:
        return 413
    return 415 if posted.problems else 400


async def _message(request: web.Request, posted: Posted, *, person: Address, form: bool) -> Incoming:
    """The message under a name that only this person can repeat; a button says what is written on it."""
    parts = context(request)
    key = posted.key(form=form)
    text = posted.text
    if posted.pressed:
        text = label_of(await parts.pages.transcript(person), posted.pressed) or text
    return Incoming(
        address=person,
        key=f"{person.value}:{key}",
        at=parts.now(),
        text=text,
        pressed=posted.pressed,
        attachments=tuple(posted.attachments),
    )


async def _receive_and_wait(parts: Context, message: Incoming) -> None:
    with parts.web.listen(message.address) as told:
        await parts.pages.receive(message)
        await woken(told, within=ANSWERED_WITHIN)


async def events(request: web.Request) -> web.StreamResponse:
    """Everything told to this browser's person after the event that it saw last; the event id is the outbox row."""
    person = await _person(request)
    seen = _seen(request)
    async with sse_response(request, ping_interval=HEARTBEAT) as response:
        await response.write(RETRY)
        try:
            await _stream(request, response, person=person, seen=seen)
        except ConnectionResetError:
            pass  # the page was left
        except Exception as error:  # the page connects again by itself; what has begun cannot become a sentence
            log.warning("A stream ended.", extra={"action": "web", "reason": type(error).__name__})
    return response


def _seen(request: web.Request) -> int:
    for told in (request.headers.get("Last-Event-ID"), request.query.get("after")):
        if told and told.isascii() and told.isdigit() and len(told) < 19:
            return int(told)
    return 0


async def _stream(request: web.Request, response: EventSourceResponse, *, person: Address, seen: int) -> None:
    parts = context(request)
    sent: set[int] = set()
    high, first, quiet = seen, True, 0
    with parts.web.listen(person) as told:
        while not (parts.web.closed or request.transport is None or request.transport.is_closing()):
            told.clear()
            for line in await parts.pages.transcript(person, after=max(0, high - OVERLAP)):
                row = number(line)
                if row in sent:
                    continue
                sent.add(row)
                quiet = 0
                if first and row <= seen:
                    continue
                high = max(high, row)
                data = json.dumps(line_facts(line, office=parts.pages.office), ensure_ascii=False)
                await response.send(data, id=str(high))
            first = False
            quiet = 0 if await woken(told, within=SAFETY if quiet < BUSY_LOOKS else RESTING) else quiet + 1
