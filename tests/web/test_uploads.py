"""Files sent from the page: taken by what they are, refused with a sentence, the rest of the message kept."""

from __future__ import annotations

import re

import pytest

from bot.web.filetypes import recognise
from tests.house import MILK
from tests.web.site import PNG, Site, Visitor

LONG = PNG + b"\0" * 2000
HTML = b"<html><script>alert(1)</script></html>"


async def mine(visitor: Visitor) -> list[dict[str, object]]:
    return [line for line in (await visitor.history())["lines"] if line["mine"]]


async def case_with(site: Site, *files: tuple[str, bytes]) -> tuple[Visitor, Visitor, str]:
    """A filed case with these files, its consumer and its officer."""
    visitor, officer = await site.visitor(), await site.member("李明")
    await visitor.get("/")
    await visitor.talks((MILK, "同意"), (">同意", "怎么称呼"))
    async with visitor.stream((await visitor.history())["last"]) as stream:
        assert (await visitor.uploads(*files))[0] == 202
        await stream.until("怎么称呼")
    await visitor.talks(
        ("王芳", "电话"), ("13812345678", "地址"), ("华龙区中原路某小区", "请核对"), (">确认提交", "编号")
    )
    return visitor, officer, "410900261123001"


async def test_an_officer_sees_a_picture_and_saves_everything_else(site: Site) -> None:
    _, officer, no = await case_with(site, ("小票.png", PNG), ("说明.txt", "<b>过期牛奶</b>".encode()))
    _, page = await officer.get(f"/desk/case/{no}")
    links = sorted(set(re.findall(rf"/desk/evidence/{no}/\w+", page)))
    assert len(links) == 2
    served = {}
    for link in links:
        async with officer.session.get(link) as response:
            assert response.headers["X-Content-Type-Options"] == "nosniff"
            assert "sandbox" in response.headers["Content-Security-Policy"]
            served[response.content_type] = (response.headers["Content-Disposition"], await response.read())
    disposition, content = served["image/png"]
    assert (disposition.startswith("inline"), content) == (True, PNG)
    assert served["application/octet-stream"][0].startswith("attachment; filename*=UTF-8''%E8%AF%B4")


async def test_nobody_else_sees_evidence_or_case(site: Site) -> None:
    visitor, officer, no = await case_with(site, ("小票.png", PNG))
    _, page = await officer.get(f"/desk/case/{no}")
    link = re.findall(rf"/desk/evidence/{no}/\w+", page)[0]
    stranger = await site.visitor()
    neighbour = await site.member("赵强", bureau="410922")
    for other, status in ((visitor, 401), (stranger, 401), (neighbour, 404)):
        for path in (link, f"/desk/case/{no}"):
            got, text = await other.get(path)
            assert (got, "惠万家" in text, "138" in text) == (status, False, False)
    assert (await officer.get(f"/desk/evidence/{no}/000000"))[0] == 404


async def test_a_file_of_a_wrong_type_gets_a_sentence_and_the_rest_is_kept(site: Site) -> None:
    visitor = await site.visitor()
    await visitor.get("/")
    status, body = await visitor.uploads(("好.png", PNG), ("坏.png", HTML), text="过期了")
    assert status == 202
    assert "「坏.png」没有收到" in body["error"]
    (line,) = await mine(visitor)
    assert (line["text"], line["files"]) == ("过期了", ["照片"])


async def test_a_file_over_the_limit_gets_a_sentence_and_the_rest_is_kept(small_site: Site) -> None:
    visitor = await small_site.visitor()
    await visitor.get("/")
    status, body = await visitor.uploads(("大.png", LONG), ("小.png", PNG), text="过期了")
    assert (status, "「大.png」没有收到" in body["error"]) == (202, True)
    (line,) = await mine(visitor)
    assert (line["text"], line["files"]) == ("过期了", ["照片"])


async def test_nothing_but_a_refused_file_is_an_error(small_site: Site) -> None:
    visitor = await small_site.visitor()
    await visitor.get("/")
    assert (await visitor.uploads(("大.png", LONG)))[0] == 413
    assert (await visitor.uploads(("坏.exe", b"MZ\x90")))[0] == 415
    assert await mine(visitor) == []


async def test_the_eleventh_file_is_refused_with_a_sentence(site: Site) -> None:
    visitor = await site.visitor()
    await visitor.get("/")
    status, body = await visitor.uploads(*[(f"{n}.png", PNG) for n in range(11)])
    assert (status, "一次最多10个文件" in body["error"]) == (202, True)
    assert len((await mine(visitor))[0]["files"]) == 10  # type: ignore[arg-type]


async def test_a_name_with_folders_and_markup_is_shown_as_text(site: Site) -> None:
    visitor = await site.visitor()
    await visitor.get("/")
    _, body = await visitor.uploads(("..\\x/<b>坏</b>.png", HTML))
    assert body["error"].startswith("「b>.png」")


async def test_a_body_that_is_no_message_is_refused_with_a_sentence(site: Site) -> None:
    visitor = await site.visitor()
    await visitor.get("/")
    headers = {"Sec-Fetch-Site": "same-origin"}
    for content_type, data in (
        ("application/json", b"{"),
        ("application/json", b"[1]"),
        ("multipart/form-data; boundary=x", b"nothing of the kind"),
        ("text/plain", b"text=1"),
    ):
        sent = {**headers, "Content-Type": content_type}
        async with visitor.session.post("/chat/messages", data=data, headers=sent) as response:
            assert (response.status, "error" in await response.json()) == (400, True)


@pytest.mark.parametrize(
    ("head", "name", "media_type"),
    [
        (b"\xff\xd8\xff\xe0", "", "image/jpeg"),
        (PNG, "", "image/png"),
        (b"GIF89a...", "", "image/gif"),
        (b"RIFF\0\0\0\0WEBPVP8 ", "", "image/webp"),
        (b"RIFF\0\0\0\0WAVEfmt ", "", "audio/wav"),
        (b"\0\0\0\x18ftypheic", "", "image/heic"),
        (b"\0\0\0\x18ftypisom", "", "video/mp4"),
        (b"\0\0\0\x14ftypqt  ", "", "video/mp4"),
        (b"\0\0\0\x18ftypM4A ", "", "audio/mp4"),
        (b"%PDF-1.7", "", "application/pdf"),
        (b"ID3\x04", "", "audio/mpeg"),
        (b"OggS\0", "", "audio/ogg"),
        (b"#!AMR\n", "", "audio/amr"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "", "application/msword"),
        (b"PK\x03\x04....[Content_Types].xml", "", "application/zip"),
        ("说明".encode(), "a.txt", "text/plain"),
        ("说明".encode("gb18030"), "a.TXT", "text/plain"),
        (("说" * 2000).encode()[:4096], "a.txt", "text/plain"),
        (b"PK\x03\x04....evil.exe", "a.docx", None),
        (HTML, "a.html", None),
        (b"MZ\x90\0", "a.txt", None),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "a.svg", None),
        (b"", "a.txt", "text/plain"),
    ],
)
def test_files_are_known_by_their_first_bytes(head: bytes, name: str, media_type: str | None) -> None:
    found = recognise(head, name=name)
    assert (found.media_type if found else None) == media_type
