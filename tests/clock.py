"""The one clock of a test: it moves when it is told to, and never by itself."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

CHINA = timezone(timedelta(hours=8), "CST")


class Clock:
    """Calling it gives the present instant, aware and in UTC. It starts on a Monday in office hours, China time."""

    def __init__(self, text: str = "2026-11-23 10:00") -> None:
        self._now = self.at(text)

    def __call__(self) -> datetime:
        return self._now

    def at(self, text: str) -> datetime:
        """Go to a date and time in China (``2026-11-22 10:00``), back as well as on; return the instant in UTC."""
        self._now = datetime.fromisoformat(text).replace(tzinfo=CHINA).astimezone(UTC)
        return self._now

    def advance(
        self, *, weeks: float = 0, days: float = 0, hours: float = 0, minutes: float = 0, seconds: float = 0
    ) -> datetime:
        """Let time pass; return the new instant."""
        step = timedelta(weeks=weeks, days=days, hours=hours, minutes=minutes, seconds=seconds)
        if step < timedelta(0):
            raise ValueError("time only passes; use at() to go back")
        self._now += step
        return self._now
