"""The intake dialogue: from a first sentence to a confirmed case, one short question at a time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from functools import partial

from cases import intake
from cases.deciding import open_question, without_hearsay
from cases.intake import CORRECTABLE, IDENTITY, OPTIONAL, Draft, Known, Slot
from cases.messages import Choice
from cases.model import Kind
from handlers import filing
from handlers.dialogues import duplicate
from handlers.dialogues.answers import give_up, not_known, read_answer, taken, undoubted, upgraded
from handlers.dialogues.facts import fact_line, fact_words, is_seated, other_door, summary
from handlers.dialogues.questions import PREFIX, choices, is_offered, offer_settling, question
from handlers.dialogues.turn import HOME, Turn, choices_in_rows, pressed_parts
from handlers.evidence import keep_attachments
from handlers.settlers import settler, settlers
from handlers.wording import list_words, slot_words

NAME = "intake"
AWAY = timedelta(hours=6)
"""After this long, a person is first told where the draft stands."""


async def begin(
    turn: Turn, *, kinds: Sequence[Kind] = (), text: str = "", evidence: Sequence[str] = (), more: bool = False
) -> None:
    """Start a draft, with what was said already."""
    draft = Draft(kinds=tuple(kinds), evidence=tuple(evidence))
    if text:
        draft = intake.tell(intake.learn(draft, turn.heard), text)
        draft = without_hearsay(draft, routing=turn.office.rulebook.routing)
    turn.settlers = await settlers(turn.tx)
    turn.go(NAME, {"n": turn.office.new_id()})
    heard = fact_line(draft, office=turn.office)
    if heard:
        turn.say("intake.heard", facts=heard)
    elif evidence and not more:
        turn.say("intake.evidence", count=len(evidence))
    await _ask(turn, draft)


async def hear(turn: Turn) -> None:
    """Take one message into the draft and ask what is still missing."""
    draft = Draft.load(turn.session.data["draft"])
    turn.settlers = await settlers(turn.tx)
    if turn.message.at - turn.session.updated_at > AWAY and not turn.message.pressed:
        turn.say("intake.welcome_back", facts=fact_line(draft, office=turn.office))
    if turn.message.pressed:
        await _pressed(turn, draft)
        return
    draft, told = _take_attachments(turn, draft)
    if not turn.text:
        await _after_attachments(turn, draft, told=told)
        return
    meant = duplicate.meant(turn)
    if meant is not None:
        await _duplicate(turn, duplicate.kept(turn, draft), yes=meant)
        return
    command = turn.command()
    if command in COMMANDS:
        await COMMANDS[command](turn, draft)
        return
    if not await _corrected(turn, draft):
        await _answered(turn, draft)


async def _duplicate(turn: Turn, draft: Draft, *, yes: bool) -> None:
    """Go on with what is not a mere addition to a case that the person has."""
    left = await duplicate.answered(turn, draft, yes=yes)
    if left is not None:
        await _ask(turn, left)


def _pending(draft: Draft) -> Slot | None:
    return Slot(draft.pending) if draft.pending else None


def _take_attachments(turn: Turn, draft: Draft) -> tuple[Draft, int]:
    ids = keep_attachments(turn.tx, turn.message, office=turn.office)
    for card in turn.message.attachments:
        if card.own and card.phone and not draft.get("phone"):
            draft = intake.answer(draft, Slot.PHONE, card.phone)
            if card.name and not draft.get("name") and _pending(draft) is Slot.NAME:
                draft = intake.answer(draft, Slot.NAME, card.name)
    return replace(draft, evidence=(*draft.evidence, *ids)), len(ids)


async def _after_attachments(turn: Turn, draft: Draft, *, told: int) -> None:
    """Say once per album that it is kept, and ask again what was asked."""
    album = turn.message.album
    if album and turn.session.data.get("album") == album:
        _keep(turn, draft)
        return
    if told:
        turn.say("intake.evidence", count="" if album else len(draft.evidence))
    await _ask(turn, draft)
    if album:
        turn.go(NAME, {**turn.session.data, "album": album})


async def _corrected(turn: Turn, draft: Draft) -> bool:
    """Whether the message corrected something; then it is done and the question stands again."""
    corrections = turn.office.reader.corrections(turn.text)
    changed: list[Slot] = []
    for correction in corrections:
        slot = Slot(correction.slot)
        if slot is _pending(draft) and not draft.get(slot.value):
            continue
        merchant = turn.office.reader.rebranched(draft.get("merchant") or "", correction.value)
        if merchant and slot in (Slot.MERCHANT, Slot.MERCHANT_ADDRESS):
            draft = intake.with_fact(draft, "merchant", merchant)
            changed.append(Slot.MERCHANT)
            continue
        understand = partial(turn.office.reader.understand, correction.value, today=turn.office.today())
        emptied = intake.without_fact(draft, slot.value) if slot is not Slot.NARRATIVE else draft
        result = read_answer(emptied, slot, correction.value, understand=understand, office=turn.office)
        if result.unclear is None:
            draft = replace(result.draft, answered=draft.answered)
            changed.append(slot)
    if set(changed) - {*IDENTITY, Slot.NARRATIVE}:
        # The officer reads the story beside the facts: it says where they were put right.
        draft = intake.tell(draft, turn.text)
    for slot in changed:
        _say_changed(turn, draft, slot)
    if changed:
        await _ask(turn, draft)
    return bool(changed)


def _say_changed(turn: Turn, draft: Draft, slot: Slot) -> None:
    words = fact_words(draft, slot, office=turn.office)
    turn.say("intake.changed", name=slot_words(slot, office=turn.office), value=words)


async def _answered(turn: Turn, draft: Draft) -> None:
    slot = _pending(draft) or Slot.NARRATIVE
    draft = upgraded(draft, slot, turn.heard)
    result = read_answer(draft, slot, turn.text, understand=lambda: turn.heard, office=turn.office)
    if result.unclear and slot.value in draft.missed and slot in (*OPTIONAL, Slot.MERCHANT):
        result = give_up(draft, slot, turn.text, office=turn.office)
    if result.unclear:
        turn.say(result.unclear)
        result = replace(result, draft=replace(result.draft, missed=(*draft.missed, slot.value)))
    await _ask(turn, result.draft)


async def _pressed(turn: Turn, draft: Draft) -> None:
    _, nonce, act, *rest = [*pressed_parts(turn.message), "", ""]
    if nonce != turn.session.data.get("n"):
        turn.say("button.old")
        await _ask(turn, draft)
        return
    if act == "s" and rest[0] in set(Slot):
        await _chosen(turn, draft, Slot(rest[0]), value=rest[1])
    elif act == duplicate.ACT and rest[1] == duplicate.JOIN.join(draft.again):
        await _duplicate(turn, draft, yes=rest[0] == duplicate.YES)
    elif act == "e" and rest[0] in set(CORRECTABLE):
        _reask(turn, draft, Slot(rest[0]))
    elif act in COMMANDS:
        await COMMANDS[act](turn, draft)
    else:
        turn.say("button.old")
        await _ask(turn, draft)


async def _chosen(turn: Turn, draft: Draft, slot: Slot, *, value: str) -> None:
    """A choice button of a question, also of an earlier one: it answers or changes that slot."""
    if slot is Slot.KIND and value in set(Kind):
        draft = replace(draft, kinds=(Kind(value),))
    elif slot is Slot.KIND and value == "both":
        draft = replace(draft, kinds=(Kind.COMPLAINT, Kind.TIPOFF))
    elif slot is Slot.ELSEWHERE and value == "stay":
        draft = replace(draft, stays=True)
    elif slot is Slot.ELSEWHERE:
        turn.say("intake.left")
        turn.go(HOME)
        return
    elif not value:
        draft = not_known(draft, slot, office=turn.office)
    elif is_offered(slot, value, office=turn.office):
        draft = taken(draft, slot, value, office=turn.office)
    await _ask(turn, draft)


def _reask(turn: Turn, draft: Draft, slot: Slot) -> None:
    """The person wants to change this fact: forget it and ask for it."""
    kept = draft if slot in (Slot.NARRATIVE, Slot.ENTERPRISE) else intake.without_fact(draft, slot.value)
    _put(turn, kept, slot)


async def _ask(turn: Turn, draft: Draft) -> None:
    draft, slot = _next(turn, await duplicate.looked(turn, draft))
    if slot is Slot.CONFIRM:
        draft, slot = _next(turn, await duplicate.looked(turn, draft, last=True))
    if slot is Slot.ELSEWHERE:
        door = other_door(draft, office=turn.office)
        turn.tell(door.text if door else "")
    _put(turn, draft, slot)


def _next(turn: Turn, draft: Draft) -> tuple[Draft, Slot]:
    """What to ask now, and the draft with the business that would settle it by what is known now."""
    routing = turn.office.rulebook.routing
    draft = undoubted(without_hearsay(draft, routing=routing), office=turn.office)
    found = settler(draft, turn.settlers, office=turn.office)
    draft = intake.settled_with(draft, found.id if found else None)
    asked = open_question(draft, routing=routing)
    foreign = other_door(draft, office=turn.office)
    known = Known(
        foreign=foreign is not None,
        settles=found is not None,
        asks=asked is not None,
        early=asked is not None and (asked.id in routing.early or (foreign is not None and foreign.by_place)),
        seated=is_seated(draft, office=turn.office),
    )
    return draft, intake.next_slot(draft, known)


def _put(turn: Turn, draft: Draft, slot: Slot) -> None:
    """Put the question of a slot."""
    draft = replace(draft, pending=slot.value)
    if slot is Slot.CONFIRM:
        turn.tell(summary(draft, office=turn.office), choices(turn, slot, draft))
    elif slot is Slot.ENTERPRISE:
        offer_settling(turn, draft)
    elif slot is Slot.DUPLICATE:
        duplicate.ask(turn, draft)
    else:
        turn.tell(question(draft, slot, office=turn.office), choices(turn, slot, draft))
    _keep(turn, draft)


def _keep(turn: Turn, draft: Draft) -> None:
    turn.go(NAME, {**turn.session.data, "draft": draft.dump()})


async def _confirm(turn: Turn, draft: Draft) -> None:
    draft, slot = _next(turn, draft)
    if slot is Slot.ELSEWHERE:
        await _chosen(turn, draft, slot, value="stay")
        return
    if slot is Slot.ENTERPRISE and _pending(draft) is slot:
        await _ask(turn, intake.skip(draft, slot))  # "yes" to an either-or gives no consent
        return
    if slot is Slot.CONFIRM:
        # Another one may have been filed since the facts were shown, from here or elsewhere.
        draft, slot = _next(turn, await duplicate.looked(turn, draft, last=True, afresh=True))
    if slot is not Slot.CONFIRM:
        await _ask(turn, draft)
        return
    cases = await filing.file(turn.tx, draft, person=turn.person, office=turn.office)
    numbers = list_words(tuple(case.no for case in cases), office=turn.office)
    turn.say("intake.filed", numbers=numbers)
    turn.go(HOME, {"filed": {turn.session.data["n"]: numbers}})


async def _edit(turn: Turn, draft: Draft) -> None:
    nonce = turn.session.data["n"]
    known = [slot for slot in CORRECTABLE if draft.get(slot.value) or _may_settle(turn, draft, slot)]
    choices = [
        Choice(label=slot_words(slot, office=turn.office), value=f"{PREFIX}:{nonce}:e:{slot.value}") for slot in known
    ]
    turn.say("intake.edit", choices_in_rows(choices))
    _keep(turn, draft)


def _may_settle(turn: Turn, draft: Draft, slot: Slot) -> bool:
    return slot is Slot.ENTERPRISE and settler(draft, turn.settlers, office=turn.office) is not None


async def _back(turn: Turn, draft: Draft) -> None:
    if not draft.answered:
        turn.say("intake.no_way_back")
    await _ask(turn, intake.back(draft))


async def _cancel(turn: Turn, draft: Draft) -> None:
    pending = _pending(draft)
    if pending is Slot.ELSEWHERE:
        await _chosen(turn, draft, pending, value="leave")
        return
    turn.say("intake.cancelled")
    turn.go(HOME)


async def _pause(turn: Turn, draft: Draft) -> None:
    turn.say("intake.paused", days=turn.office.rulebook.site.draft_days)
    _keep(turn, draft)


async def _resume(turn: Turn, draft: Draft) -> None:
    turn.say("intake.welcome_back", facts=fact_line(draft, office=turn.office))
    await _ask(turn, draft)


async def _skip(turn: Turn, draft: Draft) -> None:
    pending = _pending(draft)
    if pending in OPTIONAL:
        await _ask(turn, not_known(draft, pending, office=turn.office))
        return
    if pending is Slot.MERCHANT:
        turn.say("again.merchant_nameless")
        _keep(turn, replace(draft, missed=(*draft.missed, Slot.MERCHANT.value)))
        return
    turn.say("intake.needed", name=slot_words(pending or Slot.NARRATIVE, office=turn.office))
    await _ask(turn, draft)


async def _to_tipoff(turn: Turn, draft: Draft) -> None:
    """A complainant who would rather stay unnamed."""
    await _ask(turn, replace(draft, kinds=(Kind.TIPOFF,), pending=None))


async def _human(turn: Turn, draft: Draft) -> None:
    turn.say("help.human")
    _keep(turn, draft)


async def _help(turn: Turn, draft: Draft) -> None:
    turn.say("help.intake")
    await _ask(turn, draft)


COMMANDS = {
    "confirm": _confirm,
    "edit": _edit,
    "back": _back,
    "cancel": _cancel,
    "pause": _pause,
    "resume": _resume,
    "start": _resume,
    "skip": _skip,
    "tipoff": _to_tipoff,
    "human": _human,
    "help": _help,
}
