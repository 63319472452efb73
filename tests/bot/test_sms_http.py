"""An office's own port: called as its file says, in its character set, its answers and calls back read by patterns."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import parse_qs, quote, unquote_to_bytes

import pytest

from bot.sms import Call
from bot.sms_calls import Caller
from bot.sms_http import Account, HttpCallbacks, HttpPort
from bot.sms_http_plan import read_plan
from cases.errors import DeliveryError, RulebookFault
from cases.short_messages import Report, SmsState
from tests.bot.sms_operator import NUMBER, operator

TEXT = "【濮阳市场监管】您的投诉({no})已受理&请保持电话畅通。"
ACCOUNT = Account(
    key="user", secret="p&ss", signature="濮阳市场监管", callback="http://127.0.0.1:1/sms/http", token="t"
)
QUERY = """
url = "{url}/send?{at}"
taken = "^0:"
later = "^3:"
gone = "^7:"
reference = "id=(\\\\w+)"
answer = "OK"
[fields]
user = "{{key}}"
pass = "{{secret}}"
to = "{{number}}"
text = "{{text}}"
back = "{{callback}}/report?token={{token}}&id={{id}}&status=%d"
[report]
reference = "id"
state = "status"
delivered = "^1$"
failed = "^(2|16)$"
gone = "^4$"
[inbound]
number = "from"
text = "text"
key = "id"
"""


@asynccontextmanager
async def port(plan: str, folder: Path) -> AsyncIterator[HttpPort]:
    path = folder / "port.toml"
    path.write_text(plan, "utf-8")
    made = HttpPort(plan=read_plan(path), account=ACCOUNT, new_id=lambda: "ours", caller=Caller(limit=0.5))
    try:
        yield made
    finally:
        await made.close()


async def test_a_query_carries_every_field_as_it_is_meant(tmp_path: Path) -> None:
    async with operator() as server, port(QUERY.format(url=server.url, at="v=2"), tmp_path) as gateway:
        server.says("0: id=abc1")
        taken = await gateway.send(NUMBER, TEXT, wording=None)
    asked = server.asked[0]
    assert (asked.method, taken.reference) == ("GET", "abc1")
    back = "http://127.0.0.1:1/sms/http/report?token=t&id=ours&status=%d"
    assert asked.query == {"v": "2", "user": "user", "pass": "p&ss", "to": NUMBER, "text": TEXT, "back": back}


async def test_a_form_is_sent_in_the_character_set_of_the_port_and_without_the_signature_where_it_adds_its_own(
    tmp_path: Path,
) -> None:
    plan = 'url = "{}/s"\nformat = "form"\ncharset = "gb18030"\nsignature = false\ntaken = "成功"\n'
    plan += '[fields]\nmobile = "{{number}}"\ncontent = "{{text}}"\n'
    async with operator() as server, port(plan.format(server.url).replace("{{", "{").replace("}}", "}"), tmp_path) as p:
        server.says("提交成功", charset="gb18030")
        taken = await p.send(NUMBER, "【濮阳市场监管】已受理", wording=None)
    fields = parse_qs(server.asked[0].body.decode(), encoding="gb18030")
    assert fields == {"mobile": [NUMBER], "content": ["已受理"]}
    assert quote("已受理", encoding="gb18030") in server.asked[0].body.decode()
    assert unquote_to_bytes(server.asked[0].body.split(b"content=")[1]).decode("gb18030") == "已受理"
    assert (server.asked[0].method, taken.reference) == ("POST", "ours"), "the port gives none of its own"


async def test_json_may_be_nested_and_headers_carry_the_key(tmp_path: Path) -> None:
    plan = 'url = "http://x"\nformat = "json"\ntaken = "\\"code\\": ?0"\n'
    plan += '[headers]\nAuthorization = "Bearer {secret}"\n'
    plan += '[fields]\nphones = ["{number}"]\n[fields.message]\ncontent = "{text}"\n'
    async with operator() as server, port(plan.replace("http://x", f"{server.url}/v1"), tmp_path) as gateway:
        server.says({"code": 0})
        await gateway.send(NUMBER, TEXT, wording=None)
    asked = server.asked[0]
    assert asked.json() == {"phones": [NUMBER], "message": {"content": TEXT}}
    assert asked.headers["authorization"] == "Bearer p&ss"
    assert "{no}" in asked.json()["message"]["content"], "what stands in a text is no place to be filled"


@pytest.mark.parametrize(
    ("answer", "status", "retryable", "unreachable"),
    [
        ("3: busy", 200, True, False),
        ("7: no such number", 200, False, True),
        ("9: forbidden words", 200, False, False),
        ("Authorization failed", 403, True, False),
        ("<html>portal</html>", 200, True, False),
        ("<html>bad gateway</html>", 502, True, False),
        ("0: id=abc1", 404, False, False),
    ],
)
async def test_what_the_port_refuses_is_read_by_its_patterns(
    answer: str, status: int, retryable: bool, unreachable: bool, tmp_path: Path
) -> None:
    async with operator() as server, port(QUERY.format(url=server.url, at=""), tmp_path) as gateway:
        server.says(answer, status=status)
        with pytest.raises(DeliveryError) as error:
            await gateway.send(NUMBER, TEXT, wording=None)
    assert (error.value.retryable, error.value.unreachable) == (retryable, unreachable)


def test_calls_back_are_read_by_their_names_and_steps_on_the_way_are_left_out(tmp_path: Path) -> None:
    path = tmp_path / "port.toml"
    path.write_text(QUERY.format(url="http://x", at=""), "utf-8")
    read = HttpCallbacks(read_plan(path))
    told = [read.reports(Call(query=f"token=t&id=a&status={state}", body=b"")) for state in (1, 2, 4, 8)]
    assert told == [
        [Report(reference="a", state=SmsState.DELIVERED)],
        [Report(reference="a", state=SmsState.FAILED, reason="2")],
        [Report(reference="a", state=SmsState.UNREACHABLE, reason="4")],
        [],
    ]
    query = f"from={NUMBER}&text={quote('退订')}&id=9"
    body = json.dumps([{"from": NUMBER, "text": "1", "id": 10}]).encode()
    calls = (
        Call(query=query, body=b""),
        Call(query="", body=query.encode()),
        Call(query="", body=body, content_type="application/json"),
    )
    assert [(one.text, one.key) for call in calls for one in read.said(call)] == [
        ("退订", "9"),
        ("退订", "9"),
        ("1", "10"),
    ]
    for bad in ("", "id=a", "status=1"):
        with pytest.raises(ValueError, match="no "):
            read.reports(Call(query=bad, body=b""))
    assert read.answer(taken=True) == ("text/plain", "OK")


@pytest.mark.parametrize(
    ("was", "becomes", "path"),
    [
        ('url = "http', 'url = "ftp', "url"),
        ('to = "{number}"', 'to = "{nummer}"', "fields.to"),
        ('text = "{text}"\nback', "back", "fields"),
        ('taken = "^0:"', 'taken = "("', "taken"),
        ("id=(\\\\w+)", "id=", "reference"),
        ('answer = "OK"', 'answer = "OK"\ncharset = "klingon"', "charset"),
        ('answer = "OK"', 'format = "xml"', "format"),
        ('answer = "OK"', 'colour = "red"', "colour"),
        ('state = "status"\n', "", "report.state"),
    ],
)
def test_a_plan_that_cannot_be_followed_is_named_with_file_and_path(
    was: str, becomes: str, path: str, tmp_path: Path
) -> None:
    plan = QUERY.format(url="http://x", at="")
    assert was in plan
    file = tmp_path / "port.toml"
    file.write_text(plan.replace(was, becomes), "utf-8")
    with pytest.raises(RulebookFault) as refused:
        read_plan(file)
    assert ("port.toml", path) in [(fault.file, fault.path) for fault in refused.value.faults]


def test_a_missing_plan_is_one_fault(tmp_path: Path) -> None:
    with pytest.raises(RulebookFault, match=r"nowhere\.toml"):
        read_plan(tmp_path / "nowhere.toml")
