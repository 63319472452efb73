"""``/metrics``: the numbers for a Prometheus server, and who may read them."""

from __future__ import annotations

import asyncio
import json
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import pytest
from aiohttp import ClientSession
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import text as sql

from bot.web.meters import Metrics, is_here
from cases.messages import Address, Outgoing
from cases.notices import Priority
from scheduler.jobs import Job
from scheduler.runner import run_job
from storage.outbox_store import Promise
from tests.clock import Clock
from tests.house import MILK, files_complaint
from tests.processes import free_port, installed
from tests.web.site import Site, open_site

TOKEN = "口令-4711"
HERE = {"Host": "127.0.0.1:12315"}


def samples(text: str) -> dict[str, float]:
    """Every sample by its name and labels, as Prometheus writes them."""
    found = [sample for family in text_string_to_metric_families(text) for sample in family.samples]
    return {f"{one.name}{json.dumps(one.labels, sort_keys=True) if one.labels else ''}": one.value for one in found}


def clocks(found: dict[str, float], rule: str) -> tuple[float, float]:
    """Those of a rule that end today, and those that are overdue."""
    label = json.dumps({"rule": rule})
    return found[f"lianxin_clocks_due_today{label}"], found[f"lianxin_clocks_overdue{label}"]


async def scraped(site: Site) -> dict[str, float]:
    status, text = await (await site.visitor()).get("/metrics")
    assert status == 200, text
    return samples(text)


async def test_an_empty_house_has_every_number_at_nought(site: Site) -> None:
    found = await scraped(site)
    assert found["lianxin_messages_received_total"] == 0
    assert found["lianxin_outbox_depth"] == 0
    assert found["lianxin_outbox_oldest_seconds"] == 0
    assert found['lianxin_clocks_overdue{"rule": "accept"}'] == 0
    assert found['lianxin_clocks_due_today{"rule": "accept"}'] == 0


async def test_messages_notices_and_clocks_are_counted_as_the_case_goes_on(site: Site) -> None:
    wang = site.town.person("wang")
    await files_complaint(wang, MILK)
    found = await scraped(site)
    assert found["lianxin_messages_received_total"] == 6
    assert found['lianxin_notices{"channel": "street", "state": "sent"}'] == len(wang.told)
    assert clocks(found, "sign") == (0, 0)
    site.town.clock.at("2026-11-24 10:00")
    assert clocks(await scraped(site), "sign") == (1, 0)
    site.town.clock.at("2026-12-03 10:00")
    found = await scraped(site)
    assert (clocks(found, "sign"), clocks(found, "accept")) == ((0, 1), (0, 1))


async def test_what_waits_to_be_sent_has_a_depth_and_an_age(site: Site) -> None:
    wang = site.town.person("wang")
    database = site.house.database
    async with database.begin() as tx:
        for hours in (1, 3):
            at = site.town.clock() - timedelta(hours=hours)
            nowhere = Outgoing(address=Address(channel="pigeon", value=wang.address.value), text="x")
            tx.outbox.promise(Promise(outgoing=nowhere, priority=Priority.NOTICE, at=at))
    found = await scraped(site)
    assert found["lianxin_outbox_depth"] == 2
    assert found["lianxin_outbox_oldest_seconds"] == pytest.approx(3600, abs=1), "the first promised, by its number"
    assert found['lianxin_notices{"channel": "pigeon", "state": "queued"}'] == 2


async def test_a_duty_is_counted_by_its_name_with_how_long_it_took_and_whether_it_failed(site: Site) -> None:
    metrics = Metrics()

    async def work() -> int:
        return 3

    async def fails() -> int:
        raise KeyError("13812345678")

    for job in (work, work, fails):
        await run_job(Job(name=job.__name__, every=timedelta(hours=1), work=job), watch=metrics)
    text = metrics.text(await site.house.pages.gauges.read()).decode()
    found = samples(text)
    assert found['lianxin_job_seconds_count{"job": "work"}'] == 2
    assert found['lianxin_job_seconds_bucket{"job": "work", "le": "60.0"}'] == 2
    failures = [found[f'lianxin_job_failures_total{{"job": "{name}"}}'] for name in ("work", "fails")]
    assert failures == [0, 1]
    assert "13812345678" not in text


async def test_no_name_number_text_or_token_stands_in_it(sqlite_url: str, clock: Clock, tmp_path: Path) -> None:
    async with open_site(sqlite_url, clock, tmp_path, metrics=Metrics(token=TOKEN)) as site:
        wang = site.town.person("wang")
        await files_complaint(wang, MILK)
        sent = {"Authorization": f"Bearer {TOKEN}".encode().decode("utf-8", "surrogateescape")}
        status, text = await (await site.visitor()).get("/metrics", headers=sent)
    assert status == 200
    assert [part for part in ("王芳", "13812345678", "惠万家", "410900", "wang", TOKEN) if part in text] == []


