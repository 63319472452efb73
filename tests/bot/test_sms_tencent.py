"""Tencent Cloud: requests as its official kit makes them, signatures that the kit computed, and each refusal."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from bot.sms import Call
from bot.sms_calls import Caller
from bot.sms_tencent import Tencent, TencentCallbacks, authorization
from cases.errors import DeliveryError
from cases.messages import Wording
from cases.short_messages import Report, SmsState
from tests.bot.sms_operator import NOW, NUMBER, Operator, approved, operator

TRUTH = Path(__file__).parent / "sms_truth"
GIVEN: dict[str, Any] = json.loads((TRUTH / "given.json").read_text("utf-8"))
SENT: dict[str, Any] = json.loads((TRUTH / "sent.json").read_text("utf-8"))["tencent"]
NO, DUE = GIVEN["tencent"]["TemplateParamSet"]
WORDING = Wording(key="notice.accepted", facts={"no": NO, "due": DUE})
OK = {"Response": {"SendStatusSet": [{"SerialNo": "5000:1045710669157053657", "Code": "Ok"}], "RequestId": "r"}}


@asynccontextmanager
async def account(server: Operator, *, limit: float = 2.0) -> AsyncIterator[Tencent]:
    made = Tencent(
        key_id=GIVEN["key_id"],
        secret=GIVEN["key_secret"],
        app_id=GIVEN["tencent"]["SmsSdkAppId"],
        region=GIVEN["region"],
        approved=approved("tencent"),
        now=lambda: NOW,
        url=server.url,
        caller=Caller(limit=limit),
    )
    try:
        yield made
    finally:
        await made.close()


@pytest.mark.parametrize("how", ["signed", "loopback"])
def test_the_signature_is_the_one_that_the_official_kit_computed(how: str) -> None:
    kit = SENT[how]
    computed = authorization(
        key_id=GIVEN["key_id"],
        secret=GIVEN["key_secret"],
        host=kit["headers"]["host"],
        body=kit["body"].encode(),
        at=NOW,
    )
    assert computed == kit["headers"]["authorization"]


async def test_our_request_is_that_of_the_official_kit() -> None:
    async with operator() as server, account(server) as tencent:
        server.says(OK)
        taken = await tencent.send(NUMBER, "x", wording=WORDING)
    ours, kit = server.asked[0], SENT["loopback"]
    assert taken.reference == "5000:1045710669157053657"
    assert (ours.method, ours.target) == (kit["method"], kit["target"])
    assert ours.json() == json.loads(kit["body"]) == GIVEN["tencent"]
    for name in ("content-type", "x-tc-action", "x-tc-version", "x-tc-timestamp", "x-tc-region"):
        assert ours.headers[name] == kit["headers"][name], name
    assert ours.headers["authorization"] == authorization(
        key_id=GIVEN["key_id"], secret=GIVEN["key_secret"], host=ours.headers["host"], body=ours.body, at=NOW
    )


def status(code: str) -> dict[str, Any]:
    return {"Response": {"SendStatusSet": [{"Code": code, "SerialNo": "", "Message": f"{NUMBER}"}], "RequestId": "r"}}


@pytest.mark.parametrize(
    ("answer", "retryable", "unreachable"),
    [
        (status("LimitExceeded.PhoneNumberThirtySecondLimit"), True, False),
        (status("FailedOperation.InsufficientBalanceInSmsPackage"), True, False),
        (status("InternalError.Timeout"), True, False),
        (status("InvalidParameterValue.IncorrectPhoneNumber"), False, True),
        (status("FailedOperation.PhoneNumberInBlacklist"), False, True),
        (status("FailedOperation.TemplateIncorrectOrUnapproved"), False, False),
        (status("FailedOperation.ContainSensitiveWord"), False, False),
        ({"Response": {"Error": {"Code": "RequestLimitExceeded", "Message": "m"}}}, True, False),
        ({"Response": {"Error": {"Code": "AuthFailure.SignatureFailure", "Message": "m"}}}, True, False),
        ({"Response": {"Error": {"Code": "InvalidParameter", "Message": "m"}}}, False, False),
        ({"Response": {"SendStatusSet": []}}, True, False),
        ({"Response": None}, True, False),
        ("<html>nginx</html>", True, False),
    ],
)
async def test_a_refusal_is_read_for_the_number_itself(answer: object, retryable: bool, unreachable: bool) -> None:
    async with operator() as server, account(server) as tencent:
        server.says(answer)
        with pytest.raises(DeliveryError) as error:
            await tencent.send(NUMBER, "x", wording=WORDING)
    assert (error.value.retryable, error.value.unreachable) == (retryable, unreachable)
    assert NUMBER not in error.value.reason


async def test_hanging_resets_and_server_errors_are_tried_again() -> None:
    for misbehave in (Operator.hangs, Operator.breaks_off, lambda server: server.says("x", status=500)):
        async with operator() as server, account(server, limit=0.3) as tencent:
            misbehave(server)
            with pytest.raises(DeliveryError) as error:
                await tencent.send(NUMBER, "x", wording=WORDING)
        assert error.value.retryable


def test_reports_and_replies_are_read_as_they_are_posted() -> None:
    row = {"mobile": NUMBER, "nationcode": "86", "report_status": "SUCCESS", "errmsg": "DELIVRD", "sid": "1"}
    lost = {**row, "report_status": "FAIL", "errmsg": "MK:0001", "sid": "2"}
    assert TencentCallbacks().reports(Call(query="", body=json.dumps([row, lost]).encode())) == [
        Report(reference="1", state=SmsState.DELIVERED),
        Report(reference="2", state=SmsState.FAILED, reason="MK:0001"),
    ]
    up = {"mobile": NUMBER, "nationcode": "86", "sign": "濮阳市场监管", "text": "1", "time": 1457336869}
    said = TencentCallbacks().said(Call(query="", body=json.dumps(up).encode()))
    assert [(one.number, one.text, one.key) for one in said] == [(NUMBER, "1", None)]
    assert said[0].at is not None


@pytest.mark.parametrize("body", [b"", b"[1]", b"[{}]", b'[{"sid": "1", "report_status": "MAYBE"}]', b"\xff"])
def test_what_is_no_report_is_a_value_error(body: bytes) -> None:
    with pytest.raises(ValueError, match=r".*"):
        TencentCallbacks().reports(Call(query="", body=body))
