"""Tencent Cloud's short messages: SendSms of 2021-01-11, signed with TC3-HMAC-SHA256.

It answers for each number on its own, in ``SendStatusSet``, with HTTP 200. It sends approved templates only.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from yarl import URL

from bot.sms import Call, Taken
from bot.sms_calls import SHOWN, Caller, Codes
from bot.sms_templates import Approved
from cases.errors import DeliveryError
from cases.messages import Wording
from cases.short_messages import Report, Said, SmsState

NAME = "tencent"
OFFICIAL = "https://sms.tencentcloudapi.com"
ALGORITHM = "TC3-HMAC-SHA256"
VERSION = "2021-01-11"
SERVICE = "sms"
JSON = "application/json"
CODES = Codes(
    later=(
        "LimitExceeded",
        "RequestLimitExceeded",
        "InternalError",
        "ResourceUnavailable",
        "ResourceInsufficient",
        "AuthFailure",
        "UnauthorizedOperation",
        "FailedOperation.InsufficientBalanceInSmsPackage",
        "FailedOperation.FailResolvePacket",
        "FailedOperation.OtherError",
    ),
    gone=(
        "FailedOperation.PhoneNumberInBlacklist",
        "FailedOperation.PhoneNumberParseFail",
        "InvalidParameterValue.IncorrectPhoneNumber",
        "UnsupportedOperation",
    ),
)


def authorization(*, key_id: str, secret: str, host: str, body: bytes, at: datetime) -> str:
    """The value of ``Authorization`` for a POST of JSON at an instant; the host and the media type are signed."""
    day = at.astimezone(UTC).strftime("%Y-%m-%d")
    lines = f"content-type:{JSON}\nhost:{host}\n"
    request = "\n".join(("POST", "/", "", lines, "content-type;host", hashlib.sha256(body).hexdigest()))
    scope = f"{day}/{SERVICE}/tc3_request"
    told = "\n".join((ALGORITHM, str(int(at.timestamp())), scope, hashlib.sha256(request.encode()).hexdigest()))
    key = f"TC3{secret}".encode()
    for part in (day, SERVICE, "tc3_request"):
        key = hmac.new(key, part.encode(), hashlib.sha256).digest()
    signature = hmac.new(key, told.encode(), hashlib.sha256).hexdigest()
    return f"{ALGORITHM} Credential={key_id}/{scope}, SignedHeaders=content-type;host, Signature={signature}"


class Tencent:
    """An account at Tencent Cloud; ``app_id`` is the SmsSdkAppId."""

    name = NAME
    state = SmsState.SENT

    def __init__(
        self,
        *,
        key_id: str,
        secret: str,
        app_id: str,
        region: str,
        approved: Approved,
        now: Callable[[], datetime],
        url: str | None = None,
        caller: Caller | None = None,
    ) -> None:
        self._key_id, self._secret, self._app_id, self._region = key_id, secret, app_id, region
        self._approved, self._now = approved, now
        self._url = URL(url or OFFICIAL)
        self._caller = caller or Caller()

    async def send(self, number: str, text: str, *, wording: Wording | None) -> Taken:
        """See ``Gateway``. DeliveryError also for a text without an approved template."""
        template, values = self._approved.filled(wording)
        asked = {
            "PhoneNumberSet": [f"+86{number}"],
            "SmsSdkAppId": self._app_id,
            "SignName": self._approved.signature,
            "TemplateId": template.code,
            "TemplateParamSet": values,
        }
        body = json.dumps(asked).encode()
        answer = (await self._caller.call("POST", self._url.origin(), headers=self._signed(body), body=body)).json()
        return Taken(reference=_reference(answer), words=self._approved.words(template, values))

    def _signed(self, body: bytes) -> dict[str, str]:
        at, host = self._now(), self._url.authority
        return {
            "Host": host,
            "Content-Type": JSON,
            "X-TC-Action": "SendSms",
            "X-TC-Version": VERSION,
            "X-TC-Timestamp": str(int(at.timestamp())),
            "X-TC-Region": self._region,
            "Authorization": authorization(key_id=self._key_id, secret=self._secret, host=host, body=body, at=at),
        }

    async def close(self) -> None:
        await self._caller.close()


def _reference(answer: Mapping[str, Any]) -> str:
    """Under what the one number's message was taken."""
    response = answer.get("Response")
    if not isinstance(response, dict):
        raise DeliveryError("a strange answer", retryable=True)
    if isinstance(error := response.get("Error"), dict):
        raise CODES.error(str(error.get("Code", "")))
    statuses = response.get("SendStatusSet")
    if not isinstance(statuses, list) or not statuses or not isinstance(statuses[0], dict):
        raise DeliveryError("a strange answer", retryable=True)
    if statuses[0].get("Code") != "Ok":
        raise CODES.error(str(statuses[0].get("Code", "")))
    return str(statuses[0].get("SerialNo") or "")


class TencentCallbacks:
    """Reports come as a list of objects in JSON, a person's message as one object."""

    def reports(self, call: Call) -> Sequence[Report]:
        return [_report(row) for row in _rows(call)]

    def said(self, call: Call) -> Sequence[Said]:
        return [_said(row) for row in _rows(call)]

    def answer(self, *, taken: bool) -> tuple[str, str]:
        return JSON, json.dumps({"result": 0, "errmsg": "OK"} if taken else {"result": 1, "errmsg": "refused"})


def _rows(call: Call) -> list[dict[str, Any]]:
    found = json.loads(call.body)
    rows = found if isinstance(found, list) else [found]
    if not all(isinstance(row, dict) for row in rows):
        raise ValueError("no objects")
    return rows


def _report(row: Mapping[str, Any]) -> Report:
    reference, status = row.get("sid"), row.get("report_status")
    if not isinstance(reference, str) or status not in ("SUCCESS", "FAIL"):
        raise ValueError("a report without sid or report_status")
    if status == "SUCCESS":
        return Report(reference=reference, state=SmsState.DELIVERED)
    return Report(reference=reference, state=SmsState.FAILED, reason=str(row.get("errmsg", ""))[:SHOWN])


def _said(row: Mapping[str, Any]) -> Said:
    number, text, at = row.get("mobile"), row.get("text"), row.get("time")
    if not isinstance(number, str) or not isinstance(text, str):
        raise ValueError("a message without mobile or text")
    known = isinstance(at, int) and not isinstance(at, bool) and 0 < at < 2**33
    sid = row.get("sid")
    return Said(
        number=number,
        text=text,
        key=sid if isinstance(sid, str) and sid else None,
        at=datetime.fromtimestamp(at, UTC) if known and isinstance(at, int) else None,
    )
