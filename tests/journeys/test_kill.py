"""The process is killed again and again in the middle of many conversations, and nobody has to say anything twice."""

from __future__ import annotations

import asyncio
import random
import re
import sys
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from sqlalchemy import Table, func, select

from bot.settings import Settings
from cases.messages import Address
from cases.model import Role
from handlers import staffing
from handlers.delivery import ABROAD
from handlers.house import House
from main import build
from storage.outbox_store import DeliveryState
from tests.bot_api import BotApi
from tests.bot_api.harness import SECRET, eventually
from tests.house import rulebook
from tests.processes import Program, free_port, installed

PEOPLE = 50
KILLS = 5
SEED = 12315
FIRST = 1001
OFFICER = 9001
CONTROLS = (2001, 2005)
"""Two who are served by a process that nobody kills: the others must hear the same as they."""
STORY = "11月{day}日在华龙区惠万家超市建设路店买了箱纯牛奶{amount}块,回家发现过期了,他们不给退"
DRAFT = 5
"""Every fifth person stops before confirming and comes back at the end."""


@dataclass(kw_only=True)
class Crowd:
    """What everybody says, and which updates that made."""

    server: BotApi
    updates: list[int] = field(default_factory=list)

    def script(self, chat_id: int) -> list[str]:
        told = [STORY.format(day=chat_id % 9 + 1, amount=amount(chat_id)), "同意", "王芳", f"1381234{chat_id}"]
        return [*told, "华龙区中原路某小区", "确认提交"] if files(chat_id) else told

    def says(self, chat_id: int, text: str) -> None:
        self.updates.append(self.server.says(chat_id, text))


@dataclass(frozen=True, kw_only=True)
class Promised:
    """A row of the outbox."""

    text: str
    priority: int
    state: str


def amount(chat_id: int) -> int:
    return chat_id * 7


def files(chat_id: int) -> bool:
    return chat_id % DRAFT != 0


@dataclass(kw_only=True)
class Ledger:
    """What the database says, read beside the program."""

    house: House

    async def count(self, table: Table, *conditions: object) -> int:
        async with self.house.database.read() as tx:
            rows = await tx.execute(select(func.count()).select_from(table).where(*conditions))  # type: ignore[arg-type]
            return int(rows.scalar_one())

    async def waiting(self) -> int:
        inbox = self.house.database.schema.inbox
        return await self.count(inbox, inbox.c.done_at.is_(None))

    async def in_flight(self) -> int:
        outbox = self.house.database.schema.outbox
        return await self.count(outbox, outbox.c.state == DeliveryState.SENDING.value)

    async def worked(self) -> list[int]:
        inbox = self.house.database.schema.inbox
        async with self.house.database.read() as tx:
            rows = await tx.execute(select(inbox.c.key).where(inbox.c.done_at.is_not(None)))
            return sorted(int(row.key) for row in rows)

    async def promised(self, chat_id: int) -> list[Promised]:
        """Oldest first."""
        outbox, person = self.house.database.schema.outbox, Address(channel="telegram", value=str(chat_id))
        async with self.house.database.read() as tx:
            told = await tx.outbox.since(person, after=0, limit=1000)
            rows = await tx.execute(select(outbox.c.id, outbox.c.priority, outbox.c.state))
            more = {row.id: row for row in rows}
        return [Promised(text=out.text, priority=more[i].priority, state=more[i].state) for i, _, out in told]

    async def cases(self) -> int:
        return await self.count(self.house.database.schema.cases)

    async def settled(self, crowd: Crowd) -> bool:
        outbox = self.house.database.schema.outbox
        owed = await self.count(outbox, outbox.c.state.in_(("queued", "sending")))
        return not owed and len(await self.worked()) == len(crowd.updates)


@asynccontextmanager
async def reading(settings: Settings) -> AsyncIterator[Ledger]:
    house = build(settings, rulebook(), channels={})
    yield Ledger(house=house)
    await house.database.close()


def shuffled(crowd: Crowd, chance: random.Random) -> list[tuple[int, str]]:
    """Everybody's messages, each person's in order, everybody's mixed."""
    scripts = {chat_id: crowd.script(chat_id) for chat_id in range(FIRST, FIRST + PEOPLE)}
    turns = [chat_id for chat_id, script in scripts.items() for _ in script]
    chance.shuffle(turns)
    return [(chat_id, scripts[chat_id].pop(0)) for chat_id in turns]


async def killed_in_the_middle(program: Program, crowd: Crowd, *, messages: Sequence[tuple[int, str]], at: int) -> None:
    """Updates wait; the program starts, and is killed when it has sent so many texts more."""
    for chat_id, text in messages:
        crowd.says(chat_id, text)
    before = crowd.server.count("sendMessage")
    await program.start()
    try:
        await eventually(lambda: crowd.server.count("sendMessage") >= before + at, timeout=60)
    except TimeoutError:
        raise AssertionError(program.log) from None
    await program.kill()


def in_order(wanted: Sequence[str], heard: Sequence[str]) -> bool:
    """Whether ``wanted`` comes in ``heard`` in its order; repeats in between do no harm."""
    rest = iter(heard)
    return all(text in rest for text in wanted)


