"""Short messages on the web: what operators call back with, forged, malformed or twice; and the list on the desk."""

from __future__ import annotations

import json
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from pathlib import Path
from urllib.parse import quote

import pytest
from playwright.async_api import expect
from sqlalchemy import select, text, update

from bot.settings import Settings
from bot.sms import CHANNEL, Call
from bot.sms_aliyun import AliyunCallbacks
from bot.sms_entrance import Entrance
from bot.sms_making import make_sms
from cases.errors import DeliveryError, SettingFault
from cases.messages import Outgoing, Wording
from cases.model import Role
from cases.notices import Priority
from cases.short_messages import SmsTemplate
from handlers.delivery import Channel
from handlers.short_messages import sms_address
from storage.outbox_store import Promise
from tests.bot.sms_operator import Operator, operator
from tests.browser import BrowserPage, Size
from tests.clock import Clock
from tests.house import rulebook
from tests.web.site import Site, open_site

NUMBER = "13800000000"
SECRET = "sesame-1234"
PLAN = """
url = "{}/send"
taken = "^ok"
reference = "id=(\\\\w+)"
answer = "OK"
[fields]
to = "{{number}}"
text = "{{text}}"
[report]
reference = "id"
state = "status"
delivered = "^1$"
failed = "^2$"
[inbound]
number = "from"
text = "text"
key = "id"
"""


class Provider:
    """A site whose operator is a server of the test's."""

    def __init__(self, site: Site, server: Operator, name: str) -> None:
        self.site, self.server, self.name = site, server, name

    async def sends(self, words: str = "您的投诉已受理。") -> None:
        """Promise a text to a mobile; returns when it was handed to the operator and noted."""
        house = self.site.house
        async with house.database.begin() as tx:
            address = await sms_address(tx, NUMBER, office=house.office)
            assert address
            wording = Wording(key=NOTICE, facts={"no": "410900Y261123001"})
            outgoing = Outgoing(address=address, text=words, wording=wording)
            tx.outbox.promise(Promise(outgoing=outgoing, priority=Priority.NOTICE, at=house.office.now()))
        for _ in range(100):
            await house.delivery.claim()
            await house.delivery.idle()
            if await self.states() and (await self.states())[-1] not in ("queued", "sending"):
                return

    async def states(self) -> list[str]:
        outbox = self.site.house.database.schema.outbox
        async with self.site.house.database.read() as tx:
            rows = await tx.execute(select(outbox.c.state).where(outbox.c.channel == CHANNEL).order_by(outbox.c.id))
            return list(rows.scalars())

    async def said(self) -> list[str]:
        async with self.site.house.database.read() as tx:
            inbox = self.site.house.database.schema.inbox
            keys = (await tx.execute(select(inbox.c.key).where(inbox.c.channel == CHANNEL))).scalars()
            return list(keys)

    async def calls(
        self, what: str, content: object, *, token: str = SECRET, gateway: str = "", header: bool = False
    ) -> tuple[int, str]:
        """What the operator posts, as JSON or as raw bytes."""
        path = f"/sms/{gateway or self.name}/{what}"
        headers = {"X-Lianxin-Token": token} if header else {}
        path += "" if header else f"?token={token}"
        body = content if isinstance(content, bytes) else json.dumps(content).encode()
        visitor = await self.site.visitor()
        kind = {"Content-Type": "application/json", **headers}
        async with visitor.session.post(path, data=body, headers=kind) as response:
            return response.status, await response.text()


ALIYUN_OK = {"Code": "OK", "BizId": "biz-1"}
TENCENT_OK = {"Response": {"SendStatusSet": [{"Code": "Ok", "SerialNo": "biz-1"}]}}
ANSWERS = {"aliyun": ALIYUN_OK, "tencent": TENCENT_OK, "http": "ok id=biz1"}
NOTICE = "notice.suggestion.received"


@asynccontextmanager
async def provider(url: str, clock: Clock, folder: Path, *, name: str) -> AsyncIterator[Provider]:
    async with operator() as server:
        server.says(ANSWERS[name])
        plan = folder / "port.toml"
        plan.write_text(PLAN.format(server.url), "utf-8")
        settings = {
            "sms_provider": name,
            "sms_key_id": "k",
            "sms_key_secret": "s",
            "sms_app_id": "1",
            "sms_url": server.url,
            "sms_file": plan,
            "sms_callback_secret": SECRET,
        }
        template = SmsTemplate(provider=name, text=NOTICE, code="SMS_1", variables=("no",))
        book = replace(rulebook(), sms={(name, NOTICE): template})
        async with open_site(url, clock, folder, settings=settings, book=book) as site:
            yield Provider(site, server, name)


