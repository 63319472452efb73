"""``main.py broadcast``: the same rules as on the desk, in sentences for people and in JSON for programs."""

from __future__ import annotations

import asyncio
import io
import json
import os
from pathlib import Path
from typing import Any

import pytest

from bot.broadcast_commands import watched
from bot.settings import PREFIX
from bot.telegram import RATE
from cases.broadcasts import Audience, BroadcastKind
from cases.messages import Address
from cases.model import Role
from handlers import staffing
from main import main
from tests.clock import Clock
from tests.house import rulebook, town
from tests.web.site import PNG

DESK = "410900-12315"


@pytest.fixture
def folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, migrated_url: str) -> Path:
    """A folder with a site in which two may write, one of them approve, and three people subscribed."""
    for name in [name for name in os.environ if name.upper().startswith(PREFIX)]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv(f"{PREFIX}DATABASE_URL", migrated_url)
    monkeypatch.setenv(f"{PREFIX}LOG_LEVEL", "error")
    asyncio.run(_people(migrated_url, tmp_path))
    (tmp_path / "text.txt").write_text("不要购买没有3C标志的电热毯。", encoding="utf-8")
    (tmp_path / "p.png").write_bytes(PNG)
    (tmp_path / "p.gif").write_bytes(b"GIF89a no photo")
    return tmp_path


async def _people(url: str, folder: Path) -> None:
    clock = Clock()
    async with town(url, clock, folder) as here:
        for name, role in (("起草", Role.DESK), ("审批", Role.LEAD)):
            await here.staff(name, bureau=DESK, role=role)
        async with here.house.database.begin() as tx:
            for bureau in ("410902", "410922"):
                office = here.house.office
                await staffing.invite(tx, bureau=bureau, role=Role.LEAD, name="同名", office=office)
            for n in range(3):
                await tx.subscriptions.subscribe(Address(channel="street", value=f"p{n}"), (), None, at=clock())


class Shell:
    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self._capsys = capsys

    def runs(self, *call: str) -> str:
        assert main(["broadcast", *call]) == 0
        return self._capsys.readouterr().out.strip()

    def values(self, *call: str) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.runs(*call, "--json"))
        return found

    def fails(self, *call: str) -> str:
        assert main(["broadcast", *call]) == 1
        told = self._capsys.readouterr().err
        assert told.count("\n") == 1, told
        return told


@pytest.fixture
def shell(folder: Path, capsys: pytest.CaptureFixture[str]) -> Shell:
    assert folder.exists()
    capsys.readouterr()
    return Shell(capsys)


DRAFT = ("draft", "--title", "冬季用电安全", "--body", "text.txt", "--everyone", "--by", "起草")


def test_a_broadcast_goes_its_way_from_the_command_line(shell: Shell) -> None:
    made = shell.values(*DRAFT, "--kind", "alert", "--picture", "p.png")
    no = made["id"]
    assert (made["state"], made["kind"], len(made["picture"])) == ("draft", "alert", 64)
    assert "现在共3人" in shell.runs("show", no)
    assert shell.values("submit", no, "--by", "起草")["state"] == "draft"
    assert "要由另一位" not in shell.runs("approve", no, "--by", "审批")
    assert shell.values("send", no, "--by", "起草")["state"] == "sending"
    shown = shell.values("show", no)
    assert (shown["people"], shown["waiting"], shown["preview"]["people"]) == (3, 3, 3)
    assert shell.values("stop", no, "--by", "起草")["state"] == "stopped"
    assert shell.values("resume", no, "--by", "起草")["state"] == "sending"
    shell.runs("stop", no, "--by", "起草")
    assert shell.values("recall", no, "--by", "审批", "--reason", "有误")["state"] == "recalled"
    assert no in shell.runs("list")
    assert json.loads(shell.runs("list", "--json"))["id"] == no
    assert shell.runs("show", no, "--results") == ""


