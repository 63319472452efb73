"""A real gateway: Kannel takes our messages, cuts them, reports on them and brings what mobiles send."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import select

from bot.sms import CHANNEL
from bot.sms_calls import Caller
from bot.sms_http import Account, HttpPort
from bot.sms_http_plan import read_plan
from cases.errors import DeliveryError
from cases.messages import Outgoing
from cases.notices import Priority
from handlers.short_messages import sms_address
from storage.outbox_store import Promise
from tests.clock import Clock
from tests.kannel import PASSWORD, USER, Port, kannel
from tests.processes import free_port
from tests.web.site import Site, open_site

NUMBER, GONE = "13800000000", "13800000001"
SECRET = "sesame-1234"
PLAN = Path(__file__).parents[2] / "docs" / "examples" / "kannel.toml"
WORDS = (
    "您关于电动车质量的投诉(410900261122001)已受理,联系人:张某,电话0393-1234567。"
    "调解最迟到2027年1月22日,请保持电话畅通,并备好购买凭证与照片,以便核对。"
)


@dataclass(kw_only=True)
class Town:
    site: Site
    port: Port

    async def owes(self, text: str, *, number: str = NUMBER) -> None:
        house = self.site.house
        async with house.database.begin() as tx:
            address = await sms_address(tx, number, office=house.office)
            assert address
            outgoing = Outgoing(address=address, text=text)
            tx.outbox.promise(Promise(outgoing=outgoing, priority=Priority.NOTICE, at=house.office.now()))
        house.delivery.wake()

    async def until(self, table: str, column: str, *values: str, number: str = NUMBER) -> None:
        """Returns once the rows of the outbox or the inbox for this number hold these values among others."""
        rows = self.site.house.database.schema.metadata.tables[table]
        async with asyncio.timeout(20):
            while True:
                async with self.site.house.database.begin() as tx:
                    person = str(await sms_address(tx, number, office=self.site.house.office))
                    found = (await tx.execute(select(rows.c[column]).where(rows.c.person == person))).scalars()
                    if set(values) <= set(found):
                        return
                await self.site.house.short_messages.settle_reports()
                await asyncio.sleep(0.02)


@asynccontextmanager
async def gateway(url: str, clock: Clock, folder: Path) -> AsyncIterator[Town]:
    here = free_port()
    async with AsyncExitStack() as stack:
        address = f"http://127.0.0.1:{here}"
        port = await stack.enter_async_context(kannel(folder, back=f"{address}/sms/http", token=SECRET))
        plan = folder / "port.toml"
        plan.write_text(PLAN.read_text("utf-8").replace("http://127.0.0.1:13013", port.url), "utf-8")
        settings = {
            "sms_provider": "http",
            "sms_file": plan,
            "sms_key_id": USER,
            "sms_key_secret": PASSWORD,
            "sms_callback_secret": SECRET,
            "public_url": address,
        }
        yield Town(
            site=await stack.enter_async_context(open_site(url, clock, folder, settings=settings, port=here)), port=port
        )


async def test_a_long_notice_arrives_in_two_parts_its_receipt_comes_back_and_a_reply_is_kept(
    migrated_url: str, clock: Clock, tmp_path: Path
) -> None:
    async with gateway(migrated_url, clock, tmp_path) as town:
        await town.owes(WORDS)
        parts = await town.port.carrier.until(2)
        whole = f"【濮阳市场监管】{WORDS}"
        assert len(whole) == 102
        assert [(part["to"], part["coding"]) for part in parts] == [(NUMBER, 8)] * 2
        assert [part["udh"][0][-4:] for part in parts] == ["0201", "0202"], "two parts, numbered"
        assert "".join(part["text"] for part in parts) == whole
        await town.until("outbox", "state", "delivered")
        await town.port.carrier.says(f"+86{NUMBER}", "退订")
        await town.until("inbox", "channel", CHANNEL)
        async with town.site.house.database.read() as tx:
            rows = await tx.sms.page(before=None, limit=9, bureaus=None)
        assert [(row.incoming, row.text) for row in rows if row.incoming] == [(True, "退订")]
        await town.owes("您好。", number=GONE)
        await town.until("outbox", "state", "failed", number=GONE)


async def test_a_wrong_password_is_refused_and_tried_again_and_a_port_that_is_down_too(tmp_path: Path) -> None:
    async with kannel(tmp_path, back="http://127.0.0.1:9/sms/http", token=SECRET) as port:
        plan = tmp_path / "port.toml"
        plan.write_text(PLAN.read_text("utf-8").replace("http://127.0.0.1:13013", port.url), "utf-8")
        account = Account(key=USER, secret="wrong", callback="http://127.0.0.1:9/sms/http", token=SECRET)
        gateway = HttpPort(plan=read_plan(plan), account=account, new_id=lambda: "x", caller=Caller(limit=5))
        with pytest.raises(DeliveryError, match="status 403") as refused:
            await gateway.send(NUMBER, "【濮阳市场监管】您好", wording=None)
        assert refused.value.retryable
    with pytest.raises(DeliveryError, match="no answer") as away:
        await gateway.send(NUMBER, "【濮阳市场监管】您好", wording=None)
    assert away.value.retryable
    await gateway.close()
