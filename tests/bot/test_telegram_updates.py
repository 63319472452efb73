"""What people send, as the rest of the program sees it."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.telegram_updates import MalformedUpdate, to_incoming
from cases.messages import Address, Attachment, AttachmentKind, Incoming
from tests.bot_api import BotApi
from tests.bot_api.harness import NOW

SENT = 1_795_140_000.0
Deed = Callable[[BotApi], Any]


async def told(deed: Deed) -> list[Incoming | None]:
    """What the updates that a deed causes turn into."""
    server = BotApi(clock=lambda: SENT)
    deed(server)
    updates = json.loads(json.dumps(server.waiting))
    return [to_incoming(update, now=NOW) for update in updates]


async def only(deed: Deed) -> Incoming:
    (incoming,) = await told(deed)
    assert incoming is not None
    return incoming


async def test_a_text_carries_address_key_and_time() -> None:
    incoming = await only(lambda server: server.says(7, "牛奶过期"))
    assert incoming == Incoming(
        address=Address(channel="telegram", value="7"),
        key="810000001",
        at=datetime.fromtimestamp(SENT, UTC),
        text="牛奶过期",
    )


async def test_a_start_link_keeps_its_payload() -> None:
    assert (await only(lambda server: server.says(7, "/start bind_42"))).text == "/start bind_42"


async def test_the_parts_of_an_album_share_its_name() -> None:
    def deed(server: BotApi) -> None:
        server.sends_photo(7, b"1" * 100, caption="两张", album="a9")
        server.sends_photo(7, b"2" * 100, album="a9")

    parts = await told(deed)
    assert [(part.album, part.text) for part in parts if part] == [("a9", "两张"), ("a9", "")]


async def test_the_largest_photo_is_taken_in_whatever_order_they_come() -> None:
    sizes = [{"file_id": name, "width": width, "height": 9} for name, width in (("s", 90), ("l", 1280), ("m", 320))]
    photo = (await only(lambda server: server.sends(7, photo=sizes))).attachments[0]
    assert photo.reference == "l"


@pytest.mark.parametrize(
    ("kind", "expected", "media_type"),
    [
        ("voice", AttachmentKind.VOICE, "audio/ogg"),
        ("video", AttachmentKind.VIDEO, "video/mp4"),
        ("video_note", AttachmentKind.VIDEO, "video/mp4"),
        ("animation", AttachmentKind.VIDEO, "video/mp4"),
        ("audio", AttachmentKind.DOCUMENT, "audio/mpeg"),
    ],
)
async def test_each_kind_of_recording_is_one_attachment(kind: str, expected: AttachmentKind, media_type: str) -> None:
    incoming = await only(lambda server: server.sends_media(7, b"x" * 9, kind=kind, media_type=media_type))
    assert [(a.kind, a.media_type, a.size) for a in incoming.attachments] == [(expected, media_type, 9)]


async def test_a_sticker_is_its_emoji() -> None:
    incoming = await only(lambda server: server.sends_sticker(7, "👍"))
    assert (incoming.text, incoming.attachments) == ("👍", ())


async def test_a_place_has_its_coordinates_and_its_name_as_text() -> None:
    place = {"latitude": 35.76, "longitude": 115.03}
    incoming = await only(lambda server: server.sends_location(7, **place, title="惠万家", address="建设路1号"))
    assert incoming.text == "惠万家\n建设路1号"
    assert incoming.attachments == (Attachment(kind=AttachmentKind.LOCATION, latitude=35.76, longitude=115.03),)


@pytest.mark.parametrize("own", [True, False])
async def test_a_contact_card_is_vouched_for_only_when_it_is_the_senders(own: bool) -> None:
    incoming = await only(lambda server: server.sends_contact(7, "13800138000", own=own, first_name="李梅"))
    card = Attachment(kind=AttachmentKind.CONTACT, name="李梅", phone="13800138000", own=own)
    assert incoming.attachments == (card,)


async def test_a_contact_card_without_an_account_is_nobodys_own() -> None:
    card = {"phone_number": "13800138000", "first_name": "李梅"}
    assert not (await only(lambda server: server.sends(7, contact=card))).attachments[0].own


async def test_a_forwarded_text_says_so() -> None:
    assert (await only(lambda server: server.forwards(7, "看这个"))).forwarded


async def test_an_edited_message_is_a_new_one_under_its_own_key() -> None:
    def deed(server: BotApi) -> None:
        server.says(7, "58元")
        server.edits(7, "85元", message_id=1)

    first, second = await told(deed)
    assert first is not None
    assert second is not None
    assert (second.text, second.key != first.key) == ("85元", True)


@pytest.mark.parametrize("chat", ["group", "supergroup", "channel"])
async def test_groups_and_channels_are_left_alone(chat: str) -> None:
    fields: dict[str, Any] = {"chat": {"id": -100, "type": chat}}
    assert await told(lambda server: server.says(7, "大家好", **fields)) == [None]


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("my_chat_member", {"chat": {"id": 7, "type": "private"}}),
        ("message_reaction", {"chat": {"id": 7, "type": "private"}}),
        ("something_new", {"whatever": 1}),
        ("message", {"chat": {"id": 7, "type": "private"}, "date": 1, "pinned_message": {}}),
        ("callback_query", {"id": "1", "from": {"id": 7}, "inline_message_id": "x", "data": "y"}),
        ("callback_query", {"id": "1", "message": {"chat": {"id": 7, "type": "private"}}, "game_short_name": "g"}),
    ],
)
async def test_what_holds_no_words_is_dropped(kind: str, body: dict[str, Any]) -> None:
    assert await told(lambda server: server.pushes(kind, body)) == [None]


def test_a_press_on_a_message_that_is_gone_still_counts() -> None:
    message = {"chat": {"id": 7, "type": "private"}, "message_id": 3, "date": 0}
    update = {"update_id": 5, "callback_query": {"id": "1", "from": {"id": 7}, "message": message, "data": "yes"}}
    incoming = to_incoming(update, now=NOW)
    assert incoming is not None
    assert (incoming.pressed, incoming.at) == ("yes", NOW)


def test_text_that_no_database_takes_is_mended() -> None:
    message = {"chat": {"id": 7, "type": "private"}, "date": 1, "text": "好\x00的\ud83d!"}
    incoming = to_incoming({"update_id": 5, "message": message}, now=NOW)
    assert incoming is not None
    assert incoming.text == "好的\ufffd!"
    assert incoming.text.encode()


NAMES = """
    chat id type from date text caption photo document voice location contact venue sticker message data
    file_id width height latitude phone_number media_group_id edit_date
"""
FIELDS = st.sampled_from(sorted(set(NAMES.split())))
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(FIELDS, inner, max_size=5),
    max_leaves=12,
)


@settings(deadline=None)
@given(kind=st.sampled_from(["message", "edited_message", "callback_query"]), body=JSON)
def test_any_shape_is_an_incoming_or_nothing_or_malformed(kind: str, body: Any) -> None:
    if isinstance(body, dict):
        body["chat"] = {"id": 7, "type": "private"}
    with contextlib.suppress(MalformedUpdate):
        to_incoming({"update_id": 1, kind: body}, now=NOW)