REPORTS: dict[str, Callable[[bool], object]] = {
    "aliyun": lambda arrived: [{"biz_id": "biz-1", "success": arrived, "err_code": "X", "phone_number": NUMBER}],
    "tencent": lambda arrived: [
        {"sid": "biz-1", "report_status": "SUCCESS" if arrived else "FAIL", "errmsg": "X", "mobile": NUMBER}
    ],
    "http": lambda arrived: {"id": "biz1", "status": "1" if arrived else "2"},
}
SAID: dict[str, object] = {
    "aliyun": [{"phone_number": NUMBER, "content": "1", "sequence_id": 7}],
    "tencent": {"mobile": NUMBER, "nationcode": "86", "text": "1", "time": 1795658400},
    "http": {"from": NUMBER, "text": "1", "id": "7"},
}
GOOD = {"aliyun": {"code": 0, "msg": "OK"}, "tencent": {"result": 0, "errmsg": "OK"}, "http": "OK"}
PROVIDERS = ["aliyun", "tencent", "http"]


@pytest.mark.parametrize("name", PROVIDERS)
async def test_a_notice_goes_out_its_report_comes_back_and_a_reply_is_worked(
    name: str, migrated_url: str, clock: Clock, tmp_path: Path
) -> None:
    async with provider(migrated_url, clock, tmp_path, name=name) as made:
        await made.sends()
        assert await made.states() == ["sent"]
        for header in (False, True):
            status, answer = await made.calls("report", REPORTS[name](True), header=header)
            assert (status, answer if name == "http" else json.loads(answer)) == (200, GOOD[name])
        assert await made.states() == ["delivered"]
        for _ in range(2):
            status, answer = await made.calls("inbound", SAID[name])
            assert status == 200, answer
        assert len(await made.said()) == 1


@pytest.mark.parametrize("name", PROVIDERS)
async def test_a_report_of_failure_moves_the_text_to_failed(
    name: str, sqlite_url: str, clock: Clock, tmp_path: Path
) -> None:
    async with provider(sqlite_url, clock, tmp_path, name=name) as made:
        await made.sends()
        assert (await made.calls("report", REPORTS[name](False)))[0] == 200
        assert await made.states() == ["failed"]


