"""What the forms about broadcasts send: words, what was ticked, and a picture."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field

from aiohttp import BodyPartReader, web

from bot.web.context import clean, context
from bot.web.filetypes import HEAD
from cases.broadcasts import Audience, Broadcast, BroadcastKind
from cases.errors import CaseError
from handlers.office import Office

PIECE = 1 << 16
LONGEST = 8000
"""Characters of a field that are read: too long a text is to be told so, not cut in silence."""
MOST = 400
"""Fields of one form."""
LISTS = ("topics", "channels", "groups")


@dataclass(kw_only=True)
class Form:
    """The fields as they were sent, each with all its values."""

    fields: dict[str, list[str]] = field(default_factory=dict)
    picture: str | None = None

    def one(self, name: str) -> str:
        return (self.fields.get(name) or [""])[-1]

    def all(self, name: str) -> list[str]:
        return self.fields.get(name, [])

    def put(self, name: str, value: str) -> None:
        if len(self.fields) < MOST:
            self.fields.setdefault(name, []).append(clean(value, longest=LONGEST))


async def read_form(request: web.Request) -> Form:
    """Read a form with or without a picture. CaseError ``broadcast_picture_kind`` or ``broadcast_picture_large``."""
    form = Form()
    if request.content_type != "multipart/form-data":
        for name, value in (await request.post()).items():
            form.put(name, str(value))
        return form
    fault: CaseError | None = None
    try:
        async for part in await request.multipart():
            if not isinstance(part, BodyPartReader):
                continue
            if not part.filename:
                form.put(part.name or "", await _text(part))
                continue
            try:
                form.picture = await _picture(request, part) or form.picture
            except CaseError as error:  # the fields after it are still to be read: the form keeps what was typed
                fault = error
    except (ValueError, AssertionError, web.RequestPayloadError):
        raise web.HTTPBadRequest from None
    if fault:
        raise PictureFault(fault, form)
    return form


class PictureFault(CaseError):
    """The picture cannot be taken; the rest of the form was read."""

    def __init__(self, fault: CaseError, form: Form) -> None:
        super().__init__(fault.key, **fault.facts)
        self.form = form


async def _text(part: BodyPartReader) -> str:
    found = bytearray()
    while len(found) < LONGEST * 4 and (piece := await part.read_chunk(PIECE)):
        found += piece
    return bytes(found).decode("utf-8", "replace").replace("\r\n", "\n")


async def _picture(request: web.Request, part: BodyPartReader) -> str | None:
    head = b""
    while len(head) < HEAD and (piece := await part.read_chunk(PIECE)):
        head += piece
    if not head:
        return None  # nothing was chosen
    return await context(request).pages.broadcasts.keep_picture(head, _rest(part))


async def _rest(part: BodyPartReader) -> AsyncIterator[bytes]:
    while piece := await part.read_chunk(PIECE):
        yield piece


def kind_of(form: Form) -> BroadcastKind:
    """A tip, unless something else was chosen."""
    return next((kind for kind in BroadcastKind if kind.value == form.one("kind")), BroadcastKind.TIP)


def form_of(broadcast: Broadcast) -> Form:
    """The form as if the broadcast had just been typed."""
    meant = broadcast.audience
    lists = {name: list(getattr(meant, name)) for name in LISTS}
    named = {name: [getattr(meant, name) or ""] for name in ("region", "merchant", "product", "category")}
    words = {"title": [broadcast.title], "body": [broadcast.body], "kind": [broadcast.kind.value]}
    return Form(fields={**lists, **named, **words, "everyone": ["yes"] if meant.everyone else []})


def audience_of(form: Form, *, office: Office) -> Audience:
    """For whom, by what was ticked and typed; what the site does not know is left out."""
    topics = {topic.code for topic in office.rulebook.topics}
    places = {place.code for place in office.rulebook.places}
    region, category = form.one("region"), form.one("category")
    return Audience(
        everyone=bool(form.one("everyone")),
        topics=tuple(code for code in form.all("topics") if code in topics),
        region=region if region in places else None,
        channels=tuple(form.all("channels"))[:20],
        groups=tuple(form.all("groups"))[:20],
        merchant=form.one("merchant")[:80] or None,
        product=form.one("product")[:80] or None,
        category=category if category in office.rulebook.labels["category"] else None,
    )