async def test_with_a_token_whoever_carries_it_may_read_and_nobody_else(
    sqlite_url: str, clock: Clock, tmp_path: Path
) -> None:
    async with open_site(sqlite_url, clock, tmp_path, metrics=Metrics(token="geheim")) as site:
        visitor = await site.visitor()

        async def status(**headers: str) -> int:
            return (await visitor.get("/metrics", headers=headers))[0]

        assert await status() == 401
        assert await status(Authorization="Bearer geheim ") == 200, "white space around a header is no part of it"
        assert await status(Authorization="Bearer geheim", **{"X-Forwarded-For": "203.0.113.7"}) == 200
        for wrong in ("Bearer geheim2", "Bearer ", "geheim", "Basic geheim", "Bearer gehei", "Bearer ö"):
            assert await status(Authorization=wrong) == 401
        async with visitor.session.get("/metrics") as refused:
            assert refused.headers["WWW-Authenticate"] == "Bearer"
            assert "lianxin" not in await refused.text()


@pytest.mark.parametrize(
    "headers",
    [
        {"X-Forwarded-For": "127.0.0.1"},
        {"x-forwarded-for": ""},
        {"Forwarded": "for=127.0.0.1"},
        {"X-Real-IP": "127.0.0.1"},
        {"Via": "1.1 proxy"},
        {"Host": "12315.example.org"},
    ],
)
async def test_what_a_proxy_passes_on_does_not_come_from_this_machine(
    small_site: Site, headers: dict[str, str]
) -> None:
    async with ClientSession() as session, session.get(f"{small_site.url}/metrics", headers=headers) as response:
        assert (response.status, await response.text()) == (403, "forbidden")


@pytest.mark.parametrize(
    ("remote", "host", "here"),
    [
        ("127.0.0.1", "127.0.0.1:12315", True),
        ("127.8.9.1", "localhost", True),
        ("::1", "[::1]:12315", True),
        ("::ffff:127.0.0.1", "LOCALHOST:1", True),
        ("192.168.1.7", "127.0.0.1:12315", False),
        ("::ffff:192.168.1.7", "127.0.0.1", False),
        ("fe80::1", "[::1]", False),
        ("127.0.0.1", "office.example.org", False),
        ("127.0.0.1", "127.0.0.1.example.org", False),
        ("127.0.0.1", "[", False),
        ("127.0.0.1", "", False),
        (None, "127.0.0.1", False),
        ("", "127.0.0.1", False),
    ],
)
def test_only_the_loopback_is_this_machine(remote: str | None, host: str, here: bool) -> None:
    assert is_here(remote, {"Host": host}) is here
    assert Metrics().refuses(remote, {"Host": host}) == (None if here else 403)
    assert Metrics(token="t").refuses(remote, {"Host": host, "Authorization": "Bearer t"}) is None


async def test_who_asks_often_asks_the_database_once_in_five_seconds(site: Site) -> None:
    wang = site.town.person("wang")
    before = await scraped(site)
    await wang.says("你好")
    assert await scraped(site) == before
    site.town.clock.advance(seconds=5)
    assert (await scraped(site))["lianxin_messages_received_total"] == 1


async def test_a_database_that_is_away_gives_no_numbers(sqlite_url: str, clock: Clock, tmp_path: Path) -> None:
    async with open_site(sqlite_url, clock, tmp_path) as site:
        async with site.house.database.begin() as tx:
            await tx.execute(sql("DROP TABLE clocks"))
        assert await (await site.visitor()).get("/metrics") == (503, "not ready")


async def test_the_running_program_tells_how_long_its_duties_took(tmp_path: Path) -> None:
    port = free_port()
    wanted = {f'lianxin_job_seconds_count{{"job": "{name}"}}' for name in ("deadlines", "tidy", "calendar")}
    found: dict[str, float] = {}
    async with installed(tmp_path, only="web,scheduler", settings={"http_port": port}) as program:
        await program.start()
        async with asyncio.timeout(30), ClientSession() as session:
            while not wanted <= found.keys():
                await asyncio.sleep(0.1)
                with suppress(OSError):
                    async with session.get(f"http://127.0.0.1:{port}/metrics") as response:
                        found = samples(await response.text())
        assert {value for name, value in found.items() if name.startswith("lianxin_job_failures_total")} == {0}
        assert await program.end() == 0
