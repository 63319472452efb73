"""Choosing what to be warned of: topics, a district, a confirmation; and ending it in one step from anywhere.

What the person was at before is put aside meanwhile, and is where it was afterwards.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from cases.messages import Choice
from cases.model import Case
from handlers import subscriptions
from handlers.cards import Buttons, rows_of
from handlers.dialogues import intake
from handlers.dialogues.turn import HOME, Turn, pressed_parts
from handlers.wording import list_words

NAME = "subscription"
PREFIX = "sb"
STOP = "refuse"
TOPICS, REGION, CONFIRM = "topics", "region", "confirm"
MOST = 12
"""Districts for which there are buttons; more are named by typing."""
ASKING = 30
"""Up to this many characters, what begins by asking for a subscription is no story about one."""
Act = Callable[[Turn, str], Awaitable[None]]


def is_stop(turn: Turn) -> bool:
    """Whether the person wants no more broadcasts: the word, or the button under each of them."""
    return turn.message.pressed == f"{HOME}:{STOP}" or (not turn.message.pressed and turn.command() == STOP)


async def refuse(turn: Turn) -> None:
    """End it, at once and for good; whatever else the person is at goes on."""
    await subscriptions.stop(turn.tx, turn.person, at=turn.office.now())
    put_back(turn)
    in_draft = turn.session.dialogue == intake.NAME
    turn.say("subscription.stopped_in_draft" if in_draft else "subscription.stopped")


async def joined(turn: Turn, code: str) -> bool:
    """Whether the code was an invitation to a group; if so, the person belongs to it now."""
    found = await subscriptions.redeem(turn.tx, code, person=turn.person, office=turn.office)
    if found:
        turn.say("subscription.joined", name=found.name, group=found.group.label)
    return found is not None


async def begin(turn: Turn) -> None:
    """Ask for topics; what is subscribed already is chosen beforehand."""
    known = await subscriptions.get(turn.tx, turn.person)
    chosen = list(known.topics) if known else []
    _set(turn, step=TOPICS, topics=chosen, region=known.region if known else None)
    _ask_topics(turn)


async def meant(turn: Turn) -> bool:
    """Whether the words ask to subscribe to something that they name; if so, it is taken up."""
    asked = next((word for word in turn.office.rulebook.subscribing.asking if turn.text.startswith(word)), None)
    if asked is None or len(turn.text) > ASKING or _is_matter(turn):
        return False
    topics = subscriptions.topics_in(turn.text.removeprefix(asked), office=turn.office)
    if topics is None:
        return False
    regions = subscriptions.regions_in(turn.text, office=turn.office)
    _set(turn, step=TOPICS, topics=list(topics), region=None)
    await _topics_chosen(turn, region=regions[0] if len(regions) == 1 else None)
    return True


def _is_matter(turn: Turn) -> bool:
    """Whether the words tell of something that happened, rather than answer what to be warned of."""
    heard = turn.heard
    return bool(heard.merchant or heard.amount or heard.demands or heard.happened_on or heard.urgent)


async def show(turn: Turn) -> None:
    """What the person is subscribed to."""
    known = await subscriptions.get(turn.tx, turn.person)
    groups = turn.office.rulebook.subscribing.groups
    own = [groups[code].label for code in await turn.tx.subscriptions.groups_of(turn.person) if code in groups]
    change = turn.choice("subscription.button_change" if known else "menu.subscribe", f"{HOME}:subscribe")
    end = turn.choice("subscription.button_stop", f"{HOME}:{STOP}")
    if known:
        facts = subscriptions.describe(known.topics, known.region, office=turn.office)
        turn.say("subscription.mine", ((change, end),), **facts)
    if own:
        turn.say(
            "subscription.mine_groups", () if known else ((end,),), groups=list_words(tuple(own), office=turn.office)
        )
    if not known and not own:
        refused = await subscriptions.has_refused(turn.tx, turn.person)
        turn.say("subscription.mine_refused" if refused else "subscription.mine_none", ((change,),))


async def heard(turn: Turn) -> bool:
    """Whether the words belong to this dialogue; otherwise what waited is put back, to hear them."""
    command, step = turn.command(), str(turn.session.data.get("step"))
    if command in ("cancel", "back") and (command == "cancel" or step == TOPICS):
        _leave(turn, "subscription.left")
    elif command == "back" or (command == "edit" and step == CONFIRM):
        _set(turn, step=TOPICS)
        _ask_topics(turn)
    elif command == "confirm":
        await STEPS[step](turn)
    elif (command is None or (command == "skip" and step == REGION)) and not _is_matter(turn) and turn.text:
        await _answered(turn, step)
    else:
        put_back(turn)
        return False
    return True


async def _answered(turn: Turn, step: str) -> None:
    if step == REGION:
        await _region_said(turn)
        return
    topics = subscriptions.topics_in(turn.text, office=turn.office)
    regions = subscriptions.regions_in(turn.text, office=turn.office)
    if topics is None and step == CONFIRM and regions:
        await _region_said(turn)
        return
    if topics is None:
        turn.say("subscription.not_topic", _topic_buttons(turn))
        return
    chosen = [*turn.session.data["topics"], *topics] if topics and step == TOPICS else [*topics]
    _set(turn, topics=list(dict.fromkeys(chosen)))
    await _topics_chosen(turn, region=regions[0] if len(regions) == 1 else None)


async def _topics_chosen(turn: Turn, region: str | None = None) -> None:
    """On to the district, unless it was said already or there is only one."""
    if region or not subscriptions.counties(turn.office):
        _set(turn, region=region)
        await _ask_confirm(turn)
        return
    _set(turn, step=REGION)
    facts = subscriptions.describe(turn.session.data["topics"], None, office=turn.office)
    turn.say("subscription.region", _region_buttons(turn), topics=facts["topics"], whole=facts["region"])


async def _region_said(turn: Turn) -> None:
    regions = subscriptions.regions_in(turn.text, office=turn.office)
    if len(regions) != 1:
        key = "subscription.one_region" if regions else "subscription.not_region"
        turn.say(key, _region_buttons(turn), whole=subscriptions.whole_words(turn.office))
        return
    _set(turn, region=regions[0])
    await _ask_confirm(turn)


async def _ask_confirm(turn: Turn) -> None:
    _set(turn, step=CONFIRM)
    data = turn.session.data
    yes = turn.choice("subscription.button_yes", f"{PREFIX}:yes")
    change, leave = (turn.choice(f"subscription.button_{act}", f"{PREFIX}:{act}") for act in ("change", "leave"))
    facts = subscriptions.describe(data["topics"], data["region"], office=turn.office)
    turn.say("subscription.confirm", ((yes,), (change, leave)), **facts)


async def _done(turn: Turn) -> None:
    data = turn.session.data
    await _start(turn, data["topics"], data["region"])
    _leave(turn)


async def _start(turn: Turn, topics: list[str], region: str | None) -> None:
    at = turn.office.now()
    await subscriptions.start(turn.tx, turn.person, topics=topics, region=region, at=at)
    turn.say("subscription.done", **subscriptions.describe(topics, region, office=turn.office))


def _ask_topics(turn: Turn) -> None:
    topics = turn.session.data["topics"]
    chosen = subscriptions.describe(topics, None, office=turn.office)["topics"] if topics else ""
    turn.say("subscription.topics", _topic_buttons(turn), chosen=chosen)


def _topic_buttons(turn: Turn) -> Buttons:
    chosen = turn.session.data["topics"]
    choices = [
        Choice(
            label=turn.office.say("subscription.chosen", label=topic.label) if topic.code in chosen else topic.label,
            value=f"{PREFIX}:topic:{topic.code}",
        )
        for topic in turn.office.rulebook.topics
    ]
    last = [turn.choice("subscription.button_every", f"{PREFIX}:every")]
    last += [turn.choice("subscription.button_next", f"{PREFIX}:next")] if chosen else []
    return (*rows_of(choices, 2), tuple(last))


def _region_buttons(turn: Turn) -> Buttons:
    places = subscriptions.counties(turn.office)
    choices = [Choice(label=place.name, value=f"{PREFIX}:region:{place.code}") for place in places]
    whole = Choice(label=subscriptions.whole_words(turn.office), value=f"{PREFIX}:region:")
    return (*rows_of(choices if len(choices) <= MOST else [], 3), (whole,))


async def pressed(turn: Turn) -> None:
    """A button of this dialogue, or the one of an offer."""
    _, act, value, *more = [*pressed_parts(turn.message), "", ""]
    if act == "offer":
        await _offer_taken(turn, value, more[0] if more else "")
    elif turn.session.dialogue == NAME and act in ACTS:
        await ACTS[act](turn, value)
    else:
        turn.say("button.old")


async def _topic(turn: Turn, code: str) -> None:
    known = [topic.code for topic in turn.office.rulebook.topics]
    chosen = set(turn.session.data["topics"]) ^ {code}
    _set(turn, step=TOPICS, topics=[one for one in known if one in chosen])
    _ask_topics(turn)


async def _every(turn: Turn, _: str) -> None:
    _set(turn, topics=[])
    await _topics_chosen(turn)


async def _next(turn: Turn, _: str) -> None:
    await STEPS[TOPICS](turn)


async def _region(turn: Turn, code: str) -> None:
    known = {place.code for place in subscriptions.counties(turn.office)}
    _set(turn, region=code if code in known else None)
    await _ask_confirm(turn)


async def _yes(turn: Turn, _: str) -> None:
    if turn.session.data.get("step") == CONFIRM:
        await _done(turn)
    else:
        turn.say("button.old")


async def _change(turn: Turn, _: str) -> None:
    _set(turn, step=TOPICS)
    _ask_topics(turn)


async def _left(turn: Turn, _: str) -> None:
    _leave(turn, "subscription.left")


async def offer(turn: Turn, case: Case) -> None:
    """Once in a life: who has been through a case is asked whether to be warned of such things."""
    topic = subscriptions.topic_of(case, office=turn.office)
    short = turn.office.rulebook.broadcasting.channel(turn.person.channel).short
    if topic is None or short or turn.staff or await _settled(turn):
        return
    if not await turn.tx.subscriptions.offer(turn.person, at=turn.office.now()):
        return
    known = {place.code for place in subscriptions.counties(turn.office)}
    region = case.region if case.region in known else None
    facts = subscriptions.describe([topic], region, office=turn.office)
    button = turn.choice("subscription.button_offer", f"{PREFIX}:offer:{topic}:{region or ''}", **facts)
    turn.say("subscription.offer", ((button,),), **facts)


async def _settled(turn: Turn) -> bool:
    """Whether the person has said already what they want."""
    known = await subscriptions.get(turn.tx, turn.person)
    return known is not None or await subscriptions.has_refused(turn.tx, turn.person)


async def _offer_taken(turn: Turn, topic: str, region: str) -> None:
    if topic not in {one.code for one in turn.office.rulebook.topics}:
        turn.say("button.old")
    elif await subscriptions.get(turn.tx, turn.person):
        await show(turn)
    else:
        await _start(turn, [topic], region or None)


def _set(turn: Turn, **changed: Any) -> None:
    """Stay in this dialogue, with these of its facts changed; what was there before it is put aside."""
    session = turn.session
    inside = session.dialogue == NAME
    data = session.data if inside else {"aside": {"dialogue": session.dialogue, "data": dict(session.data)}}
    turn.go(NAME, {**data, **changed})


def put_back(turn: Turn) -> None:
    """Out of this dialogue, to what waited meanwhile."""
    if turn.session.dialogue == NAME:
        aside: Mapping[str, Any] = turn.session.data.get("aside") or {}
        turn.go(aside.get("dialogue") or HOME, aside.get("data"))


def _leave(turn: Turn, key: str | None = None) -> None:
    put_back(turn)
    if key:
        turn.say(key)
    if turn.session.dialogue == intake.NAME:
        turn.say("progress.draft_waits")


async def _confirm_topics(turn: Turn) -> None:
    if turn.session.data["topics"]:
        await _topics_chosen(turn)
    else:
        _ask_topics(turn)


async def _confirm_region(turn: Turn) -> None:
    turn.say("subscription.not_region", _region_buttons(turn), whole=subscriptions.whole_words(turn.office))


STEPS: Mapping[str, Callable[[Turn], Awaitable[None]]] = {
    TOPICS: _confirm_topics,
    REGION: _confirm_region,
    CONFIRM: _done,
}
ACTS: Mapping[str, Act] = {
    "topic": _topic,
    "every": _every,
    "next": _next,
    "region": _region,
    "yes": _yes,
    "change": _change,
    "leave": _left,
}
