"""Logs: one sentence a line with its facts; never a name, a number of a person, a message or a token."""

from __future__ import annotations

import json
import logging
import sys
from datetime import UTC, datetime

PLAIN = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}
TALKATIVE = ("telegram", "httpx", "aiohttp.access", "apscheduler", "alembic", "aiosqlite", "sqlalchemy.engine")
"""Libraries whose lower levels print addresses, tokens or values."""


def _facts(record: logging.LogRecord) -> dict[str, object]:
    return {key: value for key, value in vars(record).items() if key not in PLAIN}


class TextFormat(logging.Formatter):
    """For people: time, level, sentence, facts."""

    def format(self, record: logging.LogRecord) -> str:
        at = datetime.fromtimestamp(record.created).strftime("%H:%M:%S")  # noqa: DTZ006 - the reader's own clock
        facts = " ".join(f"{key}={value}" for key, value in _facts(record).items())
        line = f"{at} {record.levelname.lower():7} {record.getMessage()}{' ' if facts else ''}{facts}"
        return f"{line}\n{self.formatException(record.exc_info)}" if record.exc_info else line


class JsonFormat(logging.Formatter):
    """For machines: one object a line."""

    def format(self, record: logging.LogRecord) -> str:
        values = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
            **_facts(record),
        }
        if record.exc_info:
            values["traceback"] = self.formatException(record.exc_info)
        return json.dumps(values, ensure_ascii=False, default=str)


def set_up(*, level: str, style: str) -> None:
    """Send every log line to standard error in the chosen form."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonFormat() if style == "json" else TextFormat())
    logging.basicConfig(level=level.upper(), handlers=[handler], force=True)
    for name in TALKATIVE:
        logging.getLogger(name).setLevel(logging.WARNING)
