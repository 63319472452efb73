"""Works the inbox: each person's messages in order, people side by side, many in one commit, answered only after it."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import timedelta

from cases.errors import CaseError, DatabaseAway
from cases.messages import Incoming, Outgoing
from cases.notices import Priority
from handlers.bursts import joined
from handlers.delivery import Delivery
from handlers.dialogues import home
from handlers.dialogues.texted import in_words
from handlers.dialogues.turn import HOME, Turn
from handlers.office import Office
from handlers.reception import Reception
from handlers.stopping import finished
from storage.conversation_store import Session
from storage.database import Database, Transaction
from storage.inbox_store import Waiting
from storage.outbox_store import Parcel, Promise

log = logging.getLogger("lianxin.conversation")

BATCH = 200
OFFERED = "offered"
IDLE = timedelta(seconds=1)
"""How often to look for messages that another process received."""


class Conversation:
    """The loop between inbox and outbox for the channels that this process serves."""

    def __init__(
        self, *, database: Database, office: Office, reception: Reception, delivery: Delivery, channels: Collection[str]
    ) -> None:
        self._database = database
        self._office = office
        self._reception = reception
        self._delivery = delivery
        self._channels = tuple(channels)

    async def run(self) -> None:
        """Work until cancelled."""
        while True:
            self._reception.arrived.clear()
            if await finished(self._worked()) == BATCH or self._reception.arrived.is_set():
                continue
            try:
                async with asyncio.timeout(IDLE.total_seconds()):
                    await self._reception.arrived.wait()
            except TimeoutError:
                pass

    async def _worked(self) -> int:
        try:
            return await self.work()
        except Exception:  # one of the three loops: a database that is away comes back
            log.exception("Messages could not be worked and wait.", extra={"action": "conversation"})
            return 0

    async def work(self) -> int:
        """Answer what waits, once; returns how many messages were worked."""
        waiting: list[Waiting] = []
        try:
            async with self._database.begin() as tx:
                waiting = await tx.inbox.waiting(self._channels, limit=BATCH, recent=self._reception.recent)
                parcels, worked = await self._answer_all(tx, waiting)
        except DatabaseAway:
            raise
        except Exception as error:  # one of the three loops: a bug must not stop the others
            if not waiting:
                raise
            if len(waiting) == 1:
                return await self._apologise(waiting[0], error)
            log.warning("A batch failed and is worked one by one.", extra={"action": "conversation"})
            return await self._one_by_one(waiting)
        self._delivery.take(parcels)
        return worked

    async def _one_by_one(self, waiting: Sequence[Waiting]) -> int:
        for row in waiting:
            try:
                await self._work([row])
            except DatabaseAway:
                raise
            except Exception as error:  # the same loop, message by message
                await self._apologise(row, error)
        return len(waiting)

    async def _work(self, waiting: Sequence[Waiting]) -> None:
        async with self._database.begin() as tx:
            parcels, _ = await self._answer_all(tx, waiting)
        self._delivery.take(parcels)

    async def _answer_all(self, tx: Transaction, waiting: Sequence[Waiting]) -> tuple[list[Parcel], int]:
        now = self._office.now()
        persons = sorted({row.message.address for row in waiting})
        sessions = await tx.conversations.open(persons, dialogue=HOME, at=now)
        still = await tx.inbox.still_waiting([row.id for row in waiting])
        mine = [row for row in waiting if row.id in still and row.message.address in sessions]
        promises: list[Promise] = []
        if lost := {row.message.address for row in mine if sessions[row.message.address].lost}:
            await tx.reaches.back(lost, at=now)
        for row in joined(mine):
            person = row.message.address
            turn = Turn(tx=tx, office=self._office, message=row.message, session=sessions[person])
            await _answered(turn)
            sessions[person] = replace(turn.session, updated_at=now)
            replies = [in_words(reply, office=self._office) for reply in turn.said]
            promises += [Promise(outgoing=reply, priority=Priority.REPLY, at=now) for reply in replies]
            promises += tx.outbox.promised()  # the notices of what was done come after the answer
        await tx.conversations.save([sessions[p] for p in dict.fromkeys(row.message.address for row in mine)])
        await tx.inbox.done([row.id for row in mine], at=now)
        parcels = await tx.outbox.promise_now(promises, lease=self._delivery.lease)
        return parcels, len(mine)

    async def _apologise(self, row: Waiting, error: Exception) -> int:
        """One sentence with an id for the person, the traceback under that id in the log."""
        fault = self._office.new_id()
        log.error(
            "A message could not be answered.", extra={"action": "conversation", "fault": fault}, exc_info=_bare(error)
        )
        now = self._office.now()
        outgoing = Outgoing(address=row.message.address, text=self._office.say("fault", id=fault))
        async with self._database.begin() as tx:
            await tx.inbox.done([row.id], at=now)
            promise = Promise(outgoing=outgoing, priority=Priority.REPLY, at=now)
            parcels = await tx.outbox.promise_now([promise], lease=self._delivery.lease)
        self._delivery.take(parcels)
        return 1


async def _answered(turn: Turn) -> None:
    """Answer one message; what cannot be done is said in one sentence."""
    before: Session = turn.session
    turn.message = _as_pressed(turn.message, before)
    try:
        await home.answer(turn)
    except CaseError as error:
        turn.session = before
        turn.tell(error_text(error, office=turn.office))
    _remember_offer(turn)


def _as_pressed(message: Incoming, session: Session) -> Incoming:
    """Typing what a button says is pressing it."""
    value = session.data.get(OFFERED, {}).get(message.text.strip()) if not message.pressed else None
    return replace(message, text="", pressed=value) if value else message


def _remember_offer(turn: Turn) -> None:
    offers = [outgoing.choices for outgoing in turn.said if outgoing.choices]
    if offers:
        labels = {choice.label: choice.value for row in offers[-1] for choice in row}
        turn.session = replace(turn.session, data={**turn.session.data, OFFERED: labels})


def error_text(error: CaseError, *, office: Office) -> str:
    """The sentence for an error, with states and verbs in words."""
    facts: dict[str, str] = dict(error.facts)
    if "status" in facts:
        facts["status"] = office.say(f"status.{facts['status']}")
    if "verb" in facts:
        facts["verb"] = office.say(f"verb.{facts['verb']}")
    return office.say(f"error.{error.key}", **facts)


def _bare(error: Exception) -> BaseException:
    """The traceback without the words of the error, which may hold what a person said."""
    return RuntimeError(type(error).__name__).with_traceback(error.__traceback__)