def shape(texts: Sequence[str]) -> list[str]:
    """Texts without their numbers: the same for everybody who says the same."""
    return [re.sub(r"[\d,.]+", "0", text) for text in texts]


@pytest.mark.parametrize(("kind", "how"), [("sqlite", "polling"), ("postgresql", "webhook")])
async def test_a_killed_program_misses_nothing_and_repeats_only_what_was_in_flight(
    kind: str, how: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    url = request.getfixturevalue(f"{kind}_url")
    async with BotApi() as server:
        wanted = environment(server, url, tmp_path, hooked=how == "webhook")
        only = ("web," if how == "webhook" else "") + "telegram,delivery,scheduler"
        settings = Settings(data_dir=tmp_path, database_url=url, _env_file=None)  # type: ignore[call-arg]
        async with installed(tmp_path, only=only, settings=wanted) as program, reading(settings) as ledger:
            crowd = Crowd(server=server)
            in_flight = await killed_often(program, crowd, ledger)
            await served_to_the_end(program, crowd, ledger)
            assert await program.end() == 0, program.log
            assert "Traceback" not in program.log
        async with reading(settings) as ledger:
            await nothing_is_missing(crowd, ledger)
            repeated = await repeats(crowd, ledger)
    sys.stdout.write(f"{kind} {how}: {KILLS} kills, {in_flight} texts in flight at them, {repeated} repeated\n")
    assert repeated <= min(in_flight, KILLS * ABROAD)


def environment(server: BotApi, url: str, folder: Path, *, hooked: bool) -> dict[str, object]:
    settings: dict[str, object] = {"data_dir": folder, "database_url": url}
    settings |= {"telegram_token": server.token, "telegram_api_url": server.url, "telegram_rate": "0"}
    if hooked:
        port = free_port()
        settings |= {"http_port": port, "public_url": f"http://127.0.0.1:{port}", "telegram_webhook_secret": SECRET}
    return settings


async def killed_often(program: Program, crowd: Crowd, ledger: Ledger) -> int:
    """Returns how many texts were being sent at the kills."""
    chance = random.Random(SEED)
    await officer_joins(crowd, ledger)
    messages = shuffled(crowd, chance)
    size = len(messages) // KILLS + 1
    in_flight = 0
    for kill in range(KILLS):
        part = messages[kill * size : (kill + 1) * size]
        await killed_in_the_middle(program, crowd, messages=part, at=chance.randint(1, len(part)))
        in_flight += await ledger.in_flight()
    return in_flight


async def officer_joins(crowd: Crowd, ledger: Ledger) -> None:
    async with ledger.house.database.begin() as tx:
        made = await staffing.invite(
            tx, bureau="410902", role=Role.OFFICER, name="李明", deputy_for=None, office=ledger.house.office
        )
    crowd.says(OFFICER, f"/join {made.code}")


async def served_to_the_end(program: Program, crowd: Crowd, ledger: Ledger) -> None:
    """The last start: everybody is answered, those with a draft come back, and two newcomers are served in peace."""
    await program.start()
    for chat_id in range(FIRST, FIRST + PEOPLE):
        if not files(chat_id):
            crowd.says(chat_id, "继续")
    await all_settled(crowd, ledger)
    for chat_id in CONTROLS:
        for text in [*crowd.script(chat_id), *([] if files(chat_id) else ["继续"])]:
            crowd.says(chat_id, text)
    await all_settled(crowd, ledger)


async def all_settled(crowd: Crowd, ledger: Ledger) -> None:
    async with asyncio.timeout(60):
        while not await ledger.settled(crowd):  # noqa: ASYNC110  another process tells us nothing
            await asyncio.sleep(0.05)


async def nothing_is_missing(crowd: Crowd, ledger: Ledger) -> None:
    assert await ledger.worked() == sorted(crowd.updates)
    people = [*range(FIRST, FIRST + PEOPLE), *CONTROLS]
    assert await ledger.cases() == sum(map(files, people))
    transcripts = {}
    for chat_id in [*people, OFFICER]:
        promised, heard = await ledger.promised(chat_id), crowd.server.texts(chat_id)
        assert {row.state for row in promised} == {DeliveryState.SENT.value}
        for priority in {row.priority for row in promised}:
            assert in_order([row.text for row in promised if row.priority == priority], heard), heard
        transcripts[chat_id] = [row.text for row in promised]
    assert len(transcripts[OFFICER]) == 1 + await ledger.cases()
    for chat_id in people:
        undisturbed = next(control for control in CONTROLS if files(control) == files(chat_id))
        assert shape(transcripts[chat_id]) == shape(transcripts[undisturbed])
        # The summary before confirming, or the greeting of who comes back to a draft, tells the person's own facts.
        assert f"{amount(chat_id)}元" in "".join(transcripts[chat_id][-5:]).replace(",", "")


async def repeats(crowd: Crowd, ledger: Ledger) -> int:
    """How many texts reached somebody more often than they were promised."""
    repeated = 0
    for chat_id in crowd.server.chat_ids:
        heard = Counter(crowd.server.texts(chat_id))
        heard.subtract(Counter(row.text for row in await ledger.promised(chat_id)))
        repeated += sum(heard.values())
    return repeated
