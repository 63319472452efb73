#!/usr/bin/env python3
"""Lianxin: puts the pieces together; one sub-command a job."""

from __future__ import annotations

import argparse
import asyncio
import gc
import hashlib
import logging
import os
import secrets
import signal
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Iterable, Iterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from bot import commands
from bot.checking import told
from bot.command_line import only_parts, parsed, question
from bot.due import answer
from bot.logs import set_up
from bot.settings import Settings, load_settings, make_data_dir, root_secret
from cases.calendar import china_date
from cases.errors import CaseError, LianxinError, told_of
from cases.rulebook import load_rulebook
from cases.site import Rulebook
from handlers import calendars, operating, staffing
from handlers.conversation import error_text
from handlers.delivery import Channel, Delivery
from handlers.evidence import Files, Source
from handlers.house import House
from handlers.learning import own_reader
from handlers.office import Now, Office
from handlers.pages import Pages
from handlers.reception import Reception
from nlp import Place, Reader
from nlp.words import keep_cache_in
from storage.calendar_store import entered_texts
from storage.database import Database
from storage.migrating import migrate
from storage.receipts import Receipts
from storage.vault import Vault

if TYPE_CHECKING:
    from bot.telegram import Telegram

# Each command loads only what it needs: a chat in the terminal starts without the web server and Telegram.
ID_BYTES = 6
PRIVATE = 0o077
log = logging.getLogger("lianxin")


def utc_now() -> datetime:
    return datetime.now(UTC)


def make_reader(rulebook: Rulebook) -> Reader:
    places = [Place(code=p.code, name=p.name, aliases=p.aliases) for p in rulebook.places]
    return Reader(home=rulebook.site.region, places=places, labels=allowed(rulebook))


def allowed(rulebook: Rulebook) -> dict[str, frozenset[str]]:
    return {name: frozenset(values) for name, values in rulebook.labels.items()}


def make_office(settings: Settings, rulebook: Rulebook, *, now: Now = utc_now, reader: Reader | None = None) -> Office:
    """The site at work, with the classifier that was trained into the data folder, if one was."""
    keep_cache_in(settings.data_dir)
    return Office(
        rulebook=rulebook,
        reader=reader or own_reader(make_reader(rulebook), settings.data_dir, allowed=allowed(rulebook)),
        now=now,
        new_id=lambda: secrets.token_hex(ID_BYTES),
        public_url=settings.url,
    )


def build(
    settings: Settings,
    rulebook: Rulebook,
    *,
    channels: Mapping[str, Channel],
    now: Now = utc_now,
    reader: Reader | None = None,
) -> House:
    """The pieces over one database; ``channels`` may be filled by the caller afterwards."""
    vault = Vault({1: root_secret(settings)}, current=1)
    database = Database(settings.database, vault=vault)
    office = make_office(settings, rulebook, now=now, reader=reader)
    reception = Reception(database)
    receipts = Receipts(settings.data_dir / "receipts" / hashlib.sha256(settings.database.encode()).hexdigest()[:12])
    delivery = Delivery(database=database, channels=channels, receipts=receipts, now=now)
    files = Files(settings.data_dir / "evidence", vault=vault)
    pages = Pages(database=database, office=office, reception=reception, delivery=delivery, files=files)
    return House(database=database, office=office, reception=reception, delivery=delivery, files=files, pages=pages)


