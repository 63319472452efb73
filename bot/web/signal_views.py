"""Signals as rows of pages: in words, and as a chart."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from cases.expecting import DAY
from cases.model import Case
from cases.signals import Signal
from handlers.office import Office
from handlers.signal_desk import Shown
from handlers.signal_words import (
    change_words,
    expected_words,
    rare_words,
    series_words,
    what_words,
    when_words,
)
from handlers.wording import day_words, instant_words, place_words, status_words, subject_words

WIDTH, HEIGHT, GAP = 600, 120, 2
"""Of the chart, in its own units; the gap is between two bars."""


def row(signal: Signal, *, office: Office) -> dict[str, Any]:
    """A signal in words."""
    return {
        "id": signal.id,
        "state": signal.state.value,
        "state_words": office.say(f"signal.state_{signal.state.value}"),
        "what": what_words(signal.facets, signal.named, office=office),
        "series": series_words(signal.facets, office=office),
        "when": when_words(signal.days, office=office),
        "people": signal.people,
        "before": signal.before,
        "change": change_words(signal, office=office),
        "expected": expected_words(signal.expected, office=office),
        "rare": rare_words(signal.chance, office=office),
        "since": day_words(signal.since, office=office),
        "until": day_words(signal.until, office=office),
        "found": day_words(signal.found_on, office=office),
        "decided_at": instant_words(signal.decided_at, office=office) if signal.decided_at else "",
        "note": signal.note or "",
    }


def case_rows(cases: Sequence[Case], *, office: Office) -> list[dict[str, str]]:
    return [
        {
            "no": case.no,
            "subject": subject_words(case, office=office),
            "merchant": case.merchant.name or "",
            "region": place_words(case.region, office=office),
            "at": instant_words(case.received_at, office=office),
            "status": status_words(case, office=office),
        }
        for case in cases
    ]


def bars(shown: Shown, *, office: Office) -> dict[str, Any]:
    """The chart: a bar a day, those of the signal's own window marked, and where the warning was sent."""
    days = [shown.chart.first + n * DAY for n in range((shown.chart.last - shown.chart.first).days + 1)]
    most = max(shown.counts.values(), default=0) or 1
    step = WIDTH / len(days)
    counted = [(n, day, shown.counts.get(day, 0)) for n, day in enumerate(days)]
    sent = shown.sent_on
    return {
        "width": WIDTH,
        "height": HEIGHT,
        "most": most,
        "first": day_words(days[0], office=office),
        "last": day_words(days[-1], office=office),
        "sent": round((sent - days[0]).days * step, 1) if sent and days[0] <= sent <= days[-1] else None,
        "bars": [
            {
                "x": round(n * step, 1),
                "y": round(HEIGHT - HEIGHT * count / most, 1),
                "width": round(step - GAP, 1),
                "height": round(HEIGHT * count / most, 1),
                "marked": shown.signal.since <= day <= shown.signal.until,
                "title": office.say("page.signal.chart_day", day=day_words(day, office=office), count=count),
            }
            for n, day, count in counted
            if count
        ],
    }
