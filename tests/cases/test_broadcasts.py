"""The pure side of broadcasts: what may be done in which state, whom an audience means, and the hours of sending."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from pathlib import Path
from shutil import copytree

import pytest

from cases.broadcasts import (
    TABLE,
    Audience,
    Broadcast,
    BroadcastKind,
    BroadcastState,
    ChannelRule,
    SendingHours,
    may,
)
from cases.calendar import CHINA
from cases.errors import RulebookFault
from cases.model import Role, Staff, StaffId
from cases.rulebook import SITES, load_rulebook
from tests.house import rulebook

HOURS = SendingHours(start=time(8), end=time(22))


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=CHINA)


def made(state: BroadcastState = BroadcastState.DRAFT, **more: object) -> Broadcast:
    values = {
        "id": "1",
        "kind": BroadcastKind.TIP,
        "title": "t",
        "body": "b",
        "audience": Audience(everyone=True),
        "drafted_by": "a",
        "created_at": at("2026-11-23 10:00"),
        "state": state,
    }
    return Broadcast(**{**values, **more})  # type: ignore[arg-type]


def staff(role: Role, name: str = "b") -> Staff:
    return Staff(id=StaffId(name), bureau="x", role=role, name=name)


@pytest.mark.parametrize(
    ("state", "verbs"),
    [
        ("draft", {"edit", "submit", "approve", "give_back"}),
        ("approved", {"edit", "give_back", "send", "stop"}),
        ("sending", {"stop", "finish"}),
        ("stopped", {"edit", "resume", "recall"}),
        ("sent", {"correct", "recall"}),
        ("recalled", set()),
    ],
)
def test_each_state_allows_its_verbs_and_no_others(state: str, verbs: set[str]) -> None:
    assert {verb for verb in TABLE if made(BroadcastState(state)).allows(verb)} == verbs


def test_what_was_begun_is_corrected_and_no_longer_edited() -> None:
    begun = made(BroadcastState.STOPPED, started_at=at("2026-11-23 10:00"))
    assert {verb for verb in TABLE if begun.allows(verb)} == {"resume", "correct", "recall"}


def test_every_state_can_be_reached_and_only_a_recalled_one_is_never_left() -> None:
    reached = {move.target for move in TABLE.values() if move.target} | {BroadcastState.DRAFT}
    left = {source for move in TABLE.values() for source in move.sources}
    assert reached == set(BroadcastState)
    assert set(BroadcastState) - left == {BroadcastState.RECALLED}


@pytest.mark.parametrize("role", list(Role))
def test_posts_decide_who_writes_and_who_approves(role: Role) -> None:
    assert may(staff(role), "send") == (role in {Role.DESK, Role.LEAD, Role.ADMIN})
    assert may(staff(role), "approve", made()) == (role in {Role.LEAD, Role.ADMIN})
    assert not may(staff(role, "a"), "approve", made())


@pytest.mark.parametrize(
    ("start", "seconds", "end"),
    [
        ("2026-11-23 10:00", 60, "2026-11-23 10:01"),
        ("2026-11-23 21:59", 60, "2026-11-23 22:00"),
        ("2026-11-23 21:59", 120, "2026-11-24 08:01"),
        ("2026-11-23 03:00", 60, "2026-11-23 08:01"),
        ("2026-11-23 22:00", 0, "2026-11-24 08:00"),
        ("2026-11-23 21:00", 3600 * 16, "2026-11-25 09:00"),
    ],
)
def test_the_end_is_counted_in_hours_of_sending_only(start: str, seconds: float, end: str) -> None:
    assert HOURS.ends(at(start), seconds=seconds) == at(end)


def test_the_hours_begin_at_their_start_and_end_before_their_end() -> None:
    assert [HOURS.open_at(at(f"2026-11-23 {clock}")) for clock in ("07:59", "08:00", "21:59", "22:00")] == [
        False,
        True,
        True,
        False,
    ]


def test_an_audience_survives_being_written_down() -> None:
    full = Audience(topics=("food", "farm"), region="410902", groups=("posts",), merchant="店", channels=("web",))
    assert Audience.load(full.dumped()) == full
    assert Audience.load(Audience().dumped()) == Audience()


def test_a_region_or_channels_alone_mean_their_subscribers_and_with_others_only_narrow_down() -> None:
    assert Audience(region="410902").of_subscribers
    assert Audience(channels=("web",)).of_subscribers
    assert not Audience(region="410902", merchant="店").of_subscribers
    assert not Audience(channels=("web",), groups=("posts",)).of_subscribers
    assert not Audience().of_subscribers


def test_a_text_can_be_taken_back_as_long_as_its_channel_lets_one() -> None:
    sent = at("2026-11-23 10:00")
    rule = ChannelRule(name="x", label="x", take_back_hours=48)
    assert rule.can_take_back(sent, now=sent + timedelta(hours=47, minutes=59))
    assert not rule.can_take_back(sent, now=sent + timedelta(hours=48))
    assert ChannelRule(name="x", label="x").can_take_back(sent, now=sent + timedelta(days=99))


def test_a_site_changes_hours_numbers_and_channels_one_by_one(tmp_path: Path) -> None:
    site = copytree(SITES / "puyang", tmp_path / "site")
    own = '[limits]\ntitle = 20\n\n[[channel]]\nname = "sms"\nlabel = "短信"\nper_second = 5\nform = "short"\n'
    (site / "broadcasts.toml").write_text(own, encoding="utf-8")
    (site / "topics.toml").write_text('[[topic]]\ncode = "one"\nlabel = "一"\n', encoding="utf-8")
    book, national = load_rulebook(str(site)), rulebook()
    assert (book.broadcasting.title, book.broadcasting.body) == (20, national.broadcasting.body)
    assert book.broadcasting.hours == national.broadcasting.hours == HOURS
    assert book.broadcasting.channel("sms").per_second == 5
    assert book.broadcasting.channel("telegram") == national.broadcasting.channel("telegram")
    assert [topic.code for topic in book.topics] == ["one"]


@pytest.mark.parametrize(
    ("file", "content", "told"),
    [
        ("broadcasts.toml", '[hours]\nstart = "22:00"\nend = "08:00"\n', "hours.end: found '08:00'"),
        ("broadcasts.toml", "[limits]\ntitle = 0\n", "limits.title: found 0"),
        ("broadcasts.toml", '[[channel]]\nname = "x"\nlabel = "x"\nper_second = 1\nform = "song"\n', "found 'song'"),
        ("topics.toml", '[[topic]]\ncode = "a"\nlabel = "a"\ncategories = ["没有这一类"]\n', "没有这一类"),
        ("topics.toml", '[[topic]]\ncode = "a"\nlabel = "a"\n[[topic]]\ncode = "a"\nlabel = "b"\n', "used once"),
    ],
)
def test_what_is_wrong_with_the_data_is_named(file: str, content: str, told: str, tmp_path: Path) -> None:
    site = copytree(SITES / "puyang", tmp_path / "site")
    (site / file).write_text(content, encoding="utf-8")
    with pytest.raises(RulebookFault, match=told):
        load_rulebook(str(site))


def test_every_category_of_goods_and_services_is_in_a_topic() -> None:
    book = rulebook()
    named = {category for topic in book.topics for category in topic.categories}
    assert set(book.labels["category"]) - named <= {"其他服务", "非消费"}
