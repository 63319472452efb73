"""Settings: what is unknown or malformed stops the start with its name, what was given and what is allowed."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from bot.settings import KEY_FILE, PREFIX, Settings, load_settings, root_secret
from cases.errors import SettingFault


@pytest.fixture(autouse=True)
def bare(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A folder without a .env file and an environment without settings."""
    for name in [name for name in os.environ if name.upper().startswith(PREFIX)]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_without_any_setting_the_program_knows_what_to_do(bare: Path) -> None:
    settings = load_settings()
    assert settings.site == "puyang"
    assert settings.url == "http://127.0.0.1:12315"
    assert settings.database == f"sqlite+aiosqlite:///{bare}/data/lianxin.db"
    assert settings.telegram_token is None


@pytest.mark.parametrize(
    ("name", "given", "parts"),
    [
        ("HTTP_PROT", "80", ["LIANXIN_HTTP_PROT: is no setting", "LIANXIN_HTTP_PORT"]),
        ("HTTP_PORT", "http", ["LIANXIN_HTTP_PORT: given 'http'", "integer"]),
        ("HTTP_PORT", "70000", ["LIANXIN_HTTP_PORT: given '70000'", "65535"]),
        ("HTTP_PORT", "0", ["LIANXIN_HTTP_PORT: given '0'", "1"]),
        ("LOG_LEVEL", "loud", ["LIANXIN_LOG_LEVEL: given 'loud'", "'debug', 'info', 'warning' or 'error'"]),
        ("LOG_FORMAT", "xml", ["LIANXIN_LOG_FORMAT: given 'xml'", "'text' or 'json'"]),
        ("PUBLIC_URL", "12315.example", ["LIANXIN_PUBLIC_URL: given '12315.example'", "http:// or https://"]),
        ("TELEGRAM_API_URL", "localhost", ["LIANXIN_TELEGRAM_API_URL: given 'localhost'", "http://"]),
        ("DATABASE_URL", "mysql://u:geheim@h/d", ["LIANXIN_DATABASE_URL: given mysql://…", "postgresql+psycopg://…"]),
        ("DATABASE_URL", "lianxin.db", ["LIANXIN_DATABASE_URL: given", "sqlite+aiosqlite://…"]),
        ("DATABASE_URL", "postgresql+psycopg://u:geheim@h:port/d", ["LIANXIN_DATABASE_URL", "postgresql+psycopg://…"]),
        ("DATABASE_URL", "postgresql+asyncpg://u:geheim@h/d", ["LIANXIN_DATABASE_URL", "postgresql+psycopg://…"]),
        ("TELEGRAM_WEBHOOK_SECRET", "geheim", ["LIANXIN_PUBLIC_URL is needed"]),
    ],
)
def test_a_setting_that_is_unknown_or_malformed_is_named_with_what_is_allowed(
    name: str, given: str, parts: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(f"{PREFIX}{name}", given)
    with pytest.raises(SettingFault) as refused:
        load_settings()
    told = str(refused.value)
    assert [part for part in parts if part not in told] == [], told
    assert "geheim" not in told
    assert "\n" not in told


def test_a_secret_is_never_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("TELEGRAM_TOKEN", "SECRET_KEY", "SMS_KEY_SECRET", "SMS_CALLBACK_SECRET", "METRICS_TOKEN"):
        monkeypatch.setenv(f"{PREFIX}{name}", "geheim-4711")
    settings = load_settings()
    assert "geheim-4711" not in f"{settings!r} {settings} {settings.model_dump()}"
    assert settings.telegram_token is not None
    assert settings.telegram_token.get_secret_value() == "geheim-4711"


def test_an_empty_secret_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(f"{PREFIX}TELEGRAM_TOKEN", " ")
    monkeypatch.setenv(f"{PREFIX}METRICS_TOKEN", "")
    assert load_settings().telegram_token is None
    assert load_settings().metrics_secret is None, "nobody reads the numbers by carrying nothing"


def test_a_dotenv_file_is_read_and_the_environment_wins_over_it(bare: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (bare / ".env").write_text("# 注释\nLIANXIN_HTTP_PORT=8080\nexport LIANXIN_LOG_LEVEL=DEBUG\nOTHER=1\n", "utf-8")
    monkeypatch.setenv(f"{PREFIX}HTTP_PORT", "8081")
    settings = load_settings()
    assert (settings.http_port, settings.log_level) == (8081, "debug")


def test_an_unknown_name_in_the_dotenv_file_is_refused(bare: Path) -> None:
    (bare / ".env").write_text("LIANXIN_SIET=puyang\n", "utf-8")
    with pytest.raises(SettingFault, match="LIANXIN_SIET: is no setting"):
        load_settings()


def test_a_dotenv_file_that_is_not_utf8_is_told_in_one_sentence(bare: Path) -> None:
    (bare / ".env").write_bytes("LIANXIN_SITE=濮阳\n".encode("gb18030"))
    with pytest.raises(SettingFault, match=r"\.env: .*UTF-8"):
        load_settings()


def test_an_address_loses_its_last_slash(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(f"{PREFIX}PUBLIC_URL", "https://12315.example/")
    assert load_settings().url == "https://12315.example"


def test_the_key_is_made_once_and_only_its_owner_may_read_it(bare: Path) -> None:
    settings = Settings(data_dir=bare / "new" / "data")
    first = root_secret(settings)
    path = settings.data_dir / KEY_FILE
    assert len(first) >= 32
    assert root_secret(settings) == first == path.read_bytes()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_the_key_that_was_set_is_used_and_none_is_made(bare: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(f"{PREFIX}SECRET_KEY", "mine")
    settings = load_settings()
    assert root_secret(settings) == b"mine"
    assert not settings.data_dir.exists()


def test_an_empty_key_file_is_refused_rather_than_used(bare: Path) -> None:
    """An emptied file would seal everything with a key that anybody can guess."""
    (bare / "data").mkdir()
    (bare / "data" / KEY_FILE).write_text("\n")
    with pytest.raises(SettingFault, match=r"secret\.key"):
        root_secret(load_settings())


def test_a_data_folder_that_is_a_file_is_told_in_one_sentence(bare: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (bare / "taken").write_text("")
    monkeypatch.setenv(f"{PREFIX}DATA_DIR", "taken")
    with pytest.raises(SettingFault, match="LIANXIN_DATA_DIR: given taken; allowed: a folder to write in"):
        root_secret(load_settings())


@pytest.mark.parametrize(
    ("given", "part"),
    [
        ({"SMS_PROVIDER": "pigeon"}, "LIANXIN_SMS_PROVIDER: given 'pigeon'; allowed: Input should be 'none', 'aliyun'"),
        ({"SMS_PROVIDER": "aliyun"}, "LIANXIN_SMS_KEY_ID is needed with LIANXIN_SMS_PROVIDER=aliyun"),
        ({"SMS_PROVIDER": "ALIYUN", "SMS_KEY_ID": "k"}, "LIANXIN_SMS_KEY_SECRET is needed"),
        ({"SMS_PROVIDER": "tencent", "SMS_KEY_ID": "k", "SMS_KEY_SECRET": "s"}, "LIANXIN_SMS_APP_ID is needed"),
        ({"SMS_PROVIDER": "http"}, "LIANXIN_SMS_FILE is needed with LIANXIN_SMS_PROVIDER=http"),
        ({"SMS_RATE": "0"}, "LIANXIN_SMS_RATE: given '0'"),
        ({"SMS_URL": "localhost"}, "LIANXIN_SMS_URL: given 'localhost'; allowed"),
    ],
)
def test_what_an_operator_of_short_messages_needs_is_asked_for(
    given: dict[str, str], part: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in given.items():
        monkeypatch.setenv(f"{PREFIX}{name}", value)
    with pytest.raises(SettingFault) as refused:
        load_settings()
    assert part in str(refused.value)
