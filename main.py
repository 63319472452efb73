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
from collections.abc import Awaitable, Callable, Coroutine, Iterator, Mapping, Sequence
from contextlib import AsyncExitStack, suppress
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from bot.command_line import only_parts, parsed, question
from bot.settings import Settings, load_settings, make_data_dir, root_secret
from bot.ways import WAYS, served_by
from cases.calendar import china_date
from cases.errors import CaseError, LianxinError, told_of
from cases.rulebook import load_rulebook

if TYPE_CHECKING:
    from bot.telegram import Telegram
    from cases.site import Rulebook
    from handlers.delivery import Channel
    from handlers.evidence import Source
    from handlers.house import House
    from handlers.office import Now, Office
    from nlp import Reader
    from scheduler.runner import Watch

# Each command loads only what it needs: texts are understood without a database, and a chat in the terminal starts
# without the web server and Telegram.
ID_BYTES, PRIVATE = 6, 0o077
log = logging.getLogger("lianxin")


def utc_now() -> datetime:
    return datetime.now(UTC)


def settle() -> None:
    """The start is over: what stands now stays, and the collector need not look through it again and again."""
    gc.freeze()
    gc.enable()


def make_reader(rulebook: Rulebook) -> Reader:
    from nlp import Place, Reader

    places = [Place(code=p.code, name=p.name, aliases=p.aliases) for p in rulebook.places]
    return Reader(home=rulebook.site.region, places=places, labels=allowed(rulebook))


def allowed(rulebook: Rulebook) -> dict[str, frozenset[str]]:
    return {name: frozenset(values) for name, values in rulebook.labels.items()}


