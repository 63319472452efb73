"""What stands before every page: headers, other sites, too many requests, errors in one sentence."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from cases.errors import StorageFault
from tests.clock import Clock
from tests.web.site import Site, open_site


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Sec-Fetch-Site": "same-origin"}, 202),
        ({"Sec-Fetch-Site": "none"}, 202),
        ({"Origin": "{url}"}, 202),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-site", "Origin": "{url}"}, 403),
        ({"Origin": "http://evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({}, 403),
    ],
)
async def test_only_our_own_pages_may_post(small_site: Site, headers: dict[str, str], status: int) -> None:
    visitor = await small_site.visitor()
    await visitor.get("/")
    sent = {name: value.format(url=small_site.url) for name, value in headers.items()}
    assert (await visitor.post(headers=sent, text="你好"))[0] == status


async def test_the_desk_refuses_forms_of_other_sites(small_site: Site) -> None:
    visitor = await small_site.visitor()
    await visitor.get("/")
    headers = {"Sec-Fetch-Site": "cross-site", "Accept": "text/html"}
    for path in ("/desk/join", "/desk/leave", "/desk/staff", "/desk/case/1/sign"):
        async with visitor.session.post(path, headers=headers) as response:
            assert (response.status, "没有执行" in await response.text()) == (403, True)


async def test_every_answer_carries_the_policy(small_site: Site) -> None:
    visitor = await small_site.visitor()
    await visitor.get("/")
    for path in ("/", "/desk", "/nowhere", "/chat/history", "/static/chat.js", "/healthz", "/chat/events"):
        async with visitor.session.get(path) as response:
            policy = response.headers["Content-Security-Policy"]
            assert "default-src 'none'" in policy
            assert "unsafe" not in policy
            assert response.headers["X-Content-Type-Options"] == "nosniff"
            assert response.headers["Referrer-Policy"] == "same-origin"


async def test_pages_hold_no_script_or_style_of_their_own(small_site: Site) -> None:
    visitor = await small_site.visitor()
    for path in ("/", "/desk", "/desk/join?code=x"):
        _, page = await visitor.get(path)
        assert not re.search(r"<script(?![^>]*src=)|<style|\sstyle=|\son\w+=|javascript:", page)


async def test_too_many_posts_wait_a_little(small_site: Site) -> None:
    visitor, other = await small_site.visitor(), await small_site.visitor()
    await visitor.get("/")
    await other.get("/")
    answers = [await visitor.post(text="你好") for _ in range(11)]
    assert [status for status, _ in answers] == [202] * 10 + [429]
    assert "太快" in answers[-1][1]["error"]
    assert (await other.post(text="你好"))[0] == 202
    small_site.town.clock.advance(seconds=10)
    assert (await visitor.post(text="你好"))[0] == 202


async def test_an_unknown_page_says_where_to_go(small_site: Site) -> None:
    visitor = await small_site.visitor()
    status, page = await visitor.get("/nowhere")
    assert (status, "没有这个页面" in page, "12315" in page) == (404, True, True)
    assert (await visitor.get("/static/../app.py"))[0] == 404
    assert (await visitor.get("/chat/messages"))[0] == 405


async def test_a_bug_becomes_a_sentence_with_an_id_that_the_log_knows(
    sqlite_url: str, clock: Clock, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async def broken(body: bytes, _secret: str | None) -> int:
        raise RuntimeError(body.decode())

    async with open_site(sqlite_url, clock, tmp_path, telegram_webhook=broken) as site:
        visitor = await site.visitor()
        async with visitor.session.post("/telegram/webhook", data="王芳".encode()) as response:
            page = await response.text()
    found = re.search(r"编号(\w+)", page)
    assert (response.status, bool(found)) == (500, True)
    assert "Traceback" not in page
    records = [record for record in caplog.records if record.name == "lianxin.web"]
    assert found
    assert found.group(1) in [getattr(record, "fault", "") for record in records]
    assert "王芳" not in caplog.text


async def test_the_webhook_gets_body_and_secret_and_answers_with_its_status(
    sqlite_url: str, clock: Clock, tmp_path: Path
) -> None:
    calls = []

    async def webhook(body: bytes, secret: str | None) -> int:
        calls.append((body, secret))
        return 200 if secret == "s" else 401

    async with open_site(sqlite_url, clock, tmp_path, telegram_webhook=webhook) as site:
        visitor = await site.visitor()
        for headers, status in (({"X-Telegram-Bot-Api-Secret-Token": "s"}, 200), ({}, 401)):
            async with visitor.session.post("/telegram/webhook", data=b"{}", headers=headers) as response:
                assert response.status == status
    assert calls == [(b"{}", "s"), (b"{}", None)]


async def test_without_telegram_there_is_no_webhook(small_site: Site) -> None:
    visitor = await small_site.visitor()
    async with visitor.session.post("/telegram/webhook", data=b"{}") as response:
        assert response.status == 404


async def test_health_and_readiness(sqlite_url: str, clock: Clock, tmp_path: Path) -> None:
    async def ready() -> None:
        raise StorageFault("away")

    async with open_site(sqlite_url, clock, tmp_path, ready=ready) as site:
        visitor = await site.visitor()
        assert (await visitor.get("/healthz"))[0] == 200
        assert (await visitor.get("/readyz"))[0] == 503


async def test_a_ready_site_says_so(site: Site) -> None:
    assert (await (await site.visitor()).get("/readyz"))[0] == 200


async def test_behind_https_the_cookie_is_secure_and_the_public_address_counts_as_ours(
    sqlite_url: str, clock: Clock, tmp_path: Path
) -> None:
    async with open_site(sqlite_url, clock, tmp_path, public_url="https://12315.example.cn") as site:
        visitor = await site.visitor()
        async with visitor.session.get("/") as response:
            cookie = response.headers["Set-Cookie"]
            assert "Secure" in cookie
        headers = {"Origin": "https://12315.example.cn", "Cookie": cookie.partition(";")[0]}
        assert (await visitor.post(headers=headers, text="你好"))[0] == 202
