"""The consumer's story in a terminal, as a person types it and as a script pipes it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from tests.house import MILK

ROOT = Path(__file__).parents[2]


def chat(url: str, folder: Path, *lines: str, name: str = "local") -> str:
    """What the terminal prints for these typed lines."""
    settings = {"LIANXIN_DATABASE_URL": url, "LIANXIN_DATA_DIR": str(folder)}
    done = subprocess.run(
        [sys.executable, str(ROOT / "main.py"), "chat", "--name", name],
        input="".join(f"{line}\n" for line in lines),
        env={**os.environ, **settings},
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    return done.stdout


def test_a_complaint_is_filed_in_the_terminal_with_a_file_as_evidence(migrated_url: str, tmp_path: Path) -> None:
    receipt = tmp_path / "receipt.txt"
    receipt.write_text("58.00")
    told = chat(
        migrated_url,
        tmp_path,
        MILK,
        "1",
        f"/file {receipt}",
        "王芳",
        "13812345678",
        "华龙区中原路5号院",
        "确认提交",
        "进度",
        "/quit",
        "not read any more",
    )
    for part in ("[1] 同意", "共1份材料", "请核对", "编号410900", "已分流至华龙区市场监管局", "已分流，待签收"):
        assert part in told


def test_a_conversation_goes_on_where_it_was_left(migrated_url: str, tmp_path: Path) -> None:
    chat(migrated_url, tmp_path, MILK, "同意", "王芳")
    told = chat(migrated_url, tmp_path, "13812345678")
    assert "您回来了" in told
    assert "通讯地址" in told


def test_two_names_are_two_people(migrated_url: str, tmp_path: Path) -> None:
    chat(migrated_url, tmp_path, MILK, "同意", "王芳")
    told = chat(migrated_url, tmp_path, "进度", name="other")
    assert "王芳" not in told
    assert "惠万家" not in told


def test_a_file_that_is_not_there_gets_one_sentence(migrated_url: str, tmp_path: Path) -> None:
    told = chat(migrated_url, tmp_path, "你好", "同意", "/file /no/such/file")
    assert "这个文件读不了" in told
    assert "Traceback" not in told
