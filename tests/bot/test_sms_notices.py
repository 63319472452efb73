"""A notice goes out by short message in its short form: its free words are cut, and what the law wants told is not."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress

from bot.sms import CHANNEL, Kept, SmsChannel
from cases.errors import DeliveryError
from cases.messages import Address, Outgoing, Wording
from cases.rulebook_samples import sample_facts
from cases.short_texts import short_text
from cases.texts import sms_segments
from tests.house import rulebook

BOOK = rulebook()
KEY = "notice.complaint.declined"
ONE = Address(channel=CHANNEL, value="1")


class Messages:
    """Keeps what was sent in a list."""

    def __init__(self) -> None:
        self.sent: list[str] = []

    async def number_of(self, value: str) -> str | None:
        return "13800138000"

    async def keep_sent(self, address: Address, text: str, **more: object) -> None:
        self.sent.append(text)


async def sent(text: str, *, facts: Mapping[str, str], key: str = KEY) -> str:
    messages = Messages()
    channel = SmsChannel(
        gateway=Kept(),
        messages=messages,  # type: ignore[arg-type]
        signature=BOOK.site.signature,
        say=BOOK.texts.render,
        new_id=lambda: "1",
        rate=10,
        short=lambda wording: short_text(BOOK.texts, wording.key, wording.facts, how=BOOK.samples.how),
    )
    with suppress(DeliveryError):  # without a gateway it is only written down
        await channel.send(Outgoing(address=ONE, text=text, wording=Wording(key=key, facts=facts)))
    (found,) = messages.sent
    return found


async def test_a_long_reason_is_cut_and_the_ways_that_are_left_stay() -> None:
    facts = {**sample_facts(BOOK, KEY), "reason": "物业收费请向住建部门反映。" * 30}
    text = await sent(BOOK.texts.render(KEY, **facts), facts=facts)
    assert sms_segments(text) <= 2
    assert {"第三十九条" in text, facts["no"] in text, "…" in text} == {True}


async def test_one_that_cannot_be_made_fit_is_sent_whole_all_the_same() -> None:
    facts = {**sample_facts(BOOK, KEY), "ground_short": "理由" * 50}
    text = await sent(BOOK.texts.render(KEY, **facts), facts=facts)
    assert sms_segments(text) > 2
    assert text.endswith("诉讼。")


async def test_a_notice_whose_facts_do_not_suffice_is_sent_as_it_stands() -> None:
    assert (await sent("【x】全文。", facts={})).endswith("】全文。")