@pytest.mark.parametrize("name", PROVIDERS)
async def test_a_forged_call_is_refused_and_moves_nothing(
    name: str, sqlite_url: str, clock: Clock, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    async with provider(sqlite_url, clock, tmp_path, name=name) as made:
        await made.sends()
        for token in ("", "sesame-123", "sesame-12345", "口令"):
            status, answer = await made.calls("report", REPORTS[name](False), token=quote(token))
            assert (status, answer == GOOD[name]) == (403, False)
            assert (await made.calls("inbound", SAID[name], token=quote(token)))[0] == 403
        odd = b"\xff".decode("utf-8", "surrogateescape")  # as a header with such a byte is read
        entrance = Entrance(
            gateway=name, secret=SECRET, callbacks=AliyunCallbacks(), messages=made.site.house.short_messages
        )
        assert (await entrance.take("report", Call(query="", body=b""), token=odd))[0] == 403
        assert await made.states() == ["sent"]
        assert await made.said() == []
        other = next(known for known in PROVIDERS if known != name)
        assert (await made.calls("report", REPORTS[name](False), gateway=other))[0] == 404
    ours = "\n".join(f"{vars(record)}" for record in caplog.records if record.name.startswith("lianxin"))
    assert "sms_forged" in ours
    assert (NUMBER in ours, SECRET in ours) == (False, False)


@pytest.mark.parametrize("name", PROVIDERS)
@pytest.mark.parametrize("content", [b"", b"\xff\xfe", b"<xml/>", b"[" * 5000, [1], {}, [{"biz_id": None}], "x"])
async def test_a_malformed_call_is_told_so(
    name: str, content: object, sqlite_url: str, clock: Clock, tmp_path: Path
) -> None:
    async with provider(sqlite_url, clock, tmp_path, name=name) as made:
        for what in ("report", "inbound"):
            assert (await made.calls(what, content))[0] == 400


async def test_a_call_that_cannot_be_kept_is_to_come_again(sqlite_url: str, clock: Clock, tmp_path: Path) -> None:
    async with provider(sqlite_url, clock, tmp_path, name="aliyun") as made:
        async with made.site.house.database.begin() as tx:
            await tx.execute(text("ALTER TABLE phones RENAME TO lost"))
        assert (await made.calls("inbound", SAID["aliyun"]))[0] == 503
        async with made.site.house.database.begin() as tx:
            await tx.execute(text("ALTER TABLE lost RENAME TO phones"))
        assert (await made.calls("inbound", SAID["aliyun"]))[0] == 200


async def test_a_port_may_call_with_a_query_or_a_form(sqlite_url: str, clock: Clock, tmp_path: Path) -> None:
    async with provider(sqlite_url, clock, tmp_path, name="http") as made:
        visitor = await made.site.visitor()
        status, answer = await visitor.get(f"/sms/http/inbound?token={SECRET}&from={NUMBER}&text={quote('退订')}&id=1")
        assert (status, answer) == (200, "OK")
        form = {"from": NUMBER, "text": "退订", "id": "2"}
        async with visitor.session.post(f"/sms/http/inbound?token={SECRET}", data=form) as response:
            assert response.status == 200
        assert await made.said() == ["http/1", "http/2"]


async def test_without_a_secret_or_a_contract_there_is_no_door(site: Site) -> None:
    visitor = await site.visitor()
    for gateway in (*PROVIDERS, "desk"):
        assert (await visitor.get(f"/sms/{gateway}/report?token="))[0] == 404


async def _filled(site: Site, count: int) -> None:
    house = site.house
    async with house.database.begin() as tx:
        address = await sms_address(tx, NUMBER, office=house.office)
    assert address
    settings = Settings(data_dir=Path("unused"), _env_file=None)  # type: ignore[call-arg]
    channels: dict[str, Channel] = {}
    async with make_sms(settings, house, channels=channels):
        for n in range(count):
            with suppress(DeliveryError):  # written down only
                await channels[CHANNEL].send(Outgoing(address=address, text=f"第{n}条:您的投诉<b>已受理</b>。"))


async def test_the_desk_shows_what_was_written_down_with_numbers_masked_and_leads_on(site: Site) -> None:
    await _filled(site, 51)
    for role, bureau in ((Role.ADMIN, "410900-12315"), (Role.DESK, "410900-12315")):
        member = await site.member(f"m-{role.value}", bureau=bureau, role=role)
        status, html = await member.get("/desk/sms")
        assert status == 200
        assert "138****0000" in html
        assert NUMBER not in html
        assert "【濮阳市场监管】第50条:您的投诉&lt;b&gt;已受理&lt;/b&gt;。" in html
        assert ("第0条" in html, "仅记录,未发送" in html) == (False, True)
        older = html.partition("/desk/sms?before=")[2].partition('"')[0]
        assert "第0条" in (await member.get(f"/desk/sms?before={older}"))[1]
        assert (await member.get("/desk/sms?before=x"))[0] == 200
    lead = await site.member("lead", role=Role.LEAD)
    assert "第50条" not in (await lead.get("/desk/sms"))[1]
    officer = await site.member("officer")
    assert (await officer.get("/desk/sms"))[0] == 403
    assert (await (await site.visitor()).get("/desk/sms"))[0] == 401


async def test_a_wiped_message_is_shown_as_such(small_site: Site) -> None:
    await _filled(small_site, 1)
    async with small_site.house.database.begin() as tx:
        await tx.execute(update(tx.schema.short_messages).values(text=None))
    member = await small_site.member("m", bureau="410900-12315", role=Role.ADMIN)
    assert "正文已抹去" in (await member.get("/desk/sms"))[1]


async def test_a_signature_that_operators_refuse_stops_the_start(small_site: Site) -> None:
    for signature in ("一", "【濮阳】", "长" * 17):
        settings = Settings(data_dir=Path("unused"), sms_signature=signature, _env_file=None)  # type: ignore[call-arg]
        with pytest.raises(SettingFault, match="LIANXIN_SMS_SIGNATURE"):
            async with make_sms(settings, small_site.house, channels={}):
                pass


@pytest.mark.parametrize("size", ["phone", "desktop"])
async def test_the_list_is_readable_in_a_browser(small_site: Site, browser_page: BrowserPage, size: Size) -> None:
    await _filled(small_site, 3)
    window = await browser_page(size)
    code = await small_site.code("王主任", bureau="410900-12315", role=Role.ADMIN)
    await window.page.goto(f"{small_site.url}/desk/join?code={code}")
    await window.page.locator("main form button").first.click()
    await window.page.goto(f"{small_site.url}/desk/sms")
    await expect(window.page.locator("tr.kept")).to_have_count(3)
    assert await window.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    await window.screenshot(f"sms-{size}")
    assert window.faults == []
