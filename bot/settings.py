"""Settings from ``LIANXIN_…`` variables or a ``.env`` file; an unknown or malformed one stops the start."""

from __future__ import annotations

import os
import secrets
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from cases.errors import SettingFault

PREFIX = "LIANXIN_"
KEY_FILE = "secret.key"
KEY_BYTES = 32
SMS_NEEDS = {
    "none": (),
    "aliyun": ("sms_key_id", "sms_key_secret"),
    "tencent": ("sms_key_id", "sms_key_secret", "sms_app_id"),
    "http": ("sms_file",),
}
"""What must be set beside each operator of short messages."""
DRIVERS = ("sqlite+aiosqlite", "postgresql+psycopg")


class Settings(BaseSettings):
    """Each field is the variable ``LIANXIN_`` + its name in capitals; ``docs/settings.md`` tells of each."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, env_file=".env", extra="ignore")

    data_dir: Path = Path("data")
    database_url: str | None = None
    site: str = "puyang"
    http_host: str = "127.0.0.1"
    http_port: int = Field(default=12315, ge=1, le=65535)
    public_url: str | None = None
    telegram_token: SecretStr | None = None
    telegram_api_url: str | None = None
    telegram_webhook_secret: SecretStr | None = None
    telegram_rate: int = Field(default=30, ge=0, le=1000)
    sms_provider: Literal["none", "aliyun", "tencent", "http"] = "none"
    sms_key_id: str | None = None
    sms_key_secret: SecretStr | None = None
    sms_signature: str | None = None
    sms_app_id: str | None = None
    sms_region: str = "ap-guangzhou"
    sms_url: str | None = None
    sms_file: Path | None = None
    sms_callback_secret: SecretStr | None = None
    sms_rate: int = Field(default=20, ge=1, le=1000)
    secret_key: SecretStr | None = None
    metrics_token: SecretStr | None = None
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    log_format: Literal["text", "json"] = "text"

    @field_validator("log_level", "log_format", "sms_provider", mode="before")
    @classmethod
    def _lower(cls, value: object) -> object:
        return value.lower() if isinstance(value, str) else value

    @field_validator("public_url", "telegram_api_url", "sms_url")
    @classmethod
    def _address(cls, value: str | None) -> str | None:
        if value is not None and not value.startswith(("http://", "https://")):
            raise ValueError("an address that begins with http:// or https://")
        return value.rstrip("/") if value else None

    @field_validator(
        "telegram_token",
        "telegram_webhook_secret",
        "sms_key_secret",
        "sms_callback_secret",
        "secret_key",
        "metrics_token",
    )
    @classmethod
    def _not_empty(cls, value: SecretStr | None) -> SecretStr | None:
        return value if value and value.get_secret_value().strip() else None

    @property
    def database(self) -> str:
        """The database's address; by default a SQLite file in the data folder."""
        return self.database_url or f"sqlite+aiosqlite:///{(self.data_dir / 'lianxin.db').resolve()}"

    @property
    def metrics_secret(self) -> str | None:
        """What must be carried to read ``/metrics``; None: it is read on this machine only."""
        return self.metrics_token.get_secret_value().strip() if self.metrics_token else None

    @property
    def url(self) -> str:
        """The address that links carry."""
        return self.public_url or f"http://{self.http_host}:{self.http_port}"


def load_settings() -> Settings:
    """The settings; SettingFault names the setting, what was given and what is allowed."""
    _refuse_unknown()
    try:
        settings = Settings()
    except ValidationError as error:
        raise SettingFault("; ".join(_told(detail) for detail in error.errors())) from None
    _check_database(settings)
    if settings.telegram_webhook_secret and not settings.public_url:
        raise SettingFault(f"{PREFIX}PUBLIC_URL is needed with {PREFIX}TELEGRAM_WEBHOOK_SECRET: Telegram calls it")
    for name in SMS_NEEDS[settings.sms_provider]:
        if not getattr(settings, name):
            raise SettingFault(f"{PREFIX}{name.upper()} is needed with {PREFIX}SMS_PROVIDER={settings.sms_provider}")
    return settings


def _told(detail: object) -> str:
    assert isinstance(detail, dict)
    name = f"{PREFIX}{detail['loc'][0]}".upper()
    shown = "(hidden)" if "token" in name.lower() or "secret" in name.lower() else repr(detail.get("input"))
    return f"{name}: given {shown}; allowed: {detail['msg']}"


def _refuse_unknown() -> None:
    known = {f"{PREFIX}{name}".upper() for name in Settings.model_fields}
    for name in sorted({*os.environ, *_dotenv_names()}):
        if (
            name.upper().startswith(PREFIX)
            and not name.upper().startswith(f"{PREFIX}TEST_")
            and name.upper() not in known
        ):
            raise SettingFault(f"{name}: is no setting; allowed: {', '.join(sorted(known))}")


def _dotenv_names() -> list[str]:
    path = Path(".env")
    try:
        lines = path.read_text(encoding="utf-8").splitlines() if path.is_file() else []
    except UnicodeDecodeError as error:
        raise SettingFault(f".env: given bytes that are no text ({error.reason}); allowed: a file in UTF-8") from None
    return [line.removeprefix("export ").partition("=")[0].strip() for line in lines if "=" in line]


def _check_database(settings: Settings) -> None:
    driver, colon, _ = settings.database.partition("://")
    if not colon or driver not in DRIVERS or not _has_sound_port(settings.database):
        # The rest of the address may hold a password.
        raise SettingFault(
            f"{PREFIX}DATABASE_URL: given {driver}://…; allowed: {', '.join(f'{d}://…' for d in DRIVERS)}"
        )


def _has_sound_port(address: str) -> bool:
    try:
        return urlsplit(address).port != 0
    except ValueError:
        return False


def make_data_dir(settings: Settings) -> None:
    """Make the data folder when it is missing. SettingFault when that cannot be."""
    try:
        settings.data_dir.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise SettingFault(
            f"{PREFIX}DATA_DIR: given {settings.data_dir}; allowed: a folder to write in ({error.strerror})"
        ) from None


def root_secret(settings: Settings) -> bytes:
    """The secret from which every key is derived: the setting, or a file in the data folder, made on first use."""
    if settings.secret_key:
        return settings.secret_key.get_secret_value().encode()
    make_data_dir(settings)
    path = settings.data_dir / KEY_FILE
    try:
        _make_key(path)
        key = path.read_bytes().strip()
    except OSError as error:
        raise SettingFault(f"{path}: allowed: a file that this program may read ({error.strerror})") from None
    if not key:
        # Sealing with it would be as good as not sealing; a new key would open nothing that is there.
        raise SettingFault(f"{path}: given an empty file; allowed: the key that was made here, from a backup")
    return key


def _make_key(path: Path) -> None:
    if path.exists():
        return
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=path.name)
    try:
        with os.fdopen(handle, "w") as file:
            file.write(secrets.token_hex(KEY_BYTES))
        with suppress(FileExistsError):  # another process was first
            os.link(name, path)  # never seen half written
    finally:
        Path(name).unlink()