def make_office(settings: Settings, rulebook: Rulebook, *, now: Now = utc_now, reader: Reader | None = None) -> Office:
    """The site at work, with the classifier that was trained into the data folder, if one was."""
    from handlers.office import Office
    from handlers.own_model import own_reader
    from nlp.words import keep_cache_in

    keep_cache_in(settings.data_dir)
    return Office(
        rulebook=rulebook,
        reader=reader or own_reader(make_reader(rulebook), settings.data_dir, allowed=allowed(rulebook)),
        now=now,
        new_id=lambda: secrets.token_hex(ID_BYTES),
        public_url=settings.url,
        ways=replace(WAYS, sends=settings.sms_provider != "none"),
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
    from handlers.evidence import Files
    from handlers.house import put_together
    from storage.database import Database
    from storage.receipts import Receipts
    from storage.vault import Vault

    vault = Vault({1: root_secret(settings)}, current=1)
    database = Database(settings.database, vault=vault)
    office = make_office(settings, rulebook, now=now, reader=reader)
    receipts = Receipts(settings.data_dir / "receipts" / hashlib.sha256(settings.database.encode()).hexdigest()[:12])
    files = Files(settings.data_dir / "evidence", vault=vault)
    return put_together(database, office=office, channels=channels, receipts=receipts, files=files)


async def run(settings: Settings, rulebook: Rulebook, *, only: Sequence[str]) -> None:
    """Start the parts and work until told to stop; they stop in the reverse order of their start."""
    from bot.serving import serving, working
    from bot.sms_making import make_sms
    from bot.web.app import make_app
    from bot.web.channel import WebChannel
    from bot.web.meters import Metrics
    from handlers import calendars

    stopped = asyncio.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(name, stopped.set)
    channels: dict[str, Channel] = {}
    house = build(settings, rulebook, channels=channels)
    async with AsyncExitStack() as parts:
        parts.push_async_callback(house.database.close)
        await house.database.try_key()
        await calendars.look(house.database, office=house.office)
        telegram: Telegram | None = None
        if settings.telegram_token and {"web", "telegram", "delivery"} & set(only):
            from bot.channels import make_telegram

            telegram = make_telegram(settings, token=settings.telegram_token, house=house)
            channels[telegram.name] = telegram
            await telegram.start()
            parts.push_async_callback(telegram.stop)
        web, metrics = WebChannel(), Metrics(token=settings.metrics_secret)
        channels[web.name] = web
        sms = await parts.enter_async_context(make_sms(settings, house, channels=channels))
        if "delivery" in only:
            await parts.enter_async_context(working([house.delivery.run()]))
            await house.delivery.started.wait()
        else:
            channels.clear()
        await parts.enter_async_context(working(loops(house, only=only, telegram=telegram, watch=metrics)))
        if "web" in only:
            hook = telegram.handle_webhook if telegram else None
            app = make_app(pages=house.pages, web=web, telegram_webhook=hook, sms=sms, metrics=metrics)
            await parts.enter_async_context(serving(app, host=settings.http_host, port=settings.http_port))
        await announce(house, settings, serving_pages="web" in only)
        if {"web", "telegram"} & set(only):
            await asyncio.to_thread(house.office.reader.warm)
        settle()
        await stopped.wait()


def loops(
    house: House, *, only: Sequence[str], telegram: Telegram | None, watch: Watch
) -> Iterator[Coroutine[Any, Any, None]]:
    """The loops of this process beside delivery: what is received is worked, what is due is warned of."""
    from scheduler.jobs import everywhere, fetching, timekeeping
    from scheduler.runner import run as keep_time

    served = served_by(only)
    sources: dict[str, Source] = {}
    if telegram and "telegram" in only:
        sources[telegram.name] = telegram
        yield telegram.run()
    if served:
        yield house.conversation(served).run()
    duties = house.duties(sources)
    jobs = everywhere(duties) + (timekeeping(duties) if "scheduler" in only else [])
    yield keep_time(jobs + (fetching(duties) if sources else []), watch=watch)


async def announce(house: House, settings: Settings, *, serving_pages: bool) -> None:
    """Say where it listens and, on a first start, how the administrator comes in."""
    from handlers.dates import missing_year
    from handlers.staffing import first_administrator

    office = house.office
    missing = missing_year(office.calendar, office.today())
    if missing:
        log.warning(office.say("start.no_calendar", year=missing), extra={"action": "calendar"})
    print(office.say("start.listening" if serving_pages else "start.working", url=settings.url), flush=True)
    async with house.database.begin() as tx:
        invitation = await first_administrator(tx, name=office.say("start.administrator_name"), office=office)
    if invitation:
        print(office.say("start.administrator", link=invitation.desk_link), flush=True)


async def chat(settings: Settings, rulebook: Rulebook, *, name: str) -> None:
    """Talk to the bot in this terminal."""
    from bot.terminal import CHANNEL, Terminal, is_quit, lines
    from handlers import calendars

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
        settle()
        await answered("/start")
        async for line in lines(sys.stdin):
            if is_quit(line):
                break
            await answered(line)
        delivering.cancel()
    await house.database.close()


async def tell(settings: Settings, rulebook: Rulebook, work: Callable[[House], Awaitable[str]]) -> None:
    """Print what ``work`` finds out or has done; what cannot be done becomes a sentence."""
    from handlers.conversation import error_text

    house = build(settings, rulebook, channels={})
    settle()
    try:
        print(await work(house))
    except CaseError as error:
        raise LianxinError(error_text(error, office=house.office)) from None
    finally:
        await house.database.close()


def look(wanted: argparse.Namespace, rulebook: Rulebook) -> None:
    """The site was loaded without a fault: say what is in it, or what it tells people."""
    from bot.checking import looked_at

    print(looked_at(rulebook, wanted, today=china_date(utc_now())))


def read(wanted: argparse.Namespace) -> None:
    """The commands that only read texts: they need no database."""
    from bot import hearing

    settings = load_settings()
    office = make_office(settings, load_rulebook(settings.site))
    settle()
    if wanted.command == "evaluate":
        print(hearing.evaluate(office, wanted))
    elif not hearing.understand(office, wanted):
        raise LianxinError(office.say("understand.not_all"))


def tell_due(wanted: argparse.Namespace, rulebook: Rulebook, *, database: str) -> None:
    """A date by a rule, from the calendar as it stands in the database."""
    from bot.due import answer
    from handlers.dates import laid_over
    from storage.calendar_store import entered_texts

    calendar = laid_over(rulebook.calendar, entered_texts(database))
    print(answer(question(wanted, rulebook), rulebook, calendar, as_json=wanted.json))


def perform(wanted: argparse.Namespace) -> None:
    """Do what the command line asked."""
    if wanted.command in ("understand", "evaluate"):
        read(wanted)
        return
    looks = wanted.command == "notices" or (wanted.command == "check" and not wanted.routing_against)
    if looks and wanted.site:
        look(wanted, load_rulebook(wanted.site))
        return
    os.umask(PRIVATE)
    settings = load_settings()
    rulebook = load_rulebook(getattr(wanted, "site", None) or settings.site)
    if looks:
        look(wanted, rulebook)
    elif wanted.command == "due" and not wanted.case:
        tell_due(wanted, rulebook, database=settings.database)
    else:
        work(wanted, settings, rulebook)


def work(wanted: argparse.Namespace, settings: Settings, rulebook: Rulebook) -> None:
    """The commands that need the database."""
    from bot import commands
    from bot.logs import set_up
    from storage.migrating import migrate

    if wanted.command in ("check", "due"):
        told = commands.routing_against if wanted.command == "check" else commands.prove_case
        asyncio.run(tell(settings, rulebook, lambda house: told(house, wanted)))
        return
    set_up(level=settings.log_level if wanted.command != "chat" else "error", style=settings.log_format)
    make_data_dir(settings)
    revision = migrate(settings.database)
    jobs: dict[str, Callable[[], Coroutine[Any, Any, None]]] = {
        "run": lambda: run(settings, rulebook, only=only_parts(wanted.only)),
        "chat": lambda: chat(settings, rulebook, name=wanted.name),
        "train": lambda: tell(settings, rulebook, lambda h: commands.train(h, wanted, folder=settings.data_dir)),
    }
    deed = commands.TOLD.get(wanted.command)
    if wanted.command == "migrate":
        print(rulebook.texts.render("start.migrated", revision=revision))
    else:
        with suppress(KeyboardInterrupt):
            asyncio.run(tell(settings, rulebook, lambda h: deed(h, wanted)) if deed else jobs[wanted.command]())


def main(arguments: Sequence[str] | None = None) -> int:
    """The exit status: 0 done, 1 a failure told in one sentence, 2 a wrong call."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    wanted = parsed(given or ["run"])
    gc.disable()  # until ``settle``: what a start makes stays
    try:
        perform(wanted)
        sys.stdout.flush()
    except LianxinError as error:
        print(error, file=sys.stderr)
        return 1
    except BrokenPipeError:  # who read what we print has left, as `head` does
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except ExceptionGroup as group:  # what stopped the start while loops were already at work
        failure = told_of(group)
        if failure is None:
            raise
        print(failure, file=sys.stderr)
        return 1
    finally:
        gc.enable()
    return 0


if __name__ == "__main__":
    sys.exit(main())