async def run(settings: Settings, rulebook: Rulebook, *, only: Sequence[str]) -> None:
    """Start the parts and work until told to stop; they stop in the reverse order of their start."""
    from bot.serving import serving
    from bot.web.app import make_app
    from bot.web.channel import WebChannel

    stopped = asyncio.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(name, stopped.set)
    channels: dict[str, Channel] = {}
    house = build(settings, rulebook, channels=channels)
    async with AsyncExitStack() as parts:
        parts.push_async_callback(house.database.close)
        await house.database.try_key()
        await calendars.look(house.database, office=house.office)
        telegram = make_telegram(settings, house) if {"web", "telegram", "delivery"} & set(only) else None
        if telegram:
            channels[telegram.name] = telegram
            await telegram.start()
            parts.push_async_callback(telegram.stop)
        web = WebChannel()
        channels[web.name] = web
        if "delivery" in only:
            await parts.enter_async_context(working([house.delivery.run()]))
            await house.delivery.started.wait()
        else:
            channels.clear()
        await parts.enter_async_context(working(loops(house, only=only, telegram=telegram)))
        if "web" in only:
            hook = telegram.handle_webhook if telegram else None
            app = make_app(
                pages=house.pages, web=web, telegram_webhook=hook, ready=house.pages.ready, now=house.office.now
            )
            await parts.enter_async_context(serving(app, host=settings.http_host, port=settings.http_port))
        await announce(house, settings, serving_pages="web" in only)
        gc.freeze()  # what stands now stays: the collector need not look through it again and again
        await stopped.wait()


@asynccontextmanager
async def working(loops: Iterable[Coroutine[Any, Any, None]]) -> AsyncIterator[None]:
    """Loops that work while the block runs and are stopped, and waited for, when it ends; one that fails ends it."""
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(loop) for loop in loops]
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()


def make_telegram(settings: Settings, house: House) -> Telegram | None:
    """The Telegram channel, when a token is set."""
    if settings.telegram_token is None:
        return None
    from bot.telegram import Telegram, Webhook

    webhook = None
    if settings.telegram_webhook_secret:
        webhook = Webhook(
            url=f"{settings.url}/telegram/webhook", secret=settings.telegram_webhook_secret.get_secret_value()
        )
    return Telegram(
        token=settings.telegram_token.get_secret_value(),
        api_url=settings.telegram_api_url,
        receive=house.reception.receive,
        now=house.office.now,
        webhook=webhook,
    )


def loops(house: House, *, only: Sequence[str], telegram: Telegram | None) -> Iterator[Coroutine[Any, Any, None]]:
    """The loops of this process beside delivery: what is received is worked, what is due is warned of."""
    from scheduler.jobs import everywhere, fetching, timekeeping
    from scheduler.runner import run as keep_time

    served = [name for name in ("web", "telegram") if name in only]
    sources: dict[str, Source] = {}
    if telegram and "telegram" in only:
        sources[telegram.name] = telegram
        yield telegram.run()
    if served:
        yield house.conversation(served).run()
    duties = house.duties(sources)
    jobs = everywhere(duties) + (timekeeping(duties) if "scheduler" in only else [])
    yield keep_time(jobs + (fetching(duties) if sources else []))


async def announce(house: House, settings: Settings, *, serving_pages: bool) -> None:
    """Say where it listens and, on a first start, how the administrator comes in."""
    office = house.office
    missing = calendars.missing_year(office.calendar, office.today())
    if missing:
        log.warning(office.say("start.no_calendar", year=missing), extra={"action": "calendar"})
    print(office.say("start.listening" if serving_pages else "start.working", url=settings.url), flush=True)
    async with house.database.begin() as tx:
        invitation = await staffing.first_administrator(tx, name=office.say("start.administrator_name"), office=office)
    if invitation:
        print(office.say("start.administrator", link=invitation.desk_link), flush=True)


async def chat(settings: Settings, rulebook: Rulebook, *, name: str) -> None:
    """Talk to the bot in this terminal."""
    from bot.terminal import CHANNEL, Terminal, is_quit, lines

    channels: dict[str, Channel] = {}
    house = build(settings, rulebook, channels=channels)
    terminal = Terminal(person=name, output=sys.stdout, now=utc_now, keep=house.files.keep)
    channels[CHANNEL] = terminal
    conversation = house.conversation([CHANNEL])

    async def answered(line: str) -> None:
        try:
            message = await terminal.incoming(line)
        except OSError as error:
            print(house.office.say("start.file_unreadable", name=str(error.filename)), flush=True)
            return
        await house.reception.receive([message])
        await calendars.look(house.database, office=house.office)
        while await conversation.work():
            pass
        while await house.delivery.claim():
            await house.delivery.idle()
        await house.delivery.idle()

    await house.database.try_key()
    async with asyncio.TaskGroup() as group:
        delivering = group.create_task(house.delivery.run())
        await house.delivery.started.wait()
        await answered("/start")
        async for line in lines(sys.stdin):
            if is_quit(line):
                break
            await answered(line)
        delivering.cancel()
    await house.database.close()


