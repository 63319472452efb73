"""Whatever is sent, the answer is a sentence and never a fault of ours."""

from __future__ import annotations

import asyncio
import json
import uuid

import pytest

from cases.model import Role
from tests.web.site import HUALONG, PNG, Site

ODD = ("\0", "a\0b", "\ud800", "'; DROP TABLE cases; --", "{no}", "[[x]]", "%s", "\u202e", "x" * 9000)


async def test_odd_addresses_are_not_found(site: Site) -> None:
    officer = await site.member("李明")
    for path in ("%00", "%ff", "..", "x" * 300, "'--", "{no}", "410900261123001%0d%0aX: y"):
        for address in (f"/desk/case/{path}", f"/desk/evidence/{path}/{path}", f"/{path}"):
            status, page = await officer.get(address)
            assert (status, "Traceback" in page) in ((404, False), (200, False)), address
        assert (await officer.submit(f"/desk/case/{path}/sign"))[0] in (404, 405)


async def test_odd_texts_are_taken_or_refused_and_nobody_else_is_troubled(site: Site) -> None:
    visitor = await site.visitor()
    await visitor.get("/")
    headers = {"Sec-Fetch-Site": "same-origin", "Content-Type": "application/json"}
    for odd in ODD:
        for fields in ({"text": odd}, {"text": "a", "pressed": odd}, {"key": odd, "text": "a"}):
            body = json.dumps({"key": str(uuid.uuid4()), **fields})
            async with visitor.session.post("/chat/messages", data=body, headers=headers) as response:
                assert response.status in (202, 400), fields
    other = await site.visitor()
    await other.get("/")
    await other.talks(("你好", "12315"))
    assert "没有处理好" not in str(await visitor.history())


async def test_odd_fields_of_the_desk_are_taken_or_refused(site: Site) -> None:
    admin = await site.member("管理员", bureau="410900-12315", role=Role.ADMIN)
    for odd in ("\0", "a\0b", "'; DROP TABLE staff; --", "{no}", "%s", "x" * 2000):
        for fields in ({"name": odd}, {"bureau": odd}, {"deputy_for": odd}, {"role": odd}):
            given = {"name": "张华", "role": "officer", "bureau": HUALONG, **fields}
            assert (await admin.submit("/desk/staff", **given))[0] in (200, 400, 409)
        assert (await admin.submit("/desk/join", code=odd))[0] == 403
        assert (await admin.get("/desk/join", params={"code": odd}))[0] == 200


async def test_an_odd_event_id_is_no_trouble(site: Site) -> None:
    visitor = await site.visitor()
    await visitor.get("/")
    for last in ("", "-1", "x", "9" * 18, "9" * 40, "１２"):
        async with visitor.session.get("/chat/events", params={"after": last}) as response, asyncio.timeout(5):
            assert response.status == 200
            assert await response.content.readline() == b"retry: 1500\n"


async def test_an_upload_that_breaks_off_leaves_nothing(site: Site) -> None:
    visitor = await site.visitor()
    await visitor.get("/")

    async def breaks_off() -> object:
        yield b'--x\r\nContent-Disposition: form-data; name="files"; filename="a.png"\r\n\r\n' + PNG
        raise OSError("the network is gone")

    headers = {"Sec-Fetch-Site": "same-origin", "Content-Type": "multipart/form-data; boundary=x"}
    with pytest.raises(OSError):  # noqa: PT011 - how the client says it differs
        await visitor.session.post("/chat/messages", data=breaks_off(), headers=headers)
    assert (await visitor.history())["lines"] == []
    assert (await visitor.post(text="你好"))[0] == 202
