"""Reads TOML tables strictly: every value is asked for by name and type, and every fault is kept with its path."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, time, timedelta
from pathlib import Path
from typing import Any

from cases.errors import Fault

LONGEST_SPAN = timedelta(days=366)


class Faults:
    """Collects what is wrong while reading goes on, so that a person mends a folder in one go."""

    def __init__(self) -> None:
        self.found: list[Fault] = []

    def add(self, *, file: str, path: str, found: object, allowed: str) -> None:
        self.found.append(Fault(file=file, path=path, found=_shown(found), allowed=allowed))


def _shown(value: object) -> str:
    text = "nothing" if value is None else repr(value)
    return text if len(text) <= 80 else text[:77] + "…"


def load(path: Path, faults: Faults) -> Table:
    """The file as a table; a missing or broken file is a fault and reads as empty."""
    try:
        return parse(path.read_text(encoding="utf-8"), faults, file=path.name)
    except (IsADirectoryError, PermissionError) as error:
        faults.add(file=path.name, path="", found=error.strerror, allowed="a file that can be read")
    except FileNotFoundError:
        faults.add(file=path.name, path="", found=None, allowed=f"the file {path}")
    except UnicodeDecodeError as error:
        faults.add(file=path.name, path="", found=str(error), allowed="a TOML file in UTF-8")
    return Table({}, file=path.name, path="", faults=faults)


def parse(text: str, faults: Faults, *, file: str) -> Table:
    """A text in TOML as a table; ``file`` is what faults call it. A broken text is a fault and reads as empty."""
    try:
        content = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        faults.add(file=file, path="", found=str(error), allowed="a TOML file in UTF-8")
        content = {}
    return Table(content, file=file, path="", faults=faults)


class Table:
    """One table of a TOML file. Each getter notes the key as known; ``finish`` faults those nobody asked for."""

    def __init__(self, content: Mapping[str, Any], *, file: str, path: str, faults: Faults) -> None:
        self._content = content
        self._known: set[str] = set()
        self.file = file
        self.path = path
        self._faults = faults

    def __contains__(self, key: str) -> bool:
        self._known.add(key)
        return key in self._content

    def _where(self, key: str) -> str:
        return f"{self.path}.{key}" if self.path else key

    def fault(self, key: str, *, found: object, allowed: str) -> None:
        self._faults.add(file=self.file, path=self._where(key), found=found, allowed=allowed)

    def _take(self, key: str, types: type | tuple[type, ...], allowed: str) -> Any:
        self._known.add(key)
        value = self._content.get(key)
        if not isinstance(value, types) or (isinstance(value, bool) and types is not bool):
            self.fault(key, found=value, allowed=allowed)
            return None
        return value

    def text(self, key: str, default: str | None = None) -> str:
        """A non-empty string; ``default`` when the key is absent and a default was given."""
        self._known.add(key)
        if key not in self._content and default is not None:
            return default
        value = self._take(key, str, "a text")
        if value == "" and default is None:
            self.fault(key, found=value, allowed="a text that is not empty")
        return value or ""

    def maybe(self, key: str) -> str | None:
        return self.text(key) if key in self else None

    def one_of(self, key: str, allowed: Iterable[str], default: str | None = None) -> str:
        value = self.text(key, default)
        names = sorted(allowed)
        if value not in names and value != default:
            self.fault(key, found=self._content.get(key), allowed=", ".join(names))
        return value

    def several(self, key: str, allowed: Iterable[str] | None = None) -> tuple[str, ...]:
        """A list of strings, empty when absent; each within ``allowed`` when that is given."""
        self._known.add(key)
        if key not in self._content:
            return ()
        values = self._take(key, list, "a list of texts") or []
        names = None if allowed is None else set(allowed)
        for n, value in enumerate(values):
            if not isinstance(value, str) or (names is not None and value not in names):
                self.fault(f"{key}[{n}]", found=value, allowed=", ".join(sorted(names)) if names else "a text")
        return tuple(value for value in values if isinstance(value, str))

    def whole(self, key: str, *, default: int | None = None, low: int | None = None) -> int:
        self._known.add(key)
        if key not in self._content and default is not None:
            return default
        value = self._take(key, int, "a whole number")
        if value is not None and low is not None and value < low:
            self.fault(key, found=value, allowed=f"a whole number from {low}")
        return value or 0

    def wholes(self, key: str, *, low: int, high: int) -> tuple[int, ...]:
        """A list of whole numbers that is not empty, each from ``low`` to ``high``."""
        values = self._take(key, list, "a list of whole numbers") or []
        if not values and key in self._content:
            self.fault(key, found=values, allowed="at least one whole number")
        for n, value in enumerate(values):
            if type(value) is not int or not low <= value <= high:
                self.fault(f"{key}[{n}]", found=value, allowed=f"a whole number from {low} to {high}")
        return tuple(value for value in values if type(value) is int and low <= value <= high)

    def flag(self, key: str, default: bool = False) -> bool:
        self._known.add(key)
        return bool(self._take(key, bool, "true or false")) if key in self._content else default

    def day(self, key: str, default: date | None = None) -> date | None:
        self._known.add(key)
        if key not in self._content:
            return default
        value = self._content[key]
        parsed = _date(value)
        if parsed is None:
            self.fault(key, found=value, allowed="a date such as 2026-04-15")
        return parsed

    def clock_time(self, key: str) -> time | None:
        value = self.text(key)
        try:
            return time.fromisoformat(value)
        except ValueError:
            self.fault(key, found=value, allowed="a time such as 08:30")
            return None

    def days(self, key: str) -> frozenset[date]:
        """A set of days written as dates or inclusive ranges ``2026-01-01/2026-01-03``."""
        return frozenset(day for n, item in enumerate(self.several(key)) for day in self._span(f"{key}[{n}]", item))

    def _span(self, key: str, item: str) -> Iterator[date]:
        first_text, _, last_text = item.partition("/")
        first, last = _date(first_text), _date(last_text or first_text)
        if first is None or last is None or not timedelta(0) <= last - first < LONGEST_SPAN:
            self.fault(key, found=item, allowed="2026-01-01 or 2026-01-01/2026-01-03")
            return
        for ordinal in range(first.toordinal(), last.toordinal() + 1):
            yield date.fromordinal(ordinal)

    def table(self, key: str) -> Table:
        content = self._take(key, dict, "a table") or {}
        return Table(content, file=self.file, path=self._where(key), faults=self._faults)

    def tables(self, key: str) -> list[Table]:
        """The array of tables under ``key``, empty when absent."""
        self._known.add(key)
        if key not in self._content:
            return []
        rows = self._take(key, list, "an array of tables") or []
        return [
            Table(
                row if isinstance(row, dict) else {},
                file=self.file,
                path=f"{self._where(key)}[{n}]",
                faults=self._faults,
            )
            for n, row in enumerate(rows)
        ]

    def items(self) -> dict[str, Any]:
        """Everything in the table as it stands; used for flat maps of texts."""
        self._known.update(self._content)
        return dict(self._content)

    def finish(self, *also: str) -> None:
        """Fault every key that nobody asked for, save those in ``also`` (notes for the reader of the file)."""
        for key in self._content:
            if key not in self._known and key not in also:
                self.fault(key, found=self._content[key], allowed="one of " + ", ".join(sorted(self._known)))


def _date(value: object) -> date | None:
    if isinstance(value, date):
        return value
    try:
        return date.fromisoformat(str(value))
    except ValueError:
        return None
