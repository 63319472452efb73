"""How far a broadcast is, as plain values for programs and in words for people."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from cases.broadcasts import Broadcast, Result
from cases.calendar import CHINA
from handlers.broadcast_progress import Preview, Progress, Revising
from handlers.broadcast_texts import audience_words, kind_words, state_words
from handlers.office import Office
from handlers.wording import instant_words
from storage.outbox_store import DeliveryState

STATES = tuple(state.value for state in DeliveryState)
MINUTE, HOUR = 60, 3600


def facts_of(broadcast: Broadcast) -> dict[str, Any]:
    """The broadcast as plain values; instants in China time."""
    instants = ("created_at", "approved_at", "send_at", "started_at", "finished_at", "recalled_at")
    return {
        "id": broadcast.id,
        "kind": broadcast.kind.value,
        "state": broadcast.state.value,
        "title": broadcast.title,
        "picture": broadcast.picture,
        "people": broadcast.people,
        "note": broadcast.note,
        **{name: _iso(getattr(broadcast, name)) for name in instants},
    }


def progress_facts(found: Progress) -> dict[str, Any]:
    """How far it is as plain values."""
    names = sorted({*found.on, *(tally.channel for tally in found.tallies)})
    return {
        **facts_of(found.broadcast),
        "people": found.people,
        "waiting": found.waiting,
        "left_out": found.left_out,
        "ended": found.ended,
        "share": round(found.share, 4),
        "seconds_left": round(found.seconds, 1),
        "resting_until": _iso(found.resting_until),
        "states": _states(found, None),
        "channels": {name: {"people": found.on.get(name, 0), **_states(found, name)} for name in names},
        "reasons": [
            {"channel": one.channel, "state": one.state, "reason": one.reason, "count": one.count}
            for one in found.reasons
        ],
        "revisions": [_revising(one) for one in found.revising],
    }


def _states(found: Progress, channel: str | None) -> dict[str, int]:
    return {state: count for state in STATES if (count := found.count(state, channel=channel))}


def _revising(one: Revising) -> dict[str, Any]:
    return {
        "what": "recall" if one.revision.body is None else "correct",
        "at": _iso(one.revision.at),
        "total": one.total,
        "done": one.done,
        "failed": one.failed,
        "impossible": one.impossible,
        "finished": one.revision.finished_at is not None,
    }


def preview_facts(seen: Preview) -> dict[str, Any]:
    return {
        "people": seen.people,
        "refused": seen.refused,
        "starts_at": _iso(seen.starts_at),
        "ends_at": _iso(seen.ends_at),
        "in_one_day": seen.in_one_day,
        "segments": seen.segments,
        "channels": [{**vars(one), "seconds": round(one.seconds, 1)} for one in seen.channels],
    }


def result_facts(one: Result) -> dict[str, Any]:
    return {"n": one.n, "channel": one.channel, "state": one.state, "at": _iso(one.at), "reason": one.reason}


def _iso(instant: datetime | None) -> str | None:
    return instant.astimezone(CHINA).isoformat(timespec="seconds") if instant else None


def line_of(broadcast: Broadcast, *, office: Office) -> str:
    """One broadcast in a list."""
    return office.say(
        "broadcast.line",
        no=broadcast.id,
        kind=kind_words(broadcast, office=office),
        state=state_words(broadcast, office=office),
        title=broadcast.title,
        people="" if broadcast.people is None else str(broadcast.people),
        at=instant_words(broadcast.send_at, office=office) if broadcast.send_at else "",
    )


def preview_lines(broadcast: Broadcast, seen: Preview, *, office: Office) -> Iterator[str]:
    """For how many it is, how long it takes, what short messages cost."""
    yield office.say("broadcast.audience", audience=audience_words(broadcast.audience, office=office))
    yield office.say("broadcast.people", people=seen.people, refused=str(seen.refused) if seen.refused else "")
    for one in seen.channels:
        yield office.say(
            "broadcast.on_channel",
            label=one.label,
            people=one.people,
            time=duration_words(one.seconds, office=office),
            segments=str(one.segments or ""),
            total=str((one.segments or 0) * one.people),
        )
    if seen.people:
        key = "broadcast.ends" if seen.in_one_day else "broadcast.ends_later"
        starts, ends = (instant_words(instant, office=office) for instant in (seen.starts_at, seen.ends_at))
        yield office.say(key, starts=starts, ends=ends)


def progress_lines(found: Progress, *, office: Office) -> Iterator[str]:
    """How far it is: all together, each channel, why some did not get it, and what was changed afterwards."""
    if found.people:
        yield office.say(
            "broadcast.progress",
            ended=found.ended,
            people=found.people,
            percent=f"{found.share:.0%}",
            left=duration_words(found.seconds, office=office) if found.seconds else "",
            resting=instant_words(found.resting_until, office=office) if found.resting_until else "",
        )
    rules = office.rulebook.broadcasting
    for name in sorted(found.on):
        words = office.say("word.comma").join(
            office.say("broadcast.so_many", state=office.say(f"broadcast.text_{state}"), count=count)
            for state, count in _states(found, name).items()
        )
        yield office.say("broadcast.of_channel", label=rules.channel(name).label, people=found.on[name], states=words)
    if found.left_out:
        yield office.say("broadcast.left_out", count=found.left_out)
    for tally in found.reasons:
        state = office.say(f"broadcast.text_{tally.state}")
        yield office.say("broadcast.reason", state=state, reason=tally.reason, count=tally.count)
    for one in found.revising:
        key = "broadcast.recalling" if one.revision.body is None else "broadcast.correcting"
        numbers = {"failed": str(one.failed or ""), "impossible": str(one.impossible or "")}
        yield office.say(key, done=one.done, total=one.total, **numbers)


def duration_words(seconds: float, *, office: Office) -> str:
    whole = max(1, round(seconds))
    if whole < MINUTE:
        return office.say("broadcast.seconds", seconds=whole)
    if whole < HOUR:
        return office.say("broadcast.minutes", minutes=whole // MINUTE, seconds=str(whole % MINUTE or ""))
    return office.say("broadcast.hours", hours=whole // HOUR, minutes=str(whole % HOUR // MINUTE or ""))


def is_moving(found: Progress) -> bool:
    """Whether it will look different soon."""
    revised = any(one.revision.finished_at is None for one in found.revising)
    return revised or found.count("queued", "sending") > 0 or found.broadcast.state.value == "sending"
