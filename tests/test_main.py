"""The command line: exit status 0 when it is done, 1 with one sentence, 2 for a wrong call."""

from __future__ import annotations

import io
import json
import logging
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.logs import JsonFormat, TextFormat
from bot.settings import PREFIX
from cases.errors import StorageFault
from main import main
from storage.migrating import HEAD


@pytest.fixture(autouse=True)
def folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Path]:
    """An empty folder to work in, without settings; the root logger is put back afterwards."""
    for name in [name for name in os.environ if name.upper().startswith(PREFIX)]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    root = logging.getLogger()
    before, level = root.handlers[:], root.level
    yield tmp_path
    root.handlers[:] = before
    root.setLevel(level)


def one_sentence(capsys: pytest.CaptureFixture[str]) -> str:
    told = capsys.readouterr().err
    assert told.count("\n") == 1
    assert "Traceback" not in told
    return told


@pytest.mark.parametrize("call", [["fly"], ["invite"], ["invite", "--role", "king"], ["run", "--colour"]])
def test_a_wrong_call_exits_with_2(call: list[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(call)
    assert ended.value.code == 2


@pytest.mark.parametrize("call", [[], ["run"], ["chat"], ["check"], ["migrate"], ["invite"]])
def test_every_command_explains_itself(call: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main([*call, "--help"])
    assert ended.value.code == 0
    assert "usage: main.py" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("HTTP_PORT", "x", "LIANXIN_HTTP_PORT: given 'x'"),
        ("SITE", "nowhere", "a site folder, or one of: "),
        ("DATA_DIR", "taken", "LIANXIN_DATA_DIR: given taken"),
        ("DATABASE_URL", "sqlite+aiosqlite:////dev/null/x.db", "the database cannot be used"),
        ("DATABASE_URL", "postgresql+psycopg://nobody@127.0.0.1:1/none", "the database cannot be used"),
    ],
)
@pytest.mark.parametrize("command", ["migrate", "run", "chat"])
def test_what_stops_the_start_is_told_in_one_sentence(
    command: str,
    name: str,
    value: str,
    told: str,
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    (folder / "taken").write_text("")
    monkeypatch.setenv(f"{PREFIX}{name}", value)
    assert main([command]) == 1
    assert told in one_sentence(capsys)


def test_a_port_that_is_taken_is_told_in_one_sentence(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = str(other.getsockname()[1])
        monkeypatch.setenv(f"{PREFIX}HTTP_PORT", port)
        monkeypatch.setenv(f"{PREFIX}LOG_LEVEL", "error")
        assert main(["run"]) == 1
    assert port in one_sentence(capsys)


def test_parts_that_do_not_exist_are_named(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["run", "--only", "web,pigeons"]) == 1
    assert "allowed: web, telegram, delivery, scheduler" in one_sentence(capsys)


def test_migrate_makes_the_database_and_says_its_revision(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["migrate"]) == 0
    assert HEAD in capsys.readouterr().out
    assert (folder / "data" / "lianxin.db").is_file()


def test_invite_prints_a_code_and_refuses_an_unknown_bureau_or_officer(capsys: pytest.CaptureFixture[str]) -> None:
    call = ["invite", "--role", "officer", "--name", "李明", "--bureau"]
    assert main([*call, "410902"]) == 0
    told = capsys.readouterr().out
    assert "/join " in told
    assert "http://127.0.0.1:12315/desk/join?code=" in told
    assert main([*call, "999"]) == 1
    assert "999" in one_sentence(capsys)
    assert main([*call, "410902", "--deputy-for", "王五"]) == 1
    assert "王五" in one_sentence(capsys)


def test_a_chat_in_the_terminal_can_be_scripted(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], folder: Path
) -> None:
    (folder / "单据.txt").write_text("58")
    lines = ["昨天在华龙区惠万家超市建设路店买了箱纯牛奶58块,回家发现过期了,他们不给退", "1", "王芳", "13812345678"]
    lines += ["/file 单据.txt", "/file 没有.txt", "华龙区中原路某小区", "确认提交", "/quit", "never read"]
    monkeypatch.setattr(sys, "stdin", io.StringIO("\n".join(lines) + "\n"))
    assert main(["chat"]) == 0
    told = capsys.readouterr()
    assert "编号410900" in told.out
    assert "没有.txt" in told.out
    assert "never read" not in told.out
    assert told.err == ""
    monkeypatch.setattr(sys, "stdin", io.StringIO("进度"))
    assert main(["chat"]) == 0
    assert "惠万家超市" in capsys.readouterr().out


def record() -> logging.LogRecord:
    made = logging.LogRecord("lianxin.x", logging.WARNING, "f.py", 1, "A %s.", ("sentence",), None)
    made.action = "do"
    return made


def test_a_log_line_is_a_sentence_with_its_facts_for_people_and_one_object_for_machines() -> None:
    assert TextFormat().format(record()).endswith("warning A sentence. action=do")
    values = json.loads(JsonFormat().format(record()))
    assert {**values, "at": ""} == {
        "at": "", "level": "warning", "logger": "lianxin.x", "message": "A sentence.", "action": "do"
    }  # fmt: skip


def without_source(shown: str) -> str:
    """A traceback shows lines of the program itself, which here hold the words."""
    return "\n".join(line for line in shown.splitlines() if not line.startswith("    "))


def test_a_traceback_tells_where_and_what_kind_and_none_of_the_words() -> None:
    failed = record()
    try:
        try:
            dict[str, str]()["13812345678"]
        except KeyError as error:
            raise ExceptionGroup("王芳", [ValueError("牛奶"), StorageFault("the database is away")]) from error
    except ExceptionGroup as group:
        failed.exc_info = (type(group), group, group.__traceback__)
    for shown in (TextFormat().format(failed), json.loads(JsonFormat().format(failed))["traceback"]):
        assert [word for word in ("13812345678", "王芳", "牛奶") if word in without_source(shown)] == []
        assert [kind for kind in ("KeyError", "ExceptionGroup", "ValueError") if kind not in shown] == []
        assert "StorageFault: the database is away" in shown
        assert "test_main.py" in shown


def test_a_start_with_another_key_than_before_is_refused_in_one_sentence(tmp_path: Path) -> None:
    def chat(key: str) -> subprocess.CompletedProcess[str]:
        values = {"LIANXIN_DATA_DIR": str(tmp_path), "LIANXIN_SECRET_KEY": key}
        return subprocess.run(
            [sys.executable, str(Path(__file__).parents[1] / "main.py"), "chat"],
            input="你好\n",
            cwd=tmp_path,
            env={**os.environ, **values},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    assert chat("the first key of this office").returncode == 0
    refused = chat("another key altogether")
    assert refused.returncode == 1
    assert "SECRET_KEY" in refused.stderr
    assert "Traceback" not in refused.stderr
