"""Aliyun: requests as its official kit makes them, signatures that the kit computed, and what each refusal means."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from bot.sms import Call
from bot.sms_aliyun import Aliyun, AliyunCallbacks, authorization
from bot.sms_calls import Caller
from cases.errors import DeliveryError
from cases.messages import Wording
from cases.short_messages import Report, SmsState
from tests.bot.sms_operator import NOW, NUMBER, Operator, approved, operator

TRUTH = Path(__file__).parent / "sms_truth"
GIVEN: dict[str, Any] = json.loads((TRUTH / "given.json").read_text("utf-8"))
SENT: dict[str, Any] = json.loads((TRUTH / "sent.json").read_text("utf-8"))["aliyun"]
FACTS = json.loads(GIVEN["aliyun"]["facts"])
WORDING = Wording(key="notice.accepted", facts=FACTS)
OK = {"Code": "OK", "Message": "OK", "BizId": "900619746936498440^0", "RequestId": "r"}


@asynccontextmanager
async def account(server: Operator, *, limit: float = 2.0, content: str = "") -> AsyncIterator[Aliyun]:
    made = Aliyun(
        key_id=GIVEN["key_id"],
        secret=GIVEN["key_secret"],
        approved=approved("aliyun", content=content),
        now=lambda: NOW,
        nonce=lambda: GIVEN["nonce"],
        url=server.url,
        caller=Caller(limit=limit),
    )
    try:
        yield made
    finally:
        await made.close()


def query_of(target: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(target).query, strict_parsing=True).items()}


@pytest.mark.parametrize("how", ["signed", "loopback"])
def test_the_signature_is_the_one_that_the_official_kit_computed(how: str) -> None:
    """Of a text with Chinese, quotation marks, a space and the marks that encoders differ about."""
    kit = SENT[how]
    names = kit["headers"]["authorization"].partition("SignedHeaders=")[2].partition(",")[0].split(";")
    computed = authorization(
        key_id=GIVEN["key_id"],
        secret=GIVEN["key_secret"],
        query=query_of(kit["target"]),
        headers={name: kit["headers"][name] for name in names},
    )
    assert computed == kit["headers"]["authorization"]


async def test_our_request_is_that_of_the_official_kit() -> None:
    async with operator() as server, account(server) as aliyun:
        server.says(OK)
        taken = await aliyun.send(NUMBER, "x", wording=WORDING)
    ours, kit = server.asked[0], SENT["loopback"]
    assert taken.reference == "900619746936498440^0"
    assert (ours.method, ours.body.decode()) == (kit["method"], kit["body"])
    assert query_of(ours.target) == query_of(kit["target"])
    for name in ("accept", "x-acs-action", "x-acs-version", "x-acs-date", "x-acs-signature-nonce"):
        assert ours.headers[name] == kit["headers"][name], name
    assert ours.headers["x-acs-content-sha256"] == kit["headers"]["x-acs-content-sha256"]


async def test_an_answer_that_comes_in_pieces_is_read_to_its_end() -> None:
    async with operator() as server, account(server) as aliyun:
        server.drips(OK)
        taken = await aliyun.send(NUMBER, "x", wording=WORDING)
    assert taken.reference == OK["BizId"]


async def test_the_signature_covers_the_request_as_it_goes_over_the_wire() -> None:
    async with operator() as server, account(server) as aliyun:
        server.says(OK)
        await aliyun.send(NUMBER, "x", wording=WORDING)
    asked = server.asked[0]
    names = asked.headers["authorization"].partition("SignedHeaders=")[2].partition(",")[0].split(";")
    assert {"host", "x-acs-action", "x-acs-content-sha256", "x-acs-date", "x-acs-version"} <= set(names)
    assert asked.headers["authorization"] == authorization(
        key_id=GIVEN["key_id"],
        secret=GIVEN["key_secret"],
        query=query_of(asked.target),
        headers={name: asked.headers[name] for name in names},
    )


async def refused(server: Operator, *, limit: float = 2.0) -> DeliveryError:
    async with account(server, limit=limit) as aliyun:
        with pytest.raises(DeliveryError) as error:
            await aliyun.send(NUMBER, "x", wording=WORDING)
    assert NUMBER not in error.value.reason
    return error.value


@pytest.mark.parametrize(
    ("code", "retryable", "unreachable"),
    [
        ("isv.BUSINESS_LIMIT_CONTROL", True, False),
        ("Throttling.User", True, False),
        ("isp.SYSTEM_ERROR", True, False),
        ("isv.AMOUNT_NOT_ENOUGH", True, False),
        ("InvalidAccessKeyId.NotFound", True, False),
        ("isv.MOBILE_NUMBER_ILLEGAL", False, True),
        ("isv.SMS_TEMPLATE_ILLEGAL", False, False),
        ("isv.BLACK_KEY_CONTROL_LIMIT", False, False),
        ("", False, False),
    ],
)
async def test_a_refusal_with_status_200_is_read_by_its_code(code: str, retryable: bool, unreachable: bool) -> None:
    async with operator() as server:
        server.says({"Code": code, "Message": f"触发分钟级流控 {NUMBER}"})
        error = await refused(server)
    assert (error.retryable, error.unreachable) == (retryable, unreachable)
    assert code in error.reason


@pytest.mark.parametrize(
    ("content", "status"),
    [("<html><h1>502 Bad Gateway</h1></html>", 502), ("<html>请登录</html>", 200), ("[]", 200), ({"Code": "OK"}, 503)],
)
async def test_a_page_or_a_failing_server_is_tried_again(content: object, status: int) -> None:
    async with operator() as server:
        server.says(content, status=status, content_type="text/html")
        assert (await refused(server)).retryable


async def test_a_server_that_hangs_or_breaks_off_is_tried_again() -> None:
    async with operator() as server:
        server.hangs()
        assert (await refused(server, limit=0.2)).retryable
    async with operator() as server:
        server.breaks_off()
        assert (await refused(server)).retryable


async def test_how_long_to_wait_is_taken_from_the_answer() -> None:
    async with operator() as server:
        server.says("slow down", status=429, headers={"Retry-After": "7"})
        error = await refused(server)
    assert (error.retryable, error.retry_after) == (True, 7.0)


async def test_a_text_without_a_template_or_a_fact_is_refused_for_good_before_any_call() -> None:
    async with operator() as server, account(server) as aliyun:
        for wording, reason in (
            (None, "no template for a free text"),
            (Wording(key="notice.other", facts={}), "no template for notice.other"),
            (Wording(key="notice.accepted", facts={"no": "1"}), "no fact due for notice.accepted"),
        ):
            with pytest.raises(DeliveryError, match=reason) as error:
                await aliyun.send(NUMBER, "x", wording=wording)
            assert (error.value.retryable, error.value.unreachable) == (False, False)
    assert server.asked == []


async def test_values_have_one_to_35_characters_and_no_signature_in_them() -> None:
    async with operator() as server, account(server, content="编号${no},{${due}}前。") as aliyun:
        server.says(OK)
        facts = {"no": "【甲】" + "长" * 40, "due": " "}
        taken = await aliyun.send(NUMBER, "x", wording=Wording(key="notice.accepted", facts=facts))
    sent = json.loads(server.asked[0].query["TemplateParam"])
    assert sent == {"no": "[甲]" + "长" * 31 + "…", "due": "无"}
    assert taken.words == f"【濮阳市场监管】编号{sent['no']},{{无}}前。"


def test_reports_and_replies_are_read_as_they_are_posted() -> None:
    row = {"phone_number": "1381111****", "success": True, "err_code": "DELIVERED", "biz_id": "1", "out_id": "2"}
    lost = {**row, "success": False, "err_code": "MK:0001", "biz_id": "3"}
    body = json.dumps([row, lost]).encode()
    assert AliyunCallbacks().reports(Call(query="", body=body)) == [
        Report(reference="1", state=SmsState.DELIVERED),
        Report(reference="3", state=SmsState.FAILED, reason="MK:0001"),
    ]
    up = [{"phone_number": NUMBER, "content": "退订", "sequence_id": 9, "send_time": "2026-11-23 10:00:00"}]
    said = AliyunCallbacks().said(Call(query="", body=json.dumps(up).encode()))
    assert [(one.number, one.text, one.key) for one in said] == [(NUMBER, "退订", "9")]


@pytest.mark.parametrize("body", [b"", b"{}", b"[1]", b"[{}]", b'[{"biz_id": 1, "success": true}]', b"\xff"])
def test_what_is_no_report_is_a_value_error(body: bytes) -> None:
    with pytest.raises(ValueError, match=r".*"):
        AliyunCallbacks().reports(Call(query="", body=body))
