"""Has both official kits send the same message to a server on this machine, and writes down what they sent.

Not run by the tests. The values beside it were made with, in a throw-away environment::

    pip install alibabacloud_dysmsapi20170525==4.6.0 tencentcloud-sdk-python-sms==3.1.153
    python tests/bot/sms_truth/make.py > tests/bot/sms_truth/sent.json

The clock and the nonce stand still. The kits believe that they speak to the provider's own host, whose name is signed.
"""

from __future__ import annotations

import json
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, HTTPServer
from importlib import import_module
from pathlib import Path
from typing import Any
from unittest.mock import patch

GIVEN = json.loads(Path(__file__).with_name("given.json").read_text("utf-8"))
ALIYUN, TENCENT = "dysmsapi.aliyuncs.com", "sms.tencentcloudapi.com"
ALIYUN_OK = {"Code": "OK", "Message": "OK", "BizId": "1", "RequestId": "r"}
TENCENT_OK = {"Response": {"SendStatusSet": [{"Code": "Ok", "SerialNo": "1"}], "RequestId": "r"}}


class Recorder(BaseHTTPRequestHandler):
    """Answers every call, and keeps it."""

    answer: dict[str, Any]
    kept: list[dict[str, Any]]

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", "0"))).decode()
        headers = {name.lower(): value for name, value in self.headers.items()}
        self.kept.append({"method": "POST", "target": self.path, "headers": headers, "body": body})
        content = json.dumps(self.answer).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: Any) -> None:
        """Keep quiet."""


def server(answer: dict[str, Any]) -> tuple[HTTPServer, list[dict[str, Any]]]:
    kept: list[dict[str, Any]] = []
    handler = type("Handler", (Recorder,), {"answer": answer, "kept": kept})
    made = HTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=made.serve_forever, daemon=True).start()
    return made, kept


def stamped(instant: float) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(instant))


def aliyun(*, host: str | None) -> dict[str, Any]:
    """One call of the kit; with ``host`` it signs that name, else the loopback address that it really calls."""
    models: Any = import_module("alibabacloud_dysmsapi20170525.models")
    kit: Any = import_module("alibabacloud_dysmsapi20170525.client")
    config: Any = import_module("alibabacloud_tea_openapi.models")
    utils: Any = import_module("alibabacloud_tea_openapi.utils").Utils
    core: Any = import_module("darabonba.core").DaraCore
    made, kept = server(ALIYUN_OK)
    address = f"127.0.0.1:{made.server_port}"
    client = kit.Client(
        config.Config(
            access_key_id=GIVEN["key_id"],
            access_key_secret=GIVEN["key_secret"],
            endpoint=host or address,
            protocol="http",
        )
    )
    asked = GIVEN["aliyun"]
    message = models.SendSmsRequest(
        phone_numbers=asked["number"],
        sign_name=asked["signature"],
        template_code=asked["template"],
        template_param=asked["facts"],
    )
    compose = core.compose_url
    with (
        patch.object(utils, "get_timestamp", lambda: stamped(GIVEN["instant"])),
        patch.object(utils, "get_nonce", lambda: GIVEN["nonce"]),
        patch.object(core, "compose_url", lambda request: compose(request).replace(str(host), address)),
    ):
        client.send_sms(message)
    made.shutdown()
    return kept[0]


def tencent(*, host: str | None) -> dict[str, Any]:
    credential: Any = import_module("tencentcloud.common.credential")
    profile: Any = import_module("tencentcloud.common.profile.client_profile")
    transport: Any = import_module("tencentcloud.common.profile.http_profile")
    kit: Any = import_module("tencentcloud.sms.v20210111.sms_client")
    models: Any = import_module("tencentcloud.sms.v20210111.models")
    http: Any = import_module("tencentcloud.common.http.request")
    made, kept = server(TENCENT_OK)
    address = f"127.0.0.1:{made.server_port}"
    how = profile.ClientProfile(httpProfile=transport.HttpProfile(protocol="http", endpoint=host or address))
    client = kit.SmsClient(credential.Credential(GIVEN["key_id"], GIVEN["key_secret"]), GIVEN["region"], how)
    asked = GIVEN["tencent"]
    message = models.SendSmsRequest()
    message.from_json_string(json.dumps(asked))
    send = http.ApiRequest.send_request

    def redirected(self: Any, request: Any) -> Any:
        request.host = address
        return send(self, request)

    with patch("time.time", lambda: float(GIVEN["instant"])), patch.object(http.ApiRequest, "send_request", redirected):
        client.SendSms(message)
    made.shutdown()
    return kept[0]


if __name__ == "__main__":
    found = {
        "aliyun": {"signed": aliyun(host=ALIYUN), "loopback": aliyun(host=None)},
        "tencent": {"signed": tencent(host=TENCENT), "loopback": tencent(host=None)},
    }
    json.dump(found, sys.stdout, ensure_ascii=False, indent=2)
