"""Short messages through an office's own port, called over HTTP as a file describes it."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, quote_plus, urlencode

from yarl import URL

from bot.sms import Call, Taken
from bot.sms_calls import Caller
from bot.sms_http_plan import PLACE, Plan
from cases.errors import DeliveryError
from cases.messages import Wording
from cases.short_messages import Report, Said, SmsState

NAME = "http"
FORM = "application/x-www-form-urlencoded"
REFUSED = frozenset({401, 403, 407})
"""Statuses that speak of the account: somebody can mend it."""


@dataclass(frozen=True, kw_only=True)
class Account:
    """What the places of a plan are filled with: ``callback`` is the address at which the port calls back, without
    what it calls for, and ``token`` what it must carry there."""

    key: str = ""
    secret: str = ""
    signature: str = ""
    callback: str = ""
    token: str = ""


class HttpPort:
    """One port; ``new_id`` gives each message a name that nobody can guess."""

    name = NAME
    state = SmsState.SENT

    def __init__(
        self, *, plan: Plan, account: Account, new_id: Callable[[], str], caller: Caller | None = None
    ) -> None:
        self._plan, self._account, self._new_id = plan, account, new_id
        self._caller = caller or Caller()

    async def send(self, number: str, text: str, *, wording: Wording | None) -> Taken:
        """See ``Gateway``. The answer's body decides, where its status does not."""
        plan, identity = self._plan, self._new_id()
        body = text if plan.signed else text.partition("\u3011")[2]
        places = {**vars(self._account), "number": number, "text": body, "id": identity}
        url, headers, content = self._request(places)
        answer = await self._caller.call(plan.method, url, headers=headers, body=content, charset=plan.charset)
        if not 200 <= answer.status < 300 or not plan.taken.search(answer.text):
            raise self._refused(answer.status, answer.text)
        found = plan.reference.search(answer.text) if plan.reference else None
        return Taken(reference=found.group(1) if found else identity)

    def _request(self, places: Mapping[str, str]) -> tuple[URL, dict[str, str], bytes]:
        plan = self._plan
        headers = {name: _filled(value, places) for name, value in plan.headers.items()}
        address = _filled(plan.url, {name: quote_plus(v, encoding=plan.charset) for name, v in places.items()})
        fields = _filled_all(plan.fields, places)
        if plan.format == "json":
            content = json.dumps(fields, ensure_ascii=plan.charset != "utf-8").encode(plan.charset)
            return URL(address, encoded=True), {"Content-Type": "application/json", **headers}, content
        told = urlencode(fields, encoding=plan.charset, errors="replace")
        if plan.format == "form":
            media_type = f"{FORM}; charset={plan.charset}"
            return URL(address, encoded=True), {"Content-Type": media_type, **headers}, told.encode()
        joint = "&" if "?" in address else "?"
        return URL(address + joint + told, encoded=True), headers, b""

    def _refused(self, status: int, text: str) -> DeliveryError:
        plan = self._plan
        gone = plan.gone is not None and plan.gone.search(text) is not None
        later = status in REFUSED or (plan.later is not None and plan.later.search(text) is not None)
        page = text.lstrip()[:1] == "<"
        return DeliveryError(
            f"refused, status {status}", unreachable=gone, retryable=not gone and (later or (page and status < 400))
        )

    async def close(self) -> None:
        await self._caller.close()


def _filled(text: str, places: Mapping[str, str]) -> str:
    """The text with each known place filled once: what stands in a value is no place."""
    return PLACE.sub(lambda found: places.get(found[1], found[0]), text)


def _filled_all(value: Any, places: Mapping[str, str]) -> Any:
    if isinstance(value, str):
        return _filled(value, places)
    if isinstance(value, Mapping):
        return {name: _filled_all(inner, places) for name, inner in value.items()}
    return [_filled_all(inner, places) for inner in value] if isinstance(value, list) else value


class HttpCallbacks:
    """Reads calls back with a query, a form or JSON, one message or a list of them."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan

    def reports(self, call: Call) -> Sequence[Report]:
        reported = self._plan.reported
        if reported is None:
            raise ValueError("the plan tells of no reports")
        found = []
        for row in self._rows(call):
            state = _needed(row, reported.state)
            gone = reported.gone is not None and reported.gone.search(state) is not None
            reference = _needed(row, reported.reference)
            if reported.delivered.search(state):
                found.append(Report(reference=reference, state=SmsState.DELIVERED))
            elif gone or reported.failed.search(state):
                lost = SmsState.UNREACHABLE if gone else SmsState.FAILED
                found.append(Report(reference=reference, state=lost, reason=state[:80]))
        return found  # what fits no pattern is a step on the way

    def said(self, call: Call) -> Sequence[Said]:
        names = self._plan.brought
        if names is None:
            raise ValueError("the plan tells of no messages")
        rows = self._rows(call)
        return [
            Said(
                number=_needed(row, names.number),
                text=str(row.get(names.text, "")),
                key=(str(row[names.key]) or None) if names.key and row.get(names.key) is not None else None,
            )
            for row in rows
        ]

    def answer(self, *, taken: bool) -> tuple[str, str]:
        return "text/plain", self._plan.answer if taken else "refused"

    def _rows(self, call: Call) -> list[Mapping[str, Any]]:
        if "json" in call.content_type:
            found = json.loads(call.body.decode(self._plan.charset))
            rows = found if isinstance(found, list) else [found]
            if not all(isinstance(row, dict) for row in rows):
                raise ValueError("no objects")
            return rows
        told = f"{call.query}&{call.body.decode('ascii')}"
        return [dict(parse_qsl(told, keep_blank_values=True, encoding=self._plan.charset))]


def _needed(row: Mapping[str, Any], name: str) -> str:
    value = row.get(name)
    if not isinstance(value, (str, int)) or isinstance(value, bool) or value == "":
        raise ValueError(f"no {name}")
    return str(value)
