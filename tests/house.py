"""A whole Lianxin in one test: real database, rules and dialogues; only the clock and the channel are the test's.

``await wang.says("…")`` sends a message and works it; ``wang.hears("…")`` asserts what came back.
"""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any
from zlib import crc32

from sqlalchemy import select

from bot.settings import Settings
from bot.ways import WAYS
from cases.errors import DeliveryError
from cases.messages import Address, Attachment, AttachmentKind, Choice, Incoming, Outgoing
from cases.model import Role
from cases.rulebook import load_rulebook
from cases.site import Rulebook
from handlers import staffing
from handlers.house import House
from main import build, make_reader
from nlp import Reader
from tests.clock import Clock

CHANNEL = "street"
SHORT = WAYS.short or ""
"""The channel of short messages: in a town, one in memory."""
SETTLING = 200
"""Looks at the outbox before a text that is never sent is taken for one that waits."""


@cache
def rulebook(name: str = "puyang") -> Rulebook:
    """A site's rulebook, loaded once a test run."""
    return load_rulebook(name)


@cache
def reader(site: str) -> Reader:
    """The reader of texts for a site, made once a test run."""
    return make_reader(rulebook(site))


class Street:
    """A channel in memory: what was sent, errors to answer with, and those whom it cannot reach."""

    rate = None

    def __init__(self, name: str = CHANNEL) -> None:
        self.name = name
        self.sent: list[Outgoing] = []
        self.errors: list[DeliveryError] = []
        self.shut: dict[Address, DeliveryError] = {}

    async def send(self, outgoing: Outgoing) -> str:
        if outgoing.address in self.shut:
            raise self.shut[outgoing.address]
        if self.errors:
            raise self.errors.pop(0)
        self.sent.append(outgoing)
        return str(len(self.sent))

    async def fetch(self, attachment: Attachment) -> AsyncIterator[bytes]:
        yield f"bytes of {attachment.reference}".encode()


class Person:
    """Someone at the other end of a channel."""

    def __init__(self, name: str, town: Town, *, street: Street | None = None) -> None:
        self._street = street or town.street
        self.address = Address(channel=self._street.name, value=name)
        self._town = town
        self._keys = itertools.count(1)
        self._heard = 0

    def leaves(self, *, gone: bool = True) -> None:
        """From now on nothing reaches the person here; not ``gone``: it fails, and nobody knows why."""
        self._street.shut[self.address] = DeliveryError("left" if gone else "refused", unreachable=gone)

    def returns(self) -> None:
        del self._street.shut[self.address]

    def message(self, text: str = "", *, pressed: str = "", **more: Any) -> Incoming:
        key = f"{self.address.value}-{next(self._keys)}"
        now = self._town.clock()
        return Incoming(address=self.address, key=key, at=now, text=text, pressed=pressed, **more)

    async def says(self, text: str, **more: Any) -> list[str]:
        """Say something; returns every text that came since the last time."""
        return await self.sends(self.message(text, **more))

    async def sends(self, *messages: Incoming) -> list[str]:
        await self._town.house.reception.receive(messages)
        return await self.reads()

    async def reads(self) -> list[str]:
        """Let everything be worked and delivered; returns what is new for this person."""
        await self._town.settle()
        new = self.told[self._heard :]
        self._heard = len(self.told)
        return [outgoing.text for outgoing in new]

    async def presses(self, label: str) -> list[str]:
        """Press the newest button with this label."""
        return await self.sends(self.message(pressed=self.button(label).value))

    async def shows(self, *references: str, album: str = "", text: str = "") -> list[str]:
        """Send photos, one message each."""
        photos = [
            self.message(text if n == 0 else "", album=album, attachments=(photo(reference),))
            for n, reference in enumerate(references)
        ]
        return await self.sends(*photos)

    @property
    def told(self) -> list[Outgoing]:
        return [outgoing for outgoing in self._street.sent if outgoing.address == self.address]

    @property
    def texts(self) -> str:
        return "\n".join(outgoing.text for outgoing in self.told)

    def button(self, label: str) -> Choice:
        found = [c for out in reversed(self.told) for row in out.choices for c in row if c.label == label]
        assert found, f"no button {label}"
        return found[0]

    def hears(self, *parts: str) -> None:
        """The person was told texts that hold each of these parts."""
        for part in parts:
            assert part in self.texts, f"{part!r} not in:\n{self.texts}"


