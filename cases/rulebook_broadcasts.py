"""Reads how broadcasts are sent and what one can subscribe to: the national files, and over them the site's own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import time

from cases.broadcasts import Broadcasting, ChannelRule, SendingHours, Topic
from cases.reading import Table
from cases.rulebook_calendars import NOTES

FORMS = ("chat", "short")
NOTHING = Broadcasting(hours=SendingHours(start=time.min, end=time.max), title=0, body=0, case_days=0, head_seconds=0)


def read_broadcasting(tables: Sequence[Table]) -> Broadcasting:
    """The national values; a table that the site has too, and each channel of the same name, is the site's."""
    national, *own = tables
    found = _read(national, over=None)
    for table in own:
        found = _read(table, over=found)
    return found


def _read(table: Table, *, over: Broadcasting | None) -> Broadcasting:
    known = over or NOTHING
    hours = _hours(table.table("hours")) if over is None or "hours" in table else known.hours
    limits = {name: getattr(known, name) for name in ("title", "body", "case_days", "head_seconds")}
    if over is None or "limits" in table:
        rows = table.table("limits")
        limits = {name: rows.whole(name, low=1, default=value if over else None) for name, value in limits.items()}
        rows.finish(*NOTES)
    channels = {rule.name: rule for rule in map(_channel, table.tables("channel"))}
    table.finish(*NOTES)
    return Broadcasting(hours=hours, channels={**known.channels, **channels}, **limits)


def _hours(table: Table) -> SendingHours:
    start, end = table.clock_time("start"), table.clock_time("end")
    if start and end and end <= start:
        table.fault("end", found=end.isoformat("minutes"), allowed="a time after start")
    table.finish(*NOTES, "basis")
    return SendingHours(start=start or time.min, end=end or time.max)


def _channel(row: Table) -> ChannelRule:
    rule = ChannelRule(
        name=row.text("name"),
        label=row.text("label"),
        per_second=row.whole("per_second", low=1),
        short=row.one_of("form", FORMS) == "short",
        revisable=row.flag("revisable", True),
        take_back_hours=row.whole("take_back_hours", low=1) if "take_back_hours" in row else None,
    )
    row.finish(*NOTES)
    return rule


def read_topics(tables: Sequence[Table], labels: Mapping[str, tuple[str, ...]]) -> tuple[Topic, ...]:
    """The topics of the nation, or the site's own in their place; a code used twice is a fault."""
    found: tuple[Topic, ...] = ()
    for table in tables:
        rows = table.tables("topic")
        topics = tuple(_topic(row, labels) for row in rows)
        codes = [topic.code for topic in topics]
        for n, row in enumerate(rows):
            if codes[n] in codes[:n]:
                row.fault("code", found=codes[n], allowed="a code used once")
        table.finish(*NOTES)
        found = topics or found
    return found


def _topic(row: Table, labels: Mapping[str, tuple[str, ...]]) -> Topic:
    topic = Topic(
        code=row.text("code"),
        label=row.text("label"),
        categories=row.several("categories", labels["category"]),
        words=row.several("words"),
    )
    row.finish(*NOTES)
    return topic
