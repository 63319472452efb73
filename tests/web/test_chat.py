"""The chat over HTTP: sessions, messages up, lines down, and pages without scripts."""

from __future__ import annotations

import asyncio
import re
import uuid
from pathlib import Path

from cases.messages import Address, Outgoing
from cases.notices import Priority
from storage.outbox_store import Promise
from tests.clock import Clock
from tests.house import MILK
from tests.web.site import Site, Visitor, open_site


async def person_of(site: Site, visitor: Visitor) -> Address:
    token = next(cookie.value for cookie in visitor.session.cookie_jar if cookie.key == "lianxin")
    person = await site.house.pages.session(token, channel="web")
    assert person
    return person


async def promise(site: Site, person: Address, *texts: str) -> None:
    """Owe texts as another process would: nobody wakes the page."""
    async with site.house.database.begin() as tx:
        for text in texts:
            at = site.house.office.now()
            outgoing = Outgoing(address=person, text=text)
            tx.outbox.promise(Promise(outgoing=outgoing, priority=Priority.REPLY, at=at))


async def test_a_stranger_gets_a_session_that_scripts_cannot_read(site: Site) -> None:
    visitor = await site.visitor()
    async with visitor.session.get("/") as response:
        cookie = response.headers["Set-Cookie"]
        assert "HttpOnly" in cookie
        assert "SameSite=Lax" in cookie
        assert "Secure" not in cookie
    async with visitor.session.get("/") as response:
        again = response.headers["Set-Cookie"]
        assert again.split(";")[0] == cookie.split(";")[0], "kept alive, not replaced"


async def test_a_browser_in_use_keeps_its_session_and_one_left_for_long_loses_it(site: Site, clock: Clock) -> None:
    pages = site.house.pages
    token, person = await pages.new_session(channel="web")
    clock.advance(days=170)
    assert await pages.session(token, channel="web") == person
    clock.advance(days=170)
    assert await pages.session(token, channel="web") == person
    clock.advance(days=181)
    assert await pages.session(token, channel="web") is None


async def test_a_complaint_is_filed_over_http(site: Site) -> None:
    visitor = await site.visitor()
    no = await visitor.files_complaint(MILK)
    assert no.startswith("410900261123")
    lines = (await visitor.history())["lines"]
    assert {"mine": True, "text": "同意"}.items() <= lines[2].items()
    assert lines[1]["chosen"] == lines[1]["choices"][0][0]["value"]


async def test_a_message_that_is_posted_again_under_its_key_is_worked_once(site: Site) -> None:
    visitor = await site.visitor()
    await visitor.get("/")
    key = str(uuid.uuid4())
    async with visitor.stream() as stream:
        for _ in range(3):
            assert (await visitor.post(key=key, text="你好"))[0] == 202
        await stream.until("12315")
    lines = (await visitor.history())["lines"]
    assert [line["text"] for line in lines if line["mine"]] == ["你好"]


async def test_the_same_key_from_two_people_is_two_messages(site: Site) -> None:
    key = str(uuid.uuid4())
    for _ in range(2):
        visitor = await site.visitor()
        await visitor.get("/")
        assert (await visitor.post(key=key, text="你好"))[0] == 202
        assert [line["text"] for line in (await visitor.history())["lines"] if line["mine"]] == ["你好"]


async def test_a_message_without_a_proper_key_is_refused_with_a_sentence(site: Site) -> None:
    visitor = await site.visitor()
    await visitor.get("/")
    good = str(uuid.uuid4())
    for key, pressed in (("1", ""), ("", ""), (good, "x" * 65)):
        status, body = await visitor.post(text="你好", key=key, pressed=pressed)
        assert (status, "请返回重试" in body["error"]) == (400, True)
    assert (await visitor.post(text="  "))[0] == 400


