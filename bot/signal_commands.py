"""What ``main.py signals`` finds."""

from __future__ import annotations

import argparse
import json
from typing import Any

from cases.expecting import LEVEL_WEEKS
from cases.signals import Spike
from handlers.house import House
from handlers.signal_words import spike_line
from handlers.signals import Watcher

DIGITS = 3


async def signals(house: House, wanted: argparse.Namespace) -> str:
    """What is complained of far more than usual; nothing is written and nobody told."""
    found = await Watcher(house.database, house.office).look(wanted.as_of)
    if wanted.json:
        return "\n".join(json.dumps(_facts(spike), ensure_ascii=False) for spike in found.spikes)
    if found.young:
        return house.office.say("signal.too_young", weeks=LEVEL_WEEKS)
    lines = [spike_line(spike, office=house.office) for spike in found.spikes]
    return "\n".join(lines) or house.office.say("signal.found_none")


def _facts(spike: Spike) -> dict[str, Any]:
    return {
        "facets": dict(spike.facets),
        "named": spike.named,
        "since": spike.since.isoformat(),
        "until": spike.until.isoformat(),
        "days": spike.days,
        "people": spike.people,
        "before": spike.before,
        "expected": round(spike.expected.mean, DIGITS),
        "chance": spike.chance,
        "cases": list(spike.cases),
    }