async def tell(settings: Settings, rulebook: Rulebook, work: Callable[[House], Awaitable[str]]) -> None:
    """Print what ``work`` finds out or has done; what cannot be done becomes a sentence."""
    house = build(settings, rulebook, channels={})
    try:
        print(await work(house))
    except CaseError as error:
        raise LianxinError(error_text(error, office=house.office)) from None
    finally:
        await house.database.close()


def check(rulebook: Rulebook) -> None:
    """The site was loaded without a fault: say what is in it."""
    print(*told(rulebook, today=china_date(utc_now())), sep="\n")


def read(wanted: argparse.Namespace) -> None:
    """The commands that only read texts: they need no database."""
    settings = load_settings()
    office = make_office(settings, load_rulebook(settings.site))
    if wanted.command == "evaluate":
        print(commands.evaluate(office, wanted))
    elif not commands.understand(office, wanted):
        raise LianxinError(office.say("understand.not_all"))


def perform(wanted: argparse.Namespace) -> None:
    """Do what the command line asked."""
    if wanted.command in ("understand", "evaluate"):
        read(wanted)
        return
    if wanted.command == "check" and wanted.site and not wanted.routing_against:
        check(load_rulebook(wanted.site))
        return
    os.umask(PRIVATE)
    settings = load_settings()
    rulebook = load_rulebook(getattr(wanted, "site", None) or settings.site)
    if wanted.command == "check" and (file := wanted.routing_against):
        asyncio.run(tell(settings, rulebook, lambda h: operating.routing_against(h.database, h.office, file=file)))
        return
    if wanted.command == "check":
        check(rulebook)
        return
    if wanted.command == "due" and not wanted.case:
        calendar = calendars.laid_over(rulebook.calendar, entered_texts(settings.database))
        print(answer(question(wanted, rulebook), rulebook, calendar, as_json=wanted.json))
        return
    if wanted.command == "due":
        asyncio.run(tell(settings, rulebook, lambda house: commands.prove_case(house, wanted)))
        return
    set_up(level=settings.log_level if wanted.command != "chat" else "error", style=settings.log_format)
    make_data_dir(settings)
    revision = migrate(settings.database)
    jobs: dict[str, Callable[[], Coroutine[Any, Any, None]]] = {
        "run": lambda: run(settings, rulebook, only=only_parts(wanted.only)),
        "chat": lambda: chat(settings, rulebook, name=wanted.name),
        "invite": lambda: tell(settings, rulebook, lambda house: commands.invite(house, wanted)),
        "calendar": lambda: tell(settings, rulebook, lambda house: commands.enter_calendar(house, wanted)),
        "export": lambda: tell(settings, rulebook, lambda house: commands.export(house, wanted)),
        "train": lambda: tell(settings, rulebook, lambda h: commands.train(h, wanted, folder=settings.data_dir)),
    }
    if wanted.command == "migrate":
        print(rulebook.texts.render("start.migrated", revision=revision))
        return
    with suppress(KeyboardInterrupt):
        asyncio.run(jobs[wanted.command]())


def main(arguments: Sequence[str] | None = None) -> int:
    """The exit status: 0 done, 1 a failure told in one sentence, 2 a wrong call."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    wanted = parsed(given or ["run"])
    try:
        perform(wanted)
    except LianxinError as error:
        print(error, file=sys.stderr)
        return 1
    except ExceptionGroup as group:  # what stopped the start while loops were already at work
        failure = told_of(group)
        if failure is None:
            raise
        print(failure, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