async def test_a_stream_goes_on_after_the_last_line_seen_without_loss_or_repetition(site: Site) -> None:
    visitor = await site.visitor()
    await visitor.get("/")
    person = await person_of(site, visitor)
    async with visitor.stream() as stream:
        await promise(site, person, "一", "二")
        seen = [(await stream.next())["text"], (await stream.next())["text"]]
    await promise(site, person, "三", "四")
    async with visitor.stream(last=stream.last) as stream:
        seen += [(await stream.next())["text"] for _ in range(2)]
        await promise(site, person, "五")
        seen.append((await stream.next())["text"])
    async with visitor.stream(int(stream.last)) as stream:
        await promise(site, person, "六")
        seen.append((await stream.next())["text"])
    assert seen == ["一", "二", "三", "四", "五", "六"]


async def test_nobody_reads_the_lines_of_another(site: Site) -> None:
    one, other = await site.visitor(), await site.visitor()
    await one.get("/")
    await other.get("/")
    await promise(site, await person_of(site, one), "给第一个人的话")
    assert "给第一个人的话" not in str(await other.history())
    assert "给第一个人的话" in str(await one.history())


async def test_without_a_session_only_the_first_page_is_served(site: Site) -> None:
    visitor = await site.visitor()
    assert (await visitor.get("/chat/history"))[0] == 401
    assert (await visitor.get("/chat/events"))[0] == 401
    assert (await visitor.post(text="你好"))[0] == 401


async def test_open_streams_end_when_the_server_stops(site: Site) -> None:
    visitor = await site.visitor()
    await visitor.get("/")
    async with visitor.stream() as stream, asyncio.timeout(5):
        await site.server.close()
        while await stream.response.content.readline():
            pass


async def test_a_page_without_scripts_is_a_form_with_buttons(site: Site) -> None:
    visitor = await site.visitor()
    _, page = await visitor.get("/")
    assert "开始" in page
    key = re.findall(r'name="key" value="([^"]+)"', page)[-1]
    status, page = await visitor.submit("/chat/messages", key=key, text=MILK)
    assert status == 200
    assert MILK in page
    button = re.search(r'<button name="pressed" value="([^"]+)"[^>]*>同意', page)
    assert button
    key = re.findall(r'name="key" value="([^"]+)"', page)[0]
    status, page = await visitor.submit("/chat/messages", key=key, pressed=button.group(1))
    assert "怎么称呼" in page
    assert re.search(r'disabled class="chosen" aria-pressed="true">同意', page)


async def test_going_back_and_writing_something_else_is_a_new_message(site: Site) -> None:
    visitor = await site.visitor()
    await visitor.get("/")
    key = str(uuid.uuid4())
    for text in ("你好", "你好", "我要投诉"):
        await visitor.submit("/chat/messages", key=key, text=text)
    lines = (await visitor.history())["lines"]
    assert [line["text"] for line in lines if line["mine"]] == ["你好", "我要投诉"]


async def test_what_people_write_is_shown_as_text(site: Site) -> None:
    visitor = await site.visitor()
    await visitor.get("/")
    evil = "<script>alert(1)</script><img src=x onerror=alert(1)>"
    await visitor.submit("/chat/messages", key=str(uuid.uuid4()), text=evil)
    _, page = await visitor.get("/")
    assert "&lt;script&gt;alert(1)&lt;/script&gt;&lt;img" in page
    assert evil not in page


async def test_the_start_sent_by_the_page_itself_is_not_shown(site: Site) -> None:
    visitor = await site.visitor()
    await visitor.get("/")
    await visitor.talks(("/start", "12315"))
    assert all(line["text"] != "/start" for line in (await visitor.history())["lines"])


async def test_a_line_committed_late_by_another_process_is_not_lost(
    postgresql_url: str, clock: Clock, tmp_path: Path
) -> None:
    async with open_site(postgresql_url, clock, tmp_path) as site:
        visitor = await site.visitor()
        await visitor.get("/")
        person = await person_of(site, visitor)
        async with visitor.stream() as stream:
            async with site.house.database.begin() as tx:
                at = site.house.office.now()
                early = Outgoing(address=person, text="早写晚交")
                tx.outbox.promise(Promise(outgoing=early, priority=Priority.REPLY, at=at))
                await tx.flush()
                await promise(site, person, "晚写早交")
                assert (await stream.next())["text"] == "晚写早交"
            assert (await stream.next())["text"] == "早写晚交"
