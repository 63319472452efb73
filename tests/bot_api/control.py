"""The server's own little interface over HTTP, for tests that run it in another process.

=============================  ==================================================================================
``POST /control/person``       ``{"does": "says", "chat_id": 1, "text": "…"}`` → ``{"update_id": n}``; any verb of
                               People; bytes as base64 under ``data``
``POST /control/updates``      ``{"updates": [{"does": …}, …]}``: many of them → ``{"update_ids": [n, …]}``
``GET /control/sent?chat_id=`` what the bot sent to one chat (or, without chat_id, to all): a list of messages
``GET /control/counts``        ``{"calls": {method: n}, "sent": n, "pending": n, "answered": n, "faults": n,
                               "refusals": {status: n}}``
``GET /control/spans``         from when to when each sending call was with the server, in monotonic seconds
``GET /control/calls?method=`` accepted calls, oldest first
``POST /control/faults``       a Fault's fields, ``kind`` among them; ``{"storm": 0.2}``: a fifth of all sending fails,
                               in every way that leaves nothing done; an empty object clears the plan
=============================  ==================================================================================
"""

from __future__ import annotations

import base64
import inspect
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from aiohttp import web

from tests.bot_api.faults import FaultKind
from tests.bot_api.people import People
from tests.bot_api.records import Json, Sent

if TYPE_CHECKING:
    from tests.bot_api.server import BotApi

VERBS = {name for name, _ in inspect.getmembers(People, inspect.isfunction) if not name.startswith("_")}


class Control:
    """The handlers; they see the server only through what tests may use as well."""

    def __init__(self, server: BotApi) -> None:
        self._server = server

    async def person(self, request: web.Request) -> web.Response:
        """One person does one thing."""
        try:
            return web.json_response({"update_id": self._do(await request.json())})
        except (LookupError, TypeError, ValueError) as error:
            return web.json_response({"error": str(error)}, status=400)

    async def updates(self, request: web.Request) -> web.Response:
        """Many people do many things."""
        done = [self._do(deed) for deed in (await request.json())["updates"]]
        return web.json_response({"update_ids": done})

    def _do(self, deed: Json) -> Any:
        verb = deed.pop("does", "says")
        if verb not in VERBS:
            raise LookupError(f"nobody can {verb}; people can {sorted(VERBS)}")
        if "data" in deed:
            deed["data"] = base64.b64decode(deed["data"])
        return getattr(self._server, verb)(**deed)

    async def sent(self, request: web.Request) -> web.Response:
        """Messages of the bot."""
        if "chat_id" in request.query:
            messages = self._server.sent(int(request.query["chat_id"]))
        else:
            messages = [sent for chat_id in self._server.chat_ids for sent in self._server.sent(chat_id)]
        return web.json_response([_sent_json(sent) for sent in messages])

    async def counts(self, request: web.Request) -> web.Response:
        """Figures to wait for."""
        server = self._server
        return web.json_response(
            {
                "calls": server.counts,
                "sent": sum(len(server.sent(chat_id)) for chat_id in server.chat_ids),
                "pending": len(server.pending),
                "answered": sum(server.answered),
                "faults": len(server.faults.hits),
                "refusals": server.refusals,
            }
        )

    async def calls(self, request: web.Request) -> web.Response:
        """Accepted calls."""
        calls = self._server.calls(request.query.get("method"))
        return web.json_response([{"method": c.method, "at": c.at, "params": _plain(dict(c.params))} for c in calls])

    async def spans(self, request: web.Request) -> web.Response:
        """Times of sending calls."""
        return web.json_response(self._server.spans)

    async def faults(self, request: web.Request) -> web.Response:
        """Plans a misfortune."""
        plan = await request.json()
        if "storm" in plan:
            self._server.faults.storm(plan["storm"])
        elif plan:
            self._server.faults.add(FaultKind(plan.pop("kind")), **plan)
        else:
            self._server.faults.clear()
        return web.json_response({"ok": True})


def add_control(app: web.Application, server: BotApi) -> None:
    """Adds the routes under /control/."""
    control = Control(server)
    app.router.add_post("/control/person", control.person)
    app.router.add_post("/control/updates", control.updates)
    app.router.add_post("/control/faults", control.faults)
    app.router.add_get("/control/sent", control.sent)
    app.router.add_get("/control/counts", control.counts)
    app.router.add_get("/control/spans", control.spans)
    app.router.add_get("/control/calls", control.calls)


def _sent_json(sent: Sent) -> Json:
    fields = asdict(sent)
    del fields["params"]
    return fields


def _plain(params: Json) -> Json:
    return {name: value for name, value in params.items() if isinstance(value, str | int | float | dict | list)}