def photo(reference: str) -> Attachment:
    return Attachment(kind=AttachmentKind.PHOTO, reference=reference, media_type="image/jpeg")


class Town:
    """A house with people around it."""

    def __init__(self, house: House, street: Street, clock: Clock, *, phones: Street | None = None) -> None:
        self.house, self.street, self.clock = house, street, clock
        self.phones = phones or Street(SHORT)
        self.conversation = house.conversation([CHANNEL, SHORT])
        self.duties = house.duties({CHANNEL: street})

    def person(self, name: str) -> Person:
        return Person(name, self)

    def phone(self, number: str) -> Person:
        """Whoever has this telephone, by short message."""
        return Person(self.house.database.vault.blind_index(number), self, street=self.phones)

    async def staff(
        self, name: str, *, bureau: str, role: Role = Role.OFFICER, deputy_for: str | None = None
    ) -> Person:
        """A member of staff who has joined by chat."""
        async with self.house.database.begin() as tx:
            made = await staffing.invite(
                tx, bureau=bureau, role=role, name=name, deputy_for=deputy_for, office=self.house.office
            )
        person = self.person(f"staff-{name}")
        await person.says(f"/join {made.code}")
        return person

    async def settle(self) -> None:
        """Work the inbox and deliver the outbox until both are empty."""
        while await self.conversation.work():
            pass
        for _ in range(SETTLING):
            claimed = await self.house.delivery.claim()
            await self.house.delivery.idle()
            if not claimed and not await self._on_the_way():
                return

    async def _on_the_way(self) -> bool:
        """Whether the delivery's own loop is claiming something, or has just claimed it and is about to send it."""
        outbox = self.house.database.schema.outbox
        claimed = (outbox.c.state == "sending") & (outbox.c.not_before > self.clock())
        due = (outbox.c.state == "queued") & (outbox.c.not_before <= self.clock())
        due &= outbox.c.channel.in_((CHANNEL, SHORT))
        sending = select(outbox.c.id).where(claimed | due)
        async with self.house.database.read() as tx:
            return (await tx.execute(sending.limit(1))).first() is not None

    async def passes(self, **span: float) -> None:
        """Time passes, and what falls due in it is told."""
        self.clock.advance(**span)
        await self.duties.warn()
        await self.settle()

    async def days_pass(self, days: int) -> None:
        """Time passes as it does for a running program: the clocks are looked at every hour."""
        for _ in range(days * 24):
            self.clock.advance(hours=1)
            await self.duties.warn()
        await self.settle()


@asynccontextmanager
async def town(url: str, clock: Clock, folder: Path, *, site: str = "puyang") -> AsyncIterator[Town]:
    """A town over a migrated database, with a channel of short messages in memory."""
    settings = Settings(  # type: ignore[call-arg]
        data_dir=folder, database_url=url, site=site, sms_provider="http", _env_file=None
    )
    street, phones = Street(), Street(SHORT)
    channels = {CHANNEL: street, SHORT: phones}
    house = build(settings, rulebook(site), channels=channels, now=clock, reader=reader(site))
    async with asyncio.TaskGroup() as group:
        delivering = group.create_task(house.delivery.run())
        await house.delivery.started.wait()
        try:
            yield Town(house, street, clock, phones=phones)
        finally:
            delivering.cancel()
    await house.database.close()


def phone_of(person: Person) -> str:
    """Everybody's own, unless a test says otherwise."""
    who = person.address.value
    return "13812345678" if who == "wang" else f"139{crc32(who.encode()) % 10**8:08d}"


async def files_complaint(person: Person, story: str, *, name: str = "王芳", phone: str = "") -> str:
    """The shortest way from a story that misses only the person to a filed case; returns its number."""
    await person.says(story)
    await person.presses("同意")
    await person.says(name)
    await person.says(phone or phone_of(person))
    await person.says("华龙区中原路某小区")
    texts = await person.presses("确认提交")
    return next(word for word in "".join(texts).split("编号")[1].split("。")[0].split("、"))


MILK = "昨天在华龙区惠万家超市建设路店买了箱纯牛奶58块,回家发现过期了,他们不给退"
LATER = timedelta(hours=1)
Texts = Sequence[str]
