"""What an uploaded file really is, by its first bytes: names and declared types are only claims."""

from __future__ import annotations

from dataclasses import dataclass

from cases.messages import AttachmentKind

HEAD = 4096
"""Bytes from the start of a file that are enough to know it."""
PHOTO, DOCUMENT, VIDEO, VOICE = (
    AttachmentKind.PHOTO,
    AttachmentKind.DOCUMENT,
    AttachmentKind.VIDEO,
    AttachmentKind.VOICE,
)


@dataclass(frozen=True, kw_only=True)
class FileType:
    """A kind of file that is taken; ``shown`` when a browser may show it as a picture."""

    media_type: str
    kind: AttachmentKind
    shown: bool = False


def _picture(media_type: str, *, shown: bool = True) -> FileType:
    return FileType(media_type=media_type, kind=PHOTO, shown=shown)


def _other(media_type: str, kind: AttachmentKind) -> FileType:
    return FileType(media_type=media_type, kind=kind)


STARTS: tuple[tuple[bytes, FileType], ...] = (
    (b"\xff\xd8\xff", _picture("image/jpeg")),
    (b"\x89PNG\r\n\x1a\n", _picture("image/png")),
    (b"GIF87a", _picture("image/gif")),
    (b"GIF89a", _picture("image/gif")),
    (b"%PDF-", _other("application/pdf", DOCUMENT)),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", _other("application/msword", DOCUMENT)),
    (b"ID3", _other("audio/mpeg", VOICE)),
    (b"\xff\xfb", _other("audio/mpeg", VOICE)),
    (b"\xff\xf3", _other("audio/mpeg", VOICE)),
    (b"\xff\xf2", _other("audio/mpeg", VOICE)),
    (b"OggS", _other("audio/ogg", VOICE)),
    (b"#!AMR", _other("audio/amr", VOICE)),
)
IN_RIFF = {b"WEBP": _picture("image/webp"), b"WAVE": _other("audio/wav", VOICE)}
HEIF_BRANDS = (b"heic", b"heix", b"hevc", b"heim", b"heis", b"mif1", b"msf1")
OLD_MOVIE = (b"moov", b"mdat", b"wide", b"free")
IN_OFFICE = (b"[Content_Types].xml", b"_rels/", b"word/", b"xl/", b"ppt/", b"mimetypeapplication/vnd.oasis")


def recognise(head: bytes, *, name: str = "") -> FileType | None:
    """The type of a file by its first ``HEAD`` bytes, None when it is not one that is taken.

    Plain text has no mark of its own and is taken only under a name that says so.
    """
    for start, found in STARTS:
        if head.startswith(start):
            return found
    if head[:4] == b"RIFF":
        return IN_RIFF.get(head[8:12])
    if head[4:8] == b"ftyp" or head[4:8] in OLD_MOVIE:
        return _movie(head[8:12], boxed=head[4:8] == b"ftyp")
    if head.startswith(b"PK\x03\x04"):
        return _other("application/zip", DOCUMENT) if any(mark in head for mark in IN_OFFICE) else None
    if name.lower().endswith(".txt") and _is_text(head):
        return _other("text/plain", DOCUMENT)
    return None


def _movie(brand: bytes, *, boxed: bool) -> FileType:
    if boxed and brand in HEIF_BRANDS:
        return _picture("image/heic", shown=False)
    if boxed and brand[:3] in (b"M4A", b"M4B"):
        return _other("audio/mp4", VOICE)
    return _other("video/mp4", VIDEO)


def _is_text(head: bytes) -> bool:
    if b"\0" in head:
        return False
    try:
        head.decode("utf-8")
    except UnicodeDecodeError as error:
        # The end may cut a character; elsewhere it is another encoding, of which GB 18030 is the usual one here.
        return error.start >= len(head) - 3 or _decodes(head[:-1]) or _decodes(head)
    return True


def _decodes(head: bytes) -> bool:
    try:
        head.decode("gb18030")
    except UnicodeDecodeError as error:
        return error.start >= len(head) - 3
    return True
