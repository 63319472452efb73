"""Logs: one sentence a line with its facts; never a name, a number of a person, a message or a token."""

from __future__ import annotations

import json
import logging
import sys
import traceback
from collections.abc import Iterator
from datetime import UTC, datetime

from cases.errors import CaseError, LianxinError

PLAIN = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}
TALKATIVE = ("telegram", "httpx", "aiohttp.access", "apscheduler", "alembic", "aiosqlite", "sqlalchemy.engine")
"""Libraries whose lower levels print addresses, tokens or values."""
SILENT = ("aiohttp.server",)
"""It prints the request line of a call that it refuses, and our own middleware tells of every fault."""


def _facts(record: logging.LogRecord) -> dict[str, object]:
    return {key: value for key, value in vars(record).items() if key not in PLAIN}


def _error(record: logging.LogRecord) -> BaseException | None:
    return record.exc_info[1] if record.exc_info else None


def _traceback(error: BaseException) -> str:
    """Where it happened and what kinds of errors led to it, without their words: these may be a person's."""
    parts = [*traceback.format_tb(error.__traceback__), _named(error)]
    for cause in _behind(error):
        parts = [_traceback(cause), "\nwhich led to\n", *parts]
    return "".join(parts)


def _named(error: BaseException) -> str:
    ours = isinstance(error, LianxinError) and not isinstance(error, CaseError)
    return f"{type(error).__module__}.{type(error).__qualname__}{f': {error}' if ours else ''}"


def _behind(error: BaseException) -> Iterator[BaseException]:
    if isinstance(error, BaseExceptionGroup):
        yield from error.exceptions
    cause = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    if cause is not None:
        yield cause


class TextFormat(logging.Formatter):
    """For people: time, level, sentence, facts."""

    def format(self, record: logging.LogRecord) -> str:
        at = datetime.fromtimestamp(record.created).strftime("%H:%M:%S")  # noqa: DTZ006 - the reader's own clock
        facts = " ".join(f"{key}={value}" for key, value in _facts(record).items())
        line = f"{at} {record.levelname.lower():7} {record.getMessage()}{' ' if facts else ''}{facts}"
        error = _error(record)
        return f"{line}\n{_traceback(error)}" if error else line


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
        error = _error(record)
        if error:
            values["traceback"] = _traceback(error)
        return json.dumps(values, ensure_ascii=False, default=str)


def set_up(*, level: str, style: str) -> None:
    """Send every log line to standard error in the chosen form."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonFormat() if style == "json" else TextFormat())
    logging.basicConfig(level=level.upper(), handlers=[handler], force=True)
    for name in TALKATIVE:
        logging.getLogger(name).setLevel(logging.WARNING)
    for name in SILENT:
        logging.getLogger(name).setLevel(logging.CRITICAL)