def test_it_is_planned_returned_changed_and_tested(shell: Shell) -> None:
    no = shell.values(*DRAFT)["id"]
    assert shell.values("return", no, "--by", "审批", "--reason", "再改改")["note"] == "再改改"
    assert shell.values("edit", no, "--title", "冬季用电", "--by", "起草")["title"] == "冬季用电"
    assert shell.values("test", no, "--by", "起草")["chats"] == 1
    shell.runs("approve", no, "--by", "审批")
    planned = shell.values("send", no, "--at", "2099-03-01T10:00", "--by", "起草")
    assert (planned["state"], planned["send_at"]) == ("approved", "2099-03-01T10:00:00+08:00")


@pytest.mark.parametrize(
    ("call", "told"),
    [
        (("approve", "20260101-01", "--by", "审批"), "没有编号20260101-01的群发"),
        (("approve", "x", "--by", "没有此人"), "没有此人"),
        (("approve", "x", "--by", "同名"), "不止一位"),
        ((*DRAFT, "--topic", "nothing"), "--topic: given nothing; allowed: food"),
        ((*DRAFT, "--region", "999999"), "--region: given 999999"),
        ((*DRAFT, "--channel", "pigeon"), "--channel: given pigeon"),
        ((*DRAFT, "--category", "x"), "--category: given x"),
        ((*DRAFT, "--picture", "nowhere.png"), "--picture: given nowhere.png"),
        ((*DRAFT, "--picture", "p.gif"), "JPG、PNG或WebP"),
        (("draft", "--title", "t", "--body", "nowhere.txt", "--by", "起草"), "--body: given nowhere.txt"),
        (("draft", "--title", "长" * 61, "--body", "text.txt", "--by", "起草"), "标题最多60个字"),
    ],
)
def test_what_cannot_be_done_is_said_in_one_sentence(call: tuple[str, ...], told: str, shell: Shell) -> None:
    assert told in shell.fails(*call)


def test_the_rules_of_the_second_officer_hold_at_the_machine_too(shell: Shell) -> None:
    own = shell.values(*DRAFT[:-1], "审批")["id"]
    assert "要由另一位" in shell.fails("approve", own, "--by", "审批")
    assert "您的岗位不能" in shell.fails("approve", own, "--by", "起草")
    assert "还没有批准" in shell.fails("send", own, "--by", "起草")
    nobody = shell.values("draft", "--title", "t", "--body", "text.txt", "--by", "起草", "--merchant", "某店")["id"]
    assert "一个人也没有" in shell.fails("approve", nobody, "--by", "审批")


@pytest.mark.parametrize("call", [[], ["draft"], ["approve", "x"], ["send", "x", "--at", "noon", "--by", "y"]])
def test_a_wrong_call_exits_with_2(call: list[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["broadcast", *call])
    assert ended.value.code == 2


class Screen(io.StringIO):
    def isatty(self) -> bool:
        return True


async def test_watching_draws_a_bar_until_it_has_ended(sqlite_url: str, clock: Clock, tmp_path: Path) -> None:
    async with town(sqlite_url, clock, tmp_path) as here:
        service = here.house.pages.broadcasts
        await here.staff("起草", bureau=DESK, role=Role.DESK)
        await here.staff("审批", bureau=DESK, role=Role.LEAD)
        desk, lead = await service.member("起草"), await service.member("审批")
        async with here.house.database.begin() as tx:
            for n in range(200):
                await tx.subscriptions.subscribe(Address(channel="street", value=f"p{n}"), (), None, at=clock())
        made = await service.draft(desk, kind=BroadcastKind.TIP, title="t", body="b", audience=Audience(everyone=True))
        await service.do(lead, made.id, "approve")
        await service.send(desk, made.id)

        async def ticks() -> None:
            while (await service.progress(desk, made.id)).broadcast.state.value != "sent":
                await here.duties.spread()
                await here.settle()

        screen = Screen()
        async with asyncio.timeout(30), asyncio.TaskGroup() as group:
            group.create_task(ticks())
            group.create_task(watched(service, desk, made.id, output=screen, every=0.001))
    drawn = screen.getvalue().split("\r\x1b[K")
    assert drawn[1].startswith("[------------------------------] 0/200人（0%）")
    assert drawn[-1].startswith("[##############################] 200/200人（100%）")


def test_the_rates_of_the_data_are_those_of_the_channels() -> None:
    rules = rulebook().broadcasting
    assert rules.channel("telegram").per_second == RATE.per_second
