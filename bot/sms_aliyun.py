"""Aliyun's short messages: Dysmsapi 2017-05-25, signed with ACS3-HMAC-SHA256.

What it refuses it answers with HTTP 200 and a ``Code`` other than OK. It sends approved templates only.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

from yarl import URL

from bot.sms import Call, Taken
from bot.sms_calls import SHOWN, Caller, Codes
from bot.sms_templates import Approved
from cases.messages import Wording
from cases.short_messages import Report, Said, SmsState

NAME = "aliyun"
OFFICIAL = "https://dysmsapi.aliyuncs.com"
ALGORITHM = "ACS3-HMAC-SHA256"
VERSION = "2017-05-25"
CODES = Codes(
    later=(
        "isv.BUSINESS_LIMIT_CONTROL",
        "isv.DAY_LIMIT_CONTROL",
        "isv.MONTH_LIMIT_CONTROL",
        "isv.OUT_OF_SERVICE",
        "isv.AMOUNT_NOT_ENOUGH",
        "isv.ACCOUNT_ABNORMAL",
        "isp.",
        "Throttling",
        "ServiceUnavailable",
        "InternalError",
        "SignatureNonceUsed",
        "SignatureDoesNotMatch",
        "InvalidTimeStamp",
        "InvalidAccessKeyId",
        "Forbidden",
        "NoPermission",
    ),
    gone=("isv.MOBILE_NUMBER_ILLEGAL", "isv.INVALID_PHONE", "isv.PHONENUMBER_NOT", "isv.BLACK_LIST"),
)


def canonical_query(query: Mapping[str, str]) -> str:
    """Sorted, with each byte but letters, digits and ``-_.~`` in its percent form."""
    return "&".join(f"{quote(name, safe='~')}={quote(query[name], safe='~')}" for name in sorted(query))


def authorization(*, key_id: str, secret: str, query: Mapping[str, str], headers: Mapping[str, str]) -> str:
    """The value of ``Authorization`` for a POST without a body; every one of ``headers`` is signed.

    ``headers``: names in small letters, among them ``x-acs-content-sha256``.
    """
    names = sorted(headers)
    lines = "".join(f"{name}:{headers[name].strip()}\n" for name in names)
    signed, digest = ";".join(names), headers["x-acs-content-sha256"]
    request = "\n".join(("POST", "/", canonical_query(query), lines, signed, digest))
    told = f"{ALGORITHM}\n{hashlib.sha256(request.encode()).hexdigest()}"
    signature = hmac.new(secret.encode(), told.encode(), hashlib.sha256).hexdigest()
    return f"{ALGORITHM} Credential={key_id},SignedHeaders={signed},Signature={signature}"


class Aliyun:
    """An account at Aliyun; ``nonce`` gives a value never given before."""

    name = NAME
    state = SmsState.SENT

    def __init__(
        self,
        *,
        key_id: str,
        secret: str,
        approved: Approved,
        now: Callable[[], datetime],
        nonce: Callable[[], str],
        url: str | None = None,
        caller: Caller | None = None,
    ) -> None:
        self._key_id, self._secret, self._approved = key_id, secret, approved
        self._now, self._nonce = now, nonce
        self._url = URL(url or OFFICIAL)
        self._caller = caller or Caller()

    async def send(self, number: str, text: str, *, wording: Wording | None) -> Taken:
        """See ``Gateway``. DeliveryError also for a text without an approved template."""
        template, values = self._approved.filled(wording)
        facts = dict(zip(template.variables, values, strict=True))
        query = {
            "PhoneNumbers": number,
            "SignName": self._approved.signature,
            "TemplateCode": template.code,
            "TemplateParam": json.dumps(facts, ensure_ascii=False, separators=(",", ":")),
        }
        headers = self._signed(query)
        url = URL(f"{self._url.origin()}/?{canonical_query(query)}", encoded=True)
        answer = (await self._caller.call("POST", url, headers=headers)).json()
        code = answer.get("Code")
        if code != "OK":
            raise CODES.error(str(code or ""))
        return Taken(reference=str(answer.get("BizId") or ""), words=self._approved.words(template, values))

    def _signed(self, query: Mapping[str, str]) -> dict[str, str]:
        headers = {
            "host": self._url.authority,
            "accept": "application/json",
            "x-acs-action": "SendSms",
            "x-acs-version": VERSION,
            "x-acs-date": self._now().astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "x-acs-signature-nonce": self._nonce(),
            "x-acs-content-sha256": hashlib.sha256(b"").hexdigest(),
        }
        signature = authorization(key_id=self._key_id, secret=self._secret, query=query, headers=headers)
        return {**headers, "authorization": signature}

    async def close(self) -> None:
        await self._caller.close()


class AliyunCallbacks:
    """SmsReport and SmsUp as Aliyun posts them: a list of objects in JSON."""

    def reports(self, call: Call) -> Sequence[Report]:
        return [_report(row) for row in _rows(call)]

    def said(self, call: Call) -> Sequence[Said]:
        return [_said(row) for row in _rows(call)]

    def answer(self, *, taken: bool) -> tuple[str, str]:
        """Anything but a code of 0 is sent again, after one, five and ten minutes."""
        return "application/json", json.dumps({"code": 0, "msg": "OK"} if taken else {"code": 1, "msg": "refused"})


def _rows(call: Call) -> list[dict[str, Any]]:
    found = json.loads(call.body)
    if not isinstance(found, list) or not all(isinstance(row, dict) for row in found):
        raise ValueError("no list of objects")
    return found


def _report(row: Mapping[str, Any]) -> Report:
    reference, arrived = row.get("biz_id"), row.get("success")
    if not isinstance(reference, str) or not isinstance(arrived, bool):
        raise ValueError("a report without biz_id or success")
    state = SmsState.DELIVERED if arrived else SmsState.FAILED
    return Report(reference=reference, state=state, reason=None if arrived else str(row.get("err_code", ""))[:SHOWN])


def _said(row: Mapping[str, Any]) -> Said:
    number, text = row.get("phone_number"), row.get("content")
    if not isinstance(number, str) or not isinstance(text, str):
        raise ValueError("a message without phone_number or content")
    key = row.get("sequence_id")
    return Said(number=number, text=text, key=None if key is None else str(key))
